/** The REST API of Hopsworks, as far as deployments need it (backend: `ServingService.java`, `InferenceResource.java`, `ProjectService.java`). */
import { DOMAIN, recordOf, type Cluster, type Deployment } from './deployments.cts';
import type { Project } from './designs.cts';
import { ask } from './gateway.cts';
import { refusedByRest, type Scope } from './keys.cts';
import { empty, isObject, json, type Call, type Reply } from './reply.cts';
import { jsonSchema, schema } from './schema.cts';

export const API = '/hopsworks-api/api';

function refused(status: number, errorCode: number, errorMsg: string, usrMsg?: string): Reply {
	return json(status, { errorCode, errorMsg, ...(usrMsg !== undefined && { usrMsg }) });
}

function list({ settings }: Cluster, items: unknown[]): Reply {
	return json(200, settings.listForm === 'bare' ? items : { count: items.length, items });
}

interface Asked {
	cluster: Cluster;
	call: Call;
	/** Parts of the path. */
	parts: string[];
}

interface Route {
	method: string;
	path: RegExp;
	scope?: Scope;
	answer(asked: Asked): Reply | Promise<Reply>;
}

function inProject(answer: (project: Project, asked: Asked) => Reply | Promise<Reply>): Route['answer'] {
	return (asked) => {
		const id = Number(asked.parts[0]);
		const project = asked.cluster.projects.find((one) => one.id === id);
		if (!project) return refused(400, 150004, "Project wasn't found.", `projectId: ${id}`);
		if (!project.role) return refused(400, 120011, 'Project not accessible to user');
		return answer(project, asked);
	};
}

function onDeployment(
	answer: (deployment: Deployment, asked: Asked) => Reply | Promise<Reply>,
	isAsked = ({ id }: Deployment, { parts }: Asked): boolean => id === Number(parts[1]),
): Route['answer'] {
	return inProject((project, asked) => {
		const deployment = asked.cluster.deployments.find((one) => one.project === project && isAsked(one, asked));
		return deployment ? answer(deployment, asked) : refused(404, 240000, 'Serving instance not found');
	});
}

function projectInfo({ id, name, namespace }: Project): object {
	return { projectId: id, projectName: name, owner: 'ada@example.com', creationStatus: 'DONE', namespace };
}

function listDeployments(project: Project, { cluster, call }: Asked): Reply {
	const { query } = call;
	const name = query.get('name');
	const own = cluster.deployments.filter((deployment) => deployment.project === project);
	if (name !== null) {
		const named = own.find((deployment) => deployment.name === name);
		return named
			? json(200, recordOf(named, cluster.settings))
			: refused(404, 240000, 'Serving instance not found', `name: ${name}`);
	}
	if (query.has('modelVersion') && !query.has('model')) {
		const usrMsg = 'Cannot filter by model version without a model name';
		return refused(422, 120001, 'An argument was not provided or it was malformed.', usrMsg);
	}
	const matches = own
		.map((deployment) => recordOf(deployment, cluster.settings))
		.filter(({ modelName, status }) => {
			const isModel = !query.has('model') || modelName === query.get('model');
			const isStatus = !query.has('status') || status === query.get('status');
			return isModel && isStatus;
		});
	return list(cluster, matches);
}

function startOrStop({ project, lifecycle }: Deployment, { call }: Asked): Reply {
	if (project.role !== 'Data owner') {
		return refused(403, 150068, 'Your project role does not allow to perform this action.');
	}
	const problem = call.query.get('action') === 'STOP' ? lifecycle.stop() : lifecycle.start();
	return problem === undefined
		? empty(200)
		: refused(400, 240003, 'Serving instance could not be started/stopped', problem);
}

/** More instances than this are not read by one request. */
const MOST_READ = 8;

function logs({ name, lifecycle }: Deployment, { call, cluster: { settings } }: Asked): Reply {
	const component = call.query.get('component') ?? 'predictor';
	if (!lifecycle.isServing || component !== 'predictor') return refused(404, 240027, 'Server logs not available');
	const tail = Number(call.query.get('tail') ?? 100);
	const lines = Array.from({ length: 200 }, (_, number) => `2026-11-24 02:00:00 INFO ${name} line ${number + 1}`);
	const pod = call.query.get('pod');
	const instances = Array.from({ length: settings.replicas }, (_, number) => `${name}-predictor-${number}`);
	const asked = instances.filter((instance) => pod === null || instance === pod);
	const entries = asked.map((instanceName, number) => {
		const skipped = number >= MOST_READ;
		const content = skipped ? `Not read: more than ${MOST_READ} instances` : lines.slice(-tail).join('\n');
		if (settings.isOld) return { instanceName, content };
		const podUid = `uid-of-${instanceName}`;
		return { instanceName, content, truncated: false, skipped, readFailed: false, podUid, restartCount: 0 };
	});
	return json(200, entries);
}

function schemaOf({ hasSchema }: Deployment, { call }: Asked): Reply {
	if (!hasSchema) return refused(404, 240037, 'Deployment schema not found');
	return json(200, call.query.get('format') === 'jsonschema' ? jsonSchema : schema);
}

/** `hosts` and `anyHost` are the sandbox's own address, so that its gateway can be found and called. */
function endpoints(cluster: Cluster, { headers }: Call): unknown[] {
	const [host = '', port = '80'] = (headers.host ?? '').split(':');
	const inside = {
		type: 'KUBE_CLUSTER',
		hosts: ['istio-ingressgateway.istio-system.svc.cluster.local'],
		ports: [{ name: 'HTTP', number: 80 }],
	};
	const outside = {
		type: 'LOAD_BALANCER',
		hosts: [host],
		ports: [
			{ name: 'STATUS', number: 15021 },
			{ name: 'HTTP', number: Number(port) },
		],
		anyHost: host,
	};
	return cluster.settings.hasLoadBalancer ? [inside, outside] : [inside];
}

/** Inference through the REST API: it flattens what the model server said into codes of its own (backend: `InferenceController.java`). */
async function infer(deployment: Deployment, { call, parts }: Asked): Promise<Reply> {
	const { lifecycle, name } = deployment;
	const verb = parts[2];
	if (verb === undefined) return refused(400, 250005, 'Verb is missing');
	if (verb !== 'predict') {
		return refused(400, 250004, 'Request malformed', `Verb :${verb} not supported in KServe deployments`);
	}
	if (!lifecycle.isServing) return refused(400, 250001, 'Serving instance not running');
	const { status, headers, body } = await ask(deployment, { ...call, path: `/v1/models/${name}:predict` });
	if (status < 400) return { status, headers, body };
	const said: unknown = headers['content-type'] === 'application/json' ? JSON.parse(body) : body;
	const usrMsg = isObject(said) && typeof said.error === 'string' ? said.error : body;
	if (status >= 500) return refused(500, 250007, 'Serving instance internal error', usrMsg);
	return refused(400, 250008, 'Serving instance bad request error', usrMsg);
}

const SERVING = 'SERVING';
const routes: Route[] = [
	{
		method: 'GET',
		path: /^\/project$/,
		scope: 'PROJECT',
		answer: ({ cluster }) => {
			const member = cluster.projects.filter(({ role }) => role !== undefined);
			return json(
				200,
				member.map(({ role: teamRole, ...project }) => ({ project, teamRole })),
			);
		},
	},
	{
		method: 'GET',
		path: /^\/project\/getProjectInfo\/([^/]+)$/,
		scope: 'PROJECT',
		answer: ({ cluster, parts: [name = ''] }) => {
			const project = cluster.projects.find((one) => one.name === name);
			if (!project) return refused(400, 150004, "Project wasn't found.", `project: ${name}`);
			if (!project.role) return refused(400, 120011, 'Project not accessible to user');
			return json(200, projectInfo(project));
		},
	},
	{ method: 'GET', path: /^\/project\/([^/]+)\/serving$/, scope: SERVING, answer: inProject(listDeployments) },
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/serving\/(\d+)$/,
		scope: SERVING,
		answer: onDeployment((deployment, { cluster }) => json(200, recordOf(deployment, cluster.settings))),
	},
	{ method: 'POST', path: /^\/project\/([^/]+)\/serving\/(\d+)$/, scope: SERVING, answer: onDeployment(startOrStop) },
	{ method: 'GET', path: /^\/project\/([^/]+)\/serving\/(\d+)\/logs$/, scope: SERVING, answer: onDeployment(logs) },
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/serving\/(\d+)\/schema$/,
		scope: SERVING,
		answer: onDeployment(schemaOf),
	},
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/inference\/endpoints$/,
		scope: SERVING,
		answer: inProject((_project, { cluster, call }) => list(cluster, endpoints(cluster, call))),
	},
	{
		method: 'POST',
		path: /^\/project\/([^/]+)\/inference\/(?:models|serving)\/([A-Za-z0-9]+)(?::(\w+))?$/,
		scope: SERVING,
		answer: inProject((project, asked) => {
			const [, name = ''] = asked.parts;
			const deployment = asked.cluster.find((one) => one === project, name);
			const usrMsg = `name: ${name}`;
			return deployment ? infer(deployment, asked) : refused(404, 250000, 'Serving instance not found', usrMsg);
		}),
	},
	{
		method: 'GET',
		path: /^\/variables\/kube_knative_domain_name$/,
		answer: () => json(200, { successMessage: DOMAIN }),
	},
];

/** The reply to a request below `API`. */
export async function restApi(cluster: Cluster, call: Call): Promise<Reply> {
	const path = call.path.slice(API.length);
	const route = routes.find((one) => one.method === call.method && one.path.test(path));
	if (!route) return refused(404, 120004, 'Web application exception occurred');
	const refusal = route.scope && refusedByRest(call.headers.authorization, route.scope);
	if (refusal) return refusal;
	const [, ...parts] = route.path.exec(path) ?? [];
	return await route.answer({ cluster, call, parts: parts.map((part) => part && decodeURIComponent(part)) });
}
