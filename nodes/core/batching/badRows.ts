/** Finding the rows that made a request fail, so that the others keep their predictions. */
import { failureOfRow, type Failure } from '../failure/outcome';

/** A request that failed, as the search for its bad rows sees it. */
export interface Search {
	/** Its rows in their order, each by a number of its own. */
	rows: number[];
	/** Sends some of the rows together and keeps their predictions; returns the failure where there are none. */
	send(rows: number[]): Promise<Failure | undefined>;
	/** Called once for each row that is found bad. */
	fail(row: number, failure: Failure): void;
	/** Whether rows from this one on may still be sent. */
	mayGoOn(row: number): boolean;
	/** Whether the first bad row is all that is looked for. */
	stopsAtFirst: boolean;
}

/** What became of rows that were sent together. */
interface Remainder {
	/** The rows among which bad ones hide; none where nothing more is to be found. */
	hiding: number[];
	areGood: boolean;
}

const OVER: Remainder = { hiding: [], areGood: false };

/** So many rows that failed alone in one way, spread over a request of which none succeeded, stand for all the others. */
const PROBE_ROWS = 8;

/**
 * Finds the bad rows of a request that failed with `failure`. Rows that the server names are believed. Otherwise rows
 * spread over the request are sent alone until one succeeds; if all fail in one way the rest is given up, if not it is
 * halved until the bad rows stand alone. One bad row in n costs at most 1 + 2·ceil(log2 n) requests, a request all bad
 * for one reason at most 14. A model that takes no single row gets each beside one that is known to be good.
 */
export async function findBadRows(search: Search, failure: Failure): Promise<void> {
	const open = new Set(search.rows);
	const bad = new Set<number>();
	let hasSucceeded = false;
	let firstFailure: Failure | undefined;
	/** Whether all rows that failed did so in the same words. */
	let areAlike = true;
	/** A good row, where the model takes no row alone. */
	let companion: number | undefined;

	function fail(rows: number[], reason: Failure, positions = [...rows.keys()]): void {
		for (const position of positions) {
			const row = rows[position];
			if (row === undefined || !open.delete(row)) continue;
			const own = failureOfRow(reason, position);
			bad.add(row);
			firstFailure ??= own;
			areAlike &&= isSame(own, firstFailure);
			search.fail(row, own);
		}
	}

	/** Fails the rows that a failure names, and returns the others. */
	function believe(rows: number[], reason: Failure): number[] {
		if (reason.blame?.kind === 'rows') {
			fail(rows, reason, [...reason.blame.named.keys()]);
		}
		return rows.filter((row) => open.has(row));
	}

	/** Sends rows together; returns the failure where fewer rows can help. */
	async function send(rows: number[]): Promise<Failure | undefined> {
		const isAlone = rows.length === 1;
		const reason = await search.send(isAlone && companion !== undefined ? [...rows, companion] : rows);
		if (reason && !isAlone && reason.blame) return reason;
		if (reason) fail(rows, reason);
		else hasSucceeded = true;
		for (const row of rows) open.delete(row);
		return undefined;
	}

	/** Sends probe rows alone until one succeeds or fails in other words; returns the failures. */
	async function probe(rows: number[]): Promise<Map<number, Failure>> {
		const failures = new Map<number, Failure>();
		for (const row of rows) {
			if (!open.has(row) || !search.mayGoOn(row)) continue;
			const reason = await search.send([row]);
			if (!reason) {
				hasSucceeded = true;
				open.delete(row);
				break;
			}
			const own = failureOfRow(reason, 0);
			const [before = own] = failures.values();
			failures.set(row, own);
			if (search.stopsAtFirst || !isSame(own, firstFailure ?? before)) break;
		}
		return failures;
	}

	/** Sends halves of the rows, then quarters, until one succeeds, and returns a row of it: the rows are not all bad then. */
	async function findGood(rows: number[]): Promise<number | undefined> {
		// Quarters of no more rows than are probed would be too small to save anything.
		const quarters = rows.length > PROBE_ROWS ? partsOf(rows, 4) : [];
		for (const part of [...partsOf(rows, 2), ...quarters]) {
			const [first] = part;
			if (first === undefined || part.length < 2 || !search.mayGoOn(first)) continue;
			if (await search.send(part)) continue;
			hasSucceeded = true;
			for (const row of part) open.delete(row);
			return first;
		}
		return undefined;
	}

	/** Sends rows together, and again without those that a failure names, as long as it names some. */
	async function sendUnnamed(rows: number[]): Promise<Remainder> {
		const badBefore = bad.size;
		for (let rest = rows; ; ) {
			const [first] = rest;
			if (first === undefined || !search.mayGoOn(first)) return OVER;
			const reason = await send(rest);
			if (!reason) return { hiding: [], areGood: bad.size === badBefore };
			if (reason.blame?.kind === 'count') {
				for (const row of rest) if (search.mayGoOn(row)) await send([row]);
				return OVER;
			}
			const unnamed = believe(rest, reason);
			if (unnamed.length === rest.length) return { hiding: rest, areGood: false };
			if (search.stopsAtFirst) return OVER;
			rest = unnamed;
		}
	}

	/** Scores rows together, or in halves where that fails. Returns whether all were good. */
	async function halve(rows: number[], isKnownBad: boolean): Promise<boolean> {
		const isSpared = isKnownBad && rows.length > 1;
		const { hiding, areGood } = isSpared ? { hiding: rows, areGood: false } : await sendUnnamed(rows);
		const [first] = hiding;
		if (first === undefined || !search.mayGoOn(first)) return areGood;
		const middle = Math.ceil(hiding.length / 2);
		const isLeftGood = await halve(hiding.slice(0, middle), false);
		await halve(hiding.slice(middle), isLeftGood);
		return false;
	}

	const rest = believe(search.rows, failure);
	let isKnownBad = bad.size === 0;
	if (!isKnownBad) {
		if (search.stopsAtFirst || rest.length === 0) return;
		const reason = await send(rest);
		if (!reason) return;
		isKnownBad = believe(rest, reason).length === rest.length;
	}
	const badBefore = bad.size;
	const probes = spreadOver(search.rows);
	const failures = areAlike ? await probe(probes) : new Map<number, Failure>();
	// Rows that all fail alone may be good: then fewer of them together succeed. A run that stops asks only if the words say so.
	const [first, ...others] = failures.values();
	const areDoubtful = first?.blame !== undefined && !hasSucceeded && others.every((other) => isSame(other, first));
	if (areDoubtful && !(search.stopsAtFirst && isSame(failure, first))) companion = await findGood([...open]);
	if (companion === undefined) for (const [row, own] of failures) fail([row], own);
	const failAlike = !hasSucceeded && areAlike && probes.every((row) => bad.has(row));
	if (firstFailure && failAlike) return fail([...open], givenUp(firstFailure));
	await halve([...open], isKnownBad && bad.size === badBefore);
}

/** The rows that are probed: both ends first, and others evenly between them. */
function spreadOver(rows: number[]): number[] {
	const last = rows.length - 1;
	const steps = Array.from({ length: PROBE_ROWS }, (_, step) => Math.round((step * last) / (PROBE_ROWS - 1)));
	return [...new Set([0, last, ...steps])].flatMap((position) => rows.slice(position, position + 1));
}

/** Rows in so many parts of the same size. */
function partsOf(rows: number[], parts: number): number[][] {
	const size = Math.ceil(rows.length / parts);
	return Array.from({ length: parts }, (_, part) => rows.slice(part * size, (part + 1) * size));
}

function isSame(one: Failure, other: Failure | undefined): boolean {
	return one.status === other?.status && one.message === other?.message;
}

function givenUp(failure: Failure): Failure {
	return {
		...failure,
		blame: undefined,
		description: `${failure.description} This row was not sent alone: ${PROBE_ROWS} rows of its request were, from the first to the last, and all failed with these words.`,
	};
}
