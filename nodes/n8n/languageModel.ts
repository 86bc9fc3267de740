/** A deployed language model and its settings, read into what goes over the wire. */
import type { AnswerReading } from '../core/language/chatAnswer';
import { formatSettings } from '../core/language/chatCompletions';
import type { AnswerFormat } from '../core/language/expected';
import { EXTRA_FIELDS, type GivenSetting } from '../core/language/givenSettings';
import { readJsonSchema } from '../core/language/jsonSchema';
import { chatRoute, type Route } from '../core/hopsworks/route';
import { asText } from '../core/json/json';
import { giveWay } from './cancel';
import { asJson, asJsonObject } from './givenJson';
import {
	chatModelOptions,
	formatOptions,
	NUMBER_NAMES,
	type ChatModelOptions,
	type FormatOptions,
	type ServerOptions,
} from './languageModelOptions';
import type { Options } from './options';
import type { ResolvedDeployment } from './resolver';
import { take, unusable } from './unusable';

function snakeCase(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** How answers are read within n8n. */
export const answerReading: Pick<AnswerReading, 'newId' | 'giveWay'> = {
	newId: () => `call_${crypto.randomUUID()}`,
	giveWay,
};

/** A language model as a node's fields describe it. */
interface ChatSettings {
	/** Its name in the request. */
	model: string;
	/** Whether the user gave it that name. */
	isNamed: boolean;
	/** Top-level fields of the request. */
	settings: GivenSetting[];
	/** Whether the server shall hold the model to the parameters of its tools. */
	hasStrictTools: boolean;
}

/** A model that is called again and again, as a sub-node's. */
export interface ChatModel extends ChatSettings {
	deployment: ResolvedDeployment;
}

function readFormat(options: Options<FormatOptions>): AnswerFormat {
	const type = options.get('responseFormat');
	if (type !== 'jsonSchema') return { type };
	return { type, schema: take(readJsonSchema(asJson(options.get('jsonSchema'), 'JSON Schema'))) };
}

/** The route of chats, by which more operations ask than Chat. Throws what `attempt` turns into a failure. */
export function readChatRoute(options: Options<ServerOptions>, operation = 'Chat'): Route {
	return take(chatRoute(options.get('apiPrefix'), operation));
}

/** What goes to a deployment beside the messages. Throws what `attempt` turns into a failure. */
export function readChatSettings(
	options: Options<ChatModelOptions & FormatOptions>,
	deployment: ResolvedDeployment,
): ChatSettings {
	return {
		model: readModelName(options, deployment),
		isNamed: options.get('model').trim() !== '',
		settings: [...readSettings(options), ...formatSetting(readFormat(options)), ...readExtraFields(options, 'stream')],
		hasStrictTools: options.get('strictTools'),
	};
}

/** The model's name in a request: that of its deployment unless told otherwise. */
export function readModelName(options: Options<ServerOptions>, { target }: ResolvedDeployment): string {
	const model = options.get('model').trim() || target.deployment;
	if (model !== '') return model;
	return unusable("The address does not contain the model's name", "Set the option 'Model' to the deployment's name.");
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
	const { jsonSchema, responseFormat } = formatOptions;
	const { displayName: label } = (format.type === 'jsonSchema' ? jsonSchema : responseFormat).field;
	return Object.entries(formatSettings(format)).map(([field, value]) => ({ field, value, label }));
}

/** Fields of the request that the user writes; `own` are those that the node writes by itself, or sees to. */
export function readExtraFields(options: Options<ServerOptions>, ...own: string[]): GivenSetting[] {
	const fields = asJsonObject(options.get('extraFields'), EXTRA_FIELDS);
	const taken = own.find((name) => Object.hasOwn(fields, name));
	if (taken !== undefined) {
		unusable(`'Extra Fields (JSON)' holds '${taken}', which the node writes by itself`, 'Remove it there.');
	}
	return Object.entries(fields).map(([field, value]) => ({ field, value, label: EXTRA_FIELDS }));
}
