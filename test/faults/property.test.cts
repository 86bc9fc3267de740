/** Whatever the rows, the batches and the faults: every item ends with exactly its own prediction or its own error. */
import fc from 'fast-check';
import { runModel } from '../support/engine.cts';
import { rowsOf, startServer, type Recorded, type Reply, type TestServer } from '../support/server.cts';

/** Cases in one run; `npm run test:faults` takes more. */
const CASES = Number(process.env.PROPERTY_CASES ?? 100);

/** How the server tells of bad rows. */
const TELLINGS = [
	'in the same words',
	'in words of its own',
	'like TensorFlow Serving',
	'like a schema',
	'like a batcher',
] as const;
/** What becomes of a request before it is read. */
const TROUBLES = ['none', 'busy', 'starting', 'reset', 'cut'] as const;

const cases = fc
	.record({
		salts: fc.array(fc.integer(), { minLength: 1, maxLength: 120 }),
		bad: fc.oneof(
			{ weight: 6, arbitrary: fc.array(fc.nat(119), { maxLength: 5 }) },
			{ weight: 1, arbitrary: fc.constant('all' as const) },
		),
		rowsPerRequest: fc.integer({ min: 1, max: 60 }),
		concurrency: fc.integer({ min: 1, max: 6 }),
		telling: fc.constantFrom(...TELLINGS),
		troubles: fc.array(fc.constantFrom(...TROUBLES), { maxLength: 6 }),
		/** Most rows of a request that the server takes. */
		mostRows: fc.constantFrom(1000, 1000, 1000, 7, 1),
		readsFirstRow: fc.constantFrom(false, false, false, false, true),
		rowFormat: fc.constantFrom('values', 'object', 'lists'),
		requestField: fc.constantFrom('inputs', 'instances', 'auto'),
	})
	.map(({ bad, ...rest }) => ({
		...rest,
		bad: new Set(bad === 'all' ? rest.salts.keys() : bad.map((row) => row % rest.salts.length)),
	}));
type Case = typeof cases extends fc.Arbitrary<infer Value> ? Value : never;

/** The item that a row belongs to, whatever its format. */
function itemOf(row: unknown): number {
	if (Array.isArray(row)) return Number(row[0]);
	return typeof row === 'object' && row !== null && 'item' in row ? Number([row.item].flat()[0]) : -1;
}

function tell(telling: Case['telling'], bad: number[], sent: number[]): Reply {
	const position = (item: number): number => sent.indexOf(item);
	const [first = 0] = bad;
	switch (telling) {
		case 'in the same words':
			return { status: 500, body: { error: 'Input contains NaN' } };
		case 'in words of its own':
			return { status: 400, body: { error: `bad item ${String(bad)}` } };
		case 'like TensorFlow Serving':
			return {
				status: 400,
				body: { error: `Failed to process element: ${position(first)} of 'instances' list. Error: bad item ${first}` },
			};
		case 'like a schema': {
			const errors = bad.map((item) => ({ row: position(item), field: null, reason: `bad item ${item}` }));
			return { status: 400, body: { detail: { code: 'SCHEMA_VALIDATION', message: 'no match', errors } } };
		}
		case 'like a batcher':
			return {
				body: { message: JSON.stringify({ error: `bad item ${String(bad)}` }), batchId: '', predictions: null },
			};
	}
}

function answerTo({ salts, bad, telling, troubles, mostRows, readsFirstRow }: Case) {
	return (request: Recorded, number: number): Reply => {
		const items = rowsOf(request).map(itemOf);
		const read = readsFirstRow ? items.slice(0, 1) : items;
		const good = { body: { predictions: read.map((item) => `${item}/${String(salts[item])}`) } };
		switch (troubles[number - 1]) {
			case 'busy':
				return { status: 429 };
			case 'starting':
				return { status: 503, headers: { 'retry-after': '0' } };
			case 'reset':
				return { reset: true };
			case 'cut':
				return { ...good, cutAfter: 5 };
			default: {
				if (items.length > mostRows) return { status: 413, body: `accepts at most ${mostRows}` };
				const badAmong = read.filter((item) => bad.has(item));
				return badAmong.length > 0 ? tell(telling, badAmong, items) : good;
			}
		}
	};
}

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
			const { salts, bad, rowsPerRequest, concurrency, rowFormat, requestField, telling } = one;
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
			const words = (item: number): RegExp =>
				telling === 'in the same words' ? /Input contains NaN/ : new RegExp(`bad item ${item}$`);
			expect(failed).toEqual(
				[...bad]
					.toSorted((left, right) => left - right)
					.map((item) => ({
						json: { item, salt: salts[item], error: expect.stringMatching(words(item)) },
						pairedItem: { item },
					})),
			);
			expect(server.requests.length).toBeLessThanOrEqual(mostRequests(one));
		}),
		{ numRuns: CASES },
	);
}, 600_000);
