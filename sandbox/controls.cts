/** Requests to the sandbox itself, without a key: what it has seen, what it shall do wrong or differently, and a place for messages. */
import { change, type Cluster, type Deployment } from './deployments.cts';
import type { Project } from './designs.cts';
import { readFault } from './faults.cts';
import { generationOf } from './logs.cts';
import { isObject, shown } from './reply.cts';
import type { Sandbox } from './sandbox.cts';
import { save } from './saving.cts';

/** The fields of a body, which has to be JSON. */
function fieldsOf(body: string): Record<string, unknown> {
	const given: unknown = JSON.parse(body);
	return isObject(given) ? given : {};
}

/** The project that is named, or the first. */
function projectOf({ projects }: Cluster, name: unknown): Project {
	const project = projects.find((one) => one.name === (name ?? projects[0]?.name));
	if (!project) throw new Error(`There is no project ${JSON.stringify(name)}`);
	return project;
}

function deploymentOf(cluster: Cluster, { project, deployment: name }: Record<string, unknown>): Deployment {
	const owner = projectOf(cluster, project);
	const deployment = cluster.deployments.find((one) => one.project === owner && one.name === name);
	if (!deployment) throw new Error(`There is no deployment ${JSON.stringify(name)}`);
	return deployment;
}

/** The numbers of an object by their names. */
function numbersOf(given: unknown): Record<string, number> {
	return Object.fromEntries(Object.entries(isObject(given) ? given : {}).map(([name, value]) => [name, Number(value)]));
}

/** Registers a further version of a model, trained to `parameters`. */
function train(cluster: Cluster, given: Record<string, unknown>): { version: number } {
	const training = { parameters: numbersOf(given.parameters), metrics: numbersOf(given.metrics) };
	const model = cluster.registry.train(projectOf(cluster, given.project), String(given.name), training);
	if (!model) throw new Error(`There is no model ${JSON.stringify(given.name)}`);
	return { version: model.version };
}

/** Saves `fields` of a deployment's record, as somebody does in Hopsworks: as a new version, or in place. */
function saveVersion(cluster: Cluster, given: Record<string, unknown>): { version: number } {
	const deployment = deploymentOf(cluster, given);
	const { fields, inPlace, failure } = given;
	const problem = save(cluster, deployment, {
		fields: isObject(fields) ? fields : {},
		isNew: inPlace !== true,
		...(failure !== undefined && { failure: shown(failure) }),
	});
	if (problem !== undefined) throw new Error(problem);
	return { version: deployment.versions.active.number };
}

/** Writes a line into the logs of all instances of a deployment, or of one. */
function writeLine(cluster: Cluster, given: Record<string, unknown>): { written: boolean } {
	const deployment = deploymentOf(cluster, given);
	const { text, instance } = given;
	deployment.written.push({
		at: Date.now(),
		text: String(text),
		generation: generationOf(deployment),
		...(instance !== undefined && { instance: shown(instance) }),
	});
	return { written: true };
}

/** By method and path: what is answered, as JSON. */
export const controls: Record<string, (sandbox: Sandbox, body: string) => unknown> = {
	'GET /sandbox/traffic': ({ traffic }) => traffic,
	'POST /sandbox/faults': ({ faults }, body) => {
		faults.add(readFault(fieldsOf(body)));
		return { added: true };
	},
	'DELETE /sandbox/faults': ({ faults }) => {
		faults.clear();
		return { cleared: true };
	},
	'POST /sandbox/settings': ({ cluster: { settings } }, body) => {
		change(settings, fieldsOf(body));
		return settings;
	},
	'POST /sandbox/deployments': ({ cluster }, body) => {
		cluster.add(Number(fieldsOf(body).count));
		return { deployments: cluster.deployments.length };
	},
	'POST /sandbox/models': ({ cluster }, body) => train(cluster, fieldsOf(body)),
	'POST /sandbox/versions': ({ cluster }, body) => saveVersion(cluster, fieldsOf(body)),
	'POST /sandbox/logs': ({ cluster }, body) => writeLine(cluster, fieldsOf(body)),
	'POST /sandbox/messages': ({ messages }, body) => {
		messages.push(String(fieldsOf(body).text));
		return { ok: true };
	},
	'GET /sandbox/messages': ({ messages }) => messages,
};
