/** Addresses as the tests of their own give them: only what differs from the usual. */
import type { Address, Target } from '../../nodes/core/hopsworks/address';
import type { DeploymentRecord } from '../../nodes/core/hopsworks/deploymentRecord';
import { readDeployment } from '../../nodes/core/hopsworks/deploymentRecord';
import type { Failure, Outcome } from '../../nodes/core/failure/outcome';
import { chatRoute, embeddingsRoute, predictRoute, type Route } from '../../nodes/core/hopsworks/route';
import { targetOf } from '../../nodes/core/hopsworks/target';

export const GATEWAY = 'https://gw.example.com';
export const HOPSWORKS = 'https://hopsworks.example.com';

export type Given = Partial<Omit<Address, 'deployment'>> & { name?: string; url?: string };

export function addressOf({ name = 'fraud', url, ...rest }: Given): Address {
	return {
		deployment: url === undefined ? { mode: 'name', value: name } : { mode: 'url', value: url },
		servingUrl: GATEWAY,
		hopsworksUrl: '',
		project: 'test',
		namespace: '',
		hostHeader: '',
		routing: 'auto',
		...rest,
	};
}

/** The value of an outcome that has to be good. */
export function valueOf<Value>(outcome: Outcome<Value>): Value {
	if (outcome.ok) return outcome.value;
	throw new Error(outcome.failure.message);
}

export const predict = predictRoute('predict');
export const chat = (prefix = '/v1'): Route => valueOf(chatRoute(prefix));
export const embed = (prefix = '/v1'): Route => valueOf(embeddingsRoute(prefix));

export function targetIn(route: Route, given: Given): Target {
	return valueOf(targetOf(addressOf(given), route));
}

/** The failure of what must not become a target. */
export function refusal(route: Route, given: Given): Failure {
	const found = targetOf(addressOf(given), route);
	if (!found.ok) return found.failure;
	throw new Error(`it went to ${found.value.url} for ${found.value.host ?? 'no host'}`);
}

/** A deployment's record with a namespace. */
export function recordIn(projectNamespace: string, more: Record<string, string> = {}): DeploymentRecord {
	const record = readDeployment({ id: 1, name: 'fraud', status: 'Running', projectNamespace, ...more });
	if (!record) throw new Error('that is no record');
	return record;
}
