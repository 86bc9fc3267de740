/** The Hopsworks REST API: projects, deployments and their gateway, each call ending in an outcome. */
import { entriesOf, readDeployment, type DeploymentRecord, type Project } from '../core/hopsworks/deploymentRecord';
import {
	allVersions,
	meaningOfNoVersions,
	readVersionPage,
	VERSIONS_PER_PAGE,
	type DeploymentVersion,
} from '../core/hopsworks/deploymentVersion';
import { gatewayIn } from '../core/hopsworks/endpoints';
import { logsQuery, readInstanceLogs, type InstanceLogs, type LogsQuery } from '../core/hopsworks/instanceLogs';
import { encode, isRecord, type Json } from '../core/json/json';
import {
	allModelVersions,
	meaningInRegistry,
	MODELS_PER_PAGE,
	readModelPage,
	type ModelVersion,
} from '../core/hopsworks/modelVersion';
import { readName } from '../core/hopsworks/name';
import { badInput, success, type Failure, type Outcome } from '../core/failure/outcome';
import { REST_PANEL } from '../core/failure/panel';
import type { Reply } from '../core/json/reply';
import { notHopsworks, restFailure, type OwnMeaning } from '../core/hopsworks/restFailure';
import { REST_API } from '../core/hopsworks/route';
import { unknownDeployment } from '../core/hopsworks/unknownDeployment';
import { readWebAddress } from '../core/hopsworks/webAddress';
import type { CallContext, Connection } from './connection';
import { projectLookUp } from './projectLookUp';
import { caller, type Tally } from './send';
import { MEGABYTE, type SendSettings } from './sendOptions';

/** Longest wait for an answer, in seconds: what is asked for here is small. */
const TIMEOUT = 30;

export const REST_DEFAULTS: SendSettings = {
	timeout: TIMEOUT,
	concurrency: 4,
	maxTries: 3,
	maxRetryWait: 10,
	retryTimeouts: false,
	mostReplyBytes: 64 * MEGABYTE,
};

export type RestApi = ReturnType<typeof restApi>;

/** Calls in the connection's project, which is looked up once. */
export function restApi(context: CallContext, connection: Connection, settings: SendSettings, tally: Tally) {
	const call = caller(context, connection, { ...settings, timeout: Math.min(settings.timeout, TIMEOUT) }, tally);

	async function send(
		method: 'GET' | 'POST',
		path: string,
		{ write, meaningOf }: { write?: () => string; meaningOf?: OwnMeaning } = {},
	): Promise<Outcome<Reply>> {
		const base = baseOf(connection.hopsworksUrl);
		if (!base.ok) return base;
		const failureOf = (status: number, reply: Reply): Failure => restFailure(status, reply, meaningOf);
		return (await call({ method, url: base.value + path, write, failureOf, panel: REST_PANEL })).outcome;
	}

	async function get<Value>(
		path: string,
		read: (json: Json | undefined) => Value | undefined,
		meaningOf?: OwnMeaning,
	): Promise<Outcome<Value>> {
		const reply = await send('GET', path, { meaningOf });
		if (!reply.ok) return reply;
		const { json } = reply.value;
		const isFailure = isRecord(json) && ('error' in json || 'errorCode' in json);
		const value = isFailure ? undefined : read(json);
		return value === undefined ? notHopsworks(reply.value) : success(value);
	}

	const { project, projects, anyProject } = projectLookUp(get, connection.project);

	async function inProject<Value>(
		ask: (path: string, project: Project) => Promise<Outcome<Value>>,
	): Promise<Outcome<Value>> {
		const found = await project();
		return found.ok ? await ask(`/project/${found.value.id}`, found.value) : found;
	}

	async function act(id: number, action: 'START' | 'STOP'): Promise<Outcome<Reply>> {
		return await inProject(async (path) => await send('POST', `${path}/serving/${id}?action=${action}`));
	}

	return {
		project,
		projects,
		/** All deployments of the project, by name. */
		async deployments(): Promise<Outcome<DeploymentRecord[]>> {
			const found = await inProject(async (path) => await get(`${path}/serving`, readDeployments));
			return found.ok ? success(found.value.toSorted((one, other) => one.name.localeCompare(other.name))) : found;
		},
		async deployment(given: string): Promise<Outcome<DeploymentRecord>> {
			const named = readName(given, "'Deployment'");
			if (!named.ok) return named;
			const name = named.value;
			const query = `?name=${encodeURIComponent(name)}`;
			return await inProject(async (path, { name: projectName }) => {
				// Releases differ in whether a name gets one object or a list of it, and some may leave the name out of account.
				const found = await get(`${path}/serving${query}`, readDeployments);
				if (!found.ok) return found;
				const record = found.value.find((one) => one.name === name);
				const others = found.value.map((one) => one.name);
				return record ? success(record) : unknownDeployment(projectName, name, others);
			});
		},
		async start(id: number): Promise<Outcome<Reply>> {
			return await act(id, 'START');
		},
		async stop(id: number): Promise<Outcome<Reply>> {
			return await act(id, 'STOP');
		},
		/** Makes a version the active one. */
		async rollBack(id: number, version: number): Promise<Outcome<Reply>> {
			return await inProject(
				async (path) => await send('POST', `${path}/serving/${id}/rollback`, { write: () => encode({ version }) }),
			);
		},
		async logs(id: number, query: LogsQuery): Promise<Outcome<InstanceLogs[]>> {
			return await inProject(
				async (path) => await get(`${path}/serving/${id}/logs${logsQuery(query)}`, readInstanceLogs),
			);
		},
		/** The schema, or the JSON Schema of requests and replies (Hopsworks 5.1 and later). */
		async schema(id: number, format: 'schema' | 'jsonschema'): Promise<Outcome<Record<string, Json>>> {
			return await inProject(async (path) => await get(`${path}/serving/${id}/schema?format=${format}`, readObject));
		},
		/** Every version of a deployment, the newest first (Hopsworks 5.2 and later). */
		async versions(id: number): Promise<Outcome<DeploymentVersion[]>> {
			return await inProject(
				async (path) =>
					await allVersions(async (offset) => {
						const query = `?offset=${offset}&limit=${VERSIONS_PER_PAGE}`;
						return await get(`${path}/serving/${id}/versions${query}`, readVersionPage, meaningOfNoVersions);
					}),
			);
		},
		/** Every version of every model in the project's own registry, or of the one that has the name. */
		async modelVersions(name?: string): Promise<Outcome<ModelVersion[]>> {
			const filter = name === undefined ? '' : `filter_by=${encodeURIComponent(`name_eq:${name}`.toWellFormed())}&`;
			return await inProject(
				async (path, { id }) =>
					await allModelVersions(async (offset) => {
						const query = `${filter}offset=${offset}&limit=${MODELS_PER_PAGE}`;
						return await get(`${path}/modelregistries/${id}/models?${query}`, readModelPage, meaningInRegistry);
					}),
			);
		},
		/** The origin of the gateway that can be reached from outside; `undefined` where there is none. */
		async gateway(): Promise<Outcome<string | undefined>> {
			const any = await anyProject();
			if (!any.ok) return any;
			const found = await get(`/project/${any.value.id}/inference/endpoints`, entriesOf);
			return found.ok ? success(gatewayIn(found.value)) : found;
		},
		/** What the host names of deployments end with. */
		async domain(): Promise<Outcome<string>> {
			return await get('/variables/kube_knative_domain_name', (json) =>
				isRecord(json) && typeof json.successMessage === 'string' ? json.successMessage : undefined,
			);
		},
	};
}

/** Where the REST API of a Hopsworks begins. */
function baseOf(hopsworksUrl: string): Outcome<string> {
	if (hopsworksUrl.trim() === '') {
		return badInput(
			"'Hopsworks URL' in the credential is empty",
			'Fill it in: the address at which you open Hopsworks in the browser.',
		);
	}
	const address = readWebAddress(hopsworksUrl, "'Hopsworks URL' in the credential");
	return address.ok ? success(`${address.value.origin}/${REST_API}/api`) : address;
}

/** Deployments; undefined where entries are there, and none is one. */
function readDeployments(json: Json | undefined): DeploymentRecord[] | undefined {
	const entries = entriesOf(json);
	const records = entries?.map(readDeployment).filter((record) => record !== undefined);
	return records?.length === 0 && entries?.length !== 0 ? undefined : records;
}

function readObject(json: Json | undefined): Record<string, Json> | undefined {
	return isRecord(json) ? json : undefined;
}
