/** How many rows a request may have, found while a run goes on: from a number that suits any server upward, while that is faster. */
import { mayBeOfSize, mayHaveOtherReason } from '../failure/attempt';
import type { Failure } from '../failure/outcome';
import type { BatchLimits } from './batchBuilder';
import { median, RowCosts } from './rowCosts';

interface Bounds {
	/** Rows that the first requests have; no server is asked for fewer, unless it refuses them. */
	first: number;
	/** Rows that no request may have more of. */
	most: number;
	bytes: number;
	/** Requests under way at a time. */
	concurrency: number;
}

/** A request that is under way. */
interface UnderWay {
	rows: number;
	/** The size that was right when it went out. */
	size: number;
	/** Whether all others that were under way had about as many rows: no larger one kept it waiting. */
	isAmongEqual: boolean;
}

/** A request, as whoever sends it reports of it. */
interface Request {
	/** Whether none of so many rows was answered yet: where it fails, its rows go out again in smaller ones. */
	isAttempt: boolean;
	/** It is no longer under way. */
	end(): void;
	/** Its reply was good, so many milliseconds after it was sent. */
	answered(latency: number): void;
	/** It failed. Returns the failure, which tells where smaller requests need not fail. */
	refused(failure: Failure): Failure;
}

/** Milliseconds that no request is meant to take. */
const LONGEST = 2000;

/** The part of the rows that are left which an attempt may carry. */
const MOST_AT_RISK = 1 / 4;

/** So many replies tell what a row takes. */
const REPLIES = 3;

/** What a row gains at least where its request has twice as many, or four times as many. */
const GAIN = { 2: 0.04, 4: 0.2 };
/** Milliseconds that such an attempt may take in any case: the more where there is more to gain. */
const SHORT = { 2: 100, 4: 400 };

/** An attempt that is so many times slower a row is ended: the more replies there are, the less it needs. */
const SLOWER = [1.2, 1.1, 1.03];
/** One that is so many times slower a row is ended at the second reply. */
const MUCH_SLOWER = 1.3;
/** An attempt that is no slower than this is a success at once. */
const FASTER = 0.97;
/** The first attempt is a success at once where a row is so much faster. */
const MUCH_FASTER = 0.7;
/** A size that was good goes back where a smaller one was so many times faster. */
const NO_LONGER_GOOD = 1.1;

/** Stands in the place of limits that are fixed (docs/decisions/0045). */
export class RequestSize implements BatchLimits {
	bytes: number;
	left?: number;
	/** The rows of the next requests, and of those that are known to do well. */
	private size: number;
	private good: number;
	private most: number;
	private readonly costs = new RowCosts();
	private readonly underWay = new Set<UnderWay>();
	/** Of the requests of this size: milliseconds a row, how often they were asked about, and slow ones one after the other. */
	private samples: number[] = [];
	private looks = 0;
	private hasLooked = false;
	private slow = 0;
	/** A size that turned out badly, and for how many looks nothing so large is tried; the next time for longer. */
	private heldAt = Infinity;
	private hold = 0;
	private nextHold = 8;
	private hasFailed = false;
	private hasLostConnection = false;
	/** Rows of the last requests, so that all end at about the same time. */
	private last?: number;

	constructor(private readonly bounds: Bounds) {
		this.bytes = bounds.bytes;
		this.most = bounds.most;
		this.size = this.good = this.first;
	}

	private get first(): number {
		return Math.min(this.bounds.first, this.most);
	}

	get rows(): number {
		const { concurrency, first } = this.bounds;
		const size = this.slow > 0 ? this.good : this.size;
		if (this.left === undefined || this.left > concurrency * size) return size;
		this.last ??= Math.max(first, Math.ceil(this.left / concurrency));
		return Math.min(size, this.last);
	}

	/** What a server refused is never tried again. */
	set rows(most: number) {
		this.most = Math.min(this.most, most);
		this.goDown(most);
	}

	begin(rows: number): Request {
		const isAmongEqual = [...this.underWay].every((other) => other.rows >= 0.8 * rows && other.rows <= 1.2 * rows);
		const request: UnderWay = { rows, size: this.size, isAmongEqual };
		this.underWay.add(request);
		return {
			isAttempt: rows > this.good,
			end: () => void this.underWay.delete(request),
			answered: (latency) => this.answered(request, Math.max(latency, 1)),
			refused: (failure) => this.refused(rows, failure),
		};
	}

	private answered({ rows, size, isAmongEqual }: UnderWay, latency: number): void {
		const cost = latency / rows;
		const isFirst = !this.costs.areKnown;
		// The first of those that went out together waited for none of them, as later ones do.
		if (!this.hasLooked && size === this.good) this.costs.set(size, Math.max(cost, this.costs.get(size) ?? 0));
		if (isFirst) return this.grow(latency);
		// Fewer rows tell nothing of a size, unless their bytes are all that a request may have.
		if (size !== this.size || (rows < 0.8 * size && rows <= this.good)) return;
		const before = this.costs.below(size)?.cost;
		const isAttempt = size > this.good;
		this.slow = isAttempt && before !== undefined && cost > MUCH_SLOWER * before ? this.slow + 1 : 0;
		if (this.slow === 2) return this.goBack(4);
		if (this.good === this.first && isAttempt && before !== undefined && cost < MUCH_FASTER * before) {
			this.costs.set(size, cost);
			this.good = size;
			return this.grow(latency);
		}
		if (!isAmongEqual) return;
		this.samples.push(cost);
		if (this.samples.length % REPLIES > 0) return;
		this.look(latency);
	}

	private refused(rows: number, failure: Failure): Failure {
		const isAttempt = rows > this.good;
		if (rows <= this.first || !mayBeOfSize(failure, isAttempt)) return failure;
		const smaller = isAttempt ? this.good : this.first;
		const mayPass = mayHaveOtherReason(failure) || (failure.kind === 'connection' && !this.hasLostConnection);
		this.hasLostConnection ||= failure.kind === 'connection';
		if (!mayPass) this.most = Math.min(this.most, smaller);
		else if (this.size >= rows) this.holdBack(rows, 4);
		this.goDown(smaller);
		return { ...failure, blame: { kind: 'attempt', smaller } };
	}

	/** Decides by the replies that came at the size in use, of which the last took `latency`. */
	private look(latency: number): void {
		const { size, good, samples } = this;
		const isAttempt = size > good;
		const latest = median(samples);
		const before = isAttempt || !this.hasLooked ? latest : (this.costs.get(size) ?? latest);
		// A deployment that had to wake up is forgotten at once.
		const cost = before > 2 * latest ? latest : (before + latest) / 2;
		this.costs.set(size, cost);
		this.hasLooked = true;
		if (!isAttempt) this.samples = [];
		const ratio = cost / (this.costs.below(size)?.cost ?? Infinity);
		const look = Math.min(this.looks++, SLOWER.length - 1);
		const most = isAttempt ? (SLOWER[look] ?? 1) : NO_LONGER_GOOD;
		if (ratio > most) return this.goBack(ratio > MUCH_SLOWER ? 4 : 2);
		if (isAttempt && ratio > FASTER && look < SLOWER.length - 1) return;
		this.good = size;
		if (this.hold > 0 && --this.hold === 0) this.heldAt = Infinity;
		this.grow(latency);
	}

	private grow(latency: number): void {
		const { good, left = Infinity, bounds } = this;
		// After a failure in smaller steps.
		for (const factor of this.hasFailed ? ([2] as const) : ([4, 2] as const)) {
			const larger = factor * good;
			const isLong = factor * latency > SHORT[factor] && bounds.concurrency * larger > MOST_AT_RISK * left;
			const mayBe = larger < this.heldAt && larger <= this.most && factor * latency <= LONGEST && !isLong;
			if (mayBe && this.costs.gain(good, larger) >= GAIN[factor]) return this.use(larger);
		}
	}

	private use(size: number): void {
		this.size = size;
		this.samples = [];
		this.looks = this.slow = 0;
	}

	private goBack(times: number): void {
		this.holdBack(this.size, times);
		this.goDown(this.costs.below(this.size)?.size ?? this.good);
	}

	private holdBack(size: number, times: number): void {
		this.heldAt = size;
		this.hold = this.nextHold;
		this.nextHold *= times;
		this.hasFailed = true;
	}

	private goDown(size: number): void {
		this.good = Math.min(this.good, size);
		if (this.size > size) this.use(size);
	}
}

/** The limits of a run: fixed where the user gave a number of rows, found on the way where not. */
export function limitsOf(givenRows: number | undefined, bounds: Bounds): BatchLimits {
	if (givenRows === undefined) return new RequestSize(bounds);
	return { rows: Math.min(givenRows, bounds.most), bytes: bounds.bytes };
}
