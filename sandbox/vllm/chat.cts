/** Answers to chats: whole, as parts of a stream, or to several conversations at once. */
import { json, type Reply } from '../reply.cts';
import { readChat, readTurn, refusalOfModel, type Turn } from './chatRequest.cts';
import { finishOf, generate, rewritten, textIn, type Generation } from './generation.cts';
import { logprobsOf } from './logprobs.cts';
import { refuse } from './refusal.cts';
import { fingerprint, isBefore, now, uniqueName, type Fields, type Server } from './server.cts';
import { streamOf } from './stream.cts';
import { Cache, countsOf, usageOf, type Usage } from './usage.cts';

function answersTo(server: Server, body: Fields, { messages, limit }: Turn): Generation[] {
	return Array.from({ length: Number(body.n ?? 1) }, () => generate(server.model(body, messages), body, limit));
}

function messageOf(server: Server, generation: Generation, body: Fields): object {
	const { calls, choice, tokens } = generation;
	const isThinking = tokens.at(-1)?.part === 'reasoning';
	// What was cut off before it was a call is text.
	const text =
		calls.length > 0 ? textIn(generation, 'content') : textIn(generation, 'content', 'mark', 'name', 'arguments');
	const isEmpty = text === '' && (isThinking || (calls.length > 0 && choice === 'auto'));
	const content = isEmpty ? null : text;
	const toolCalls = calls.map(({ name, arguments: given }) => ({
		id: uniqueName('chatcmpl-tool'),
		type: 'function',
		function: { name, arguments: rewritten(given) },
	}));
	const thought = body.include_reasoning === false ? '' : textIn(generation, 'reasoning');
	const reasoning = thought === '' ? null : thought;
	if (isBefore(server, '0.10.1')) {
		return { role: 'assistant', reasoning_content: reasoning, content, tool_calls: toolCalls };
	}
	return {
		role: 'assistant',
		content,
		refusal: null,
		annotations: null,
		audio: null,
		function_call: null,
		...(toolCalls.length > 0 && { tool_calls: toolCalls }),
		reasoning,
	};
}

function choiceOf(server: Server, generation: Generation, body: Fields, index: number): object {
	const choice = {
		index,
		message: messageOf(server, generation, body),
		logprobs: logprobsOf(
			generation.tokens.map(({ text }) => text),
			body,
			generation.likelihoods,
		),
		finish_reason: finishOf(server, generation, false),
		stop_reason: generation.stopReason,
	};
	return isBefore(server, '0.10.1') ? choice : { ...choice, token_ids: null, routed_experts: null };
}

/** A thought that did not end counts for nothing. */
function reasoningTokens({ tokens }: Generation): number {
	return tokens.at(-1)?.part === 'reasoning' ? 0 : tokens.filter(({ part }) => part === 'reasoning').length;
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);

/** A server's chats; it remembers what it was asked. */
export class Chats {
	private readonly cache = new Cache();

	constructor(
		private readonly name: string,
		private readonly server: Server,
	) {}

	answer(body: Fields): Reply {
		const read = readChat(this.name, this.server, body);
		if ('refusal' in read) return refuse(this.server, read.refusal);
		const generations = answersTo(this.server, body, read.turn);
		const usage = this.usage([read.turn], generations);
		if (body.stream === true) return streamOf(this.name, this.server, body, generations, usage);
		return this.whole(body, generations, usage);
	}

	/** `messages` is a list of conversations, each of which gets a choice. */
	answerAll(body: Fields): Reply {
		const refusal = refusalOfModel(this.name, this.server, body);
		if (refusal) return refuse(this.server, refusal);
		const turns: Turn[] = [];
		for (const messages of Array.isArray(body.messages) ? body.messages : []) {
			const read = readTurn(this.name, this.server, body, Array.isArray(messages) ? messages : []);
			if ('refusal' in read) return refuse(this.server, read.refusal);
			turns.push(read.turn);
		}
		const generations = turns.flatMap((turn) => answersTo(this.server, body, turn));
		return this.whole(body, generations, this.usage(turns, generations));
	}

	private usage(turns: Turn[], generations: Generation[]): Usage {
		const counts = countsOf(
			sum(turns.map(({ prompt }) => prompt.tokens)),
			sum(generations.map(({ tokens }) => tokens.length)),
		);
		const cached = sum(turns.map(({ prompt }) => this.cache.take(prompt)));
		return usageOf(this.server, counts, cached, sum(generations.map(reasoningTokens)));
	}

	private whole(body: Fields, generations: Generation[], usage: Usage): Reply {
		const reply = {
			id: uniqueName('chatcmpl'),
			object: 'chat.completion',
			created: now(),
			model: this.name,
			choices: generations.map((generation, index) => choiceOf(this.server, generation, body, index)),
		};
		if (isBefore(this.server, '0.10.1')) {
			return json(200, { ...reply, usage, prompt_logprobs: null, kv_transfer_params: null });
		}
		return json(200, {
			...reply,
			service_tier: null,
			system_fingerprint: fingerprint(this.name, this.server),
			usage,
			prompt_logprobs: null,
			prompt_token_ids: null,
			prompt_text: null,
			kv_transfer_params: null,
			ec_transfer_params: null,
			metrics: null,
		});
	}
}
