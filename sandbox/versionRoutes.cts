/** The route of the REST API about the versions of a deployment's configuration (Hopsworks 5.2; hopsworks-api: `deployment_version.py`). */
import type { Deployment } from './deployments.cts';
import { CREATED, CREATOR, versionedFields } from './record.cts';
import { json, type Reply } from './reply.cts';
import { onDeployment, type Asked, type Route } from './restRoute.cts';

/** One page of them, with the number of all. */
function versionsOf(deployment: Deployment, { call: { query } }: Asked): Reply {
	const { versions: count = 1, fields } = deployment;
	const offset = Number(query.get('offset') ?? 0);
	const limit = Number(query.get('limit') ?? count);
	const items = Array.from({ length: count }, (_, index) => ({
		active: index + 1 === count,
		created: CREATED,
		createdBy: CREATOR,
		updated: null,
		updatedBy: null,
		...versionedFields(deployment, index + 1),
		tracing: fields?.tracing ?? null,
	}));
	return json(200, { count, items: items.slice(offset, offset + limit) });
}

export const versionRoutes: Route[] = [
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/serving\/(\d+)\/versions$/,
		scope: 'SERVING',
		answer: onDeployment(versionsOf),
	},
];
