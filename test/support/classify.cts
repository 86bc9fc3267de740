/** What a server of vLLM answers to a question by letters, and a run of Classify that asks it. */
import type { INodeParameters } from 'n8n-workflow';
import { runModel, type RunOptions, type RunResult } from './engine.cts';
import { at, textOf } from './json.cts';
import type { Recorded, Reply, TestServer } from './server.cts';

export const CATEGORIES = [
	{ name: 'billing', description: 'Invoices and payments' },
	{ name: 'technical', description: '' },
	{ name: 'sales', description: 'Offers' },
];

/** The log probabilities of a first token, and of what else could have stood there, as a server lists them. */
export type Told = Array<[token: unknown, logprob: unknown]>;

/** A grammar's filler: what stands there where only letters may. */
export const NEVER: Told = [
	['\u0012', -9999],
	['the', -9999],
];

/** Log probabilities in their order: of the letter A, of B and so on. */
export function told(...probabilities: number[]): Told {
	const letters = probabilities.map((probability, index): [string, number] => [
		String.fromCharCode(65 + index),
		Math.log(probability),
	]);
	return [...letters.toSorted(([, one], [, other]) => other - one), ...NEVER];
}

/** A reply of vLLM that says a text, whose first token was as likely as is told. */
export function answered(content: string | null, first: Told, more: { message?: object; choice?: object } = {}): Reply {
	const entries = first.map(([token, logprob]) => ({ token, logprob, bytes: [] }));
	const logprobs = { content: [{ ...entries[0], top_logprobs: entries }] };
	return {
		body: {
			id: 'chatcmpl-1',
			object: 'chat.completion',
			model: 'llm',
			choices: [
				{
					index: 0,
					message: { role: 'assistant', content, reasoning: null, ...more.message },
					logprobs,
					finish_reason: 'length',
					...more.choice,
				},
			],
			usage: { prompt_tokens: 50, completion_tokens: 1, total_tokens: 51 },
		},
	};
}

/** The question of a request: its text, without images. */
export function questionIn({ body }: Recorded): string {
	const content = at(body, 'messages', 0, 'content');
	return textOf(Array.isArray(content) ? at(content, 0, 'text') : content);
}

/** The text that a request asks about. */
export function textIn(request: Recorded): string {
	return questionIn(request).split('\n\nContent:\n').at(-1) ?? '';
}

/** Runs Classify on a server, on the field `text` of each item and with three categories unless told otherwise. */
export function classifyWith(server: TestServer, options: Partial<RunOptions>): Promise<RunResult> {
	const { parameters, credential, ...rest } = options;
	const given: INodeParameters = {
		operation: 'classify',
		deployment: { __rl: true, mode: 'name', value: 'llm' },
		text: '={{ $json.text }}',
		categories: { values: CATEGORIES },
		...parameters,
	};
	return runModel({ ...rest, credential: { servingUrl: server.url, ...credential }, parameters: given });
}
