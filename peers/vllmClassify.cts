/**
 * The tests of Classify against real vLLM: its probabilities are the softmax of the server's own logits, an item costs one
 * token, and what is the same for all items is read from the server's cache. The labelled tickets are in classify/tickets.json;
 * models with random weights know nothing of them, so no test asks whether a category is the right one.
 */
import type { INodeParameters } from 'n8n-workflow';
import { questionOf, type Category } from '../nodes/core/language/categories.ts';
import { mapPool } from '../nodes/core/batching/mapPool.ts';
import { at, listOf, numberOf, read, recordOf, textOf } from '../test/support/json.cts';
import { choiceDirectly, classify, CONTINUES, directly, messageOf } from './askVllm.cts';
import { categories, tickets } from './classify/tickets.json';
import { note, peerTest } from './results.cts';
import { BYTES, canReason, CHAT, EMBEDDING, LOGITS, REASONING, type Vllm } from './vllm.cts';

const INSTRUCTIONS = 'These are tickets of a software company.';
const LETTERS = Array.from({ length: 20 }, (_, place) => String.fromCharCode(65 + place));
/** What single precision and another order of adding up may change. */
const EXACT = 1e-6;
/** Milliseconds for a thousand requests. */
const PATIENCE = 600_000;

const textsOf = (count: number): Array<{ text: string }> =>
	Array.from({ length: count }, (_, index) => ({ text: `${tickets[index % tickets.length]?.text ?? ''} ${index}` }));

const twenty: Category[] = LETTERS.map((letter) => ({ name: `shelf ${letter}`, description: '' }));

const fieldsFor = (values: readonly Category[]): INodeParameters => ({
	instructions: INSTRUCTIONS,
	categories: { values: values.map(({ name, description }) => ({ name, description })) },
});

/** Numbers that add up to 1, in the proportions of the powers. */
function softmax(logits: number[]): number[] {
	const most = Math.max(...logits);
	const powers = logits.map((logit) => Math.exp(logit - most));
	const total = powers.reduce((sum, power) => sum + power, 0);
	return powers.map((power) => power / total);
}

/** The tokens of letters, as the server numbers them. */
async function tokensOf(vllm: Vllm, deployment: string, letters: string[]): Promise<number[]> {
	return await Promise.all(
		letters.map(async (letter) => {
			const body = JSON.stringify({ model: deployment, prompt: letter, add_special_tokens: false });
			const headers = { 'content-type': 'application/json' };
			const reply = await fetch(`${vllm.urlOf(deployment)}/tokenize`, { method: 'POST', headers, body });
			const tokens = listOf(at(read(await reply.text()), 'tokens'));
			expect(tokens).toHaveLength(1);
			return numberOf(tokens[0]);
		}),
	);
}

/** What is told of the first token of a reply, as pairs of a text and a number. */
const toldIn = (reply: unknown): Array<[token: string, told: number]> =>
	listOf(at(reply, 'choices', 0, 'logprobs', 'content', 0, 'top_logprobs')).map((entry) => [
		textOf(at(entry, 'token')),
		numberOf(at(entry, 'logprob')),
	]);

/** The logits of letters after a question, without any grammar. */
async function logitsOf(vllm: Vllm, question: string, letters: string[], tokens: number[]): Promise<number[]> {
	const fields = { max_tokens: 1, temperature: 0, logprobs: true, top_logprobs: 1, logprob_token_ids: tokens };
	const { reply } = await choiceDirectly(vllm, LOGITS, question, fields);
	const told = new Map(toldIn(reply));
	return letters.map((letter) => told.get(letter) ?? NaN);
}

/** How many of the prompts' tokens a server found in its cache while something was done. */
async function cachedDuring(vllm: Vllm, deployment: string, work: () => Promise<unknown>): Promise<number> {
	const counts = async (): Promise<number[]> => {
		const text = await (await fetch(`${vllm.urlOf(deployment)}/metrics`)).text();
		return ['hits', 'queries'].map((name) =>
			Number(new RegExp(`^vllm:prefix_cache_${name}_total\\{.*\\} (\\S+)$`, 'm').exec(text)?.[1]),
		);
	};
	const [hits = NaN, queries = NaN] = await counts();
	await work();
	const [hitsNow = NaN, queriesNow = NaN] = await counts();
	return (hitsNow - hits) / (queriesNow - queries);
}

export function classifyTests(version: string, vllm: () => Vllm): void {
	const server = `vLLM ${version}`;

	/** How many of the texts have the probabilities that the logits of the server make. */
	async function equalToLogits(
		name: string,
		values: readonly Category[],
		rows: Array<{ text: string }>,
	): Promise<number> {
		const letters = LETTERS.slice(0, values.length);
		const { success, error, metadata } = await classify(vllm(), CHAT, { rows, fields: fieldsFor(values) });
		if (error) throw error;
		expect(metadata?.tokenUsage?.outputTokens).toBe(rows.length);
		const tokens = await tokensOf(vllm(), LOGITS, letters);
		let equal = 0;
		let furthest = 0;
		await mapPool(rows.entries(), 8, async ([index, { text }]) => {
			const wanted = softmax(await logitsOf(vllm(), questionOf(values, INSTRUCTIONS, text), letters, tokens));
			const { category, confidence, probabilities } = recordOf(success[index]?.json.classification);
			const shares = values.map((one) => numberOf(recordOf(probabilities)[one.name]));
			const away = Math.max(...shares.map((share, place) => Math.abs(share - (wanted[place] ?? NaN))));
			furthest = Math.max(furthest, away);
			const best = Math.max(...shares);
			if (away <= EXACT && confidence === best && recordOf(probabilities)[textOf(category)] === best) equal++;
			return true;
		});
		console.log(`${server}, ${name}: at most ${furthest.toExponential(1)} from the softmax of the logits`);
		return equal;
	}

	for (const [name, values, count] of [
		['four categories', categories, 500],
		['twenty categories', twenty, 100],
	] as const) {
		const what = `the probabilities of ${name} are the softmax of the server’s own logits, for a token an item`;
		const compare = async (): Promise<void> => {
			const equal = await equalToLogits(name, values, textsOf(count));
			note(server, `Classify, ${name}: probabilities as by its own logits`, count, equal);
		};
		peerTest(what, compare, PATIENCE);
	}

	peerTest('what is the same for all items is read from the cache, as it would not be behind the texts', async () => {
		const rows = textsOf(100);
		const asked = { rows, fields: fieldsFor(categories), options: { concurrency: 1 } };
		const before = await cachedDuring(vllm(), CHAT, async () => {
			const { error } = await classify(vllm(), CHAT, asked);
			if (error) throw error;
		});
		const behind = await cachedDuring(vllm(), CHAT, async () => {
			for (const { text } of rows) {
				const question = `Content:\n${text}\n\n${questionOf(categories, INSTRUCTIONS, '')}`;
				await choiceDirectly(vllm(), CHAT, question, { max_tokens: 1 });
			}
		});
		console.log(
			`${server}: of the prompts' tokens ${before.toFixed(2)} came from the cache, behind the texts ${behind.toFixed(2)}`,
		);
		expect(before).toBeGreaterThan(0.5);
		expect(behind).toBeLessThan(0.05);
	});

	peerTest('a letter that two tokens write counts by both', async () => {
		const rows = textsOf(50);
		const { success, error } = await classify(vllm(), BYTES, { rows, fields: fieldsFor(categories) });
		if (error) throw error;
		let equal = 0;
		for (const [index, { text }] of rows.entries()) {
			const { reply } = await choiceDirectly(vllm(), BYTES, questionOf(categories, INSTRUCTIONS, text), {
				...{ max_tokens: 1, temperature: 0, logprobs: true, top_logprobs: 20 },
				structured_outputs: { choice: LETTERS.slice(0, categories.length) },
			});
			const allowed = toldIn(reply).filter(([, told]) => told > -9000);
			expect(allowed).toHaveLength(2 * categories.length);
			const shares = Object.values(recordOf(at(success[index]?.json.classification, 'probabilities'))).map(numberOf);
			const isEqual = categories.every((_, place) => {
				const both = allowed.filter(([token]) => token === LETTERS[place]).map(([, told]) => Math.exp(told));
				return Math.abs((shares[place] ?? NaN) - both.reduce((sum, one) => sum + one, 0)) <= EXACT;
			});
			if (isEqual) equal++;
		}
		note(server, 'Classify, two tokens a letter', rows.length, equal);
	});

	peerTest(
		'twenty letters of two tokens each are more than the server tells: no half of them is believed',
		async () => {
			const { failed, success } = await classify(vllm(), BYTES, {
				rows: textsOf(5),
				fields: fieldsFor(twenty),
				settings: CONTINUES,
			});
			expect(success).toEqual([]);
			for (const { json } of failed) expect(json.error).toMatch(/together, and not 1|did not tell how likely/);
		},
	);

	peerTest('logits in the place of probabilities are refused', async () => {
		const refused = await classify(vllm(), LOGITS, { rows: textsOf(1), fields: fieldsFor(categories) });
		expect(messageOf(refused)).toMatch(/together, and not 1.*--logprobs-mode/);
	});

	peerTest('a model that makes embeddings is told apart', async () => {
		const refused = await classify(vllm(), EMBEDDING, { rows: textsOf(1), fields: fieldsFor(categories) });
		expect(messageOf(refused)).toContain("set 'Operation' to 'Embed'");
		expect((await directly(vllm(), EMBEDDING, 'chat/completions', { messages: [] })).status).toBeGreaterThanOrEqual(
			400,
		);
	});

	if (!canReason(version)) return;

	peerTest('a model that cannot but think fails in words', async () => {
		const refused = await classify(vllm(), REASONING, { rows: textsOf(1), fields: fieldsFor(categories) });
		expect(messageOf(refused)).toMatch(/began to think|did not answer with the letter/);
		expect(messageOf(refused)).toContain('enable_thinking');
	});
}
