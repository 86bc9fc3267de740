/** Running an operation on all items, a few at a time. */
import type { IDataObject } from 'n8n-workflow';
import { readConnection } from '../../hopsworks/connection';
import { mayGoOn } from '../../hopsworks/items';
import { attempt, take } from '../../hopsworks/parameters';
import { REST_DEFAULTS, restApi } from '../../hopsworks/restApi';
import type { Run } from '../../hopsworks/run';
import { inWindow } from '../../serving/batch';
import type { Operation } from './operation';

/** Settles every item with the fields of the items that it becomes. */
export async function runAll(operation: Operation, run: Run<IDataObject[]>): Promise<void> {
	const { context, items, read, stops, tally } = run;
	const api = await attempt(async () => restApi(context, await readConnection(context), REST_DEFAULTS, tally));
	await inWindow(items.keys(), REST_DEFAULTS.concurrency, async (item) => {
		const outcome = await attempt(async () => take(await operation.run({ context, api: take(api), read, item })));
		run.settle(item, outcome);
		return mayGoOn(outcome, stops);
	});
}
