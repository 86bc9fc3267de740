/** Where a run's deployments answer and what Hopsworks says of them: looked up once a run and deployment, not once an item. */
import type { Address, Discovery, Target } from '../serving/address';
import { isReady, type DeploymentRecord } from '../serving/deploymentRecord';
import { readSchema, type DeploymentSchema } from '../serving/deploymentSchema';
import { isName } from '../serving/name';
import { failed, success, type Outcome } from '../serving/outcome';
import { needsNamedGateway } from '../serving/pastedUrl';
import type { Route } from '../serving/route';
import { targetOf } from '../serving/target';
import type { CallContext, Connection } from './connection';
import { addressOptions, readAddress } from './deployments';
import { downFailure, startDeployment } from './lifecycle';
import { readNumber, take } from './parameters';
import { restApi } from './restApi';
import type { SendSettings } from './sendSettings';

export interface Found {
	target: Target;
	/** Absent where Hopsworks was not asked: for a pasted URL, or without 'Hopsworks URL'. */
	record?: DeploymentRecord;
	/** Where it shall be started if it is stopped: the longest wait for that, in seconds. */
	startWait?: number;
}

export interface Finder {
	/** The target of one item, from its locator and options. Throws what `attempt` turns into a failure. */
	find(locator: unknown, options: Record<string, unknown>, route: Route): Promise<Found>;
	/** Sees that a deployment can be called, and starts it first where it shall be; once a run and deployment. */
	ready(found: Found): Promise<Outcome<unknown>>;
	/** The columns that a deployment reads, as Hopsworks tells them. */
	schema(found: Found): Promise<Outcome<DeploymentSchema>>;
}

/** Longest wait, in seconds, for a look-up that the run can do without. */
const OPTIONAL_TIMEOUT = 10;

/** `notes` gets what the user should know of the look-ups, a sentence each without its full stop. */
export function deploymentFinder(
	context: CallContext,
	connection: Connection,
	settings: SendSettings,
	notes: Set<string>,
): Finder {
	// With a gateway of its own the run can do without Hopsworks, so it does not wait for it.
	const isOptional = connection.servingUrl.trim() !== '';
	const patience = isOptional ? { maxTries: 1, timeout: Math.min(settings.timeout, OPTIONAL_TIMEOUT) } : {};
	const lookUps = { requests: 0, retries: 0 };
	const api = restApi(context, connection, { ...settings, ...patience }, lookUps);
	const records = new Map<string, Promise<Outcome<DeploymentRecord>>>();
	const starts = new Map<string, Promise<Outcome<DeploymentRecord>>>();
	let gateway: Promise<Outcome<string | undefined>> | undefined;
	let domain: Promise<Outcome<string>> | undefined;

	async function readGateway(): Promise<Outcome<string | undefined>> {
		gateway ??= api.gateway();
		return await gateway;
	}

	async function readRecord(name: string): Promise<Outcome<DeploymentRecord>> {
		const record = records.get(name) ?? api.deployment(name);
		records.set(name, record);
		return await record;
	}

	async function discover(address: Address): Promise<Outcome<Discovery>> {
		const project = await api.project();
		if (!project.ok) return project;
		const discovery: Discovery = { projectId: project.value.id };
		if (address.deployment.mode === 'name') {
			const record = await readRecord(address.deployment.value.trim());
			if (!record.ok) return record;
			discovery.record = record.value;
		}
		const { record } = discovery;
		const needsGateway = !isOptional || address.deployment.mode === 'url';
		if (needsGateway && address.routing !== 'proxy' && record?.isBehindGateway !== false) {
			const named = await readGateway();
			if (!named.ok) return named;
			discovery.gateway = named.value;
		}
		const isOld = record?.namespace === '' && address.namespace.trim() === '' && address.routing === 'auto';
		if ((isOld || address.routing === 'host') && address.hostHeader.trim() === '') {
			domain ??= api.domain();
			const told = await domain;
			if (told.ok) discovery.domain = told.value;
		}
		return success(discovery);
	}

	/** Whether Hopsworks has something to say that the address needs or can use. */
	function isWorthAsking(address: Address, route: Route): boolean {
		if (connection.hopsworksUrl.trim() === '') return false;
		const { mode, value } = address.deployment;
		return mode === 'name' ? isName(value.trim()) : needsNamedGateway(address, route);
	}

	async function lookUp(address: Address, route: Route): Promise<Outcome<Found>> {
		if (!isWorthAsking(address, route)) return withTarget(address, route);
		const discovery = await discover(address);
		if (discovery.ok) return withTarget({ ...address, discovery: discovery.value }, route);
		const { failure } = discovery;
		if (failure.kind === 'cancelled' || !isOptional || address.routing === 'proxy') return failed(failure);
		notes.add(
			`The deployment could not be looked up in Hopsworks, so it was called as the credential says: ${failure.message}`,
		);
		return withTarget(address, route);
	}

	/** A start is not given up at the first reply that is lost, so it has all the tries that the user allows. */
	const patientApi = isOptional ? restApi(context, connection, settings, lookUps) : api;

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
			return schema.ok ? success(readSchema(schema.value)) : schema;
		},
		async ready({ target, record, startWait }) {
			if (startWait === undefined) {
				const down = record && downFailure(record);
				return down ? failed(down) : success(undefined);
			}
			const known = record ? success(record) : await readRecord(target.deployment);
			if (!known.ok || known.value.state === '' || isReady(known.value.state)) return known;
			const pending = starts.get(target.deployment) ?? start(known.value, startWait);
			starts.set(target.deployment, pending);
			return await pending;
		},
		async find(locator, options, route) {
			const mayStart = options.whenStopped === 'start';
			const startWait = mayStart ? readNumber(options, addressOptions, 'maxWait') : undefined;
			return { ...take(await lookUp(readAddress(locator, options, connection), route)), startWait };
		},
	};
}

function withTarget(address: Address, route: Route): Outcome<Found> {
	const target = targetOf(address, route);
	return target.ok ? success({ target: target.value, record: address.discovery?.record }) : target;
}
