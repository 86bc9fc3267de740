/** The number of rows a request that is found on the way, on simulated servers and a simulated clock. */
import { setImmediate as turn } from 'node:timers/promises';
import { AdaptiveLimiter } from '../nodes/core/batching/adaptiveLimiter';
import { limitsOf, RequestSize } from '../nodes/core/batching/requestSize';
import type { Failure } from '../nodes/core/failure/outcome';
import { retryWait } from '../nodes/core/failure/retry';

const CONCURRENCY = 4;

/** What a server does with a request of so many rows: milliseconds, and the failure if it fails. */
interface Reply {
	milliseconds: number;
	failure?: Failure;
}

type SimulatedServer = (rows: number, random: () => number) => Reply;

const failure = (more: Partial<Failure>): Failure => ({ kind: 'status', message: 'm', description: 'd', ...more });
const ROW_TO_BLAME = failure({ status: 500, blame: { kind: 'rows', message: 'm', named: new Map() } });

function newSize(more: Partial<ConstructorParameters<typeof RequestSize>[0]> = {}): RequestSize {
	return new RequestSize({ first: 500, most: Infinity, bytes: 1e9, concurrency: CONCURRENCY, ...more });
}

/** The same numbers in every run. */
function randomNumbers(seed: number): () => number {
	let state = seed;
	return () => (state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296) / 4_294_967_296;
}

interface Course {
	milliseconds: number;
	/** Rows of each request that was answered, in the order of the replies. */
	answered: number[];
	/** Rows of each that failed. */
	failed: number[];
}

/** Sends rows to a server, several requests at a time; what fails goes out again in smaller ones. */
function course(rows: number, server: SimulatedServer, sizeOf: RequestSize | number, seed = 7): Course {
	const random = randomNumbers(seed);
	const size = typeof sizeOf === 'number' ? undefined : sizeOf;
	const again: number[] = [];
	const open: Array<{ at: number; then: () => void }> = [];
	const result: Course = { milliseconds: 0, answered: [], failed: [] };
	let left = rows;
	if (size) size.left = left;
	const next = (): void => {
		const waiting = again.shift();
		const sent = waiting ?? Math.min(left, size?.rows ?? Number(sizeOf));
		if (sent === 0) return;
		if (waiting === undefined) left -= sent;
		if (size) size.left = left;
		const request = size?.begin(sent);
		const reply = server(sent, random);
		const began = result.milliseconds;
		const then = (): void => {
			request?.end();
			if (!reply.failure) {
				result.answered.push(sent);
				request?.answered(result.milliseconds - began);
				next();
				return;
			}
			result.failed.push(sent);
			const { blame } = request?.refused(reply.failure) ?? reply.failure;
			if (blame?.kind === 'size' && size) size.rows = Math.floor(sent / 2);
			const smaller = blame?.kind === 'attempt' ? blame.smaller : Math.floor(sent / 2);
			for (let start = 0; start < sent; start += smaller) again.push(Math.min(smaller, sent - start));
			next();
		};
		open.push({ at: result.milliseconds + reply.milliseconds, then });
	};
	for (let worker = 0; worker < CONCURRENCY; worker++) next();
	while (open.length > 0) {
		open.sort((one, other) => one.at - other.at);
		const first = open.shift();
		result.milliseconds = first?.at ?? 0;
		first?.then();
		while (again.length > 0 && open.length < CONCURRENCY) next();
	}
	return result;
}

const steady =
	(perRequest: number, perRow: number): SimulatedServer =>
	(rows) => ({ milliseconds: perRequest + perRow * rows });

/** Answers one request after the other. */
function oneByOne(perRequest: number, perRow: number): SimulatedServer {
	const ends: number[] = [];
	return (rows) => {
		// As many as are under way wait for one another.
		ends.push(perRequest + perRow * rows);
		return { milliseconds: ends.slice(-CONCURRENCY).reduce((sum, one) => sum + one, 0) };
	};
}

const USUAL = steady(5, 0.02);

const SERVERS: Record<string, SimulatedServer> = {
	'5 ms a request and 0.02 ms a row': USUAL,
	'20 ms a request and 0.02 ms a row': steady(20, 0.02),
	'50 ms a request and 0.01 ms a row': steady(50, 0.01),
	'0.1 ms a row alone': steady(0, 0.1),
	'slow above 4,000 rows': (rows) => ({ milliseconds: 5 + 0.02 * (rows + 2 * Math.max(0, rows - 4000)) }),
	'three times as slow above 2,000 rows': (rows) => ({ milliseconds: 5 + (rows > 2000 ? 0.06 : 0.02) * rows }),
	'status 413 above 4,000 rows': (rows) =>
		rows > 4000
			? { milliseconds: 5, failure: failure({ status: 413, blame: { kind: 'size' } }) }
			: USUAL(rows, Math.random),
	'status 500 above 3,000 rows': (rows) =>
		rows > 3000 ? { milliseconds: 5, failure: ROW_TO_BLAME } : USUAL(rows, Math.random),
	'a connection that is reset above 4,000 rows': (rows) =>
		rows > 4000
			? { milliseconds: 5, failure: failure({ kind: 'connection', code: 'ECONNRESET' }) }
			: USUAL(rows, Math.random),
	'half to one and a half times its time, one in 20 four times': (rows, random) => ({
		milliseconds: (5 + 0.02 * rows) * (0.5 + random() + (random() < 0.05 ? 3 : 0)),
	}),
	'one request after the other': oneByOne(2, 0.005),
	'50 ms a request and 0.005 ms a row': steady(50, 0.005),
};

const ROWS = 1_000_000;
const FIXED = [100, 250, 500, 1000, 2000, 3000, 4000, 8000, 12_500, 25_000];

/** The share of the best fixed size's throughput, where 0.9 is not reached: nearly all of a request's time is its own. */
const LEAST: Record<string, number> = { '50 ms a request and 0.005 ms a row': 0.89 };

test.each(Object.entries(SERVERS))('%s: 0.9 of the throughput of the best fixed size, no row lost', (name, server) => {
	const seeds = [1, 2, 3, 4, 5];
	const best = Math.min(
		...FIXED.map((fixed) => seeds.reduce((sum, seed) => sum + course(ROWS, server, fixed, seed).milliseconds, 0)),
	);
	const found = seeds.map((seed) => course(ROWS, server, newSize(), seed));
	for (const { answered } of found) expect(answered.reduce((sum, one) => sum + one, 0)).toBe(ROWS);
	const time = found.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
	expect(best / time).toBeGreaterThanOrEqual(LEAST[name] ?? 0.9);
});

/**
 * Sends rows to a server that answers 429 above two requests at a time, as a run does: through a window that narrows, waiting
 * before another try.
 */
async function busyCourse(rows: number, sizeOf: RequestSize | number, seed: number): Promise<Course> {
	const most = 2;
	const random = randomNumbers(seed);
	const size = typeof sizeOf === 'number' ? undefined : sizeOf;
	const limiter = new AdaptiveLimiter(CONCURRENCY);
	const timers: Array<{ at: number; ring: () => void }> = [];
	const result: Course = { milliseconds: 0, answered: [], failed: [] };
	const after = async (milliseconds: number): Promise<void> =>
		await new Promise((ring) => timers.push({ at: result.milliseconds + milliseconds, ring }));
	const again: number[] = [];
	let left = rows;
	let underWay = 0;

	async function send(sent: number): Promise<void> {
		const request = size?.begin(sent);
		for (let tries = 1; ; tries++) {
			const place = await limiter.enter();
			const began = result.milliseconds;
			const isBusy = ++underWay > most;
			await after(isBusy ? 1 : 5 + 0.1 * sent);
			underWay--;
			limiter.leave(place, isBusy);
			if (!isBusy) {
				request?.end();
				request?.answered(result.milliseconds - began);
				result.answered.push(sent);
				return;
			}
			result.failed.push(sent);
			await after(1000 * Math.max(1, retryWait(tries, 60, random())));
			if (!request?.isAttempt || tries === 1) continue;
			request.end();
			const { blame } = request.refused(failure({ status: 429 }));
			const smaller = blame?.kind === 'attempt' ? blame.smaller : sent;
			for (let start = 0; start < sent; start += smaller) again.push(Math.min(smaller, sent - start));
			return;
		}
	}

	async function work(): Promise<void> {
		for (;;) {
			if (size) size.left = left;
			const waiting = again.shift();
			const sent = waiting ?? Math.min(left, size?.rows ?? Number(sizeOf));
			if (sent === 0) return;
			if (waiting === undefined) left -= sent;
			await send(sent);
		}
	}

	const state = { isOver: false };
	const working = Promise.all(Array.from({ length: CONCURRENCY }, work)).then(() => (state.isOver = true));
	while (!state.isOver) {
		await turn();
		timers.sort((one, other) => one.at - other.at);
		const next = timers.shift();
		if (!next) continue;
		result.milliseconds = next.at;
		next.ring();
	}
	await working;
	return result;
}

test('status 429 above two requests at a time: 0.9 of the throughput of the best fixed size, no row lost', async () => {
	const seeds = [1, 2, 3];
	const timeOf = async (sizes: () => RequestSize | number): Promise<number> => {
		let time = 0;
		for (const seed of seeds) {
			const { milliseconds, answered } = await busyCourse(ROWS, sizes(), seed);
			expect(answered.reduce((sum, one) => sum + one, 0)).toBe(ROWS);
			time += milliseconds;
		}
		return time;
	};
	const fixed = await Promise.all(FIXED.map(async (one) => await timeOf(() => one)));
	const found = await timeOf(() => newSize());
	expect(Math.min(...fixed) / found).toBeGreaterThanOrEqual(0.9);
});

test('the first requests have the first size, and no request has more rows than it may', () => {
	const { answered } = course(ROWS, steady(50, 0.001), newSize({ first: 100, most: 3000 }));
	expect(answered.slice(0, CONCURRENCY)).toEqual([100, 100, 100, 100]);
	expect(Math.max(...answered)).toBeGreaterThan(1000);
	expect(Math.max(...answered)).toBeLessThanOrEqual(3000);
});

test('a short run tries four times the rows where a request costs much', () => {
	const { answered, milliseconds } = course(100_000, steady(20, 0.02), newSize());
	expect(Math.max(...answered)).toBeGreaterThanOrEqual(8000);
	expect(milliseconds).toBeLessThanOrEqual(620);
});

test('no request is meant to take more than two seconds', () => {
	const server = steady(400, 0.1);
	const { answered } = course(ROWS, server, newSize());
	expect(Math.max(...answered)).toBeGreaterThan(2000);
	expect(server(Math.max(...answered), Math.random).milliseconds).toBeLessThanOrEqual(2000);
	expect(new Set(course(10_000, steady(1500, 0), newSize()).answered)).toEqual(new Set([500]));
});

test('a model that gains nothing keeps small requests', () => {
	expect(Math.max(...course(ROWS, steady(0, 0.1), newSize()).answered)).toBeLessThanOrEqual(2000);
});

test('the last requests share what is left', () => {
	expect(course(10_000, USUAL, newSize()).answered).toEqual([500, 500, 500, 500, 2000, 2000, 2000, 2000]);
	expect(course(1600, USUAL, newSize()).answered.toSorted()).toEqual([100, 500, 500, 500]);
});

test('what a server refused by its size is never tried again', () => {
	const { answered, failed } = course(ROWS, SERVERS['status 413 above 4,000 rows'] ?? USUAL, newSize());
	expect(failed.length).toBeLessThanOrEqual(CONCURRENCY);
	expect(Math.max(...answered)).toBe(4000);
});

test('a size that ran out of time is never tried again, and what was sent goes out in requests that worked', () => {
	const server: SimulatedServer = (rows) =>
		rows > 1500 ? { milliseconds: 300_000, failure: failure({ kind: 'timeout' }) } : USUAL(rows, Math.random);
	const { answered, failed } = course(100_000, server, newSize());
	expect(failed).toEqual([2000, 2000, 2000, 2000]);
	expect(answered.reduce((sum, one) => sum + one, 0)).toBe(100_000);
	expect(Math.max(...answered)).toBe(500);
});

test('a larger size that turned out slower is tried less and less often', () => {
	const { answered } = course(2_000_000, SERVERS['three times as slow above 2,000 rows'] ?? USUAL, newSize());
	const attempts = answered.filter((rows) => rows > 2000);
	expect(attempts.length).toBeLessThan(40);
	const half = answered.slice(answered.length / 2);
	expect(half.filter((rows) => rows > 2000).length).toBeLessThanOrEqual(2 * CONCURRENCY);
});

test('a bad row among many does not end the growth', () => {
	let requests = 0;
	const server: SimulatedServer = (rows) =>
		++requests === 6 ? { milliseconds: 5, failure: ROW_TO_BLAME } : steady(20, 0.02)(rows, Math.random);
	expect(Math.max(...course(ROWS, server, newSize()).answered)).toBeGreaterThanOrEqual(8000);
});

test('requests of a search tell nothing of the speed', () => {
	const size = newSize();
	const grow = size.begin(500);
	grow.end();
	grow.answered(15);
	expect(size.rows).toBe(2000);
	for (let time = 0; time < 50; time++) {
		const one = size.begin(1);
		one.end();
		one.answered(500);
	}
	expect(size.rows).toBe(2000);
});

describe('the failure of a request', () => {
	/** One of so many rows, after one of 500 was answered. */
	function refused(rows: number, reason: Failure): Failure {
		const size = newSize();
		const first = size.begin(500);
		first.end();
		first.answered(15);
		const request = size.begin(rows);
		request.end();
		return request.refused(reason);
	}

	test.each([
		failure({ kind: 'timeout' }),
		failure({ status: 503 }),
		failure({ status: 504 }),
		failure({ status: 429 }),
		failure({ kind: 'connection', code: 'ECONNRESET' }),
		failure({ kind: 'reply' }),
		ROW_TO_BLAME,
	])('%j may be of its size, where nobody asked for so many rows', (reason) => {
		expect(refused(2000, reason)).toEqual({ ...reason, blame: { kind: 'attempt', smaller: 500 } });
		expect(refused(500, reason)).toBe(reason);
	});

	test.each([
		failure({ status: 401 }),
		failure({ status: 404 }),
		failure({ kind: 'cancelled' }),
		failure({ kind: 'reply', blame: { kind: 'count' } }),
		failure({ status: 413, blame: { kind: 'size', mostRows: 512 } }),
		failure({ status: 422, blame: { kind: 'rows', message: 'm', named: new Map([[3, 'bad']]) } }),
	])('%j stays as it is', (reason) => {
		expect(refused(2000, reason)).toBe(reason);
	});
});

test('a number that the user gave stays as it is', () => {
	expect(limitsOf(700, { first: 500, most: Infinity, bytes: 9, concurrency: 4 })).toEqual({ rows: 700, bytes: 9 });
	expect(limitsOf(700, { first: 500, most: 512, bytes: 9, concurrency: 4 })).toEqual({ rows: 512, bytes: 9 });
	expect(limitsOf(undefined, { first: 500, most: 300, bytes: 9, concurrency: 4 }).rows).toBe(300);
});
