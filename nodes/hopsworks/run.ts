/** One run of an operation: its items, what becomes of each, and what the user is told of it at its end. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { show } from '../serving/excerpt';
import { badInput, failed, type Failure, type Outcome } from '../serving/outcome';
import { CANCELLED, isCancelled, turnsOfRun } from './cancel';
import { NOT_SENT, stopsOnError } from './items';
import { attempt, brokenNode, failureIn, parameterReader, type ParameterReader } from './parameters';
import type { Tally } from './send';

/** The outcome of an item of which nothing is known yet; it stays so where the run ends at another one's failure. */
const UNSETTLED = failed(NOT_SENT);

export class Run<Value> {
	readonly items: INodeExecutionData[];
	readonly read: ParameterReader;
	/** Whether the run ends at the first failure. */
	readonly stops: boolean;
	readonly outcomes: Array<Outcome<Value>>;
	readonly tally: Tally = { requests: 0, retries: 0 };
	/** What the user should know, a sentence each without its full stop. */
	readonly notes = new Set<string>();

	constructor(readonly context: IExecuteFunctions) {
		this.items = context.getInputData();
		this.read = parameterReader(context);
		this.stops = stopsOnError(context);
		this.outcomes = this.items.map(() => UNSETTLED);
	}

	settle(item: number, outcome: Outcome<Value>): void {
		this.outcomes[item] = outcome;
	}

	/** Every item without an outcome fails: n8n would pass on what came in as if it were what went out. */
	settleRest(failure: Failure): void {
		const outcome = failed(failure);
		for (const item of this.outcomes.keys()) if (this.outcomes[item] === UNSETTLED) this.outcomes[item] = outcome;
	}

	/**
	 * Reads every item before anything is sent, giving way to n8n now and then. An item whose reading throws fails. Gives
	 * whether the run goes on.
	 */
	async readItems(readItem: (item: number) => Promise<void> | void): Promise<boolean> {
		const turns = turnsOfRun();
		for (const item of this.items.keys()) {
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

/** What a run needs of an operation. */
interface Runnable<Value> {
	value: string;
	run(run: Run<Value>): Promise<void>;
}

/** Runs the operation that the user chose. Every item has its outcome afterwards, whatever is thrown on the way. */
export async function runChosen<Value>(
	context: IExecuteFunctions,
	operations: ReadonlyArray<Runnable<Value>>,
): Promise<Run<Value>> {
	const run = new Run<Value>(context);
	try {
		const chosen = await attempt(() => run.read('operation', 0));
		const operation = chosen.ok ? operations.find(({ value }) => value === chosen.value) : undefined;
		if (operation) await operation.run(run);
		else run.settleRest((chosen.ok ? unknownOperation(chosen.value, operations) : chosen).failure);
	} catch (error) {
		run.settleRest(brokenNode(error));
	}
	return run;
}

function unknownOperation(chosen: unknown, operations: ReadonlyArray<{ value: string }>): { failure: Failure } {
	return badInput(
		`'Operation' is ${show(chosen)}, which this node does not know`,
		`It knows ${operations.map(({ value }) => `'${value}'`).join(', ')}.`,
	);
}
