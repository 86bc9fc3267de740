/** A deployed language model and its settings: one table of fields, and their reading into what goes over the wire. */
import { formatSettings, type AnswerFormat } from '../core/language/chatCompletions';
import { EXTRA_FIELDS, type GivenSetting } from '../core/language/givenSettings';
import { readJsonSchema } from '../core/language/jsonSchema';
import { chatRoute, type Route } from '../core/hopsworks/route';
import { asText } from '../core/json/json';
import type { AddressOptions } from './deploymentLocator';
import { asJson, asJsonObject } from './givenJson';
import { choiceOption, givenOption, textOption, unsetNumberOption, type Options, type ValuesOf } from './options';
import type { ResolvedDeployment, Resolver } from './resolver';
import { take, unusable } from './unusable';

/** Each goes out under its own name in snake case, as OpenAI's API spells it: `maxTokens` as `max_tokens`. */
const numberOptions = {
	frequencyPenalty: unsetNumberOption({
		displayName: 'Frequency Penalty',
		type: 'number',
		typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
		default: 0,
		description: 'Above 0, a word becomes less likely each time it is used',
	}),
	maxTokens: unsetNumberOption({
		displayName: 'Max Tokens',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 10_000_000, numberPrecision: 0 },
		default: 512,
		description: 'Longest answer, in tokens of about four letters each',
	}),
	presencePenalty: unsetNumberOption({
		displayName: 'Presence Penalty',
		type: 'number',
		typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
		default: 0,
		description: 'Above 0, a word that was used once becomes less likely',
	}),
	seed: unsetNumberOption({
		displayName: 'Seed',
		type: 'number',
		typeOptions: { minValue: Number.MIN_SAFE_INTEGER, maxValue: Number.MAX_SAFE_INTEGER, numberPrecision: 0 },
		default: 0,
		description: 'The same seed and the same prompt give the same answer, as far as the server can',
	}),
	temperature: unsetNumberOption({
		displayName: 'Temperature',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
		default: 0.7,
		description: 'How freely the model chooses its words: 0 gives nearly the same answer every time',
	}),
	topP: unsetNumberOption({
		displayName: 'Top P',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		default: 1,
		description: 'The share of likely words that the model chooses from. Change this or the temperature, not both.',
	}),
};

const NUMBER_NAMES = ['frequencyPenalty', 'maxTokens', 'presencePenalty', 'seed', 'temperature', 'topP'] as const;

const SCHEMA_EXAMPLE = `{
  "type": "object",
  "properties": {
    "team": { "enum": ["billing", "technical", "sales"] }
  },
  "required": ["team"]
}`;

/** For every operation on a language model: its name, the path before the operation's own part, and further fields. */
export const serverOptions = {
	apiPrefix: textOption({
		displayName: 'API Path Prefix',
		type: 'string',
		default: '/v1',
		description:
			"The path before the operation's own part, such as /chat/completions. KServe's own language model server has /openai/v1.",
	}),
	extraFields: givenOption({
		displayName: EXTRA_FIELDS,
		type: 'json',
		default: '{}',
		description: 'Further fields of the request that the server knows, such as {"top_k": 20}',
	}),
	model: textOption({
		displayName: 'Model',
		type: 'string',
		default: '',
		description: "The model's name in the request, if it is not the deployment's name",
	}),
};

export const chatModelOptions = {
	...serverOptions,
	...numberOptions,
	jsonSchema: givenOption({
		displayName: 'JSON Schema',
		type: 'json',
		default: SCHEMA_EXAMPLE,
		description: 'What the answer must look like. Used where Response Format says so.',
		displayOptions: { show: { responseFormat: ['jsonSchema'] } },
	}),
	responseFormat: choiceOption(
		{
			displayName: 'Response Format',
			type: 'options',
			options: [
				{ name: 'JSON', value: 'json', description: 'Any JSON. The prompt should say what it must hold.' },
				{ name: 'JSON Schema', value: 'jsonSchema', description: 'JSON that follows a schema of yours' },
				{ name: 'Text', value: 'text', description: 'Whatever the model writes' },
			],
			default: 'text',
			description: 'What the answer must be. An answer that is something else fails.',
		},
		['text', 'json', 'jsonSchema'],
	),
	stop: givenOption({
		displayName: 'Stop Sequences',
		type: 'string',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Stop Sequence' },
		default: [],
		description: 'Texts at which the model stops, without writing them',
	}),
};

type ServerOptions = ValuesOf<typeof serverOptions>;
type ChatModelOptions = ValuesOf<typeof chatModelOptions>;

function snakeCase(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A language model as a node's fields describe it. */
interface ChatSettings {
	/** Its name in the request. */
	model: string;
	/** Top-level fields of the request. */
	settings: GivenSetting[];
	format: AnswerFormat;
}

export interface ChatModel extends ChatSettings {
	deployment: ResolvedDeployment;
}

function readFormat(options: Options<ChatModelOptions>): AnswerFormat {
	const type = options.get('responseFormat');
	if (type !== 'jsonSchema') return { type };
	return { type, schema: take(readJsonSchema(asJson(options.get('jsonSchema'), 'JSON Schema'))) };
}

/** The route of chats. Throws what `attempt` turns into a failure. */
export function readChatRoute(options: Options<ServerOptions>): Route {
	return take(chatRoute(options.get('apiPrefix')));
}

/** The model that a locator and options describe. Throws what `attempt` turns into a failure. */
export async function readChatModel(
	locator: unknown,
	options: Options<ChatModelOptions & AddressOptions>,
	resolver: Resolver,
): Promise<ChatModel> {
	const deployment = await resolver.resolve(locator, options, readChatRoute(options));
	return { deployment, ...readChatSettings(options, deployment) };
}

/** What goes to a deployment beside the messages. Throws what `attempt` turns into a failure. */
export function readChatSettings(options: Options<ChatModelOptions>, deployment: ResolvedDeployment): ChatSettings {
	const format = readFormat(options);
	return {
		model: readModelName(options, deployment),
		format,
		settings: [...readSettings(options), ...formatSetting(format), ...readExtraFields(options, 'stream')],
	};
}

/** The model's name in a request: that of its deployment unless told otherwise. */
export function readModelName(options: Options<ServerOptions>, { target }: ResolvedDeployment): string {
	const model = options.get('model').trim() || target.deployment;
	if (model !== '') return model;
	return unusable("The address does not tell the model's name", "Set the option 'Model' to the deployment's name.");
}

/** What vLLM takes, and OpenAI. */
const MOST_STOPS = 4;

/** The settings that the user added, under their names on the wire. */
function readSettings(options: Options<ChatModelOptions>): GivenSetting[] {
	const label = (name: keyof typeof chatModelOptions): string => chatModelOptions[name].field.displayName;
	const added = NUMBER_NAMES.map((name) => ({ field: snakeCase(name), value: options.get(name), label: label(name) }));
	// One that was added and not filled in stops nothing.
	const stop = [options.get('stop')].flat().map(asText).filter(Boolean);
	if (stop.length > MOST_STOPS) {
		return unusable(
			`'${label('stop')}' holds ${stop.length} texts`,
			`Language models take ${MOST_STOPS} at most. Keep those that matter.`,
		);
	}
	return [
		...added.filter(({ value }) => value !== undefined),
		...(stop.length > 0 ? [{ field: 'stop', value: stop, label: label('stop') }] : []),
	];
}

function formatSetting(format: AnswerFormat): GivenSetting[] {
	const { jsonSchema, responseFormat } = chatModelOptions;
	const { displayName: label } = (format.type === 'jsonSchema' ? jsonSchema : responseFormat).field;
	return Object.entries(formatSettings(format)).map(([field, value]) => ({ field, value, label }));
}

/** Fields of the request that the user writes; `own` is the one that the node writes by itself. */
export function readExtraFields(options: Options<ServerOptions>, own: string): GivenSetting[] {
	const fields = asJsonObject(options.get('extraFields'), EXTRA_FIELDS);
	if (!(own in fields)) return Object.entries(fields).map(([field, value]) => ({ field, value, label: EXTRA_FIELDS }));
	return unusable(`'Extra Fields (JSON)' holds '${own}', which the node writes by itself`, 'Remove it there.');
}
