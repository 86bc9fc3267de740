/** The tests of Rerank against real vLLM, whose embedding model compares a query with texts: every relevance is the server's own. */
import { at, listOf } from '../test/support/json.cts';
import { CONTINUES, directly, requestsDuring, rerank } from './askVllm.cts';
import { note, peerTest } from './results.cts';
import { EMBEDDING, LONGEST_TEXT, type Vllm } from './vllm.cts';

const QUERY = 'fraud score';
const WORDS = ['hello', 'world', 'fraud', 'score', 'invoice', 'customer', 'quick', 'brown'];
const textsOf = (count: number): Array<{ text: string }> =>
	Array.from({ length: count }, (_, index) => ({ text: [WORDS[index % WORDS.length], index].join(' ') }));
const TOO_LONG = { text: 'hello world '.repeat(LONGEST_TEXT) };

/** How far two relevances of one text may lie apart: the server computes texts together, and so not always in one order. */
const NEAR = 1e-4;

export function rerankTests(version: string, vllm: () => Vllm): void {
	const server = `vLLM ${version}`;

	for (const route of ['rerank', 'score'])
		peerTest(`1,000 texts in ten requests, each with the relevance that /v1/${route} gives`, async () => {
			const rows = textsOf(1000);
			const options = { concurrency: 1, rowsPerRequest: 100 };
			let made: number[] = [];
			const sent = await requestsDuring(vllm(), EMBEDDING, async () => {
				const { success, error } = await rerank(vllm(), EMBEDDING, { rows, options });
				if (error) throw error;
				made = success.map(({ json }) => Number(json.relevance));
				const order = success.map(({ json }) => Number(json.rank));
				const ranked = made.map((relevance, item) => ({ relevance, rank: order[item] ?? 0 }));
				ranked.sort((one, other) => one.rank - other.rank);
				expect(ranked.map(({ rank }) => rank)).toEqual(rows.map((_row, place) => place + 1));
				expect(ranked.every(({ relevance }, place) => relevance <= (ranked[place - 1]?.relevance ?? 2))).toBe(true);
			});
			expect(sent).toBe(10);
			const texts = rows.map(({ text }) => text);
			const body = route === 'rerank' ? { query: QUERY, documents: texts } : { text_1: QUERY, text_2: texts };
			const { reply } = await directly(vllm(), EMBEDDING, route, body);
			const entries = listOf(at(reply, route === 'rerank' ? 'results' : 'data'));
			const equal = entries.filter((entry) => {
				const relevance = Number(at(entry, route === 'rerank' ? 'relevance_score' : 'score'));
				return Math.abs(relevance - (made[Number(at(entry, 'index'))] ?? NaN)) < NEAR;
			});
			note(server, `Rerank, as /v1/${route}`, rows.length, equal.length);
		});

	peerTest('one text of a hundred that is too long fails alone, and the others are ranked', async () => {
		const rows = textsOf(100).with(42, TOO_LONG);
		let ranks: unknown[] = [];
		const requests = await requestsDuring(vllm(), EMBEDDING, async () => {
			const { success, failed } = await rerank(vllm(), EMBEDDING, { rows, settings: CONTINUES });
			expect(failed.map(({ json }) => json.error)).toEqual([expect.stringMatching(/too long/i)]);
			ranks = success.map(({ json }) => json.rank);
		});
		expect(requests).toBeLessThanOrEqual(13);
		note(server, 'Rerank, one text too long: the others', 99, new Set(ranks).size);
	});
}
