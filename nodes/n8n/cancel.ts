/** A run that is cancelled or a request that is out of time: how that is known, and what it ends. */
import { sleep } from 'n8n-workflow';
import type { Failure } from '../core/failure/outcome';
import { Turns } from '../core/turns';
import type { CallContext, Context } from './connection';

export const CANCELLED: Failure = {
	kind: 'cancelled',
	message: 'The run was canceled', // n8n knows a cancelled run by this spelling
	description: 'Start it again to score the rest.',
};

/**
 * Milliseconds between two looks at the clock. n8n's lint allows no timer that can be taken back, so a wait is made of
 * short ones: none outlives its wait by more than this, and none runs over, as one of more than 24 days would.
 */
const LOOK_EVERY = 50;

/** Milliseconds of a clock that nobody sets. */
export function now(): number {
	return performance.now();
}

function cancelSignal(context: CallContext): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}

export function isCancelled(context: CallContext): boolean {
	return cancelSignal(context)?.aborted ?? false;
}

/** A context whose run counts as cancelled once `signal` is aborted, too: for one call that its caller may give up. */
export function endedBy(context: CallContext, signal: AbortSignal): CallContext {
	const cancel = cancelSignal(context);
	const either = cancel ? AbortSignal.any([cancel, signal]) : signal;
	const ended: CallContext = Object.create(context, { getExecutionCancelSignal: { value: () => either } });
	return ended;
}

/** The same context, for what its run's cancel is not about. */
export function withoutCancel(context: Context): Context {
	const lasting: Context = Object.create(context, { getExecutionCancelSignal: { value: () => undefined } });
	return lasting;
}

/** The result of a promise, unless its caller gives up before it: then the signal's own reason is thrown, as callers know it. */
export async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
	if (!signal) return await promise;
	let leave = (): void => {};
	const aborted = new Promise<void>((resolve) => {
		leave = resolve;
		signal.addEventListener('abort', leave, { once: true });
		if (signal.aborted) leave();
	});
	try {
		await Promise.race([promise, aborted]);
		signal.throwIfAborted();
	} finally {
		signal.removeEventListener('abort', leave);
		// Nobody waits for it any more.
		promise.catch(() => {});
	}
	return await promise;
}

/** Waits, but not beyond a cancel. */
export async function pause(context: CallContext, seconds: number): Promise<void> {
	const end = now() + seconds * 1000;
	for (let left = end - now(); left > 0 && !isCancelled(context); left = end - now()) {
		await sleep(Math.min(left, LOOK_EVERY));
	}
}

/** Ends one request when its run is cancelled or its time is up. */
export class Watch {
	private readonly controller = new AbortController();
	private end: number;
	private isOver = false;
	/** Rejects when the request has to end. */
	private readonly ending: Promise<never>;
	/** Whether its time was up. */
	isLate = false;

	/** `isCancelled` is asked again and again. */
	constructor(
		readonly isCancelled: () => boolean,
		private readonly seconds: number,
	) {
		this.end = now() + seconds * 1000;
		this.ending = new Promise((_resolve, reject) => {
			this.signal.addEventListener('abort', () => reject(new Error('ended')), { once: true });
		});
		// Whoever waits for it sees the rejection; nobody may.
		this.ending.catch(() => {});
		void this.look();
	}

	get signal(): AbortSignal {
		return this.controller.signal;
	}

	private async look(): Promise<void> {
		for (;;) {
			const left = this.end - now();
			if (this.isOver) return;
			this.isLate = left <= 0;
			if (this.isLate || this.isCancelled()) return this.controller.abort();
			await sleep(Math.min(left, LOOK_EVERY));
		}
	}

	/** The result of a promise, unless the request has to end before it. */
	async within<Value>(promise: Promise<Value>): Promise<Value> {
		return await Promise.race([promise, this.ending]);
	}

	/** The time begins anew; it may be a shorter one. */
	restart(mostSeconds = Infinity): void {
		this.end = now() + Math.min(this.seconds, mostSeconds) * 1000;
	}

	/** The request is over; where it is not read to its end, its connection is closed. */
	stop(isReadToEnd: boolean): void {
		this.isOver = true;
		if (!isReadToEnd) this.controller.abort();
	}
}

/** Lets n8n's event loop turn once. */
export async function giveWay(): Promise<void> {
	await sleep(0);
}

/** Milliseconds: a run over many items gives way less often, since each time costs one. */
const LONGEST_TURN = 25;

/** The turns of a loop over the items of a run. */
export function turnsOfRun(): Turns {
	return new Turns(giveWay, LONGEST_TURN);
}
