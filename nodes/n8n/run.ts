/** One run of an operation: its items, what becomes of each, and what the user is told of it at its end. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { failed, success, type Failure, type Outcome } from '../core/failure/outcome';
import { CANCELLED, isCancelled, turnsOfRun } from './cancel';
import { parameterReader, type ParameterReader } from './parameterReader';
import type { Tally } from './send';
import { SentRows } from './sentRows';
import { failureIn } from './unusable';

/** What comes out for an item: one item, or any number of them. */
export type Made = INodeExecutionData | INodeExecutionData[];

/** The outcome of an item of which nothing is known yet; it stays so where the run ends at another one's failure. */
const UNSETTLED = failed({
	kind: 'notSent',
	message: 'Not sent, because another item failed first',
	description: "Set 'On Error' to continue, and every item is sent.",
});

export class Run {
	readonly items: INodeExecutionData[];
	readonly read: ParameterReader;
	/** Whether the run ends at the first failure; n8n shows the setting as 'On Error'. */
	readonly stops: boolean;
	readonly outcomes: Array<Outcome<Made>>;
	readonly tally: Tally = { requests: 0, retries: 0 };
	/** The requests that carried its items. */
	readonly sentRows = new SentRows();
	/** What stands beside the error of an item that failed, by its fields; set where that was asked for. */
	besideError: (item: number) => IDataObject = () => ({});
	/** What the user should know, a sentence each without its full stop. */
	readonly notes = new Set<string>();

	constructor(readonly context: IExecuteFunctions) {
		this.items = context.getInputData();
		this.read = parameterReader(context);
		this.stops = !context.continueOnFail();
		this.outcomes = this.items.map(() => UNSETTLED);
	}

	settle(item: number, outcome: Outcome<Made>): void {
		this.outcomes[item] = outcome;
	}

	/** Every item without an outcome fails: n8n would pass on what came in as if it were what went out. */
	settleRest(failure: Failure): void {
		const outcome = failed(failure);
		for (const item of this.outcomes.keys()) if (this.outcomes[item] === UNSETTLED) this.outcomes[item] = outcome;
	}

	/** Every item without an outcome comes out as nothing. */
	dropRest(): void {
		for (const item of this.outcomes.keys()) if (this.outcomes[item] === UNSETTLED) this.settle(item, success([]));
	}

	/**
	 * Reads every item before anything is sent, giving way to n8n now and then. An item whose reading throws fails. Returns
	 * whether the run goes on.
	 */
	async readItems(readItem: (item: number) => Promise<void> | void): Promise<boolean> {
		const turns = turnsOfRun();
		// Counted: the iterator of so long a list makes an object for each.
		for (let item = 0; item < this.items.length; item++) {
			if (turns.isOver()) {
				await turns.next();
				if (isCancelled(this.context)) {
					this.settleRest(CANCELLED);
					return false;
				}
			}
			try {
				// Most items wait for nothing, and a promise for each would cost more than its reading.
				const reading = readItem(item);
				if (reading) await reading;
			} catch (error) {
				this.settle(item, failed(failureIn(error)));
				if (this.stops) return false;
			}
		}
		return true;
	}
}
