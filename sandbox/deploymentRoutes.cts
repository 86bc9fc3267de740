/** Routes of the REST API about deployments: found, started and stopped, read (backend: `ServingService.java`). */
import type { Deployment } from './deployments.cts';
import type { Project } from './designs.cts';
import { recordOf, VLLM_TAG } from './record.cts';
import { empty, json, type Reply } from './reply.cts';
import { asOwner, counted, inProject, list, onDeployment, refused, type Asked, type Route } from './restRoute.cts';
import { schema, schemaAs } from './schema.cts';

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

function startOrStop({ lifecycle }: Deployment, { call }: Asked): Reply {
	const problem = call.query.get('action') === 'STOP' ? lifecycle.stop() : lifecycle.start();
	return problem === undefined
		? empty(200)
		: refused(400, 240003, 'Serving instance could not be started/stopped', problem);
}

function schemaOf({ name, hasSchema }: Deployment, { call: { query } }: Asked): Reply {
	const isOther = (query.get('schemaId') ?? schema.schemaId) !== schema.schemaId;
	if (!hasSchema || isOther) return refused(404, 240037, 'Deployment schema not found');
	return json(200, schemaAs(query.get('format'), name));
}

const vllmImageTags = [
	{ variant: 'VLLM', tags: [VLLM_TAG], defaultTag: VLLM_TAG },
	{ variant: 'VLLM_OMNI', tags: [] },
];

const scope = 'SERVING';
export const deploymentRoutes: Route[] = [
	{ method: 'GET', path: /^\/project\/([^/]+)\/serving$/, scope, answer: inProject(listDeployments) },
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/serving\/vllmImageTags$/,
		scope,
		answer: inProject(() => counted(vllmImageTags)),
	},
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/serving\/(\d+)$/,
		scope,
		answer: onDeployment((deployment, { cluster }) => json(200, recordOf(deployment, cluster.settings))),
	},
	{ method: 'POST', path: /^\/project\/([^/]+)\/serving\/(\d+)$/, scope, answer: asOwner(startOrStop) },
	{ method: 'GET', path: /^\/project\/([^/]+)\/serving\/(\d+)\/schema$/, scope, answer: onDeployment(schemaOf) },
];
