/** Batches of rows, and a bounded number of jobs under way. */
import type { Failure, Outcome } from './outcome';
import type { Turns } from './turns';

/** Read before every row, so that limits may shrink while batches are being cut. */
export interface BatchLimits {
	rows: number;
	/** Bytes of the rows' own text in UTF-8; a row that is longer goes alone. */
	bytes: number;
}

export interface Batch {
	/** Positions of the rows in the run. */
	items: number[];
	/** The encoded rows, in the same order. */
	texts: string[];
}

/** The encoded row of an item; a promise where it has to be fetched first, which may fail. */
export type TextOf = (item: number) => string | Promise<Outcome<string>>;

/** One batch that fills up. */
class Filling {
	readonly batch: Batch = { items: [], texts: [] };
	private bytes = 0;

	/** Takes a row in, unless the batch has something and would grow beyond the limits. */
	takes(item: number, text: string, limits: BatchLimits): boolean {
		const size = Buffer.byteLength(text) + 1;
		const { items, texts } = this.batch;
		if (items.length > 0 && (items.length >= limits.rows || this.bytes + size > limits.bytes)) return false;
		items.push(item);
		texts.push(text);
		this.bytes += size;
		return true;
	}
}

/**
 * Cuts rows into batches, one at a time as they are asked for, so that only the batches under way are held as text.
 * Items whose row could not be fetched go to `fail` and into no batch. Others have their turn between rows.
 */
export async function* cutBatches(
	items: Iterable<number>,
	textOf: TextOf,
	limits: BatchLimits,
	fail: (item: number, failure: Failure) => void,
	turns: Turns,
): AsyncGenerator<Batch> {
	let filling = new Filling();
	for (const item of items) {
		if (turns.isOver()) await turns.next();
		let text = textOf(item);
		if (typeof text !== 'string') {
			const fetched = await text; // only here: awaiting every row would cost more than the row
			if (!fetched.ok) {
				fail(item, fetched.failure);
				continue;
			}
			text = fetched.value;
		}
		if (filling.takes(item, text, limits)) continue;
		yield filling.batch;
		filling = new Filling();
		filling.takes(item, text, limits);
	}
	if (filling.batch.items.length > 0) yield filling.batch;
}

/** The rows of a batch in smaller batches, as the limits now are. */
export function cutAgain(batch: Batch, limits: BatchLimits, turns: Turns): AsyncGenerator<Batch> {
	const texts = textsOf(batch);
	return cutBatches(
		texts.keys(),
		(item) => texts.get(item) ?? '',
		limits,
		() => {},
		turns,
	);
}

/** The encoded rows of a batch by item. */
export function textsOf({ items, texts }: Batch): Map<number, string> {
	return new Map(items.flatMap((item, position) => texts.slice(position, position + 1).map((text) => [item, text])));
}

/** Makes the limits smaller than a batch that was too large, to `mostRows` where the server says how many it takes. */
export function shrink(limits: BatchLimits, { items, texts }: Batch, mostRows?: number): void {
	const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
	limits.rows = Math.max(1, Math.min(limits.rows, mostRows ?? Math.floor(items.length / 2), items.length - 1));
	if (mostRows === undefined) limits.bytes = Math.min(limits.bytes, Math.ceil(bytes / 2));
}

/**
 * Works through jobs with at most `width` under way: whenever one ends the next begins, so that nothing waits for the
 * slowest of a group. Begins no further job once `work` has answered false or has thrown; those under way are finished.
 */
export async function inWindow<Job>(
	jobs: Iterable<Job> | AsyncIterable<Job>,
	width: number,
	work: (job: Job) => Promise<boolean>,
): Promise<void> {
	const queue = Symbol.asyncIterator in jobs ? jobs[Symbol.asyncIterator]() : jobs[Symbol.iterator]();
	let goesOn = true;
	const worker = async (): Promise<void> => {
		while (goesOn) {
			const next = await queue.next();
			if (next.done || !goesOn) return;
			let mayGoOn = false;
			try {
				mayGoOn = await work(next.value);
			} finally {
				goesOn = goesOn && mayGoOn;
			}
		}
	};
	const workers = Array.from({ length: width }, worker);
	await Promise.allSettled(workers);
	await Promise.all(workers);
}
