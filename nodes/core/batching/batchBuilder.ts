/** Batches: rows of any kind that share a request, within limits on their number and size. */
import type { Failure, Outcome } from '../failure/outcome';
import type { Turns } from '../turns';

/** Read before every row, so that limits may change while batches are being built. */
export interface BatchLimits {
	rows: number;
	/** Bytes of the rows' own text in UTF-8; a row that is longer goes alone. */
	bytes: number;
	/** Rows of the run that are in no batch yet, where that is known. */
	left?: number;
}

export interface Batch<Row> {
	/** Positions of the rows in the run. */
	items: number[];
	/** The rows, in the same order. */
	rows: Row[];
}

/** The row of an item; a promise where it has to be fetched first, which may fail. An item without a row goes into no batch. */
export type RowOf<Row> = (item: number) => Row | undefined | Promise<Outcome<Row>>;

/** Items by number: all of them, or piece by piece where they come to be known on the way. */
export type Items = Iterable<number> | AsyncIterable<Iterable<number>>;

/** How batches of one kind of rows are built. */
export interface BatchForm<Row> {
	limits: BatchLimits;
	/** Bytes of a row in a request. */
	sizeOf(row: Row): number;
}

/** One batch that fills up. */
class Filling<Row> {
	readonly batch: Batch<Row> = { items: [], rows: [] };
	private bytes = 0;

	constructor(private readonly form: BatchForm<Row>) {}

	isFull(): boolean {
		return this.batch.items.length >= this.form.limits.rows;
	}

	/** Takes a row in, unless the batch has something and would grow beyond the limits. */
	takes(item: number, row: Row): boolean {
		const { items, rows } = this.batch;
		const size = this.form.sizeOf(row);
		if (items.length > 0 && (this.isFull() || this.bytes + size > this.form.limits.bytes)) return false;
		items.push(item);
		rows.push(row);
		this.bytes += size;
		return true;
	}
}

/**
 * Builds batches one at a time as they are asked for, so that limits which have shrunk count at once. Items whose row
 * could not be fetched go to `fail` and into no batch. Others have their turn between rows.
 */
export async function* buildBatches<Row>(
	items: Items,
	rowOf: RowOf<Row>,
	form: BatchForm<Row>,
	fail: (item: number, failure: Failure) => void,
	turns: Turns,
): AsyncGenerator<Batch<Row>> {
	let filling = new Filling(form);
	for await (const piece of inPieces(items)) {
		for (const item of piece) {
			if (turns.isOver()) await turns.next();
			let row = rowOf(item);
			if (row instanceof Promise) {
				const fetched = await row; // only here: awaiting every row would cost more than the row
				if (!fetched.ok) {
					fail(item, fetched.failure);
					continue;
				}
				row = fetched.value;
			}
			if (row === undefined) continue;
			if (!filling.takes(item, row)) {
				yield filling.batch;
				filling = new Filling(form);
				filling.takes(item, row);
			}
			// At once, so that the next row is fetched when its turn comes.
			if (filling.isFull()) {
				yield filling.batch;
				filling = new Filling(form);
			}
		}
	}
	if (filling.batch.items.length > 0) yield filling.batch;
}

function inPieces(items: Items): Iterable<Iterable<number>> | AsyncIterable<Iterable<number>> {
	return Symbol.asyncIterator in items ? items : [items];
}

/** The rows of a batch in smaller batches, as the limits now are, and of no more than `mostRows`. */
export function splitBatch<Row>(
	batch: Batch<Row>,
	{ limits, sizeOf }: BatchForm<Row>,
	turns: Turns,
	mostRows = Infinity,
): AsyncGenerator<Batch<Row>> {
	const rows = rowsByItem(batch);
	const smaller: BatchLimits = {
		get rows() {
			return Math.min(limits.rows, mostRows);
		},
		get bytes() {
			return limits.bytes;
		},
	};
	return buildBatches(
		batch.items,
		(item) => rows.get(item),
		{ limits: smaller, sizeOf },
		() => {},
		turns,
	);
}

/** The rows of a batch by item. */
export function rowsByItem<Row>({ items, rows }: Batch<Row>): Map<number, Row> {
	return new Map(items.flatMap((item, position) => rows.slice(position, position + 1).map((row) => [item, row])));
}

/** Makes the limits smaller than a batch that was too large, to `mostRows` where the server says how many it takes. */
export function shrink<Row>({ limits, sizeOf }: BatchForm<Row>, { items, rows }: Batch<Row>, mostRows?: number): void {
	const bytes = rows.reduce((sum, row) => sum + sizeOf(row), 0);
	limits.rows = Math.max(1, Math.min(limits.rows, mostRows ?? Math.floor(items.length / 2), items.length - 1));
	if (mostRows === undefined) limits.bytes = Math.min(limits.bytes, Math.ceil(bytes / 2));
}
