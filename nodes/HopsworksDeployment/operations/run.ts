/** Running an operation on all items, a few at a time. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { readConnection } from '../../hopsworks/connection';
import { mayGoOn, NOT_SENT, stopsOnError } from '../../hopsworks/items';
import { attempt, parameterReader, take } from '../../hopsworks/parameters';
import { REST_DEFAULTS, restApi } from '../../hopsworks/restApi';
import { inWindow } from '../../serving/batch';
import { failed, type Outcome } from '../../serving/outcome';
import type { Operation } from './operation';

/** One outcome an item, in the order of the items; each holds the fields of the items that it becomes. */
export async function runAll(
	context: IExecuteFunctions,
	operation: Operation,
	items: INodeExecutionData[],
): Promise<Array<Outcome<IDataObject[]>>> {
	const read = parameterReader(context);
	const stops = stopsOnError(context);
	const api = await attempt(async () =>
		restApi(context, await readConnection(context), REST_DEFAULTS, { requests: 0, retries: 0 }),
	);
	const outcomes: Array<Outcome<IDataObject[]>> = items.map(() => failed(NOT_SENT));
	await inWindow(items.keys(), REST_DEFAULTS.concurrency, async (item) => {
		const outcome = await attempt(async () => take(await operation.run({ context, api: take(api), read, item })));
		outcomes[item] = outcome;
		return mayGoOn(outcome, stops);
	});
	return outcomes;
}
