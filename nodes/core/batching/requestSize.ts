/** How many rows a request may have, found while a run goes on: from a size that any server takes upward, while that is faster. */
import type { Failure } from '../failure/outcome';
import type { BatchLimits } from './batchBuilder';

/** A request that was answered. */
interface Answered {
	/** Milliseconds from sending it to its reply. */
	latency: number;
	/** How often it was sent. */
	tries: number;
	/** Milliseconds of any clock. */
	now: number;
}

interface Bounds {
	/** Rows that the first requests have, which no server is spared. */
	first: number;
	/** Rows that no request may have more of. */
	most: number;
	bytes: number;
	/** Requests under way at a time. */
	concurrency: number;
}

/** Milliseconds that no request is meant to take. */
const LONGEST = 2000;

/** Statuses that say nothing of the size of a request. */
const WHATEVER_SIZE = new Set([401, 403, 404, 405, 501]);

/** The part of the rows left that may go out in requests whose size nobody knows to be good. */
const MOST_AT_RISK = 1 / 4;

/** By how much a request has to be faster a row, than one of half or a quarter of its rows. */
const CLEAR_GAIN = 0.05;
const LARGE_GAIN = 0.15;

/** Stands in the place of limits that are fixed. */
export class RequestSize implements BatchLimits {
	bytes: number;
	left?: number;
	/** The rows that the next requests have, and those that worked. */
	private size: number;
	private good: number;
	private most: number;
	/** Milliseconds that a row takes the whole run, by the size of requests. */
	private readonly costs = new Map<number, number>();
	/** Replies to requests of this size, one after the other, and what they are of. */
	private replies = 0;
	private rowsAnswered = 0;
	private slowest = 0;
	private since?: number;
	/** A size that turned out slower, and for how many rounds of replies it is not tried again. */
	private heldAt = Infinity;
	private hold = 0;
	private nextHold = 4;
	/** Rows of the last requests, so that all end at the same time. */
	private last?: number;

	constructor(private readonly bounds: Bounds) {
		this.bytes = bounds.bytes;
		this.most = bounds.most;
		this.size = this.good = Math.min(bounds.first, bounds.most);
	}

	get rows(): number {
		const { concurrency, first } = this.bounds;
		const { size, left = Infinity } = this;
		if (left > concurrency * size) return size;
		this.last ??= Math.max(first, Math.ceil(left / concurrency));
		return Math.min(size, this.last);
	}

	/** What a server refused is never tried again. */
	set rows(most: number) {
		this.most = Math.min(this.most, most);
		this.stepDown(Math.min(this.size, most));
		this.good = Math.min(this.good, most);
	}

	/** Whether no request of so many rows was answered yet: it is sent again in smaller ones, if at all. */
	isAttempt(rows: number): boolean {
		return rows > this.good;
	}

	answered(rows: number, { latency, tries, now }: Answered): void {
		this.since ??= now - latency;
		const isUsual = tries === 1 && rows >= 0.8 * this.size && rows <= 1.2 * this.size;
		if (!isUsual) return this.begin(now);
		this.replies++;
		this.rowsAnswered += rows;
		this.slowest = Math.max(this.slowest, latency);
		if (this.replies < Math.max(3, this.bounds.concurrency)) return;
		const cost = (now - this.since) / this.rowsAnswered;
		const before = this.costs.get(this.size) ?? cost;
		this.costs.set(this.size, (cost + before) / 2);
		const { slowest } = this;
		this.begin(now);
		this.decide(slowest);
	}

	/** The failure of a request, which may be one of its size alone where that was found by itself. */
	refused(rows: number, failure: Failure): Failure {
		const first = Math.min(this.bounds.first, this.most);
		const isAttempt = this.isAttempt(rows);
		if (rows <= first || !mayBeOfSize(failure, isAttempt)) return failure;
		const smaller = isAttempt ? this.good : first;
		if (mayPass(failure)) this.holdBack(rows, 4);
		else this.most = Math.min(this.most, smaller);
		this.stepDown(Math.min(this.size, smaller));
		this.good = Math.min(this.good, smaller);
		return { ...failure, blame: { kind: 'attempt', smaller } };
	}

	private begin(now?: number): void {
		this.since = now;
		this.replies = this.rowsAnswered = this.slowest = 0;
	}

	private stepDown(size: number): void {
		if (size < this.size) this.begin();
		this.size = size;
	}

	private holdBack(size: number, times: number): void {
		this.heldAt = size;
		this.hold = this.nextHold;
		this.nextHold *= times;
	}

	private decide(latency: number): void {
		const { size, good, costs } = this;
		const cost = costs.get(size) ?? 0;
		const smaller = Math.max(...[...costs.keys()].filter((other) => other < size));
		const costBefore = costs.get(smaller);
		// One that was good for a while goes back only where it is clearly slower by now.
		if (costBefore !== undefined && cost > costBefore * (size > good ? 1 : 1.1)) {
			this.holdBack(size, cost > 1.2 * costBefore ? 4 : 2);
			this.good = smaller;
			return this.stepDown(smaller);
		}
		this.good = size;
		if (this.hold > 0 && --this.hold === 0) this.heldAt = Infinity;
		// A request takes some time, and each of its rows: what two sizes took tells both.
		const perRequest = costBefore === undefined ? undefined : (costBefore - cost) / (1 / smaller - 1 / size);
		for (const factor of [4, 2]) {
			const larger = size * factor;
			const gain = perRequest === undefined ? (factor === 2 ? 1 : 0) : (perRequest / size - perRequest / larger) / cost;
			const isWorth = gain >= (factor === 4 ? LARGE_GAIN : CLEAR_GAIN);
			if (!isWorth || larger >= this.heldAt || larger > this.most || latency * factor > LONGEST) continue;
			if (this.bounds.concurrency * larger > MOST_AT_RISK * (this.left ?? Infinity)) continue;
			this.size = larger;
			return;
		}
	}
}

/** The limits of a run: fixed where the user gave a number of rows, found on the way where not. */
export function limitsOf(givenRows: number | undefined, bounds: Bounds): BatchLimits {
	if (givenRows === undefined) return new RequestSize(bounds);
	return { rows: Math.min(givenRows, bounds.most), bytes: bounds.bytes };
}

/** Whether a failure need not have come of a smaller request; one of so many rows that were answered before seldom does. */
function mayBeOfSize({ kind, status = 0, blame }: Failure, isAttempt: boolean): boolean {
	if (blame) return isAttempt && blame.kind === 'rows' && blame.named.size === 0;
	if (kind === 'status') return status >= 400 && !WHATEVER_SIZE.has(status);
	return kind === 'timeout' || kind === 'connection' || kind === 'reply';
}

/** Whether a failure may have another reason after all: a row, or a server that is busy. */
function mayPass({ status, blame }: Failure): boolean {
	return blame !== undefined || status === 429 || status === 503;
}
