/** Where a run's deployments answer and what Hopsworks says of them: asked once per run and deployment, not once per item. */
import { PROJECT_MISSING } from '../core/failure/errorCodes';
import { failed, success, type Outcome } from '../core/failure/outcome';
import type { Address, Knowledge, Question } from '../core/hopsworks/address';
import { isFresh, isReady, type DeploymentRecord } from '../core/hopsworks/deploymentRecord';
import { elsewhere, ProjectsByAddress } from '../core/hopsworks/projectsByAddress';
import type { Route } from '../core/hopsworks/route';
import { planRoute } from '../core/hopsworks/routing';
import { readDeploymentSchema, type DeploymentSchema } from '../core/predict/deploymentSchema';
import type { CallContext, Connection } from './connection';
import { readAddress, type AddressOptions } from './deploymentLocator';
import { downFailure, startDeployment } from './lifecycle';
import type { Options } from './options';
import { connectionInProject } from './projectChoice';
import { restApi, type RestApi } from './restApi';
import type { Callee } from './send';
import type { SendSettings } from './sendOptions';
import { take } from './unusable';

export interface ResolvedDeployment {
	target: Callee;
	/** The project that the credential names, or the node; '' where neither does. */
	project: string;
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

/** What a run asks of one project, and keeps: two of them may have deployments of the same name. */
interface AskedProject {
	connection: Connection;
	api: RestApi;
	/** A start is not given up at the first reply that is lost, so it has all the tries that the user allows. */
	patientApi: RestApi;
	records: Map<string, Promise<Outcome<DeploymentRecord>>>;
	starts: Map<string, Promise<Outcome<DeploymentRecord>>>;
	gateway?: Promise<Outcome<string | undefined>>;
}

/** `notes` receives what the user should know of the look-ups, a sentence each without its full stop. */
export function deploymentResolver(
	context: CallContext,
	credential: Connection,
	settings: SendSettings,
	notes: Set<string>,
): Resolver {
	// With a gateway of its own the run can do without Hopsworks, so it does not wait for it.
	const isOptional = credential.servingUrl.trim() !== '';
	const patience = isOptional ? { maxTries: 1, timeout: Math.min(settings.timeout, OPTIONAL_TIMEOUT) } : {};
	const tally = { requests: 0, retries: 0 };
	const projects = new Map<string, AskedProject>();
	const addresses = new ProjectsByAddress();
	/** The cluster's, which are the same for all projects. */
	let gateway: Outcome<string | undefined> | undefined;
	let domain: Promise<Outcome<string>> | undefined;

	/** `name` is that of the project that counts. */
	function asked(name: string): AskedProject {
		const known = projects.get(name);
		if (known) return known;
		const connection = { ...credential, project: name };
		const api = restApi(context, connection, { ...settings, ...patience }, tally);
		const patientApi = isOptional ? restApi(context, connection, settings, tally) : api;
		const made = { connection, api, patientApi, records: new Map(), starts: new Map() };
		projects.set(name, made);
		return made;
	}

	async function readRecord({ api, records }: AskedProject, name: string): Promise<Outcome<DeploymentRecord>> {
		const record = records.get(name) ?? api.deployment(name);
		records.set(name, record);
		return await record;
	}

	/** The deployment that a project has under the name in an address. It need not be the one at a pasted address. */
	async function recordAt({ target, record, project }: ResolvedDeployment): Promise<Outcome<DeploymentRecord>> {
		if (record) return success(record);
		const within = asked(project);
		const found = await readRecord(within, target.deployment);
		const owner = await within.api.project();
		return found.ok && owner.ok ? (elsewhere(target, found.value, owner.value) ?? found) : found;
	}

	async function ask(question: Question, address: Address): Promise<Outcome<Partial<Knowledge>>> {
		const within = asked(address.project);
		const { api } = within;
		switch (question) {
			case 'project': {
				const project = await api.project();
				return project.ok ? success({ project: project.value }) : project;
			}
			case 'record': {
				const record = await readRecord(within, address.deployment.value.trim());
				if (!record.ok) return record;
				// It has been asked for by now.
				const project = await api.project();
				return success({ record: record.value, ...(project.ok && { project: project.value }) });
			}
			case 'gateway': {
				const named = gateway ?? (await (within.gateway ??= api.gateway()));
				if (!named.ok) return named;
				gateway = named;
				return success({ gateway: named.value ?? null });
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
		const { project } = address;
		let known: Knowledge = { canAsk: credential.hopsworksUrl.trim() !== '' };
		for (;;) {
			const plan = planRoute(address, route, known);
			if (plan.ok) return success({ target: plan.value, project, record: known.record });
			if (!('asks' in plan)) return plan;
			const answer = await ask(plan.asks, address);
			if (answer.ok) {
				known = { ...known, ...answer.value };
				continue;
			}
			const { failure } = answer;
			// Its namespace would be a guess, which may be another project's.
			const isWrongChoice = failure.errorCode === PROJECT_MISSING && credential.project.trim() === '';
			const isNeeded = !isOptional || isWrongChoice || address.routing === 'proxy';
			if (failure.kind === 'cancelled' || isNeeded) return failed(failure);
			notes.add(
				`The deployment could not be looked up in Hopsworks, so it was called as the credential says: ${failure.message}`,
			);
			known = { canAsk: false };
		}
	}

	async function start(record: DeploymentRecord, maxWait: number, api: RestApi): Promise<Outcome<DeploymentRecord>> {
		const started = await startDeployment(record, { context, api, maxWait });
		if (started.ok) notes.add(`The deployment '${record.name}' was not running, and was started or waited for`);
		return started;
	}

	return {
		async schema(deployment) {
			const known = await recordAt(deployment);
			if (!known.ok) return known;
			const schema = await asked(deployment.project).api.schema(known.value.id, 'schema');
			return schema.ok ? success(readDeploymentSchema(schema.value)) : schema;
		},
		async ready(deployment) {
			const { target, record, startWait, project } = deployment;
			if (startWait === undefined) {
				const down = record && downFailure(record);
				return down ?? success(undefined);
			}
			const known = await recordAt(deployment);
			if (!known.ok || known.value.state === '' || isReady(known.value.state)) return known;
			const { starts, patientApi } = asked(project);
			const pending = starts.get(target.deployment) ?? start(known.value, startWait, patientApi);
			starts.set(target.deployment, pending);
			return await pending;
		},
		async resolve(locator, options, route) {
			const startWait = options.get('whenStopped') === 'start' ? options.get('maxWait') : undefined;
			const connection = take(connectionInProject(credential, options.get('project')));
			const address = readAddress(locator, options, connection);
			const found = take(await lookUp(address, route));
			if (address.deployment.mode === 'name') take(addresses.claim(found));
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
