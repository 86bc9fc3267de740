/** A deployed language model and its settings: one table of fields, and their reading into what goes over the wire. */
import type { INodeProperties } from 'n8n-workflow';
import type { Target } from '../serving/address';
import { formatSettings, type AnswerFormat } from '../serving/chatCompletions';
import { readSchema } from '../serving/jsonSchema';
import { badInput } from '../serving/outcome';
import { chatRoute } from '../serving/route';
import type { Finder, Found } from './discovery';
import { asJson, asJsonObject, asOneOf, readNumber, take } from './parameters';
import { asText } from '../serving/json';

/** Each goes out under its own name in snake case, as OpenAI's API spells it: `maxTokens` as `max_tokens`. */
const numberOptions: INodeProperties[] = [
	{
		displayName: 'Frequency Penalty',
		name: 'frequencyPenalty',
		type: 'number',
		typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
		default: 0,
		description: 'Above 0, a word becomes less likely each time it is used',
	},
	{
		displayName: 'Max Tokens',
		name: 'maxTokens',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 10_000_000, numberPrecision: 0 },
		default: 512,
		description: 'Longest answer, in tokens of about four letters each',
	},
	{
		displayName: 'Presence Penalty',
		name: 'presencePenalty',
		type: 'number',
		typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
		default: 0,
		description: 'Above 0, a word that was used once becomes less likely',
	},
	{
		displayName: 'Seed',
		name: 'seed',
		type: 'number',
		typeOptions: { minValue: Number.MIN_SAFE_INTEGER, maxValue: Number.MAX_SAFE_INTEGER, numberPrecision: 0 },
		default: 0,
		description: 'The same seed and the same prompt give the same answer, as far as the server can',
	},
	{
		displayName: 'Temperature',
		name: 'temperature',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
		default: 0.7,
		description: 'How freely the model chooses its words: 0 gives nearly the same answer every time',
	},
	{
		displayName: 'Top P',
		name: 'topP',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		default: 1,
		description: 'The share of likely words that the model chooses from. Change this or the temperature, not both.',
	},
];

const SCHEMA_EXAMPLE = `{
  "type": "object",
  "properties": {
    "team": { "enum": ["billing", "technical", "sales"] }
  },
  "required": ["team"]
}`;

/** What every route of a language model's server needs. */
export const serverOptions: INodeProperties[] = [
	{
		displayName: 'API Path Prefix',
		name: 'apiPrefix',
		type: 'string',
		default: '/v1',
		description: "The path before /chat/completions or /embeddings. KServe's own language model server has /openai/v1.",
	},
	{
		displayName: 'Extra Fields (JSON)',
		name: 'extraFields',
		type: 'json',
		default: '{}',
		description: 'Further fields of the request that the server knows, such as {"top_k": 20}',
	},
	{
		displayName: 'Model',
		name: 'model',
		type: 'string',
		default: '',
		description: "The model's name in the request, if it is not the deployment's name",
	},
];

export const modelOptions: INodeProperties[] = [
	...serverOptions,
	...numberOptions,
	{
		displayName: 'JSON Schema',
		name: 'jsonSchema',
		type: 'json',
		default: SCHEMA_EXAMPLE,
		description: 'What the answer must look like. Used where Response Format says so.',
		displayOptions: { show: { responseFormat: ['jsonSchema'] } },
	},
	{
		displayName: 'Response Format',
		name: 'responseFormat',
		type: 'options',
		options: [
			{ name: 'JSON', value: 'json', description: 'Any JSON. The prompt should say what it must hold.' },
			{ name: 'JSON Schema', value: 'jsonSchema', description: 'JSON that follows a schema of yours' },
			{ name: 'Text', value: 'text', description: 'Whatever the model writes' },
		],
		default: 'text',
		description: 'What the answer must be. An answer that is something else fails.',
	},
	{
		displayName: 'Stop Sequences',
		name: 'stop',
		type: 'string',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Stop Sequence' },
		default: [],
		description: 'Texts at which the model stops, without writing them',
	},
];

function snakeCase(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A language model as a node's fields describe it. */
export interface ChatModel {
	target: Target;
	/** What is known of its deployment. */
	found: Found;
	/** Its name in the request. */
	model: string;
	/** Top-level fields of the request. */
	settings: Record<string, unknown>;
	format: AnswerFormat;
}

const FORMATS = ['text', 'json', 'jsonSchema'] as const;

function readFormat({ responseFormat, jsonSchema }: Record<string, unknown>): AnswerFormat {
	const type = asOneOf(responseFormat, FORMATS);
	if (type !== 'jsonSchema') return { type };
	return { type, schema: take(readSchema(asJson(jsonSchema, 'JSON Schema'))) };
}

/** The model that a locator and options describe. Throws what `attempt` turns into a failure. */
export async function readChatModel(
	locator: unknown,
	options: Record<string, unknown>,
	finder: Finder,
): Promise<ChatModel> {
	const found = await finder.find(locator, options, take(chatRoute(asText(options.apiPrefix ?? '/v1'))));
	const { target } = found;
	const model = readModelName(options, target);
	const format = readFormat(options);
	return {
		target,
		found,
		model,
		format,
		settings: { ...readSettings(options), ...formatSettings(format), ...readExtraFields(options, 'stream') },
	};
}

/** The model's name in a request: that of its deployment unless told otherwise. */
export function readModelName(options: Record<string, unknown>, target: Target): string {
	const model = asText(options.model).trim() || target.deployment;
	if (model !== '') return model;
	return take(
		badInput("The address does not tell the model's name", "Set the option 'Model' to the deployment's name."),
	);
}

/** The settings that the user added, under their names on the wire. */
function readSettings(options: Record<string, unknown>): Record<string, unknown> {
	const added = numberOptions.map(({ name }) => name).filter((name) => (options[name] ?? '') !== '');
	const stop = [options.stop].flat().map(asText).filter(Boolean);
	return {
		...Object.fromEntries(added.map((name) => [snakeCase(name), readNumber(options, numberOptions, name)])),
		...(stop.length > 0 && { stop }),
	};
}

/** Fields of the request that the user writes; `own` is the one that the node writes by itself. */
export function readExtraFields(options: Record<string, unknown>, own: string): Record<string, unknown> {
	const fields = asJsonObject(options.extraFields, 'Extra Fields (JSON)');
	if (!(own in fields)) return fields;
	return take(badInput(`'Extra Fields (JSON)' holds '${own}', which the node writes by itself`, 'Remove it there.'));
}
