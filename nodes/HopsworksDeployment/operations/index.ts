/** What the node can do: the list of operations, and the selector and fields derived from it. */
import { updateDisplayOptions, type IDataObject, type INodeProperties } from 'n8n-workflow';
import { deploymentByName } from '../../hopsworks/deployments';
import type { Run } from '../../hopsworks/run';
import { get } from './get';
import { getAll } from './getAll';
import { getLogs } from './getLogs';
import { getSchema } from './getSchema';
import type { Operation } from './operation';
import { runAll } from './run';
import { start, stop } from './startAndStop';

/** In the order in which the editor offers them; the first is the default. */
export const operations: readonly [Operation, ...Operation[]] = [get, getLogs, getAll, getSchema, start, stop];

/** The operations as they run on all items. */
export const wholeRuns = operations.map((operation) => ({
	value: operation.value,
	run: async (run: Run<IDataObject[]>): Promise<void> => await runAll(operation, run),
}));

const selector: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: operations.map(({ value, name, action, description }) => ({ value, name, action, description })),
	default: 'get',
};

export const properties: INodeProperties[] = [
	selector,
	{ ...deploymentByName, displayOptions: { hide: { operation: ['getAll'] } } },
	...operations.flatMap(({ value, properties: own }) => updateDisplayOptions({ show: { operation: [value] } }, own)),
];
