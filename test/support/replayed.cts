/** A recorded reply, served word for word to the operation that it belongs to, and what the user sees of it. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { inPanel } from './chat.cts';
import { runModel, type RunOptions, type RunResult } from './engine.cts';
import { at, isJsonText, listOf, recordOf } from './json.cts';
import { LEFT_OUT, type RecordedReply } from './recorded.cts';
import type { Reply, TestServer } from './server.cts';

export type ReplayedOperation = 'predict' | 'chat' | 'embed' | 'rerank';

export function operationOf({ request: { path } }: RecordedReply): ReplayedOperation {
	if (path === '/v1/embeddings') return 'embed';
	if (/\/(?:rerank|score)$/.test(path)) return 'rerank';
	return path.endsWith(':predict') ? 'predict' : 'chat';
}

function isStream({ contentType }: RecordedReply): boolean {
	return contentType.startsWith('text/event-stream');
}

/** The names that the texts of a request have. */
const TEXTS = ['input', 'documents', 'text_2'];

function inputOf({ request }: RecordedReply): unknown[] {
	return [TEXTS.map((name) => at(request.body, name)).find((texts) => texts !== undefined) ?? 'x'].flat();
}

/** How many texts a request had; of a long list stands its length, and a list of numbers is one text in tokens. */
function textsOf(reply: RecordedReply): number {
	const input = inputOf(reply);
	const [, all] = /^…\((\d+) in all\)$/.exec(String(input.at(-1))) ?? [];
	if (all !== undefined) return Number(all);
	return input.every((one) => typeof one === 'number') ? 1 : Math.max(1, input.length);
}

/**
 * The body as it was served, as far as it is known. A reply that was shortened within its vectors has as many of them as
 * the request had texts, each as long as the model's, of zeros; a stream that was shortened has lost the events that the
 * gap touches. `undefined` where what is lost is the very answer.
 */
export function servable(reply: RecordedReply): { body: string; isRepaired: boolean } | undefined {
	const { body, name } = reply;
	if (!LEFT_OUT.test(body) || (!isStream(reply) && isJsonText(body))) return { body, isRepaired: false };
	if (operationOf(reply) === 'embed') {
		const embedding = Array.from({ length: 64 }, () => 0);
		const data = Array.from({ length: textsOf(reply) }, (_, index) => ({ object: 'embedding', index, embedding }));
		return { body: JSON.stringify({ object: 'list', model: 'tinybert', data }), isRepaired: true };
	}
	if (!name.startsWith('engine-killed')) return undefined;
	const [head = '', tail = ''] = body.split(LEFT_OUT);
	const events = [head.slice(0, head.lastIndexOf('\n\n') + 2), tail.slice(tail.indexOf('\n\n') + 2)];
	return { body: events.join(''), isRepaired: true };
}

/** Options that take a value as it stood in the request, by their names on the wire. */
const NUMBERS: Record<string, { name: string; least: number; most: number }> = {
	temperature: { name: 'temperature', least: 0, most: 2 },
	top_p: { name: 'topP', least: 0, most: 1 },
	frequency_penalty: { name: 'frequencyPenalty', least: -2, most: 2 },
	presence_penalty: { name: 'presencePenalty', least: -2, most: 2 },
	max_tokens: { name: 'maxTokens', least: 1, most: 10_000_000 },
	dimensions: { name: 'dimensions', least: 1, most: 1_000_000 },
};

/** What the node writes by itself, or what is the prompt. */
const OWN = new Set([
	...['model', 'messages', 'input', 'stream', 'stream_options', 'prompt', 'instances'],
	...['query', 'queries', 'documents', 'text_1', 'text_2', 'top_n'],
]);

/** The request's own settings in the panel: an option where it takes the value, else a further field. */
function optionsOf(reply: RecordedReply): IDataObject {
	const { body, path } = reply.request;
	const given = typeof body === 'object' && body !== null && !Array.isArray(body) ? recordOf(body) : {};
	const isChat = operationOf(reply) === 'chat';
	const options: IDataObject = { maxTries: 1 };
	const extra: Record<string, unknown> = {};
	for (const [name, value] of Object.entries(given)) {
		const number = NUMBERS[name];
		const fits = typeof value === 'number' && number !== undefined && value >= number.least && value <= number.most;
		if (OWN.has(name)) continue;
		if (fits && (isChat ? name !== 'dimensions' : name === 'dimensions')) options[number.name] = value;
		else if (name === 'encoding_format' && value === 'base64') options.encoding = 'base64';
		else if (isChat && name === 'seed' && Number.isSafeInteger(value)) options.seed = Number(value);
		else if (isChat && name === 'stop' && isStopList(value)) options.stop = value;
		else if (isChat && name === 'tools' && listOf(value).length > 0) options.tools = JSON.stringify(value);
		else if (isChat && name === 'tool_choice') options.toolChoice = choiceOf(value);
		else if (isChat && name === 'response_format' && isFormat(value)) Object.assign(options, formatOf(value));
		else extra[name] = value;
	}
	// Without tools there is no such option.
	if (options.tools === undefined && options.toolChoice !== undefined) {
		extra.tool_choice = given.tool_choice;
		delete options.toolChoice;
	}
	const { model } = given;
	if (typeof model === 'string') options.model = model;
	if (path.startsWith('/openai/')) options.apiPrefix = '/openai/v1';
	if (Object.keys(extra).length > 0) options.extraFields = JSON.stringify(extra);
	return options;
}

function isStopList(value: unknown): value is string[] {
	return Array.isArray(value) && value.length <= 4 && value.every((one) => typeof one === 'string' && one !== '');
}

function choiceOf(value: unknown): string {
	return typeof value === 'string' ? value : String(at(value, 'function', 'name'));
}

const isSchema = (schema: unknown): boolean =>
	typeof schema === 'object' && schema !== null && !['objekt', undefined].includes(String(at(schema, 'type')));

/** Whether a format can be chosen in the panel, which refuses schemas that are none. */
function isFormat(value: unknown): boolean {
	const type = at(value, 'type');
	return (
		type === 'text' ||
		type === 'json_object' ||
		(type === 'json_schema' && isSchema(at(value, 'json_schema', 'schema')))
	);
}

function formatOf(value: unknown): IDataObject {
	const type = at(value, 'type');
	if (type !== 'json_schema') return { responseFormat: type === 'json_object' ? 'json' : 'text' };
	return { responseFormat: 'jsonSchema', jsonSchema: JSON.stringify(at(value, 'json_schema', 'schema')) };
}

const PARAMETERS: Record<ReplayedOperation, INodeParameters> = {
	predict: { rows: 'columns', columns: 'x' },
	chat: { prompt: 'Hello', includeInputFields: false },
	embed: { text: 'Hello', includeInputFields: false },
	rerank: { query: 'Hello', text: 'Hello', includeInputFields: false },
};

/** Runs the operation that a reply belongs to, and serves it. */
export async function replay(server: TestServer, reply: RecordedReply, body: string): Promise<RunResult> {
	const { status, contentType, location } = reply;
	const headers = {
		...(contentType !== '' && { 'content-type': contentType }),
		...(location !== undefined && { location }),
	};
	const answer: Reply = { status, headers, ...(isStream(reply) ? { stream: [body] } : { body }) };
	server.answer = () => answer;
	server.requests.length = 0;
	const operation = operationOf(reply);
	const hasTexts = operation === 'embed' || operation === 'rerank';
	const run: RunOptions = {
		credential: { servingUrl: server.url },
		rows: Array.from({ length: hasTexts ? textsOf(reply) : 1 }, () => ({ x: 1 })),
		settings: { onError: 'stopWorkflow' },
		parameters: {
			operation,
			deployment: { __rl: true, mode: 'name', value: 'llm' },
			...PARAMETERS[operation],
			...inPanel({
				...(operation === 'predict' ? { maxTries: 1 } : optionsOf(reply)),
				...(hasTexts && { rowsPerRequest: textsOf(reply) }),
			}),
		},
		...(isStream(reply) && { onChunk: () => {} }),
	};
	return await runModel(run);
}
