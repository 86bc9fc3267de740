/** The run of an app node: the operation that the user chose, and at the end its outcomes as items, here and nowhere else. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { show } from '../core/failure/excerpt';
import { firstError } from './errors';
import { hintAtTrouble } from './hint';
import { failedItem, isTool } from './items';
import { ALLOW_CHANGES, type Operation, type Operations } from './operation';
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
	hintAtTrouble(run);
	const error = run.stops ? firstError(run) : undefined;
	if (error) throw error;
	return [itemsOf(run)];
}

/** What comes out of a run, in the order of its items. */
function itemsOf(run: Run): INodeExecutionData[] {
	const { outcomes } = run;
	const made: INodeExecutionData[] = [];
	// One by one: 'flatMap' takes twice as long.
	let item = 0;
	for (const outcome of outcomes) {
		if (!outcome.ok) made.push(failedItem(run, item, outcome.failure));
		else if (!Array.isArray(outcome.value)) made.push(outcome.value);
		else for (const one of outcome.value) made.push(one);
		item++;
	}
	return made;
}

function chosenIn(run: Run, operations: Operations): Operation {
	const chosen = run.read('operation', 0);
	const operation = operations.find(({ value }) => value === chosen);
	if (operation) return operation.changes ? allowed(run, operation) : operation;
	const known = operations.map(({ value }) => `'${value}'`).join(', ');
	return unusable(`'Operation' is ${show(chosen)}, which this node does not know`, `It knows ${known}.`);
}

/** The operation, unless an agent asks for it and its author has not said that it may. What an expression says the agent may have said. */
function allowed({ context }: Run, operation: Operation): Operation {
	const isAllowed =
		!isTool(context.getNode()) || context.getNodeParameter(ALLOW_CHANGES, 0, false, { rawExpressions: true }) === true;
	if (isAllowed) return operation;
	return unusable(
		`An agent may not use '${operation.name}' here: 'Allow Changes' of the tool is off`,
		'Nothing was sent. Whoever made the workflow can turn it on in the panel of the tool.',
	);
}
