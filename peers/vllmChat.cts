/** The tests of Chat against real vLLM: every answer is what the server gives without n8n, every refusal says what can be done. */
import type { IDataObject } from 'n8n-workflow';
import { isJsonText, at, listOf, numberOf, read, recordOf, textOf } from '../test/support/json.cts';
import { chat, choiceDirectly, CONTINUES, messageOf } from './askVllm.cts';
import { note, peerTest } from './results.cts';
import { CHAT, CONTEXT, EMBEDDING, type Vllm } from './vllm.cts';
import { FIND_ORDER, HELLO, SCHEMA_DRAW, TICKET, TOOL_DRAW } from './vllmQuestions.cts';

const PROMPTS = Array.from({ length: 20 }, (_, index) => ({ index, text: `score invoice ${index}` }));
const GREEDY = { temperature: 0 };

const strict = (isStrict: boolean) => ({ ...FIND_ORDER, function: { ...FIND_ORDER.function, strict: isStrict } });

/** Half of these words are a token each: a prompt of so many is about so long. */
const long = (words: number): string => 'hello world '.repeat(words / 2).trim();

const contentOf = (reply: unknown): string => textOf(at(reply, 'choices', 0, 'message', 'content') ?? '');
const finishOf = (reply: unknown): unknown => at(reply, 'choices', 0, 'finish_reason');

/** Name and arguments of each call; the arguments as text, where they are no JSON object. */
function callsOf(reply: unknown): Array<[name: unknown, given: unknown]> {
	return listOf(at(reply, 'choices', 0, 'message', 'tool_calls') ?? []).map((call) => {
		const text = textOf(at(call, 'function', 'arguments'));
		return [at(call, 'function', 'name'), isJsonText(text) ? read(text) : text];
	});
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

export function chatTests(version: string, vllm: () => Vllm): void {
	const server = `vLLM ${version}`;
	const one = [{ index: 0, text: HELLO }];

	peerTest('every prompt gets the answer that the server gives it, its tokens counted', async () => {
		const options = { ...GREEDY, maxTokens: 12 };
		const { success, error } = await chat(vllm(), CHAT, { rows: PROMPTS, options });
		if (error) throw error;
		let equal = 0;
		for (const [row, { text }] of PROMPTS.entries()) {
			const { reply } = await choiceDirectly(vllm(), CHAT, text, { ...GREEDY, max_tokens: 12 });
			const json = success[row]?.json;
			if (json?.text === contentOf(reply) && json.finishReason === finishOf(reply)) equal++;
			const counted = (name: string): number => numberOf(at(json?.usage, name));
			expect(counted('totalTokens')).toBe(numberOf(at(reply, 'usage', 'total_tokens')));
			expect(counted('promptTokens') + counted('completionTokens')).toBe(counted('totalTokens'));
		}
		note(server, 'Chat', PROMPTS.length, equal);
	});

	peerTest('a streamed answer is the same, piece by piece', async () => {
		const pieces: string[] = [];
		const { success, error } = await chat(vllm(), CHAT, {
			rows: one,
			options: { ...GREEDY, maxTokens: 12 },
			onChunk: ({ type, content }) => {
				if (type === 'item' && content !== undefined) pieces.push(content);
			},
		});
		if (error) throw error;
		const { reply } = await choiceDirectly(vllm(), CHAT, HELLO, { ...GREEDY, max_tokens: 12 });
		expect(pieces.length).toBeGreaterThan(1);
		expect(pieces.join('')).toBe(contentOf(reply));
		const json = success[0]?.json;
		const isEqual = json?.text === contentOf(reply) && json.finishReason === finishOf(reply);
		note(server, 'Chat, streamed', 1, isEqual ? 1 : 0);
	});

	peerTest('the same seed gives the same answer, with n8n and without', async () => {
		const options = { temperature: 1, seed: 7, maxTokens: 12 };
		const rows = [...one, ...one, ...one];
		const { success, error } = await chat(vllm(), CHAT, { rows, options });
		if (error) throw error;
		const { reply } = await choiceDirectly(vllm(), CHAT, HELLO, { temperature: 1, seed: 7, max_tokens: 12 });
		note(server, 'Chat, seed', rows.length, success.filter(({ json }) => json.text === contentOf(reply)).length);
	});

	peerTest('stop sequences end the answer; a fifth is refused by its name in the panel', async () => {
		const { reply } = await choiceDirectly(vllm(), CHAT, HELLO, { ...GREEDY, max_tokens: 12 });
		const whole = contentOf(reply);
		const stop = whole.slice(2, 4);
		const { success, error } = await chat(vllm(), CHAT, {
			rows: one,
			options: { ...GREEDY, maxTokens: 12, stop: [stop, 'never'] },
		});
		if (error) throw error;
		const [made] = success;
		const isStopped = made?.json.text === whole.slice(0, whole.indexOf(stop)) && made.json.finishReason === 'stop';
		note(server, 'Chat, stop sequences', 1, isStopped ? 1 : 0);
		const refused = await chat(vllm(), CHAT, { rows: one, options: { stop: ['a', 'b', 'c', 'd', 'e'] } });
		expect(messageOf(refused)).toContain('Stop Sequences');
	});

	peerTest('log probabilities are the server’s, to the last digit', async () => {
		const extraFields = { logprobs: true, top_logprobs: 2 };
		const { success, error } = await chat(vllm(), CHAT, {
			rows: one,
			options: { ...GREEDY, maxTokens: 8, extraFields },
		});
		if (error) throw error;
		const { reply } = await choiceDirectly(vllm(), CHAT, HELLO, { ...GREEDY, max_tokens: 8, ...extraFields });
		const wanted = listOf(at(reply, 'choices', 0, 'logprobs', 'content')).map((token) => at(token, 'logprob'));
		const made = listOf(success[0]?.json.logprobs).map((token) => at(token, 'logprob'));
		note(
			server,
			'Chat, log probabilities',
			wanted.length,
			wanted.filter((value, index) => value === made[index]).length,
		);
	});

	peerTest('a schema is followed, and what is cut off is no answer', async () => {
		const options = {
			...SCHEMA_DRAW,
			maxTokens: 300,
			responseFormat: 'jsonSchema',
			jsonSchema: JSON.stringify(TICKET),
		};
		const { success, error } = await chat(vllm(), CHAT, { rows: one, options });
		if (error) throw error;
		const format = { type: 'json_schema', json_schema: { name: 'answer', schema: TICKET, strict: true } };
		const { reply } = await choiceDirectly(vllm(), CHAT, HELLO, {
			...SCHEMA_DRAW,
			max_tokens: 300,
			response_format: format,
		});
		const isEqual = JSON.stringify(success[0]?.json.json) === JSON.stringify(read(contentOf(reply)));
		note(server, 'Chat, JSON Schema', 1, isEqual ? 1 : 0);
		const cut = await chat(vllm(), CHAT, { rows: one, options: { ...options, ...GREEDY, maxTokens: 60 } });
		expect(cut.error?.message).toContain('cut off');
		const unknown = JSON.stringify({ ...TICKET, uniqueItems: true, type: 'objekt' });
		const refused = await chat(vllm(), CHAT, { rows: one, options: { ...options, jsonSchema: unknown } });
		expect(messageOf(refused)).toContain('JSON Schema');
	});

	/** A run with a tool, and what the server itself answers: calls where all are whole and fit, otherwise a failure. */
	async function withTool(isStrict: boolean, choice: string): Promise<boolean> {
		const wire = choice === 'required' ? choice : { type: 'function', function: { name: choice } };
		const { reply } = await choiceDirectly(vllm(), CHAT, HELLO, {
			...TOOL_DRAW,
			max_tokens: 200,
			tools: [strict(isStrict)],
			tool_choice: wire,
		});
		const tools = JSON.stringify([strict(isStrict)]);
		const options = { ...TOOL_DRAW, maxTokens: 200, tools, toolChoice: choice };
		const { success, failed } = await chat(vllm(), CHAT, { rows: one, options, settings: CONTINUES });
		const wanted = callsOf(reply);
		if (!wanted.every(([, given]) => isObject(given))) return failed.length === 1;
		const made = listOf(success[0]?.json.toolCalls).map((call) => [at(call, 'name'), at(call, 'arguments')]);
		return JSON.stringify(made) === JSON.stringify(wanted);
	}

	peerTest('tools: the calls that the server makes, or a failure where they cannot be carried out', async () => {
		const asked: Array<[isStrict: boolean, choice: string]> = [
			[true, 'find_order'],
			[true, 'required'],
			[false, 'find_order'],
			[false, 'required'],
		];
		let equal = 0;
		for (const one of asked) if (await withTool(...one)) equal++;
		note(server, 'Chat, tools', asked.length, equal);
	});

	peerTest('‘Strict Tools’ holds the model to the parameters', async () => {
		const options: IDataObject = {
			...TOOL_DRAW,
			maxTokens: 200,
			tools: JSON.stringify([FIND_ORDER]),
			toolChoice: 'find_order',
			strictTools: true,
		};
		const { success, error } = await chat(vllm(), CHAT, { rows: one, options });
		if (error) throw error;
		expect(Number.isInteger(at(recordOf(listOf(success[0]?.json.toolCalls)[0]), 'arguments', 'id'))).toBe(true);
	});

	peerTest('a prompt that is too long, whole, streamed and to the last token, fails with what to do', async () => {
		const message = async (text: string, more: object = {}): Promise<string> => {
			return messageOf(await chat(vllm(), CHAT, { rows: [{ text }], options: { maxTokens: 8 }, ...more }));
		};
		expect(await message(long(1800))).toMatch(/too long/i);
		expect(await message(long(1800), { onChunk: () => {} })).toMatch(/too long/i);
		// Three tokens frame a prompt: it fills the context, and no token is left for an answer.
		expect(await message(long(CONTEXT - 4))).toMatch(/too long/i);
	});

	peerTest('more tokens than the context holds: as many as there is room for, or a failure that says so', async () => {
		const { status } = await choiceDirectly(vllm(), CHAT, HELLO, { ...GREEDY, max_tokens: 2 * CONTEXT, stop: ['j'] });
		const options = { ...GREEDY, maxTokens: 2 * CONTEXT, stop: ['j'] };
		const { success, failed } = await chat(vllm(), CHAT, { rows: one, options, settings: CONTINUES });
		expect(status === 200 ? success : failed).toHaveLength(1);
		if (status !== 200) expect(failed[0]?.json.error).toMatch(/too long|Maximum Number of Tokens/);
	});

	peerTest('a model that is not there, or is of another kind, is named', async () => {
		const message = async (deployment: string, options: IDataObject): Promise<string> => {
			return messageOf(await chat(vllm(), deployment, { rows: one, options }));
		};
		expect(await message(CHAT, { model: 'nobody' })).toContain('nobody');
		expect(await message(EMBEDDING, {})).toMatch(/404|embed/i);
	});
}
