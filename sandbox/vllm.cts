/** vLLM's chat completions for one deployment. The answers come from rules, not from a language model, and say so. */
import { isObject, json, type Call, type Reply } from './reply.cts';

const CONTEXT_LENGTH = 4096;

type Fields = Record<string, unknown>;

function refused(status: number, type: string, message: string, param: string | null = null): Reply {
	return json(status, { error: { message, type, param, code: status } });
}

function readBody(text: string): Fields | undefined {
	try {
		const body: unknown = JSON.parse(text);
		return isObject(body) ? body : undefined;
	} catch {
		return undefined;
	}
}

/** The text of a message; a list of parts is its text parts. */
function textOf(message: unknown): string {
	if (!isObject(message)) return '';
	const { content } = message;
	if (typeof content === 'string') return content;
	return Array.isArray(content) ? content.map((part) => (isObject(part) ? String(part.text ?? '') : '')).join(' ') : '';
}

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/** Words that speak for a team, for questions of the form "… one of: billing, technical, sales". */
const HINTS: Record<string, RegExp> = {
	billing: /\b(invoice|charged?|refund|payment|card|price paid|bill)/i,
	technical: /\b(error|crash|bug|fails?|slow|log ?in|password|broken|down)/i,
	sales: /\b(quote|upgrade|plan|seats?|demo|discount|buy)/i,
};

function choose(question: string): string | undefined {
	const choices = /one of:?\s*([\w ,-]+)/i
		.exec(question)?.[1]
		?.split(',')
		.map((choice) => choice.trim());
	const ticket = question.replace(/one of:?[^.\n]*/i, '');
	return choices?.find((choice) => HINTS[choice.toLowerCase()]?.test(ticket)) ?? choices?.at(-1);
}

function calculate(question: string): string | undefined {
	const sum = /(-?\d+(?:\.\d+)?)\s*([-+*/])\s*(-?\d+(?:\.\d+)?)/.exec(question);
	if (!sum) return undefined;
	const [left, right] = [Number(sum[1]), Number(sum[3])];
	const results: Record<string, number> = {
		'+': left + right,
		'-': left - right,
		'*': left * right,
		'/': left / right,
	};
	return String(results[sum[2] ?? '+']);
}

/** An answer to the last message of the user. */
function answerTo(question: string): string {
	const known = choose(question) ?? calculate(question);
	if (known !== undefined) return known;
	const asked = words(question).slice(0, 12).join(' ');
	return `This is the sandbox, which answers from rules and not from a language model. You asked: ${asked}`;
}

/** Up to the first stop sequence, and no longer than `max_tokens`; a token is a word here. */
function cut(answer: string, { stop, max_tokens: maxTokens }: Fields): { text: string; finishReason: string } {
	const stops = [stop].flat().filter((sequence) => typeof sequence === 'string' && sequence !== '');
	const ends = stops.map((sequence) => answer.indexOf(String(sequence))).filter((position) => position >= 0);
	const text = answer.slice(0, Math.min(answer.length, ...ends));
	const limit = typeof maxTokens === 'number' ? maxTokens : Infinity;
	const isCut = words(text).length > limit;
	return { text: isCut ? words(text).slice(0, limit).join(' ') : text, finishReason: isCut ? 'length' : 'stop' };
}

function complete(name: string, body: Fields, number: number): Reply {
	const { model, messages, temperature } = body;
	if (model !== undefined && model !== name) {
		return refused(404, 'NotFoundError', `The model \`${String(model)}\` does not exist.`, 'model');
	}
	if (!Array.isArray(messages))
		return refused(
			400,
			'BadRequestError',
			"[{'type': 'missing', 'loc': ('body', 'messages'), 'msg': 'Field required'}]",
		);
	if (typeof temperature === 'number' && temperature < 0) {
		return refused(400, 'BadRequestError', `temperature must be non-negative, got ${temperature}.`, 'temperature');
	}
	if (body.stream === true) return refused(400, 'BadRequestError', 'The sandbox does not stream.', 'stream');
	const promptTokens = words(messages.map(textOf).join(' ')).length;
	if (promptTokens > CONTEXT_LENGTH) {
		return refused(
			400,
			'BadRequestError',
			`This model's maximum context length is ${CONTEXT_LENGTH} tokens. However, you requested ${promptTokens} tokens.`,
		);
	}
	const question = textOf(messages.findLast((message) => isObject(message) && message.role === 'user'));
	const { text, finishReason } = cut(answerTo(question), body);
	const completionTokens = words(text).length;
	return json(200, {
		id: `chatcmpl-${number}`,
		object: 'chat.completion',
		created: Math.floor(Date.now() / 1000),
		model: name,
		choices: [
			{
				index: 0,
				message: { role: 'assistant', content: text, tool_calls: [] },
				logprobs: null,
				finish_reason: finishReason,
				stop_reason: null,
			},
		],
		usage: {
			prompt_tokens: promptTokens,
			completion_tokens: completionTokens,
			total_tokens: promptTokens + completionTokens,
		},
	});
}

/** The server of the deployment `name`. */
export function vllm(name: string): (call: Call) => Reply {
	let answers = 0;
	return ({ method, path, body: text }) => {
		if (path === '/health') return { status: 200, headers: {}, body: '' };
		if (path === '/v1/models') {
			return json(200, { object: 'list', data: [{ id: name, object: 'model', max_model_len: CONTEXT_LENGTH }] });
		}
		if (path !== '/v1/chat/completions') return json(404, { detail: 'Not Found' });
		if (method !== 'POST') return json(405, { detail: 'Method Not Allowed' });
		const body = readBody(text);
		if (!body) return refused(400, 'BadRequestError', 'JSON decode error');
		return complete(name, body, ++answers);
	};
}
