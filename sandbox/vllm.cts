/** vLLM for one deployment: chat completions, whole or streamed, or embeddings (vllm: `entrypoints/openai`). */
import { DIMENSIONS, embed, toBase64 } from './embedding.cts';
import { isObject, json, shown, type Call, type Reply } from './reply.cts';
import { respond, textOf, words, type Answer } from './rules.cts';

const CONTEXT_LENGTH = 4096;
/** Milliseconds between two tokens of a stream. */
const PAUSE = 10;

type Fields = Record<string, unknown>;

export interface Server {
	task: 'chat' | 'embed';
	/** Before 0.10.1 errors were flat (PR 22099), and reasoning came as `reasoning_content`. */
	isBefore0101?: boolean;
}

/** A request that the server refuses, in the form of its time. */
type Refuse = (status: number, message: string, param?: string) => Reply;

const ERROR_TYPES: Record<number, string> = { 400: 'BadRequestError', 404: 'NotFoundError' };

function refuser({ isBefore0101 = false }: Server): Refuse {
	return (status, message, param) => {
		const type = ERROR_TYPES[status] ?? 'InternalServerError';
		return isBefore0101
			? json(status, { object: 'error', message, type, param: null, code: status })
			: json(status, { error: { message, type, param: param ?? null, code: status } });
	};
}

function readBody(text: string): Fields | undefined {
	try {
		const body: unknown = JSON.parse(text);
		return isObject(body) ? body : undefined;
	} catch {
		return undefined;
	}
}

interface Cut {
	text: string | null;
	finishReason: string;
}

/** Up to the first stop sequence, and no longer than `max_tokens`; a token is a word here. */
function cut({ content, toolCalls }: Answer, { stop, max_tokens: maxTokens }: Fields): Cut {
	if (content === null) return { text: null, finishReason: toolCalls.length > 0 ? 'tool_calls' : 'stop' };
	const stops = [stop].flat().filter((sequence) => typeof sequence === 'string' && sequence !== '');
	const ends = stops.map((sequence) => content.indexOf(String(sequence))).filter((position) => position >= 0);
	const text = content.slice(0, Math.min(content.length, ...ends));
	const limit = typeof maxTokens === 'number' ? maxTokens : Infinity;
	const isCut = words(text).length > limit;
	return { text: isCut ? words(text).slice(0, limit).join(' ') : text, finishReason: isCut ? 'length' : 'stop' };
}

function contextOverflow(server: Server, promptTokens: number, maxTokens: unknown): string | undefined {
	const wanted = typeof maxTokens === 'number' ? maxTokens : 0;
	if (promptTokens + wanted <= CONTEXT_LENGTH) return undefined;
	return server.isBefore0101
		? `This model's maximum context length is ${CONTEXT_LENGTH} tokens. However, you requested ${promptTokens + wanted} tokens (${promptTokens} in the messages, ${wanted} in the completion). Please reduce the length of the messages or completion.`
		: `You passed ${promptTokens} input tokens and requested ${wanted} output tokens. However, the model's context length is only ${CONTEXT_LENGTH} tokens, resulting in a maximum input length of ${CONTEXT_LENGTH - wanted} tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=${promptTokens})`;
}

/** What is wrong with a chat request: status, message and the field. */
function findFault(name: string, { model, messages, temperature }: Fields): [number, string, string] | undefined {
	if (model !== undefined && model !== name) return [404, `The model \`${shown(model)}\` does not exist.`, 'model'];
	if (!Array.isArray(messages)) {
		return [400, "[{'type': 'missing', 'loc': ('body', 'messages'), 'msg': 'Field required'}]", 'messages'];
	}
	if (typeof temperature === 'number' && temperature < 0) {
		return [400, `temperature must be non-negative, got ${temperature}.`, 'temperature'];
	}
	return undefined;
}

function complete(name: string, server: Server, body: Fields, number: number): Reply {
	const refuse = refuser(server);
	const fault = findFault(name, body);
	if (fault) return refuse(...fault);
	const messages = Array.isArray(body.messages) ? body.messages : [];
	const promptTokens = words(messages.map(textOf).join(' ')).length;
	const overflow = contextOverflow(server, promptTokens, body.max_tokens);
	if (overflow !== undefined) return refuse(400, overflow, 'input_tokens');

	const answer = respond(body, messages);
	const { text, finishReason } = cut(answer, body);
	const toolCalls = answer.toolCalls.map(({ name: called, arguments: given }, index) => ({
		id: `chatcmpl-tool-${number}-${index}`,
		type: 'function',
		function: { name: called, arguments: given },
	}));
	const completionTokens = words(
		[text, answer.reasoning, ...toolCalls.map(({ function: { arguments: given } }) => given)].join(' '),
	).length;
	const shared = { id: `chatcmpl-${number}`, created: Math.floor(Date.now() / 1000), model: name };
	const usage = {
		prompt_tokens: promptTokens,
		completion_tokens: completionTokens,
		total_tokens: promptTokens + completionTokens,
	};
	const reasoning = answer.reasoning && { [server.isBefore0101 ? 'reasoning_content' : 'reasoning']: answer.reasoning };
	if (body.stream !== true) {
		const message = { role: 'assistant', content: text, tool_calls: toolCalls, ...reasoning };
		const choice = { index: 0, message, logprobs: null, finish_reason: finishReason, stop_reason: null };
		return json(200, { ...shared, object: 'chat.completion', choices: [choice], usage });
	}
	const chunk = (choices: object[], more: object = {}): object => ({
		...shared,
		object: 'chat.completion.chunk',
		choices,
		...more,
	});
	const delta = (part: object, finish: string | null = null): object =>
		chunk([{ index: 0, delta: part, logprobs: null, finish_reason: finish }]);
	const withUsage = isObject(body.stream_options) && body.stream_options.include_usage === true;
	return events([
		delta({ role: 'assistant', content: '' }),
		...(answer.reasoning ? [delta({ ...reasoning })] : []),
		...(text?.match(/\s*\S+/g) ?? []).map((token) => delta({ content: token })),
		// A call begins with its id and name; its arguments come in parts.
		...toolCalls.flatMap(({ id, type, function: { name: called, arguments: given } }, index) => [
			delta({ tool_calls: [{ index, id, type, function: { name: called, arguments: '' } }] }),
			...halves(given).map((part) => delta({ tool_calls: [{ index, function: { arguments: part } }] })),
		]),
		delta({}, finishReason),
		...(withUsage ? [chunk([], { usage })] : []),
	]);
}

function halves(text: string): string[] {
	const middle = Math.ceil(text.length / 2);
	return [text.slice(0, middle), text.slice(middle)];
}

/** Server-sent events, one a token, and the mark of the end. */
function events(chunks: object[]): Reply {
	const pieces = [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`);
	const headers = { 'content-type': 'text/event-stream; charset=utf-8' };
	return { status: 200, headers, body: '', stream: { pieces, pause: PAUSE } };
}

function embeddings(name: string, server: Server, body: Fields, number: number): Reply {
	const refuse = refuser(server);
	const { model, input, dimensions = DIMENSIONS, encoding_format: encoding = 'float' } = body;
	if (model !== undefined && model !== name)
		return refuse(404, `The model \`${shown(model)}\` does not exist.`, 'model');
	const texts = [input].flat();
	if (texts.length === 0 || !texts.every((text) => typeof text === 'string')) {
		return refuse(400, "[{'type': 'string_type', 'loc': ('body', 'input'), 'msg': 'Input should be a valid string'}]");
	}
	if (typeof dimensions !== 'number' || dimensions < 1 || dimensions > DIMENSIONS) {
		return refuse(400, `dimensions must be between 1 and ${DIMENSIONS}, got ${String(dimensions)}.`, 'dimensions');
	}
	const longest = Math.max(...texts.map((text) => words(text).length));
	const overflow = contextOverflow(server, longest, 0);
	if (overflow !== undefined) return refuse(400, overflow, 'input_tokens');
	const tokens = words(texts.join(' ')).length;
	return json(200, {
		id: `embd-${number}`,
		object: 'list',
		created: Math.floor(Date.now() / 1000),
		model: name,
		data: texts.map((text, index) => {
			const vector = embed(text, dimensions);
			return { index, object: 'embedding', embedding: encoding === 'base64' ? toBase64(vector) : vector };
		}),
		usage: { prompt_tokens: tokens, total_tokens: tokens, completion_tokens: 0 },
	});
}

/** The server of the deployment `name`. */
export function vllm(name: string, server: Server = { task: 'chat' }): (call: Call) => Reply {
	let answers = 0;
	const route = server.task === 'chat' ? '/v1/chat/completions' : '/v1/embeddings';
	return ({ method, path, body: text }) => {
		if (path === '/health') return { status: 200, headers: {}, body: '' };
		if (path === '/v1/models') {
			return json(200, { object: 'list', data: [{ id: name, object: 'model', max_model_len: CONTEXT_LENGTH }] });
		}
		if (path !== route) return json(404, { detail: 'Not Found' });
		if (method !== 'POST') return json(405, { detail: 'Method Not Allowed' });
		const body = readBody(text);
		if (!body) return refuser(server)(400, 'JSON decode error');
		return (server.task === 'chat' ? complete : embeddings)(name, server, body, ++answers);
	};
}
