/** Routes of the REST API that lead to models: where the gateway is, and inference through Hopsworks itself (backend: `InferenceResource.java`). */
import type { Cluster, Deployment } from './deployments.cts';
import { ask } from './gateway.cts';
import { isObject, type Call, type Reply } from './reply.cts';
import { inProject, list, refused, type Asked, type Route } from './restRoute.cts';

/** `hosts` and `anyHost` are the sandbox's own address, so that its gateway can be found and called. */
function endpoints({ settings, tls }: Cluster, { headers }: Call): unknown[] {
	const [host = '', port = '80'] = (headers.host ?? '').split(':');
	const inside = {
		type: 'KUBE_CLUSTER',
		hosts: ['istio-ingressgateway.istio-system.svc.cluster.local'],
		ports: [{ name: 'HTTP', number: 80 }],
	};
	const open = tls
		? [
				{ name: 'HTTP', number: tls.http },
				{ name: 'HTTPS', number: tls.https },
			]
		: [{ name: 'HTTP', number: Number(port) }];
	const outside = {
		type: 'LOAD_BALANCER',
		hosts: [host],
		ports: [{ name: 'STATUS', number: 15021 }, ...open],
		anyHost: host,
	};
	return settings.hasLoadBalancer ? [inside, outside] : [inside];
}

/** It flattens what the model server said into codes of its own (backend: `InferenceController.java`). */
async function infer(deployment: Deployment, { call, parts }: Asked): Promise<Reply> {
	const { lifecycle, name } = deployment;
	const verb = parts[2];
	if (verb === undefined) return refused(400, 250005, 'Verb is missing');
	if (verb !== 'predict') {
		return refused(400, 250004, 'Request malformed', `Verb :${verb} not supported in KServe deployments`);
	}
	if (!lifecycle.isServing) return refused(400, 250001, 'Serving instance not running');
	// The id of a request ends here: the deployment makes one of its own.
	const { 'x-request-id': _dropped, ...passedOn } = call.headers;
	const asked = { ...call, headers: passedOn, path: `/v1/models/${name}:predict` };
	const { status, headers, body } = await ask(deployment, asked);
	if (status < 400) return { status, headers, body };
	const said: unknown = headers['content-type'] === 'application/json' ? JSON.parse(body) : body;
	const usrMsg = isObject(said) && typeof said.error === 'string' ? said.error : body;
	if (status >= 500) return refused(500, 250007, 'Serving instance internal error', usrMsg);
	return refused(400, 250008, 'Serving instance bad request error', usrMsg);
}

export const inferenceRoutes: Route[] = [
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/inference\/endpoints$/,
		scope: 'SERVING',
		answer: inProject((_project, { cluster, call }) => list(cluster, endpoints(cluster, call))),
	},
	{
		method: 'POST',
		path: /^\/project\/([^/]+)\/inference\/(?:models|serving)\/([A-Za-z0-9]+)(?::(\w+))?$/,
		scope: 'SERVING',
		answer: inProject((project, asked) => {
			const [, name = ''] = asked.parts;
			const deployment = asked.cluster.find((one) => one === project, name);
			const usrMsg = `name: ${name}`;
			return deployment ? infer(deployment, asked) : refused(404, 250000, 'Serving instance not found', usrMsg);
		}),
	},
];
