/** The tests against a model of real vLLM that thinks first, and that takes three requests at a time. */
import { at, numberOf, textOf } from '../test/support/json.cts';
import { chat, choiceDirectly, CONTINUES, messageOf, requestsDuring, streamedDirectly } from './askVllm.cts';
import { note, peerTest } from './results.cts';
import { REASONING, type Vllm } from './vllm.cts';
import { HELLO } from './vllmQuestions.cts';

/** With these a random model ends its thought: the token that does so is likelier, and is not left out of the text. */
const THINKING = { logit_bias: { 10: 3 }, skip_special_tokens: false };
const DRAW = { temperature: 1, seed: 3 };
/** What is said of a thought that took all tokens. */
const UNFINISHED = /think|thought|reason/i;
const LONG = 'hello world '.repeat(300);

export function reasoningTests(version: string, vllm: () => Vllm): void {
	const server = `vLLM ${version}`;

	peerTest('the answer comes apart from the thoughts, whole and streamed', async () => {
		const fields = { ...DRAW, ...THINKING, max_tokens: 60 };
		const { reply } = await choiceDirectly(vllm(), REASONING, HELLO, fields);
		const whole = (name: string): string => textOf(at(reply, 'choices', 0, 'message', name));
		// In a stream vLLM leaves out half a character at the end of the thought.
		const streamed = await streamedDirectly(vllm(), REASONING, HELLO, fields);
		let equal = 0;
		for (const [wanted, way] of [
			[whole, {}],
			[streamed, { onChunk: () => {} }],
		] as const) {
			const options = { ...DRAW, maxTokens: 60, extraFields: THINKING };
			const { success, error } = await chat(vllm(), REASONING, { rows: [{ text: HELLO }], options, ...way });
			if (error) throw error;
			const [made] = success;
			if (made?.json.text === wanted('content') && made.json.reasoning === wanted('reasoning')) equal++;
		}
		note(server, 'Chat with thoughts', 2, equal);
	});

	peerTest('tokens that were all spent on thinking are no answer, whole or streamed', async () => {
		const asked = { rows: [{ text: HELLO }], options: { temperature: 0, maxTokens: 8 } };
		for (const way of [{}, { onChunk: () => {} }])
			expect(messageOf(await chat(vllm(), REASONING, { ...asked, ...way }))).toMatch(UNFINISHED);
	});

	peerTest('a prompt that was seen before says how many of its tokens were kept', async () => {
		const options = { ...DRAW, maxTokens: 60, extraFields: THINKING };
		const { success, error } = await chat(vllm(), REASONING, {
			rows: [{ text: LONG }, { text: LONG }],
			options: { ...options, concurrency: 1 },
		});
		if (error) throw error;
		const { reply } = await choiceDirectly(vllm(), REASONING, LONG, { ...DRAW, ...THINKING, max_tokens: 60 });
		const kept = numberOf(at(reply, 'usage', 'prompt_tokens_details', 'cached_tokens'));
		expect(kept).toBeGreaterThan(0);
		note(server, 'Chat, cached tokens', 1, at(success[1]?.json.usage, 'cachedTokens') === kept ? 1 : 0);
	});

	peerTest('more requests at a time than the server takes: none is lost', async () => {
		const rows = Array.from({ length: 30 }, (_, index) => ({ index, text: `${HELLO} ${index}` }));
		const options = { ...DRAW, maxTokens: 60, concurrency: 12, maxTries: 20, extraFields: THINKING };
		let answered = 0;
		const requests = await requestsDuring(vllm(), REASONING, async () => {
			const { success, failed } = await chat(vllm(), REASONING, { rows, options, settings: CONTINUES });
			// A thought that found no end in time is a failure, which only an answer of the server can be.
			const unfinished = failed.filter(({ json }) => UNFINISHED.test(textOf(json.error)));
			answered = success.length + unfinished.length;
			expect(success.length).toBeGreaterThan(0);
		});
		expect(requests).toBeGreaterThan(rows.length);
		note(server, 'Chat, three at a time: items that got an answer', rows.length, answered);
	});
}
