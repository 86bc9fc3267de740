/** Addresses as the tests of their own give them: only what differs from the usual. */
import type { Address, Knowledge, Question, Target } from '../../nodes/core/hopsworks/address';
import type { DeploymentRecord } from '../../nodes/core/hopsworks/deploymentRecord';
import { readDeployment } from '../../nodes/core/hopsworks/deploymentRecord';
import type { Failure, Outcome } from '../../nodes/core/failure/outcome';
import { chatRoute, embeddingsRoute, predictRoute, rerankRoute, type Route } from '../../nodes/core/hopsworks/route';
import { planRoute } from '../../nodes/core/hopsworks/routing';

export const GATEWAY = 'https://gw.example.com';
export const HOPSWORKS = 'https://hopsworks.example.com';

export type Given = Partial<Omit<Address, 'deployment'>> & {
	name?: string;
	url?: string;
	/** What Hopsworks answers where it is asked; it is not asked without. */
	discovery?: Partial<Knowledge>;
};

export function addressOf({ name = 'fraud', url, discovery: _discovery, ...rest }: Given): Address {
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
export const rerank = (prefix = '/v1'): Route => valueOf(rerankRoute(prefix));

/** The target, once all that is open has been asked, and what was asked in turn. */
export function planned(route: Route, given: Given): { target: Outcome<Target>; asked: Question[] } {
	const { discovery } = given;
	const answers: Partial<Knowledge> = { record: recordIn('test'), gateway: null, domain: null, ...discovery };
	const asked: Question[] = [];
	let known: Knowledge = { canAsk: discovery !== undefined };
	for (;;) {
		const plan = planRoute(addressOf(given), route, known);
		if (!('asks' in plan)) return { target: plan, asked };
		if (asked.includes(plan.asks)) throw new Error(`'${plan.asks}' was asked twice`);
		asked.push(plan.asks);
		const answer = answers[plan.asks];
		known = answer === undefined ? { canAsk: false } : { ...known, [plan.asks]: answer };
	}
}

export function targetIn(route: Route, given: Given): Target {
	return valueOf(planned(route, given).target);
}

/** The failure of what must not become a target. */
export function refusal(route: Route, given: Given): Failure {
	const found = planned(route, given).target;
	if (!found.ok) return found.failure;
	throw new Error(`it went to ${found.value.url} for ${found.value.host ?? 'no host'}`);
}

/** A deployment's record with a namespace. */
export function recordIn(projectNamespace: string, more: Record<string, string> = {}): DeploymentRecord {
	const record = readDeployment({ id: 1, name: 'fraud', status: 'Running', projectNamespace, ...more });
	if (!record) throw new Error('that is no record');
	return record;
}
