/** The run of an app node: the operation that the user chose, and at the end its outcomes as items, here and nowhere else. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { show } from '../core/failure/excerpt';
import { firstError } from './errors';
import { hintAtTrouble } from './hint';
import { failedItem } from './items';
import type { Operation, Operations } from './operation';
import { Run } from './run';
import { attempt, failureIn, unusable } from './unusable';

export async function executeOperation(
	context: IExecuteFunctions,
	operations: Operations,
): Promise<INodeExecutionData[][]> {
	const run = new Run(context);
	try {
		const chosen = await attempt(() => chosenIn(run, operations));
		if (chosen.ok) await chosen.value.run(run);
		else run.settleRest(chosen.failure);
	} catch (error) {
		// Every item has its outcome, whatever is thrown on the way.
		run.settleRest(failureIn(error));
	}
	const { items, outcomes } = run;
	hintAtTrouble(run);
	const node = context.getNode();
	const error = run.stops ? firstError(node, outcomes) : undefined;
	if (error) throw error;
	return [
		outcomes.flatMap((outcome, item) => (outcome.ok ? outcome.value : failedItem(node, items, item, outcome.failure))),
	];
}

function chosenIn(run: Run, operations: Operations): Operation {
	const chosen = run.read('operation', 0);
	const operation = operations.find(({ value }) => value === chosen);
	if (operation) return operation;
	const known = operations.map(({ value }) => `'${value}'`).join(', ');
	return unusable(`'Operation' is ${show(chosen)}, which this node does not know`, `It knows ${known}.`);
}
