/** The search for bad rows, without a server: what it finds and what it may cost. */
import { blameOf } from '../nodes/core/failure/blame';
import { readErrorReply } from '../nodes/core/failure/errorReply';
import { findBadRows } from '../nodes/core/batching/badRows';
import type { Failure } from '../nodes/core/failure/outcome';
import { PREDICT_PANEL } from '../nodes/core/failure/panel';
import { statusFailure } from '../nodes/core/failure/statusFailure';
import { replyOf } from '../nodes/core/json/reply';

interface Found {
	bad: Map<number, Failure>;
	/** The rows of each request after the first one. */
	requests: number[][];
}

interface Options {
	stopsAtFirst?: boolean;
	/** The failure of a request with these bad rows among its rows. */
	failure?: (bad: number[], sent: number[]) => Failure;
	/** Whether these rows get another number of predictions, good as they are. */
	countsWrongly?: (sent: number[]) => boolean;
	/** The failure of a row that is sent alone, whatever it is. */
	alone?: () => Failure;
}

const refused = (): Failure =>
	statusFailure(500, replyOf('{"error":"could not convert string to float"}'), { panel: PREDICT_PANEL });

async function search(size: number, isBad: (row: number) => boolean, options: Options = {}): Promise<Found> {
	const { stopsAtFirst = false, failure = refused } = options;
	const rows = Array.from({ length: size }, (_, row) => row);
	const bad = new Map<number, Failure>();
	const good = new Set<number>();
	const requests: number[][] = [];
	const answer = (sent: number[]): Failure | undefined => {
		const badAmong = sent.filter(isBad);
		if (options.alone && sent.length === 1) return options.alone();
		if (options.countsWrongly?.(sent)) return { ...refused(), blame: { kind: 'count' } };
		if (badAmong.length > 0) return failure(badAmong, sent);
		for (const row of sent) good.add(row);
		return undefined;
	};
	const first = answer(rows);
	if (!first) throw new Error('the first request has to fail');
	await findBadRows(
		{
			rows,
			send: async (sent) => {
				requests.push(sent);
				// Where no row may go alone, a good one goes beside it.
				const known = (options.alone ? sent.slice(0, -1) : sent).find((row) => good.has(row) || bad.has(row));
				if (known !== undefined) throw new Error(`row ${known} was sent again although it was known`);
				return answer(sent);
			},
			fail(row, reason) {
				if (bad.has(row)) throw new Error(`row ${row} failed twice`);
				bad.set(row, reason);
			},
			mayGoOn: (row) => !stopsAtFirst || row < Math.min(Infinity, ...bad.keys()),
			stopsAtFirst,
		},
		first,
	);
	if (!stopsAtFirst) expect(good.size + bad.size).toBe(size);
	return { bad, requests };
}

const depth = (size: number): number => Math.ceil(Math.log2(size));
const SIZES = [2, 3, 5, 8, 9, 16, 31, 100, 500];

test.each(SIZES)('one bad row among %i costs at most 1 + 2·ceil(log2 n) requests, wherever it is', async (size) => {
	for (let row = 0; row < size; row++) {
		const { bad, requests } = await search(size, (one) => one === row);
		expect([...bad.keys()]).toEqual([row]);
		expect(requests.length).toBeLessThanOrEqual(1 + 2 * depth(size));
	}
});

test.each(SIZES)('%i rows all bad for one reason cost at most 2·ceil(log2 n) + 8 requests', async (size) => {
	const { bad, requests } = await search(size, () => true);
	expect(bad.size).toBe(size);
	expect(requests.length).toBeLessThanOrEqual(Math.min(8, size) + Math.min(6, 2 * depth(size)));
	const unsent = [...bad].filter(([row]) => !requests.some((sent) => sent.length === 1 && sent[0] === row));
	expect(unsent).toHaveLength(Math.max(0, size - 8));
	for (const [, { description }] of unsent) expect(description).toContain('This row was not sent alone');
});

test.each(SIZES)(
	'a run that stops names the first of two bad rows among %i, and sends no more than it must',
	async (size) => {
		for (let row = 0; row < size - 1; row++) {
			const { bad, requests } = await search(size, (one) => one === row || one === size - 1, { stopsAtFirst: true });
			expect(Math.min(...bad.keys())).toBe(row);
			expect(requests.length).toBeLessThanOrEqual(2 + depth(size));
		}
	},
);

describe('a model that takes no row alone', () => {
	const alone = (): Failure =>
		statusFailure(500, replyOf('{"error":"Found array with 1 sample(s) while a minimum of 2"}'), {
			panel: PREDICT_PANEL,
		});

	test.each([5, 8, 16, 100, 500])('keeps the good rows of %i', async (size) => {
		for (let row = 0; row < size; row += 7) {
			const { bad, requests } = await search(size, (one) => one === row, { alone });
			expect([...bad].map(([one, { message }]) => [one, message])).toEqual([[row, refused().message]]);
			expect(requests.length).toBeLessThanOrEqual(8 + 6 + 1 + 2 * depth(size));
		}
	});

	test('keeps them beside several bad rows', async () => {
		const { bad } = await search(500, (row) => [3, 77, 410].includes(row), { alone });
		expect([...bad.keys()].toSorted((one, other) => one - other)).toEqual([3, 77, 410]);
	});

	test('stops at the bad row and not at the first one', async () => {
		const { bad } = await search(16, (row) => row === 5, { alone, stopsAtFirst: true });
		expect([...bad].map(([one, { message }]) => [one, message])).toEqual([[5, refused().message]]);
	});

	test('fails whole where all are bad', async () => {
		const { bad } = await search(500, () => true, { alone });
		expect(bad.size).toBe(500);
	});
});

test('rows that fail in different words are each heard', async () => {
	const { bad } = await search(20, () => true, {
		failure: (rows) =>
			statusFailure(500, replyOf(JSON.stringify({ error: `bad row ${String(rows)}` })), { panel: PREDICT_PANEL }),
	});
	expect(bad.get(13)?.message).toContain('bad row 13');
	expect([...bad.values()].some(({ description }) => description.includes('not sent alone'))).toBe(false);
});

test('one good row among the probe rows keeps the others from being given up', async () => {
	const { bad } = await search(500, (row) => row !== 499);
	expect(bad.has(499)).toBe(false);
	expect(bad.size).toBe(499);
	expect([...bad.values()].some(({ description }) => description.includes('not sent alone'))).toBe(false);
});

test('eight bad rows at the head do not stand for the rest', async () => {
	const { bad } = await search(500, (row) => row < 8);
	expect([...bad.keys()].toSorted((one, other) => one - other)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('a last probe row with other words keeps the others from being given up', async () => {
	const { bad } = await search(20, () => true, {
		failure: (_rows, sent) =>
			statusFailure(500, replyOf(JSON.stringify({ error: sent.length === 1 && sent[0] === 16 ? 'other' : 'same' })), {
				panel: PREDICT_PANEL,
			}),
	});
	expect(bad.size).toBe(20);
	expect([...bad.values()].some(({ description }) => description.includes('not sent alone'))).toBe(false);
});

test('rows of a run that stops are not given up for those that were not probed', async () => {
	const { bad, requests } = await search(20, () => true, { stopsAtFirst: true });
	expect([...bad.keys()]).toEqual([0]);
	expect(requests).toEqual([[0]]);
});

test('a run that stops sends no more once a row is named', async () => {
	const { bad, requests } = await search(16, (row) => row === 5, {
		stopsAtFirst: true,
		failure: (_rows, sent) => ({
			...refused(),
			blame: { kind: 'rows', message: 'refused', named: new Map(sent.length < 16 ? [[sent.indexOf(5), 'bad 5']] : []) },
		}),
	});
	expect([...bad].map(([row, { message }]) => [row, message])).toEqual([[5, 'refused: bad 5']]);
	expect(requests).toEqual([[0], [1, 2, 3, 4, 5, 6, 7, 8]]);
});

test('a half that failed for the number of its predictions says nothing of the other half', async () => {
	const { bad, requests } = await search(8, (row) => row === 6, {
		failure: () => refused(),
		countsWrongly: (sent) => sent.length === 4,
	});
	expect([...bad.keys()]).toEqual([6]);
	expect(requests).toEqual([[0], [1, 2, 3, 4], [1], [2], [3], [4], [5, 6, 7], [5, 6], [5], [6], [7]]);
});

describe('a server that names rows', () => {
	const named = (rows: Array<[number, string]>): Failure => ({
		kind: 'status',
		message: 'refused',
		description: 'Look.',
		status: 400,
		blame: { kind: 'rows', message: 'refused', named: new Map(rows) },
	});
	const schema = (rows: number[], sent: number[]): Failure =>
		statusFailure(
			400,
			replyOf(
				JSON.stringify({
					detail: {
						code: 'SCHEMA_VALIDATION',
						message: 'no match',
						errors: rows.flatMap((row) => [
							{ row: sent.indexOf(row), field: 'a', reason: `bad ${row}` },
							{ row: sent.indexOf(row), field: null, reason: 'unknown' },
						]),
					},
				}),
			),
			{ panel: PREDICT_PANEL },
		);
	const tensorFlow = (rows: number[], sent: number[]): Failure =>
		statusFailure(
			400,
			replyOf(
				JSON.stringify({
					error: `Failed to process element: ${sent.indexOf(rows[0] ?? 0)} key: amount of 'instances' list. Error: INVALID`,
				}),
			),
			{ panel: PREDICT_PANEL },
		);

	test('is believed, in its own words about each row', async () => {
		const { bad, requests } = await search(500, (row) => row === 3 || row === 499, { failure: schema });
		expect(requests).toHaveLength(1);
		expect(bad.get(499)?.message).toBe('The deployment refused the request (status 400): a: bad 499; unknown');
	});

	test('one after the other costs a request each, and one to see whether all are bad', async () => {
		const { bad, requests } = await search(500, (row) => row % 50 === 10, { failure: tensorFlow });
		expect(bad.size).toBe(10);
		expect(bad.get(410)?.message).toBe('The deployment refused the request (status 400): amount: INVALID');
		expect(requests.length).toBeLessThanOrEqual(11);
	});

	test('one after the other without end is given up', async () => {
		const { bad, requests } = await search(500, () => true, { failure: tensorFlow });
		expect(bad.size).toBe(500);
		expect(requests.length).toBeLessThanOrEqual(2 * depth(500) + 8);
	});

	test('one after the other, each in words of its own, costs a request each', async () => {
		const { bad, requests } = await search(300, () => true, {
			failure: ([first = 0], sent) => named([[sent.indexOf(first), `bad ${first}`]]),
		});
		expect(bad.size).toBe(300);
		expect(requests).toHaveLength(299);
		expect(bad.get(7)?.message).toBe('refused: bad 7');
	});

	test('out of range, twice or by no whole number is believed where there is such a row', async () => {
		const rows: Array<[number, string]> = [
			[-1, 'before'],
			[1.5, 'between'],
			[3, 'named'],
			[10, 'behind'],
			[1e300, 'far behind'],
			[3, 'named again'],
			[NaN, 'nowhere'],
		];
		const { bad, requests } = await search(10, (row) => row === 3, { failure: () => named(rows) });
		expect([...bad].map(([row, { message }]) => [row, message])).toEqual([[3, 'refused: named again']]);
		expect(requests).toEqual([[0, 1, 2, 4, 5, 6, 7, 8, 9]]);
	});

	test('that are none of the request’s is not believed', async () => {
		const { bad, requests } = await search(16, (row) => row === 5, {
			failure: () =>
				named([
					[99, 'elsewhere'],
					[-5, 'elsewhere'],
					[0.5, 'elsewhere'],
				]),
		});
		expect([...bad].map(([row, { message }]) => [row, message])).toEqual([[5, 'refused']]);
		expect(requests.length).toBeLessThanOrEqual(1 + 2 * depth(16));
	});

	test('that are very many takes no longer than it must', async () => {
		const size = 200_000;
		const all = Array.from({ length: size }, (_, row): [number, string] => [row, `bad ${row % 2}`]);
		const { bad, requests } = await search(size, (row) => row !== 7, {
			failure: () => named(all.filter(([row]) => row !== 7)),
		});
		expect(bad.size).toBe(size - 1);
		expect(requests).toEqual([[7]]);
		const one = await search(size, () => true, { failure: () => named(all.slice(0, size - 1)) });
		expect(one.bad.size).toBe(size);
		expect(one.requests).toEqual([[size - 1]]);
	}, 60_000);

	test('ends a run that stops at once', async () => {
		const { bad, requests } = await search(500, (row) => row === 300, { failure: tensorFlow, stopsAtFirst: true });
		expect([...bad.keys()]).toEqual([300]);
		expect(requests).toEqual([]);
	});
});

test('a deployment that answers another number of predictions than rows gets each row alone', async () => {
	const { bad, requests } = await search(8, (row) => row === 6, {
		failure: (_rows, sent) =>
			sent.length > 1
				? statusFailure(500, replyOf('{"detail":{"code":"CONTRACT_VIOLATION","message":"2 for 8"}}'), {
						panel: PREDICT_PANEL,
					})
				: refused(),
	});
	expect([...bad.keys()]).toEqual([6]);
	expect(requests.length).toBeLessThanOrEqual(1 + 2 * depth(8) + 4);
});

test.each([
	[400, '{"errorCode":250001,"errorMsg":"Serving instance not running"}'],
	[401, '{"userMsg":"no"}'],
	[404, ''],
	[429, ''],
	[501, '{"error":"no"}'],
	[503, 'no healthy upstream'],
])('status %i with %s blames no row', (status, body) => {
	expect(statusFailure(status, replyOf(body), { panel: PREDICT_PANEL }).blame).toBeUndefined();
});

test('what blames the size says how many rows fit, where the server does', () => {
	const blame = (body: string) => blameOf(readErrorReply(413, replyOf(body)), 'too large');
	expect(blame("The request has 600 rows; deployment 'fraud' accepts at most 512.")).toEqual({
		kind: 'size',
		mostRows: 512,
	});
	expect(blame('Payload Too Large')).toEqual({ kind: 'size', mostRows: undefined });
});
