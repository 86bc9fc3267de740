/** Start and Stop: what both have in common is the wait until a deployment is there. */
import type { INodeProperties } from 'n8n-workflow';
import { success } from '../../core/failure/outcome';
import { simplifyProperty } from '../../n8n/items';
import { startDeployment, stopDeployment } from '../../n8n/lifecycle';
import type { Operation } from '../../n8n/operation';
import { readNumber } from '../../n8n/options';
import { DAY } from '../../n8n/sendOptions';
import { onDeployment } from './onHopsworks';
import { recordFields } from './recordFields';

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

function runOf(change: typeof startDeployment): Operation['run'] {
	return onDeployment((read, item) => {
		const waits = read('waitUntilDone', 0) === true;
		const maxWait = waits ? readNumber(maxWaitField, read('maxWait', item)) : 0;
		const isSimple = read('simplify', 0) === true;
		return async (record, api, context) => {
			const changed = await change(record, { context, api, maxWait });
			return changed.ok ? success([recordFields(changed.value, isSimple)]) : changed;
		};
	});
}

export const start: Operation = {
	value: 'start',
	name: 'Start',
	action: 'Start deployed model',
	description: 'Start a deployment, unless it runs, and wait until it is ready',
	properties,
	run: runOf(startDeployment),
};

export const stop: Operation = {
	value: 'stop',
	name: 'Stop',
	action: 'Stop deployed model',
	description: 'Stop a deployment, so that it costs nothing, and wait until it is stopped',
	properties,
	run: runOf(stopDeployment),
};
