/** The tests of Embed against real vLLM: every number is the server's own. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { at, listOf } from '../test/support/json.cts';
import { CONTINUES, directly, embed, requestsDuring, messageOf } from './askVllm.cts';
import { note, peerTest } from './results.cts';
import { CHAT, EMBEDDING, EMBEDDING_SIZE, LONGEST_TEXT, MATRYOSHKA, MATRYOSHKA_SIZES, type Vllm } from './vllm.cts';

const WORDS = ['hello', 'world', 'fraud', 'score', 'invoice', 'customer', 'quick', 'brown'];
const textsOf = (count: number): Array<{ text: string }> =>
	Array.from({ length: count }, (_, index) => ({ text: [WORDS[index % WORDS.length], index].join(' ') }));
const TOO_LONG = { text: 'hello world '.repeat(LONGEST_TEXT) };

const vectorsOf = (items: INodeExecutionData[]): string[] => items.map(({ json }) => JSON.stringify(json.embedding));

export function embedTests(version: string, vllm: () => Vllm): void {
	const server = `vLLM ${version}`;

	/** The server's own vectors, in requests of a hundred texts, as the node sends them. */
	async function vectorsDirectly(
		deployment: string,
		texts: Array<{ text: string }>,
		more: object = {},
	): Promise<string[]> {
		const vectors: string[] = [];
		for (let start = 0; start < texts.length; start += 100) {
			const input = texts.slice(start, start + 100).map(({ text }) => text);
			const { reply } = await directly(vllm(), deployment, 'embeddings', { input, ...more });
			vectors.push(...listOf(at(reply, 'data')).map((entry) => JSON.stringify(at(entry, 'embedding'))));
		}
		return vectors;
	}

	for (const [count, encoding, requests] of [
		[1, 'float', 1],
		[100, 'float', 1],
		[1000, 'float', 10],
		[100, 'base64', 1],
	] as const)
		peerTest(`${count} texts as ${encoding}, number for number`, async () => {
			const rows = textsOf(count);
			let made: string[] = [];
			const sent = await requestsDuring(vllm(), EMBEDDING, async () => {
				const { success, error } = await embed(vllm(), EMBEDDING, {
					rows,
					options: { encoding, concurrency: 1, rowsPerRequest: 100 },
				});
				if (error) throw error;
				made = vectorsOf(success);
			});
			const wanted = await vectorsDirectly(EMBEDDING, rows);
			expect(sent).toBe(requests);
			note(server, `Embed, ${encoding}`, count, wanted.filter((vector, row) => vector === made[row]).length);
		});

	peerTest('one text of a hundred that is too long fails alone, after few requests', async () => {
		const rows = textsOf(100).with(42, TOO_LONG);
		let equal = 0;
		const requests = await requestsDuring(vllm(), EMBEDDING, async () => {
			const { success, failed } = await embed(vllm(), EMBEDDING, { rows, settings: CONTINUES });
			expect(failed.map(({ json }) => json.error)).toEqual([expect.stringMatching(/too long/i)]);
			equal = success.filter(({ json }) => listOf(json.embedding).length === EMBEDDING_SIZE).length;
		});
		expect(requests).toBeLessThanOrEqual(13);
		note(server, 'Embed, one text too long: the others', 99, equal);
	});

	peerTest('sizes that the model can be cut to', async () => {
		const rows = textsOf(20);
		let equal = 0;
		for (const dimensions of MATRYOSHKA_SIZES) {
			const { success, error } = await embed(vllm(), MATRYOSHKA, { rows, options: { dimensions } });
			if (error) throw error;
			const wanted = await vectorsDirectly(MATRYOSHKA, rows, { dimensions });
			const made = vectorsOf(success);
			equal += wanted.filter((vector, row) => vector === made[row]).length;
		}
		note(server, 'Embed, dimensions', rows.length * MATRYOSHKA_SIZES.length, equal);
	});

	peerTest('what the server refuses of all texts alike costs a hundred of them one request, and is named', async () => {
		const cases: Array<[deployment: string, options: IDataObject, named: RegExp]> = [
			[MATRYOSHKA, { dimensions: 17 }, /Dimensions/],
			[EMBEDDING, { dimensions: 16 }, /Dimensions/],
			[EMBEDDING, { model: 'nobody' }, /nobody/],
			[CHAT, {}, /404|language model/],
		];
		for (const [deployment, options, named] of cases) {
			const asked = { rows: textsOf(100), options: { ...options, concurrency: 1 } };
			let failed = 0;
			const requests = await requestsDuring(vllm(), deployment, async () => {
				failed = (await embed(vllm(), deployment, { ...asked, settings: CONTINUES })).failed.length;
			});
			expect([failed, requests]).toEqual([100, 1]);
			expect(messageOf(await embed(vllm(), deployment, asked))).toMatch(named);
		}
	});
}
