/** Start and Stop: what both have in common is the wait until a deployment is there. */
import type { INodeProperties } from 'n8n-workflow';
import { startDeployment, stopDeployment } from '../../hopsworks/lifecycle';
import { simplifyProperty } from '../../hopsworks/items';
import { readNumber } from '../../hopsworks/parameters';
import { DAY } from '../../hopsworks/sendSettings';
import { success } from '../../serving/outcome';
import { shown, type Operation } from './operation';
import { readDeploymentOf } from './pick';

const maxWaitField: INodeProperties = {
	displayName: 'Max Wait (Seconds)',
	name: 'maxWait',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: DAY },
	default: 600,
	description: 'How long to wait before the item fails. Language models can take a quarter of an hour to start.',
	displayOptions: { show: { waitUntilDone: [true] } },
};

const properties: INodeProperties[] = [
	{
		displayName: 'Wait Until Done',
		name: 'waitUntilDone',
		type: 'boolean',
		noDataExpression: true,
		default: true,
		description: 'Whether to go on only once the deployment is there, rather than as soon as Hopsworks knows of it',
	},
	maxWaitField,
	simplifyProperty,
];

function operationOf(change: typeof startDeployment): Operation['run'] {
	return async (task) => {
		const { context, api, read, item } = task;
		const waits = read('waitUntilDone', 0) === true;
		const maxWait = waits ? readNumber({ maxWait: read('maxWait', item) }, [maxWaitField], 'maxWait') : 0;
		const record = await readDeploymentOf(task);
		if (!record.ok) return record;
		const changed = await change(record.value, { context, api, maxWait });
		return changed.ok ? success([shown(changed.value, read('simplify', 0) === true)]) : changed;
	};
}

export const start: Operation = {
	value: 'start',
	name: 'Start',
	action: 'Start deployed model',
	description: 'Start a deployment, unless it runs, and wait until it is ready',
	properties,
	run: operationOf(startDeployment),
};

export const stop: Operation = {
	value: 'stop',
	name: 'Stop',
	action: 'Stop deployed model',
	description: 'Stop a deployment, so that it costs nothing, and wait until it is stopped',
	properties,
	run: operationOf(stopDeployment),
};
