/** Rows out in batches, values back to their own items: smaller batches and a search for bad rows where one fails. */
import {
	failed,
	failureOfRow,
	RowFailed,
	success,
	type Failure,
	type Outcome,
	type RowValues,
} from '../failure/outcome';
import { pluralize } from '../failure/pluralize';
import type { Turns } from '../turns';
import { findBadRows } from './badRows';
import {
	buildBatches,
	rowsByItem,
	shrink,
	splitBatch,
	type Batch,
	type BatchForm,
	type Items,
	type RowOf,
} from './batchBuilder';
import { mapPool } from './mapPool';

/** Items whose rows may share requests. Its limits shrink while the run goes on, as the server shows what it takes. */
export interface Group<Row, Value> extends ReadyGroup<Row, Value> {
	items: number[];
	/** Sees that requests can be sent at all. */
	ready(): Promise<Outcome<unknown>>;
}

/** Those of a deployment that can be called. */
export interface ReadyGroup<Row, Value> extends BatchForm<Row> {
	items: Items;
	rowOf: RowOf<Row>;
	/** Sends rows in one request, and returns one value per row. */
	exchange(batch: Batch<Row>): Promise<Outcome<RowValues<Value>>>;
	/** A row's failure, with what helps to see why. */
	explain?(failure: Failure, row: Row): Failure;
}

/** How rows go out, and what becomes of them. */
export interface Course<Value> {
	/** Batches under way at a time. */
	concurrency: number;
	/** Whether the run ends at the first item that fails. */
	stops: boolean;
	/** The turns of a loop over many rows. */
	turns: Turns;
	/** Receives what the user should know, a sentence each without its full stop. */
	notes: Set<string>;
	/** Called once for every item whose outcome is known; an item without one was not sent. */
	settle(item: number, outcome: Outcome<Value>): void;
}

/** The groups that can be called: all are waited for at the same time, and the items of the others get the reason. */
async function readyGroups<Row, Value>(
	groups: ReadonlyArray<Group<Row, Value>>,
	settle: Course<Value>['settle'],
): Promise<Array<Group<Row, Value>>> {
	const readied = await Promise.all(groups.map(async (group) => ({ group, ready: await group.ready() })));
	for (const { group, ready } of readied) {
		if (!ready.ok) for (const item of group.items) settle(item, ready);
	}
	return readied.filter(({ ready }) => ready.ok).map(({ group }) => group);
}

/** Finds a value for every item of all groups, once these can be called. */
export async function scatter<Row, Value>(
	groups: ReadonlyArray<Group<Row, Value>>,
	course: Course<Value>,
): Promise<void> {
	const called = await readyGroups(groups, course.settle);
	// Nothing goes out for a run that ends with a failure anyway.
	if (course.stops && called.length < groups.length) return;
	await scatterReady(called, course);
}

/** The same for groups that can be called, whose items may come to be known on the way. */
export async function scatterReady<Row, Value>(
	called: ReadonlyArray<ReadyGroup<Row, Value>>,
	{ concurrency, stops, turns, notes, settle }: Course<Value>,
): Promise<void> {
	const remarks = new Map<ReadyGroup<Row, Value>, string>();
	let firstFailed = Infinity;
	let isCancelled = false;
	let searches: Promise<unknown> = Promise.resolve();

	function mayGoOn(item: number): boolean {
		return !isCancelled && !(stops && item > firstFailed);
	}

	function fail(item: number, failure: Failure): void {
		isCancelled ||= failure.kind === 'cancelled';
		firstFailed = Math.min(firstFailed, item);
		settle(item, failed(failure));
	}

	/** Fails an item of a group, whose row is at hand. */
	function failRow(group: ReadyGroup<Row, Value>, item: number, row: Row | undefined, failure: Failure): void {
		fail(item, row === undefined ? failure : (group.explain?.(failure, row) ?? failure));
	}

	/** Settles items with their values until its turn is over. Returns how many are settled. */
	function settleSome(
		group: ReadyGroup<Row, Value>,
		{ items, rows }: Batch<Row>,
		values: RowValues<Value>,
		settled: number,
	): number {
		let done = settled;
		for (; done < items.length && !turns.isOver(); done++) {
			const item = items[done];
			const value = values[done];
			if (item === undefined || value === undefined) continue;
			if (value instanceof RowFailed) failRow(group, item, rows[done], value.failure);
			else settle(item, success(value));
		}
		return done;
	}

	/** Sends a batch and keeps its values; returns the failure where there are none. */
	async function ask(group: ReadyGroup<Row, Value>, batch: Batch<Row>): Promise<Failure | undefined> {
		const values = await group.exchange(batch);
		if (values.ok) {
			let done = settleSome(group, batch, values.value, 0);
			while (done < batch.items.length) {
				await turns.next();
				done = settleSome(group, batch, values.value, done);
			}
			return undefined;
		}
		if (batch.items.length > 1) shrinkAfter(values.failure, group, batch);
		return values.failure;
	}

	function shrinkAfter({ blame }: Failure, group: ReadyGroup<Row, Value>, batch: Batch<Row>): void {
		if (blame?.kind === 'size') {
			shrink(group, batch, blame.mostRows);
			remarks.set(
				group,
				`Requests of ${pluralize(batch.items.length, 'row')} were too large for the deployment, so smaller ones were sent. 'Rows per Request' ${group.limits.rows} would avoid this`,
			);
		}
		if (blame?.kind === 'count') {
			group.limits.rows = 1;
			remarks.set(
				group,
				'The deployment did not answer with one prediction per row (some read only the first row of a request), so each row was sent alone',
			);
		}
	}

	/** Finds the bad rows of a batch; the others keep their values. */
	async function search(group: ReadyGroup<Row, Value>, batch: Batch<Row>, failure: Failure): Promise<void> {
		const known = rowsByItem(batch);
		const send = async (items: number[]): Promise<Failure | undefined> => {
			const rows = items.map((item) => known.get(item)).filter((row) => row !== undefined);
			return await ask(group, { items, rows });
		};
		const failItem = (item: number, reason: Failure): void => failRow(group, item, known.get(item), reason);
		await findBadRows({ rows: batch.items, send, fail: failItem, mayGoOn, stopsAtFirst: stops }, failure);
	}

	/** Finds the values of a batch, however often it takes. Returns whether a further one may begin. */
	async function score(group: ReadyGroup<Row, Value>, batch: Batch<Row>): Promise<boolean> {
		const { items } = batch;
		// What a search finds decides whether a run that stops goes on at all.
		if (stops) await searches;
		if (!items.some(mayGoOn)) return false;
		const failure = await ask(group, batch);
		if (failure && (items.length === 1 || !failure.blame)) {
			for (const [position, item] of items.entries()) {
				failRow(group, item, batch.rows[position], failureOfRow(failure, position));
			}
		} else if (failure?.blame?.kind === 'rows') {
			const found = search(group, batch, failure);
			searches = Promise.allSettled([searches, found]);
			await found;
		} else if (failure) {
			const mostRows = failure.blame?.kind === 'attempt' ? failure.blame.smaller : undefined;
			await mapPool(splitBatch(batch, group, turns, mostRows), concurrency, (smaller) => score(group, smaller));
		}
		return mayGoOn(Infinity);
	}

	async function* jobs(): AsyncGenerator<{ group: ReadyGroup<Row, Value>; batch: Batch<Row> }> {
		for (const group of called) {
			const { items, rowOf, limits } = group;
			let left = Array.isArray(items) ? items.length : undefined;
			limits.left = left;
			for await (const batch of buildBatches(items, rowOf, group, fail, turns)) {
				limits.left = left === undefined ? undefined : (left -= batch.items.length);
				yield { group, batch };
			}
		}
	}
	await mapPool(jobs(), concurrency, ({ group, batch }) => score(group, batch));
	for (const remark of remarks.values()) notes.add(remark);
}
