/** OpenAI's chat completions as vLLM speaks them: messages and options into request text. */
import { badInput, success, type Outcome } from '../failure/outcome';
import { asRecord, encode, isRecord } from '../json/json';
import type { AnswerFormat } from './expected';
import { readJsonSchema } from './jsonSchema';

/** One message of a conversation; vLLM reads further members such as `name` or `tool_calls`. */
export type Message = Record<string, unknown>;

export interface ChatRequest {
	model: string;
	messages: Message[];
	/** Only what the user set: servers refuse or ignore fields they do not know. */
	settings: Record<string, unknown>;
}

/**
 * `response_format` for an answer's format, nothing for text. The older `guided_*` fields are never used: vLLM removed
 * them in 0.12 and ignores them without a word.
 */
export function formatSettings(format: AnswerFormat): Record<string, unknown> {
	switch (format.type) {
		case 'text':
			return {};
		case 'json':
			return { response_format: { type: 'json_object' } };
		case 'jsonSchema': {
			const json_schema = { name: 'answer', schema: format.schema, strict: true };
			return { response_format: { type: 'json_schema', json_schema } };
		}
	}
}

/** What makes a server send its answer in pieces, with the usage in the last of them. */
export const STREAMED = { stream: true, stream_options: { include_usage: true } };

/** Tools that a model may call: OpenAI's form, or the function alone, `{"name", "description", "parameters"}`; `named` is where they stand. */
export function readTools(given: unknown, named: string): Outcome<Array<Record<string, unknown>>> {
	const description =
		'Give a list such as [{"name": "find_order", "parameters": {"type": "object", "properties": {}}}].';
	if (!Array.isArray(given) || given.length === 0) return badInput(`${named} is not a list of tools`, description);
	const tools: Array<Record<string, unknown>> = [];
	for (const [index, tool] of given.entries()) {
		const definition: unknown = isRecord(tool) ? (tool.function ?? tool) : tool;
		if (!isRecord(definition) || typeof definition.name !== 'string' || definition.name === '') {
			return badInput(`Tool ${index + 1} of ${named} has no name`, description);
		}
		const parameters = definition.parameters ?? {};
		const isBare = isRecord(parameters) && Object.keys(parameters).length === 0;
		if (!isBare && !readJsonSchema(parameters).ok)
			return badInput(`The 'parameters' of the tool '${definition.name}' are not a JSON schema`, description);
		tools.push({ type: 'function', function: definition });
	}
	return success(tools);
}

/**
 * Fields of a request whose tools hold the model to their parameters while it writes: vLLM 0.32 does so only where a tool
 * says `strict`.
 */
export function withStrictTools(fields: Record<string, unknown>): Record<string, unknown> {
	if (!Array.isArray(fields.tools)) return fields;
	const tools = fields.tools.map(asRecord);
	return {
		...fields,
		tools: tools.map((tool) => ({ ...tool, function: { ...asRecord(tool.function), strict: true } })),
	};
}

/** `auto`, `none` and `required` as they are; anything else is the name of a tool that must be called. */
export function toolChoice(choice: string): unknown {
	return ['auto', 'none', 'required'].includes(choice) ? choice : { type: 'function', function: { name: choice } };
}

/** The conversation with images in its last message of the user; each is a data URL. Fails where the user says nothing. */
export function withImages(messages: Message[], urls: string[]): Outcome<Message[]> {
	if (urls.length === 0) return success(messages);
	const last = messages.findLastIndex(({ role }) => role === 'user');
	const message = messages[last];
	if (!message) {
		return badInput("No message of the role 'user' is there for the images to go with", 'Add a message of the user.');
	}
	return success(messages.with(last, illustrated(message, urls)));
}

/** A message with images behind what it says; the message itself where there are none. */
export function illustrated(message: Message, urls: string[]): Message {
	if (urls.length === 0) return message;
	const { content } = message;
	const parts: unknown[] = Array.isArray(content) ? content : [{ type: 'text', text: content }];
	const images = urls.map((url) => ({ type: 'image_url', image_url: { url } }));
	return { ...message, content: [...parts, ...images] };
}

/** The request text; `settings` are top-level fields, and win where they name `model` or `messages`. */
export function chatBody({ model, messages, settings }: ChatRequest): string {
	return encode({ model, messages, ...settings });
}

/** A conversation that was given whole, with the other fields of the request that it stood in. */
export interface GivenConversation {
	messages: Message[];
	/** None where a list of messages was given. */
	fields: Record<string, unknown>;
}

/** A list of messages, or the body of a request, which holds one under `messages` and settings beside it. */
export function readGivenConversation(given: unknown): Outcome<GivenConversation> {
	const isBody = isRecord(given) && Array.isArray(given.messages);
	const list = isBody ? given.messages : given;
	const description = 'Give a list such as [{"role": "user", "content": "Hello"}].';
	if (!Array.isArray(list) || list.length === 0) return badInput("'Messages' is not a list of messages", description);
	const messages: Message[] = [];
	for (const [index, message] of list.entries()) {
		if (!isRecord(message) || typeof message.role !== 'string') {
			return badInput(`Message ${index + 1} of 'Messages' has no role`, description);
		}
		messages.push(message);
	}
	return success({ messages, fields: isBody ? settingsIn(given) : {} });
}

/** What the node itself decides: whether the answer streams. */
const OF_NODE = new Set(['messages', 'stream', 'stream_options']);

function settingsIn(body: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(body).filter(([name, value]) => !OF_NODE.has(name) && value !== undefined));
}
