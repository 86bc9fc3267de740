/** Random rows, and servers that make trouble with some of them: what the property tests of items and of files have in common. */
import fc from 'fast-check';
import { rowsOf, type Recorded, type Reply } from '../support/server.cts';

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

export const cases = fc
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
export type Case = typeof cases extends fc.Arbitrary<infer Value> ? Value : never;

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

export function answerTo({ salts, bad, telling, troubles, mostRows, readsFirstRow }: Case) {
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

/** What is said of a row that is bad. */
export function wordsOn({ telling }: Case, item: number): RegExp {
	return telling === 'in the same words' ? /Input contains NaN/ : new RegExp(`bad item ${item}$`);
}
