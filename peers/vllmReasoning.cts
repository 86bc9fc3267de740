/** The tests against a model of real vLLM that thinks first, and that takes three requests at a time. */
import { at, numberOf, textOf } from '../test/support/json.cts';
import { chat, choiceDirectly, requestsDuring } from './askVllm.cts';
import { note, peerTest } from './results.cts';
import { REASONING, type Vllm } from './vllm.cts';

const LIMIT = 40;

export function reasoningTests(version: string, vllm: () => Vllm): void {
	const server = `vLLM ${version}`;

	peerTest('tokens that were all spent on thinking are no answer, whole or streamed', async () => {
		const asked = { rows: [{ text: 'hello world' }], options: { temperature: 0, maxTokens: 8 } };
		for (const way of [{}, { onChunk: () => {} }]) {
			const { error } = await chat(vllm(), REASONING, { ...asked, ...way });
			expect(`${error?.message} ${error?.description}`).toMatch(/think|thought|reason/i);
		}
	});

	peerTest('a prompt that was seen before says how much of it was kept', async () => {
		const text = 'hello world '.repeat(300);
		const fields = { temperature: 0, max_tokens: 8 };
		await choiceDirectly(vllm(), REASONING, text, fields);
		const { reply } = await choiceDirectly(vllm(), REASONING, text, fields);
		expect(numberOf(at(reply, 'usage', 'prompt_tokens_details', 'cached_tokens'))).toBeGreaterThan(0);
		const options = { temperature: 0, maxTokens: 8, extraFields: { include_reasoning: false } };
		const { error } = await chat(vllm(), REASONING, { rows: [{ text }], options });
		expect(error).toBeDefined();
	});

	peerTest('more requests at a time than the server takes: none is lost', async () => {
		const rows = Array.from({ length: 30 }, (_, index) => ({ text: `hello world ${index}` }));
		const options = {
			...{ temperature: 0, maxTokens: LIMIT, concurrency: 12, maxTries: 20 },
			extraFields: { ignore_eos: true },
		};
		let whole = 0;
		const requests = await requestsDuring(vllm(), REASONING, async () => {
			const run = await chat(vllm(), REASONING, {
				rows,
				options,
				parameters: { simplify: false },
				settings: { onError: 'continueErrorOutput' },
			});
			const reasons = run.failed.map(({ json }) => textOf(json.error));
			whole = reasons.filter((reason) => /think|thought|reason/i.test(reason)).length;
		});
		expect(requests).toBeGreaterThan(rows.length);
		note(server, 'Chat, three at a time: items that the model came to answer', rows.length, whole);
	});
}
