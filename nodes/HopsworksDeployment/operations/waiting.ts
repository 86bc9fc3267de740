/** What the operations that change a deployment have in common: the wait until it is there, and its fields. */
import type { INodeProperties } from 'n8n-workflow';
import type { DeploymentRecord } from '../../core/hopsworks/deploymentRecord';
import { isLanguageModel } from '../../core/hopsworks/fit';
import { chatRoute, predictRoute } from '../../core/hopsworks/route';
import type { CallContext, Connection } from '../../n8n/connection';
import { addressOptions } from '../../n8n/deploymentLocator';
import { readNumber, readOptions } from '../../n8n/options';
import type { ParameterReader } from '../../n8n/parameterReader';
import { deploymentResolver } from '../../n8n/resolver';
import { REST_DEFAULTS } from '../../n8n/restApi';
import { awaitRoute, PROBE_TIMEOUT } from '../../n8n/routeWait';
import { caller } from '../../n8n/send';
import { DAY } from '../../n8n/sendOptions';
import { attempt, take } from '../../n8n/unusable';

const maxWaitField: INodeProperties = {
	displayName: 'Wait at Most (Seconds)',
	name: 'maxWait',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: DAY },
	default: 600,
	description: 'How long to wait before the item fails. Language models can take a quarter of an hour to start.',
	displayOptions: { show: { waitUntilDone: [true] } },
};

/** `what` is what is waited for. */
export function waitProperties(what: string): INodeProperties[] {
	return [
		{
			displayName: 'Wait Until Done',
			name: 'waitUntilDone',
			type: 'boolean',
			noDataExpression: true,
			default: true,
			description: `Whether to wait until ${what}, instead of going on as soon as Hopsworks has accepted the request`,
		},
		maxWaitField,
	];
}

/** The longest wait for an item, in seconds; 0 asks only. */
export function readMaxWait(read: ParameterReader, item: number): number {
	return read('waitUntilDone', 0) === true ? readNumber(maxWaitField, read('maxWait', item)) : 0;
}

/** Waits until a deployment that was started or changed can be called. Without a gateway there is no route to wait for. */
export async function awaitRouteTo(
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
