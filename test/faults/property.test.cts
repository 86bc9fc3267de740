/** Whatever the rows, the batches and the faults: every item ends with exactly its own prediction or its own error. */
import fc from 'fast-check';
import { runModel } from '../support/engine.cts';
import { startServer, type Recorded, type Reply, type TestServer } from '../support/server.cts';
import { answerTo, cases, wordsOn, type Case } from './rowCases.cts';

/** Cases in one run; `npm run test:faults` takes more. */
const CASES = Number(process.env.PROPERTY_CASES ?? 100);

/** The most requests that the rules allow; Infinity where a server that takes few rows makes them many. */
function mostRequests({ salts, bad, rowsPerRequest, troubles, mostRows, readsFirstRow, telling }: Case): number {
	if (mostRows < rowsPerRequest || readsFirstRow) return Infinity;
	let most = troubles.length;
	for (let start = 0; start < salts.length; start += rowsPerRequest) {
		const rows = Math.min(rowsPerRequest, salts.length - start);
		const badRows = [...bad].filter((item) => item >= start && item < start + rows).length;
		const depth = Math.ceil(Math.log2(rows));
		const isAllAlike = badRows === rows && telling !== 'in words of its own' && telling !== 'like a batcher';
		most += 1 + Math.min(isAllAlike ? 2 * depth + 8 : Infinity, badRows * (1 + 2 * depth), 2 * rows);
	}
	return most;
}

let server: TestServer;
let answer: (request: Recorded, number: number) => Reply;
beforeAll(async () => {
	server = await startServer((request, number) => answer(request, number));
});
afterAll(() => server.close());

test(`${CASES} random cases`, async () => {
	await fc.assert(
		fc.asyncProperty(cases, async (one) => {
			const { salts, bad, rowsPerRequest, concurrency, rowFormat, requestField } = one;
			server.requests.length = 0;
			answer = answerTo(one);
			const { success, failed, status } = await runModel({
				rows: salts.map((salt, item) => ({ item, salt })),
				credential: { servingUrl: server.url },
				parameters: {
					operation: 'predict',
					deployment: { __rl: true, mode: 'name', value: 'm' },
					columns: 'item, salt',
					options: { rowFormat, requestField, rowsPerRequest, concurrency, maxTries: 10, maxRetryWait: 0.001 },
				},
				settings: { onError: 'continueErrorOutput' },
			});
			expect(status).toBe('success');
			const good = [...salts.entries()].filter(([item]) => !bad.has(item));
			expect(success).toEqual(
				good.map(([item, salt]) => ({ json: { item, salt, prediction: `${item}/${salt}` }, pairedItem: { item } })),
			);
			expect(failed).toEqual(
				[...bad]
					.toSorted((left, right) => left - right)
					.map((item) => ({
						json: { item, salt: salts[item], error: expect.stringMatching(wordsOn(one, item)) },
						pairedItem: { item },
					})),
			);
			expect(server.requests.length).toBeLessThanOrEqual(mostRequests(one));
		}),
		{ numRuns: CASES },
	);
}, 600_000);
