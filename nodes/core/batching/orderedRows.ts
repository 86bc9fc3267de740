/** Rows on their way through: they go out in the order in which they came in, whichever is answered first. */
import type { Outcome } from '../failure/outcome';

/**
 * A row between its reading and its writing. Of a class: where many literals live for a while, as the first rows of a file do,
 * V8 makes all later ones where garbage is seldom collected.
 */
export class HeldRow<Kept, Value> {
	/** What is known of it, once it is known. */
	outcome: Outcome<Value> | undefined = undefined;

	constructor(
		readonly kept: Kept,
		readonly bytes: number,
	) {}
}

/** Rows that are read ahead at most, and their bytes: enough for every request under way, and little beside a file. */
const MOST_ROWS = 100_000;
const MOST_BYTES = 32 * 1024 * 1024;

/** Holds rows until all before them are answered. Bounded: whoever reads asks for room first. */
export class OrderedRows<Kept, Value> {
	private held: Array<HeldRow<Kept, Value>> = [];
	/** The number of the first that is held; they count from 1. */
	private first = 1;
	private bytes = 0;
	/** How many of those that are held are answered, from the first on. */
	private answered = 0;
	private hasEnded = false;
	private waiting: Array<() => void> = [];

	/** Holds a row and returns its number. */
	add(kept: Kept, bytes: number): number {
		this.held.push(new HeldRow(kept, bytes));
		this.bytes += bytes;
		return this.first + this.held.length - 1;
	}

	/** A row that is held. */
	get(row: number): HeldRow<Kept, Value> | undefined {
		return this.held[row - this.first];
	}

	settle(row: number, outcome: Outcome<Value>): void {
		const held = this.get(row);
		if (!held) return;
		held.outcome = outcome;
		for (; this.held[this.answered]?.outcome; this.answered++);
		this.wake();
	}

	/** No row comes any more. */
	end(): void {
		this.hasEnded = true;
		this.wake();
	}

	/** Whether no row may be read before others have gone out. Where none of those that are held can, the next one may. */
	isFull(): boolean {
		return this.held.length >= MOST_ROWS || this.bytes >= MOST_BYTES;
	}

	/** Whether rows wait to be taken. */
	hasAnswered(): boolean {
		return this.answered > 0;
	}

	/** Waits for rows to be answered or taken. */
	async change(): Promise<void> {
		if (!this.hasEnded) await new Promise<void>((resolve) => this.waiting.push(resolve));
	}

	/** Waits until the first row is answered, or until there is none to wait for. */
	async answer(): Promise<void> {
		while (this.answered === 0 && !this.hasEnded) await this.change();
	}

	/** The rows that wait to be taken. */
	waitingRows(): ReadonlyArray<HeldRow<Kept, Value>> {
		return this.held.slice(0, this.answered);
	}

	/** Lets rows go that are answered, from the first on. */
	take(most: number): Array<HeldRow<Kept, Value>> {
		const taken = this.held.splice(0, Math.min(most, this.answered));
		this.answered -= taken.length;
		this.first += taken.length;
		for (const { bytes } of taken) this.bytes -= bytes;
		if (taken.length > 0) this.wake();
		return taken;
	}

	private wake(): void {
		const { waiting } = this;
		if (waiting.length === 0) return;
		// Not a Set that is cleared: each table of one that is thrown away knows the next, and would keep it in memory.
		this.waiting = [];
		for (const resolve of waiting) resolve();
	}
}
