/** The route of the REST API to the logs of a deployment's instances (hopsworks-api: `serving_api.py`, `deployable_component_logs.py`). */
import type { Deployment } from './deployments.cts';
import { generationOf, linesOf, read } from './logs.cts';
import { json, type Reply } from './reply.cts';
import { onDeployment, refused, type Asked, type Route } from './restRoute.cts';

/** More instances than this are not read by one request. */
const MOST_READ = 8;
/** Lines from the end, where neither their number nor a time is asked for, and at most. */
const USUAL_TAIL = 100;
const LONGEST_TAIL = 10_000;

function logs(deployment: Deployment, { call: { query }, cluster: { settings } }: Asked): Reply {
	const { name, lifecycle } = deployment;
	const component = query.get('component') ?? 'predictor';
	if (!lifecycle.isServing || component !== 'predictor') return refused(404, 240027, 'Server logs not available');
	// An idle one has no instance that could be asked.
	if (lifecycle.status === 'Idle') return json(200, []);
	// Older releases know neither a time nor times.
	const asked = settings.isOld ? null : query.get('since');
	const since = asked === null ? undefined : Date.parse(asked);
	if (Number.isNaN(since)) {
		return refused(422, 120001, 'An argument was not provided or it was malformed.', `since: ${String(asked)}`);
	}
	const tail = query.get('tail') ?? (since === undefined ? USUAL_TAIL : undefined);
	const part = {
		since,
		tail: tail === undefined ? undefined : Math.min(Number(tail), LONGEST_TAIL),
		hasTimes: !settings.isOld && query.get('timestamps') === 'true',
		bytes: settings.logBytes,
	};
	const generation = generationOf(deployment);

	/** What is told of an instance, as far as the release tells it. */
	function entry(content: string, instanceName: string, more: object): object {
		if (settings.isOld) return { instanceName, content };
		const podUid = `uid-of-${instanceName}${generation === 0 ? '' : `-${generation}`}`;
		return {
			instanceName,
			content,
			truncated: false,
			skipped: false,
			readFailed: false,
			...more,
			podUid,
			restartCount: 0,
		};
	}

	const pod = query.get('pod');
	const instances = Array.from({ length: settings.replicas }, (_, number) => `${name}-predictor-${number}`);
	const entries = instances
		.map((instance, number) => ({ instance, isUnreadable: number < settings.unreadable }))
		.filter(({ instance }) => pod === null || instance === pod)
		.map(({ instance, isUnreadable }, number) => {
			if (number >= MOST_READ) return entry(`Not read: more than ${MOST_READ} instances`, instance, { skipped: true });
			if (isUnreadable) return entry('Not read: the node did not answer', instance, { readFailed: true });
			const { content, truncated } = read(linesOf(deployment, instance), part);
			return entry(content, instance, { truncated });
		});
	return json(200, entries);
}

export const logRoutes: Route[] = [
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/serving\/(\d+)\/logs$/,
		scope: 'SERVING',
		answer: onDeployment(logs),
	},
];
