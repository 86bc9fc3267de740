/** Where a run's deployments answer and what Hopsworks says of them: asked once per run and deployment, not once per item. */
import { failed, success, type Outcome } from '../core/failure/outcome';
import type { Address, Knowledge, Question } from '../core/hopsworks/address';
import { isFresh, isReady, type DeploymentRecord } from '../core/hopsworks/deploymentRecord';
import type { Route } from '../core/hopsworks/route';
import { planRoute } from '../core/hopsworks/routing';
import { readDeploymentSchema, type DeploymentSchema } from '../core/predict/deploymentSchema';
import type { CallContext, Connection } from './connection';
import { readAddress, type AddressOptions } from './deploymentLocator';
import { downFailure, startDeployment } from './lifecycle';
import type { Options } from './options';
import { restApi } from './restApi';
import type { Callee } from './send';
import type { SendSettings } from './sendOptions';
import { take } from './unusable';

export interface ResolvedDeployment {
	target: Callee;
	/** Absent where Hopsworks was not asked: for a pasted URL, or without 'Hopsworks URL'. */
	record?: DeploymentRecord;
	/** Where it shall be started if it is stopped: the longest wait for that, in seconds. */
	startWait?: number;
}

export interface Resolver {
	/** The deployment of one item, from its locator and options. Throws what `attempt` turns into a failure. */
	resolve(locator: unknown, options: Options<AddressOptions>, route: Route): Promise<ResolvedDeployment>;
	/** Sees that a deployment can be called, and starts it first where it shall be; once per run and deployment. */
	ready(deployment: ResolvedDeployment): Promise<Outcome<unknown>>;
	/** The columns that a deployment reads, as Hopsworks tells them. */
	schema(deployment: ResolvedDeployment): Promise<Outcome<DeploymentSchema>>;
}

/** Longest wait, in seconds, for a look-up that the run can do without. */
const OPTIONAL_TIMEOUT = 10;

/** `notes` receives what the user should know of the look-ups, a sentence each without its full stop. */
export function deploymentResolver(
	context: CallContext,
	connection: Connection,
	settings: SendSettings,
	notes: Set<string>,
): Resolver {
	// With a gateway of its own the run can do without Hopsworks, so it does not wait for it.
	const isOptional = connection.servingUrl.trim() !== '';
	const patience = isOptional ? { maxTries: 1, timeout: Math.min(settings.timeout, OPTIONAL_TIMEOUT) } : {};
	const tally = { requests: 0, retries: 0 };
	const api = restApi(context, connection, { ...settings, ...patience }, tally);
	/** A start is not given up at the first reply that is lost, so it has all the tries that the user allows. */
	const patientApi = isOptional ? restApi(context, connection, settings, tally) : api;
	const records = new Map<string, Promise<Outcome<DeploymentRecord>>>();
	const starts = new Map<string, Promise<Outcome<DeploymentRecord>>>();
	let gateway: Promise<Outcome<string | undefined>> | undefined;
	let domain: Promise<Outcome<string>> | undefined;

	async function readRecord(name: string): Promise<Outcome<DeploymentRecord>> {
		const record = records.get(name) ?? api.deployment(name);
		records.set(name, record);
		return await record;
	}

	async function ask(question: Question, address: Address): Promise<Outcome<Partial<Knowledge>>> {
		switch (question) {
			case 'projectId': {
				const project = await api.project();
				return project.ok ? success({ projectId: project.value.id }) : project;
			}
			case 'record': {
				const record = await readRecord(address.deployment.value.trim());
				return record.ok ? success({ record: record.value }) : record;
			}
			case 'gateway': {
				gateway ??= api.gateway();
				const named = await gateway;
				return named.ok ? success({ gateway: named.value ?? null }) : named;
			}
			case 'domain': {
				domain ??= api.domain();
				const told = await domain;
				// Most clusters have the usual one.
				return success({ domain: told.ok ? told.value : null });
			}
		}
	}

	async function lookUp(address: Address, route: Route): Promise<Outcome<ResolvedDeployment>> {
		let known: Knowledge = { canAsk: connection.hopsworksUrl.trim() !== '' };
		for (;;) {
			const plan = planRoute(address, route, known);
			if (plan.ok) return success({ target: plan.value, record: known.record });
			if (!('asks' in plan)) return plan;
			const answer = await ask(plan.asks, address);
			if (answer.ok) {
				known = { ...known, ...answer.value };
				continue;
			}
			const { failure } = answer;
			if (failure.kind === 'cancelled' || !isOptional || address.routing === 'proxy') return failed(failure);
			notes.add(
				`The deployment could not be looked up in Hopsworks, so it was called as the credential says: ${failure.message}`,
			);
			known = { canAsk: false };
		}
	}

	async function start(record: DeploymentRecord, maxWait: number): Promise<Outcome<DeploymentRecord>> {
		const started = await startDeployment(record, { context, api: patientApi, maxWait });
		if (started.ok) notes.add(`The deployment '${record.name}' was not running, and was started or waited for`);
		return started;
	}

	return {
		async schema({ target, record }) {
			const known = record ? success(record) : await readRecord(target.deployment);
			if (!known.ok) return known;
			const schema = await api.schema(known.value.id, 'schema');
			return schema.ok ? success(readDeploymentSchema(schema.value)) : schema;
		},
		async ready({ target, record, startWait }) {
			if (startWait === undefined) {
				const down = record && downFailure(record);
				return down ?? success(undefined);
			}
			const known = record ? success(record) : await readRecord(target.deployment);
			if (!known.ok || known.value.state === '' || isReady(known.value.state)) return known;
			const pending = starts.get(target.deployment) ?? start(known.value, startWait);
			starts.set(target.deployment, pending);
			return await pending;
		},
		async resolve(locator, options, route) {
			const startWait = options.get('whenStopped') === 'start' ? options.get('maxWait') : undefined;
			const found = take(await lookUp(readAddress(locator, options, connection), route));
			return { ...found, target: calleeOf(found, startWait !== undefined), startWait };
		},
	};
}

/** One that is started where it is stopped is taken for a new one, whoever started it. */
function calleeOf({ target, record }: ResolvedDeployment, mayBeStarted: boolean): Callee {
	return {
		...target,
		isFresh: mayBeStarted || (record !== undefined && isFresh(record, Date.now())),
		leastTimeout: record?.state === 'Idle' ? record.coldStart : undefined,
	};
}
