/** Routes of the REST API that keep and change a deployment's configuration (Hopsworks 5.2; hopsworks-api: `serving_api.py`, `deployment_version.py`). */
import type { Cluster, Deployment } from './deployments.cts';
import type { Project } from './designs.cts';
import { recordOf } from './record.cts';
import { isObject, json, type Reply } from './reply.cts';
import { asOwner, FORBIDDEN, inProject, onDeployment, refused, type Asked, type Route } from './restRoute.cts';
import { rollBack, save } from './saving.cts';
import { page } from './page.cts';

/** Releases before it know no versions; what they do not know they say as of any other path. */
const UNKNOWN = refused(404, 120004, 'Web application exception occurred');

/** Which code Hopsworks refuses a change with is not known: it is taken for an argument that is illegal now. */
const notNow = (problem: string): Reply => refused(400, 240001, 'Illegal argument', problem);

function bodyOf(text: string): Record<string, unknown> {
	const given: unknown = JSON.parse(text);
	return isObject(given) ? given : {};
}

function versionsOf({ versions }: Deployment, { call: { query }, cluster: { settings } }: Asked): Reply {
	if (settings.isOld) return UNKNOWN;
	const items = versions.all.map((version) => ({
		version: version.number,
		active: version === versions.active,
		created: version.created,
		createdBy: version.createdBy,
		updated: version.updated,
		updatedBy: version.updatedBy,
		tracing: null,
		...version.held,
	}));
	return page(items, query);
}

function answered(deployment: Deployment, { settings }: Cluster, problem: string | undefined): Reply {
	return problem === undefined ? json(200, recordOf(deployment, settings)) : notNow(problem);
}

function rolledBack(deployment: Deployment, { call: { body }, cluster }: Asked): Reply {
	if (cluster.settings.isOld) return UNKNOWN;
	return answered(deployment, cluster, rollBack(deployment, bodyOf(body).version));
}

/** The whole record, as it was read and changed since: of another version than the active one it was read too early. */
function saved(project: Project, { call: { body, query }, cluster }: Asked): Reply {
	const given = bodyOf(body);
	const deployment = cluster.deployments.find((one) => one.project === project && one.id === given.id);
	if (!deployment) return refused(404, 240000, 'Serving instance not found');
	if (project.role !== 'Data owner') return FORBIDDEN;
	const { versions, lifecycle } = deployment;
	if (given.version !== versions.active.number) {
		return notNow(`The active version is ${versions.active.number} by now, not ${String(given.version)}`);
	}
	// Only a way back may be taken while a version comes up.
	if (lifecycle.status === 'Updating') return notNow('Instance is updating');
	const isNew = query.get('newVersion') === 'true' && !cluster.settings.isOld;
	return answered(deployment, cluster, save(cluster, deployment, { fields: given, isNew }));
}

const scope = 'SERVING';
export const versionRoutes: Route[] = [
	{ method: 'PUT', path: /^\/project\/([^/]+)\/serving$/, scope, answer: inProject(saved) },
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/serving\/(\d+)\/versions$/,
		scope,
		answer: onDeployment(versionsOf),
	},
	{
		method: 'POST',
		path: /^\/project\/([^/]+)\/serving\/(\d+)\/rollback$/,
		scope,
		answer: asOwner(rolledBack),
	},
];
