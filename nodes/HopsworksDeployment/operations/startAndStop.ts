/** Start and Stop: what both have in common is the wait until a deployment is there. */
import type { INodeProperties } from 'n8n-workflow';
import { success } from '../../core/failure/outcome';
import { isReady, type DeploymentRecord } from '../../core/hopsworks/deploymentRecord';
import { isLanguageModel } from '../../core/hopsworks/fit';
import { chatRoute, predictRoute } from '../../core/hopsworks/route';
import type { CallContext, Connection } from '../../n8n/connection';
import { addressOptions } from '../../n8n/deploymentLocator';
import { simplifyProperty } from '../../n8n/items';
import { startDeployment, stopDeployment } from '../../n8n/lifecycle';
import type { Operation } from '../../n8n/operation';
import { readNumber, readOptions } from '../../n8n/options';
import { deploymentResolver } from '../../n8n/resolver';
import { REST_DEFAULTS } from '../../n8n/restApi';
import { awaitRoute, PROBE_TIMEOUT } from '../../n8n/routeWait';
import { caller } from '../../n8n/send';
import { DAY } from '../../n8n/sendOptions';
import { attempt, take } from '../../n8n/unusable';
import { onDeployment } from './onHopsworks';
import { recordFields } from './recordFields';

const maxWaitField: INodeProperties = {
	displayName: 'Wait at Most (Seconds)',
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
		description:
			'Whether to wait until the deployment has started or stopped, instead of going on as soon as Hopsworks has accepted the request',
	},
	maxWaitField,
	simplifyProperty,
];

/** Waits until a deployment that was started can be called. Without a gateway there is no route to wait for. */
async function awaitRouteTo(
	record: DeploymentRecord,
	context: CallContext,
	connection: Connection,
	longest: number,
): Promise<void> {
	const settings = { ...REST_DEFAULTS, timeout: PROBE_TIMEOUT, maxTries: 1 };
	const probe = caller(context, connection, settings, { requests: 0, retries: 0 });
	const resolver = deploymentResolver(context, connection, REST_DEFAULTS, new Set());
	const resolved = await attempt(async () => {
		const route = isLanguageModel(record) ? take(chatRoute('/v1')) : predictRoute('predict');
		return await resolver.resolve({ value: record.name }, readOptions(addressOptions, {}), route);
	});
	if (resolved.ok) await awaitRoute(context, resolved.value.target, probe, longest);
}

function runOf(change: typeof startDeployment): Operation['run'] {
	return onDeployment((read, item) => {
		const waits = read('waitUntilDone', 0) === true;
		const maxWait = waits ? readNumber(maxWaitField, read('maxWait', item)) : 0;
		const isSimple = read('simplify', 0) === true;
		return async (record, api, context, connection) => {
			const began = Date.now();
			const changed = await change(record, { context, api, maxWait });
			const isUp = changed.ok && waits && isReady(changed.value.state) && !isReady(record.state);
			if (isUp) await awaitRouteTo(record, context, connection, maxWait - (Date.now() - began) / 1000);
			return changed.ok ? success([recordFields(changed.value, isSimple)]) : changed;
		};
	});
}

export const start: Operation = {
	value: 'start',
	name: 'Start',
	action: 'Start deployed model',
	description: 'Start a deployment, unless it is already running, and wait until it is ready',
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
