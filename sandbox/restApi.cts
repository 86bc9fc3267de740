/** The REST API of Hopsworks, as far as deployments need it: finds the route, and checks the key. */
import { alertRoutes } from './alertRoutes.cts';
import type { Cluster } from './deployments.cts';
import { deploymentRoutes } from './deploymentRoutes.cts';
import { inferenceRoutes } from './inferenceRoutes.cts';
import { refusedByRest } from './keys.cts';
import { logRoutes } from './logRoutes.cts';
import { projectRoutes } from './projectRoutes.cts';
import { registryRoutes } from './registryRoutes.cts';
import type { Call, Reply } from './reply.cts';
import { refused } from './restRoute.cts';
import { tagRoutes } from './tagRoutes.cts';
import { versionRoutes } from './versionRoutes.cts';

export const API = '/hopsworks-api/api';

const routes = [
	...projectRoutes,
	...deploymentRoutes,
	...logRoutes,
	...versionRoutes,
	...tagRoutes,
	...registryRoutes,
	...alertRoutes,
	...inferenceRoutes,
];

/** What a call gets that no route of the REST API is for. */
export const NO_ROUTE = refused(404, 120004, 'Web application exception occurred');

/** The reply to a request below `API`; `NO_ROUTE` itself where none is for it. */
export async function restApi(cluster: Cluster, call: Call): Promise<Reply> {
	const path = call.path.slice(API.length);
	const route = routes.find((one) => one.method === call.method && one.path.test(path));
	if (!route) return NO_ROUTE;
	const refusal = route.scope && refusedByRest(call.headers.authorization, route.scope);
	if (refusal) return refusal;
	const [, ...parts] = route.path.exec(path) ?? [];
	return await route.answer({ cluster, call, parts: parts.map((part) => part && decodeURIComponent(part)) });
}
