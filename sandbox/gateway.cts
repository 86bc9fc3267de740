/** The Istio gateway: checks the key, then finds a deployment by host name or by path (Hopsworks documentation, 'Model Serving REST API'). */
import { deployments, DOMAIN, PROJECT, type Deployment } from './deployments.cts';
import { refusedByGateway } from './keys.cts';
import { empty, type Call, type Reply } from './reply.cts';

interface Route {
	deployment: Deployment;
	/** Path below the deployment. */
	path: string;
}

function named(name: string | undefined, namespace: string | undefined): Deployment | undefined {
	return namespace === PROJECT.namespace ? deployments.find((deployment) => deployment.name === name) : undefined;
}

/** By `Host: <deployment>.<namespace>.<domain>`, else by `/v1/<namespace>/<deployment>/…`. */
export function findRoute(host: string, path: string): Route | undefined {
	const [hostName = ''] = host.toLowerCase().split(':');
	if (hostName.endsWith(`.${DOMAIN}`)) {
		const [name, namespace] = hostName.slice(0, -DOMAIN.length - 1).split('.');
		const deployment = named(name, namespace);
		return deployment && { deployment, path };
	}
	const [, segment = '', name, rest = ''] = /^\/v1\/([^/]+)\/([^/]+)(\/.*)$/.exec(path) ?? [];
	const deployment = named(name, segment.toLowerCase().replace(/[^a-z0-9-]/g, '-'));
	return deployment && { deployment, path: rest };
}

/** The reply to a request that reached the gateway. An unknown address gets what Envoy gives: 404 and nothing more. */
export function gateway(call: Call): Reply {
	const refusal = refusedByGateway(call.headers.authorization);
	if (refusal) return refusal;
	const route = findRoute(call.headers.host ?? '', call.path);
	if (!route) return empty(404, { server: 'istio-envoy' });
	return route.deployment.answer({ ...call, path: route.path });
}
