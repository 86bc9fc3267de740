/** What an operation on a model says of one run: how items are read, requests written, and replies read. */
import type { INodeExecutionData } from 'n8n-workflow';
import type { Batch, BatchForm } from '../core/batching/batchBuilder';
import type { Failure, Outcome, RowFailed, RowValues } from '../core/failure/outcome';
import type { Asked } from '../core/failure/panel';
import type { Route } from '../core/hopsworks/route';
import type { Reply } from '../core/json/reply';
import type { Options } from './options';
import type { ResolvedDeployment } from './resolver';
import type { Callee, Sent } from './send';
import type { OnPiece } from './stream';

/** A row that is fetched only when its turn comes, since it would take too much memory before. */
export class LateRow<Row> {
	constructor(readonly fetch: () => Promise<Outcome<Row>>) {}
}

/** Sends a text to the deployment, beside the requests of the run: a question to which only the deployment knows the answer. */
export type Ask = (text: string) => Promise<Outcome<Reply>>;

/** Values that are known better once all replies are there. */
export interface Hindsight<Value> {
	/** Items whose values are other ones, or turned out to be none; found as they are asked for, and asked for once. */
	values: Iterable<[item: number, value: Value | RowFailed]>;
	/** Items whose values need not be theirs: each is sent again, alone. */
	doubtful: number[];
}

/** How rows are written to a deployment, and their values read from its replies. */
export interface Protocol<Row, Value> extends BatchForm<Row> {
	/** What goes with the rows: items whose protocols have the same share requests to the same target. */
	shared: unknown;
	/** What is asked for, for the words about a failure. */
	asked: Asked;
	/** Where requests go, if `learn` may find another address. */
	target?: Callee;
	/** The text of a request for some rows. */
	write(rows: Row[]): string;
	/** One value per row out of a reply. `hasOthers` tells whether the run sends the deployment further rows. */
	read(
		reply: Reply,
		batch: Batch<Row>,
		ask: Ask,
		hasOthers: boolean,
	): Outcome<RowValues<Value>> | Promise<Outcome<RowValues<Value>>>;
	/**
	 * May change `write`, and `target` with it, after a failure; what was written before is then sent again. Returns a reply where the rows have
	 * one by now.
	 */
	learn?(failure: Failure, batch: Batch<Row>, ask: Ask): Promise<Reply | undefined>;
	/** Called when all rows are answered. */
	hindsight?(): Hindsight<Value>;
	/** Called when the first values go out before all rows are answered: they stay as they are. */
	fix?(): void;
	/** What a later reply says of values that have gone out, where it belies them. */
	contradiction?(): Failure | undefined;
	/** A row's failure, with what helps to see why. */
	explain?(failure: Failure, row: Row): Failure;
}

/** Sends a batch and reads its values; the pieces of a reply that streams go to `onPiece`. */
export type Exchange<Row, Value> = (batch: Batch<Row>, onPiece?: OnPiece) => Promise<Outcome<RowValues<Value>>>;

/** What an operation says of one run. */
export interface ModelCall<Row, Value, OptionValues> {
	/** Whether items go one by one and in their order. */
	isSequential?: boolean;
	/** The row of an item, from its options. Throws `unusable`. */
	readRow(item: number, options: Options<OptionValues>): Row | LateRow<Row>;
	/** Called when all rows are read; true where each has to be read again, as all of them together decide how it is written. */
	readsAgain?(): boolean;
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
