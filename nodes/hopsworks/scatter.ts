/** Rows out in batches, values back to their own items: smaller batches and a search for bad rows where one fails. */
import type { Target } from '../serving/address';
import {
	cutAgain,
	cutBatches,
	inWindow,
	shrink,
	textsOf,
	type Batch,
	type BatchLimits,
	type TextOf,
} from '../serving/batch';
import { isolate } from '../serving/isolate';
import { count, failed, failureOfRow, success, type Failure, type Outcome } from '../serving/outcome';
import type { Reply } from '../serving/reply';
import { turnsOfRun } from './cancel';
import type { Send, Sent } from './send';

/** Items whose rows may share requests. */
export interface Group<Value> {
	target: Target;
	items: number[];
	/** They shrink while the run goes on, as the deployment shows what it takes. */
	limits: BatchLimits;
	/** Sees that the deployment can be called, and starts it first where the options say so. */
	ready(): Promise<Outcome<unknown>>;
	textOf: TextOf;
	/** The text of a request for some rows. */
	write(texts: string[]): string;
	/** One value a row out of a reply. */
	read(reply: Reply, rows: number): Outcome<Value[]> | Promise<Outcome<Value[]>>;
	/** May change `write` after a failure; what was written before is then sent again. */
	learn?(failure: Failure): void;
}

export interface Course<Value> {
	send: Send;
	/** Batches under way at once. */
	concurrency: number;
	/** Whether the run ends at the first item that fails. */
	stops: boolean;
	/** Gets what the user should know, a sentence each without its full stop. */
	notes: Set<string>;
	/** Called for every request, with the items whose rows it carried. */
	onSent?(items: number[], sent: Sent): void;
	/** Called once for every item whose outcome is known; an item without one was not sent. */
	settle(item: number, outcome: Outcome<Value>): void;
}

/** The groups that can be called: all are waited for at the same time, and the items of the others get the reason. */
async function readyGroups<Value>(
	groups: Array<Group<Value>>,
	settle: Course<Value>['settle'],
): Promise<Array<Group<Value>>> {
	const readied = await Promise.all(groups.map(async (group) => ({ group, ready: await group.ready() })));
	for (const { group, ready } of readied) {
		if (!ready.ok) for (const item of group.items) settle(item, ready);
	}
	return readied.filter(({ ready }) => ready.ok).map(({ group }) => group);
}

/** Scores all items of all groups, once their deployments can be called. */
export async function scatter<Value>(groups: Array<Group<Value>>, course: Course<Value>): Promise<void> {
	const { send, concurrency, stops, onSent, settle } = course;
	const called = await readyGroups(groups, settle);
	// Nothing goes out for a run that ends with a failure anyway.
	if (stops && called.length < groups.length) return;
	const turns = turnsOfRun();
	const notes = new Map<Group<Value>, string>();
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

	/** Settles items with their values until its turn is over. Gives how many are settled. */
	function settleSome(items: number[], values: Value[], settled: number): number {
		let done = settled;
		for (; done < items.length && !turns.isOver(); done++) {
			const item = items[done];
			const value = values[done];
			if (item !== undefined && value !== undefined) settle(item, success(value));
		}
		return done;
	}

	/** Sends a batch and keeps its values; gives the failure where there are none. */
	async function ask(group: Group<Value>, batch: Batch): Promise<Failure | undefined> {
		const { write } = group;
		const sent = await send(group.target, () => write(batch.texts));
		onSent?.(batch.items, sent);
		const values = sent.outcome.ok ? await group.read(sent.outcome.value, batch.items.length) : sent.outcome;
		if (values.ok) {
			let done = settleSome(batch.items, values.value, 0);
			for (; done < batch.items.length; done = settleSome(batch.items, values.value, done)) await turns.next();
			return undefined;
		}
		group.learn?.(values.failure);
		if (group.write !== write) return await ask(group, batch);
		if (batch.items.length > 1) shrinkAfter(values.failure, group, batch);
		return values.failure;
	}

	function shrinkAfter({ blame }: Failure, group: Group<Value>, batch: Batch): void {
		if (blame?.kind === 'size') {
			shrink(group.limits, batch, blame.mostRows);
			notes.set(
				group,
				`Requests of ${count(batch.items.length, 'row')} were too large for the deployment, so smaller ones were sent. 'Rows per Request' ${group.limits.rows} saves the detour`,
			);
		}
		if (blame?.kind === 'count') {
			group.limits.rows = 1;
			notes.set(
				group,
				'The deployment did not answer one prediction a row, as those do that read only the first row of a request, so each row was sent alone',
			);
		}
	}

	/** Finds the bad rows of a batch; the others keep their values. */
	async function search(group: Group<Value>, batch: Batch, failure: Failure): Promise<void> {
		const texts = textsOf(batch);
		const send = (items: number[]): Promise<Failure | undefined> =>
			ask(group, { items, texts: items.map((item) => texts.get(item) ?? '') });
		await isolate({ rows: batch.items, send, fail, mayGoOn, stopsAtFirst: stops }, failure);
	}

	/** Scores a batch, however often it takes. Gives whether a further one may begin. */
	async function score(group: Group<Value>, batch: Batch): Promise<boolean> {
		const { items } = batch;
		// What a search finds decides whether a run that stops goes on at all.
		if (stops) await searches;
		if (!items.some(mayGoOn)) return false;
		const failure = await ask(group, batch);
		if (failure && (items.length === 1 || !failure.blame)) {
			items.forEach((item, position) => fail(item, failureOfRow(failure, position)));
		} else if (failure?.blame?.kind === 'rows') {
			const found = search(group, batch, failure);
			searches = Promise.allSettled([searches, found]);
			await found;
		} else if (failure) {
			await inWindow(cutAgain(batch, group.limits, turns), concurrency, (smaller) => score(group, smaller));
		}
		return mayGoOn(Infinity);
	}

	async function* jobs(): AsyncGenerator<{ group: Group<Value>; batch: Batch }> {
		for (const group of called) {
			const batches = cutBatches(group.items, group.textOf, group.limits, fail, turns);
			for await (const batch of batches) yield { group, batch };
		}
	}
	await inWindow(jobs(), concurrency, ({ group, batch }) => score(group, batch));
	for (const note of notes.values()) course.notes.add(note);
}
