/**
 * The run of an operation on a model, which is the same for all of them: what is the same for all items is read, then every
 * item, then rows go out in batches, and every item is settled. An operation says the rest.
 */
import { accumulateTokenUsage, type INodeExecutionData } from 'n8n-workflow';
import type { Batch, BatchForm } from '../core/batching/batchBuilder';
import { scatter, type Group } from '../core/batching/scatter';
import { success, type Failure, type Outcome } from '../core/failure/outcome';
import type { Route } from '../core/hopsworks/route';
import { encode } from '../core/json/json';
import type { Reply } from '../core/json/reply';
import { turnsOfRun } from './cancel';
import { readConnection } from './connection';
import type { AddressOptions } from './deploymentLocator';
import { readOptions, type Options, type OptionTable } from './options';
import { deploymentResolver, type ResolvedDeployment, type Resolver } from './resolver';
import type { Run } from './run';
import { sender, type Send, type Sent } from './send';
import { readSendSettings, type SendOptions } from './sendOptions';
import type { OnPiece } from './stream';
import { attempt } from './unusable';

/** A row that is fetched only when its turn comes, since it would take too much memory before. */
export class LateRow<Row> {
	constructor(readonly fetch: () => Promise<Outcome<Row>>) {}
}

/** How rows are written to a deployment, and their values read from its replies. */
export interface Protocol<Row, Value> extends BatchForm<Row> {
	/** What goes with the rows: items whose protocols have the same share requests to the same target. */
	shared: unknown;
	/** The text of a request for some rows. */
	write(rows: Row[]): string;
	/** One value per row out of a reply. */
	read(reply: Reply, rows: number): Outcome<Value[]> | Promise<Outcome<Value[]>>;
	/** May change `write` after a failure; what was written before is then sent again. */
	learn?(failure: Failure): void;
}

/** Sends a batch and reads its values; the pieces of a reply that streams go to `onPiece`. */
export type Exchange<Row, Value> = (batch: Batch<Row>, onPiece?: OnPiece) => Promise<Outcome<Value[]>>;

/** What an operation says of one run: how an item is read, how a request is written, and how its reply is read. */
export interface ModelCall<Row, Value, OptionValues> {
	/** Whether items go one by one and in their order. */
	isSequential?: boolean;
	/** The row of an item. Throws `unusable`. */
	readRow(item: number): Row | LateRow<Row>;
	/** Throws `unusable`. */
	route(options: Options<OptionValues>): Route;
	/** A new object each time: its limits shrink while the run goes on. Throws `unusable`. */
	protocol(options: Options<OptionValues>, deployment: ResolvedDeployment): Protocol<Row, Value>;
	/** Stands around every exchange: sees to what its rows lack, or who else hears of it. */
	around?(exchange: Exchange<Row, Value>): Exchange<Row, Value>;
	/** Called for every request, with the items whose rows it carried. */
	onSent?(items: number[], sent: Sent): void;
	/** What comes out for an item. */
	made(item: number, value: Value): INodeExecutionData;
	/** Tokens that the replies have cost, counted up by `read`. */
	usage?: { prompt: number; completion: number };
}

/** What a run on a model begins with: what is the same for all items is read from it. */
export interface RunStart<OptionValues> {
	run: Run;
	/** Those of the first item. What may differ between items is read from the options that `route` and `protocol` are given. */
	options: Options<OptionValues>;
	resolver: Resolver;
}

/**
 * Runs an operation on a model, whose options are those of `table`. `setUp` reads what else is the same for all items, and
 * throws `unusable`.
 */
export async function runOnModel<Row, Value, OptionValues extends AddressOptions & SendOptions>(
	run: Run,
	table: OptionTable<OptionValues>,
	setUp: (
		start: RunStart<OptionValues>,
	) => ModelCall<Row, Value, OptionValues> | Promise<ModelCall<Row, Value, OptionValues>>,
): Promise<void> {
	const started = await attempt(async () => {
		const options = readOptions(table, run.read('options', 0));
		const connection = await readConnection(run.context);
		const settings = readSendSettings(options);
		const resolver = deploymentResolver(run.context, connection, settings, run.notes);
		const call = await setUp({ run, options, resolver });
		return { table, call, settings, resolver, send: sender(run.context, connection, settings, run.tally) };
	});
	if (!started.ok) return run.settleRest(started.failure);
	const { call, settings } = started.value;
	const { usage } = call;
	const { groups, add } = grouping(run, started.value);
	if (!(await run.readItems(add))) return;
	await scatter(groups, {
		concurrency: call.isSequential ? 1 : settings.concurrency,
		stops: run.stops,
		turns: turnsOfRun(),
		notes: run.notes,
		settle(item, outcome) {
			run.settle(item, outcome.ok ? success(call.made(item, outcome.value)) : outcome);
		},
	});
	// Each call replaces the figures of the last; missing on older n8n.
	if (usage && usage.prompt + usage.completion > 0) {
		accumulateTokenUsage?.(run.context, usage.prompt, usage.completion);
	}
}

interface Grouping<Row, Value, OptionValues> {
	table: OptionTable<OptionValues>;
	call: ModelCall<Row, Value, OptionValues>;
	resolver: Resolver;
	send: Send;
}

/** The items of a run in groups whose rows may share requests, which fill up item by item. */
function grouping<Row, Value, OptionValues extends AddressOptions>(
	run: Run,
	{ table, call, resolver, send }: Grouping<Row, Value, OptionValues>,
) {
	const groups: Array<Group<Row, Value>> = [];
	const known = new Map<string, Group<Row, Value>>();
	/** By item; a row is dropped once it is in a batch. */
	const rows: Array<Row | LateRow<Row> | undefined> = [];
	let last: { locator: unknown; given: unknown; group: Group<Row, Value> } | undefined;

	function rowOf(item: number): Row | undefined | Promise<Outcome<Row>> {
		const row = rows[item];
		rows[item] = undefined;
		return row instanceof LateRow ? row.fetch() : row;
	}

	function exchangeWith(deployment: ResolvedDeployment, protocol: Protocol<Row, Value>): Exchange<Row, Value> {
		return async ({ items, rows: batch }, onPiece) => {
			// Others are waited for together, before any request.
			const ready = call.isSequential ? await resolver.ready(deployment) : success(undefined);
			if (!ready.ok) return ready;
			for (;;) {
				const { write } = protocol;
				const sent = await send(deployment.target, () => write(batch), onPiece);
				call.onSent?.(items, sent);
				const values = sent.outcome.ok ? await protocol.read(sent.outcome.value, items.length) : sent.outcome;
				if (!values.ok) protocol.learn?.(values.failure);
				if (values.ok || protocol.write === write) return values;
			}
		};
	}

	function newGroup(deployment: ResolvedDeployment, protocol: Protocol<Row, Value>): Group<Row, Value> {
		const { limits, sizeOf } = protocol;
		const exchange = exchangeWith(deployment, protocol);
		const group: Group<Row, Value> = {
			items: [],
			limits,
			sizeOf,
			rowOf,
			exchange: call.around?.(exchange) ?? exchange,
			ready: async () => (call.isSequential ? success(undefined) : await resolver.ready(deployment)),
		};
		groups.push(group);
		return group;
	}

	/** The group of an item whose deployment has to be looked up first, or whose options differ from the last one's. */
	async function findGroup(locator: unknown, given: unknown): Promise<Group<Row, Value>> {
		const options = readOptions(table, given);
		const deployment = await resolver.resolve(locator, options, call.route(options));
		const protocol = call.protocol(options, deployment);
		const { url, host = '' } = deployment.target;
		const key = encode([url, host, protocol.shared]);
		const group = (call.isSequential ? undefined : known.get(key)) ?? newGroup(deployment, protocol);
		known.set(key, group);
		last = { locator, given, group };
		return group;
	}

	/** Sees that an item can be sent, so that what cannot is known before anything is. Most items wait for nothing. */
	function add(item: number): Promise<void> | undefined {
		rows[item] = call.readRow(item);
		const locator = run.read('deployment', item);
		const given = run.read('options', item);
		if (!last || last.locator !== locator || last.given !== given) {
			return findGroup(locator, given).then((group) => void group.items.push(item));
		}
		last.group.items.push(item);
		return undefined;
	}

	return { groups, add };
}
