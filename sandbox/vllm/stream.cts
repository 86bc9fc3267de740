/** A chat's answer as server-sent events, about one a token (vllm: `chat_completion/serving.py`). */
import { isObject, type Reply } from '../reply.cts';
import { finishOf, type Generation, type Token } from './generation.cts';
import { logprobsOf } from './logprobs.cts';
import { fingerprint, isBefore, now, uniqueName, type Fields, type Server } from './server.cts';
import { withoutNull, type Usage } from './usage.cts';

/** Milliseconds between two tokens. */
const PAUSE = 6;

/** What a token adds to the message; undefined where it adds nothing. */
function deltaOf(server: Server, body: Fields, token: Token): object | undefined {
	const isOld = isBefore(server, '0.10.1');
	const index = token.call ?? 0;
	switch (token.part) {
		case 'reasoning':
			if (body.include_reasoning === false) return undefined;
			return { [isOld ? 'reasoning_content' : 'reasoning']: token.text };
		case 'content':
			return { content: token.text };
		case 'name': {
			const called = { name: token.name, ...(isOld && { arguments: '' }) };
			const call = { id: uniqueName('chatcmpl-tool'), type: 'function', index, function: called };
			return { ...(!isOld && { content: null }), tool_calls: [call] };
		}
		case 'arguments':
			return { ...(!isOld && { content: null }), tool_calls: [{ index, function: { arguments: token.text } }] };
		case 'mark':
			return undefined;
	}
}

export function streamOf(name: string, server: Server, body: Fields, generations: Generation[], usage: Usage): Reply {
	const isOld = isBefore(server, '0.10.1');
	const shared = { id: uniqueName('chatcmpl'), object: 'chat.completion.chunk', created: now(), model: name };
	const withUsage = isObject(body.stream_options) && body.stream_options.include_usage === true;
	const system = isOld ? {} : { system_fingerprint: fingerprint(name, server) };
	const first = isOld ? {} : { prompt_token_ids: null, prompt_text: null };

	const chunksOf = (generation: Generation, index: number): object[] => {
		const { tokens, isCut, stopReason } = generation;
		const ids = isOld ? {} : { token_ids: null };
		const choice = (
			delta: object,
			logprobs: object | null,
			finish: string | null = null,
			more: object = {},
		): object => ({
			...shared,
			choices: [{ index, delta, logprobs, finish_reason: finish, ...more }],
		});
		const end = { stop_reason: stopReason, ...ids };
		const finish = finishOf(server, generation, true);
		const chunks = tokens.flatMap((token, position) => {
			const delta = deltaOf(server, body, token);
			const isLast = isCut && position === tokens.length - 1;
			if (!delta && !isLast) return [];
			const logprobs = logprobsOf([token.text], body, generation.likelihoods, position);
			return [isLast ? choice(delta ?? {}, logprobs, finish, end) : choice(delta ?? {}, logprobs, null, ids)];
		});
		return isCut ? chunks : [...chunks, choice({}, null, finish, end)];
	};

	const starts = generations.map((_, index) => ({
		...shared,
		choices: [{ index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }],
		...first,
	}));
	const rest = generations.flatMap(chunksOf);
	const last = rest.pop();
	return events([
		...starts,
		...rest,
		...(last ? [withUsage ? last : { ...last, ...system }] : []),
		...(withUsage ? [{ ...shared, choices: [], usage: withoutNull(usage), ...system }] : []),
	]);
}

/** Events, and the mark of the end. */
function events(chunks: object[]): Reply {
	const pieces = [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((data) => `data: ${data}\n\n`);
	const headers = { 'content-type': 'text/event-stream; charset=utf-8' };
	return { status: 200, headers, body: '', stream: { pieces, pause: PAUSE } };
}
