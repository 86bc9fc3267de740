/** Batches of rows, and a bounded window of requests in flight. */

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

/** Cuts rows into batches, one at a time as they are asked for, so that only the batches in flight are held as text. */
export function* cutBatches(
	items: Iterable<number>,
	textOf: (item: number) => string,
	limits: BatchLimits,
): Generator<Batch> {
	let batch: Batch = { items: [], texts: [] };
	let bytes = 0;
	for (const item of items) {
		const text = textOf(item);
		const size = Buffer.byteLength(text) + 1;
		const isFull = batch.items.length >= limits.rows || bytes + size > limits.bytes;
		if (isFull && batch.items.length > 0) {
			yield batch;
			batch = { items: [], texts: [] };
			bytes = 0;
		}
		batch.items.push(item);
		batch.texts.push(text);
		bytes += size;
	}
	if (batch.items.length > 0) yield batch;
}

/**
 * Works through jobs with at most `width` under way: whenever one ends the next begins, so that nothing waits for the
 * slowest of a group. Begins no further job once `work` has answered false; those under way are finished.
 */
export async function inWindow<Job>(
	jobs: Iterable<Job>,
	width: number,
	work: (job: Job) => Promise<boolean>,
): Promise<void> {
	const queue = jobs[Symbol.iterator]();
	let goesOn = true;
	const worker = async (): Promise<void> => {
		while (goesOn) {
			const next = queue.next();
			if (next.done) return;
			const mayGoOn = await work(next.value);
			goesOn = goesOn && mayGoOn;
		}
	};
	await Promise.all(Array.from({ length: width }, worker));
}
