/** The items of a run on a model in groups whose rows may share requests. */
import type { Group } from '../core/batching/scatter';
import { failed, RowFailed, success, type Failure, type Outcome } from '../core/failure/outcome';
import { encode } from '../core/json/json';
import { turnsOfRun } from './cancel';
import type { AddressOptions } from './deploymentLocator';
import { exchangeWith } from './exchange';
import { LateRow, type Exchange, type ModelCall, type Protocol } from './modelCall';
import { readOptions, type Options, type OptionTable } from './options';
import type { ResolvedDeployment, Resolver } from './resolver';
import type { Run } from './run';
import type { Send } from './send';
import { failureIn } from './unusable';

interface Grouping<Row, Value, OptionValues> {
	table: OptionTable<OptionValues>;
	/** What the options of an item are read from; the same object where it is the same. */
	givenTo: (item: number) => unknown;
	call: ModelCall<Row, Value, OptionValues>;
	resolver: Resolver;
	send: Send;
	/** Those of the first item, and what they were read from. */
	firstOptions: { given: unknown; options: Options<OptionValues> };
}

/** Groups that fill up item by item. */
export function grouping<Row, Value, OptionValues extends AddressOptions>(
	run: Run,
	{ table, givenTo, call, resolver, send, firstOptions }: Grouping<Row, Value, OptionValues>,
) {
	const protocols = new Map<Group<Row, Value>, Protocol<Row, Value>>();
	const groups: Array<Group<Row, Value>> = [];
	const known = new Map<string, Group<Row, Value>>();
	/** By item; a row is dropped once it is in a batch. */
	const rows: Array<Row | LateRow<Row> | undefined> = [];
	let lastOptions = firstOptions;
	let last: { locator: unknown; given: unknown; group: Group<Row, Value> } | undefined;

	function fetched(row: Row | LateRow<Row> | undefined): Row | undefined | Promise<Outcome<Row>> {
		return row instanceof LateRow ? row.fetch() : row;
	}

	function rowOf(item: number): Row | undefined | Promise<Outcome<Row>> {
		const row = rows[item];
		rows[item] = undefined;
		return fetched(row);
	}

	function readAgain(item: number): Row | undefined | Promise<Outcome<Row>> {
		rows[item] = undefined;
		try {
			return fetched(call.readRow(item, optionsOf(givenTo(item))));
		} catch (error) {
			return Promise.resolve(failed(failureIn(error)));
		}
	}

	/** The same object for the same options: most items have those of the one before. */
	function optionsOf(given: unknown): Options<OptionValues> {
		if (lastOptions.given !== given) lastOptions = { given, options: readOptions(table, given) };
		return lastOptions.options;
	}

	function newGroup(deployment: ResolvedDeployment, protocol: Protocol<Row, Value>): Group<Row, Value> {
		const { limits, sizeOf, explain } = protocol;
		const items: number[] = [];
		const exchange = exchangeWith({
			send,
			deployment,
			protocol,
			hasOthers: () => items.length > 1,
			onSent(sentItems, sent) {
				run.sentRows.note(sentItems, sent);
				call.onSent?.(sentItems, sent);
			},
		});
		const ready = async (): Promise<Outcome<unknown>> => await resolver.ready(deployment);
		// Others are waited for together, before any request.
		const inTurn: Exchange<Row, Value> = async (batch, onPiece) => {
			const isReady = await ready();
			return isReady.ok ? await exchange(batch, onPiece) : isReady;
		};
		const whole = call.isSequential ? inTurn : exchange;
		const group: Group<Row, Value> = {
			items,
			limits,
			sizeOf,
			rowOf,
			exchange: call.around?.(whole) ?? whole,
			ready: async () => (call.isSequential ? success(undefined) : await ready()),
			...(explain && { explain }),
		};
		groups.push(group);
		protocols.set(group, protocol);
		return group;
	}

	/** The group of an item whose deployment has to be looked up first, or whose options differ from the last one's. */
	async function findGroup(locator: unknown, given: unknown): Promise<Group<Row, Value>> {
		const options = optionsOf(given);
		const deployment = await resolver.resolve(locator, options, call.route(options));
		const protocol = call.protocol(options, deployment);
		const { url, host = '' } = deployment.target;
		const key = encode([url, host, deployment.project, protocol.shared]);
		const group = (call.isSequential ? undefined : known.get(key)) ?? newGroup(deployment, protocol);
		known.set(key, group);
		last = { locator, given, group };
		return group;
	}

	/** Sees that an item can be sent, so that what cannot is known before anything is. Most items wait for nothing. */
	function add(item: number): Promise<void> | undefined {
		const given = givenTo(item);
		rows[item] = call.readRow(item, optionsOf(given));
		const locator = run.read('deployment', item);
		if (!last || last.locator !== locator || last.given !== given) {
			return findGroup(locator, given).then((group) => void group.items.push(item));
		}
		last.group.items.push(item);
		return undefined;
	}

	/** A failure that was found when its row was dropped. One that would have to be fetched again is left as it is. */
	function explained(item: number, failure: Failure, { explain }: Protocol<Row, Value>): Failure {
		const row = readAgain(item);
		return row === undefined || row instanceof Promise || !explain ? failure : explain(failure, row);
	}

	/** Settles items whose values are known better now, and returns the groups of those that have to be sent again. */
	async function hindsight(settle: (item: number, outcome: Outcome<Value>) => void): Promise<Array<Group<Row, Value>>> {
		const turns = turnsOfRun();
		const again: Array<Group<Row, Value>> = [];
		for (const [group, protocol] of protocols) {
			const { values = [], doubtful = [] } = protocol.hindsight?.() ?? {};
			for (const [item, value] of values) {
				if (turns.isOver()) await turns.next();
				settle(item, value instanceof RowFailed ? failed(explained(item, value.failure, protocol)) : success(value));
			}
			if (doubtful.length === 0) continue;
			again.push({ ...group, items: doubtful, rowOf: readAgain, limits: { rows: 1, bytes: group.limits.bytes } });
		}
		return again;
	}

	return { groups, add, readAgain, hindsight };
}
