/** The Istio gateway: checks the key, then finds a deployment by host name or by path (Hopsworks documentation, 'Model Serving REST API'). */
import { setTimeout as wait } from 'node:timers/promises';
import { batched } from './batcher.cts';
import { DOMAIN, type Cluster, type Deployment } from './deployments.cts';
import { refusedByGateway } from './keys.cts';
import { empty, isObject, json, type Call, type Reply } from './reply.cts';

interface Route {
	deployment: Deployment;
	/** Path below the deployment. */
	path: string;
}

function named(cluster: Cluster, name: string | undefined, namespace: string | undefined): Deployment | undefined {
	return cluster.find((project) => project.namespace === namespace, name);
}

/** By `Host: <deployment>.<namespace>.<domain>`, else by `/v1/<namespace>/<deployment>/…`. */
export function findRoute(cluster: Cluster, host: string, path: string): Route | undefined {
	const [hostName = ''] = host.toLowerCase().split(':');
	if (hostName.endsWith(`.${DOMAIN}`)) {
		const [name, namespace] = hostName.slice(0, -DOMAIN.length - 1).split('.');
		const deployment = named(cluster, name, namespace);
		return deployment && { deployment, path };
	}
	if (cluster.settings.isOld) return undefined;
	const [, segment = '', name, rest = ''] = /^\/v1\/([^/]+)\/([^/]+)(\/.*)$/.exec(path) ?? [];
	const deployment = named(cluster, name, segment.toLowerCase().replace(/[^a-z0-9-]/g, '-'));
	return deployment && { deployment, path: rest };
}

/** The reply to a request that reached the gateway. An address that leads nowhere gets what Envoy gives: 404 and nothing more. */
export async function gateway(cluster: Cluster, call: Call): Promise<Reply> {
	const refusal = refusedByGateway(call.headers.authorization);
	if (refusal) return refusal;
	const route = findRoute(cluster, call.headers.host ?? '', call.path);
	if (!route?.deployment.lifecycle.isRouted) return empty(404, { server: 'istio-envoy' });
	const { deployment, path } = route;
	if (!deployment.project.role) return json(403, { userMsg: 'unauthorized user, not a member of the project' });
	return await ask(deployment, { ...call, path });
}

/** Asks a deployment's server; an idle one is woken first, while the request waits. */
export async function ask(deployment: Deployment, call: Call): Promise<Reply> {
	const { lifecycle, versions, fields } = deployment;
	await wait(lifecycle.touch());
	const { answer } = versions.answering(lifecycle.status === 'Updating');
	const isBatched = isObject(fields?.batchingConfiguration) && fields.batchingConfiguration.batchingEnabled === true;
	return (isBatched ? batched(answer) : answer)(call);
}
