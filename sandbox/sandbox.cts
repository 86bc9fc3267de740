/** An embedded Hopsworks: the gateway with its deployments, the REST API, and a few addresses for those who run it. */
import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { controls } from './controls.cts';
import { Cluster } from './deployments.cts';
import { commit, Faults, spoil } from './faults.cts';
import { findRoute, gateway } from './gateway.cts';
import { json, type Call, type Reply } from './reply.cts';
import { API, restApi } from './restApi.cts';
import { send } from './send.cts';

export interface Sandbox {
	url: string;
	faults: Faults;
	cluster: Cluster;
	/** What has come in: requests to the gateway, and paths that the REST API was asked for. */
	traffic: { requests: number; restApi: string[] };
	/** Texts that were posted to `/sandbox/messages`, where the examples send what would go to Slack. */
	messages: string[];
	close(): Promise<void>;
}

async function answer(sandbox: Sandbox, request: IncomingMessage, response: ServerResponse): Promise<Reply | 'refuse'> {
	const { cluster, faults, traffic } = sandbox;
	const { method = '', url = '', headers } = request;
	const [path = '', query] = url.split('?');
	const bytes = await buffer(request);
	const sent = { body: bytes.toString(), isUtf8: isUtf8(bytes) };
	const call: Call = { method, path, query: new URLSearchParams(query), headers, ...sent };
	const control = controls[`${method} ${path}`];
	if (control) return json(200, control(sandbox, call.body));
	if (path.startsWith(`${API}/`)) {
		traffic.restApi.push(`${method} ${url.slice(API.length)}`);
		return await restApi(cluster, call);
	}
	traffic.requests++;
	const fault = faults.take(findRoute(cluster, headers.host ?? '', path)?.deployment.name);
	const instead = fault && (faults.admit(fault, response) ?? (await commit(fault)));
	if (instead === 'refuse') return instead;
	return spoil(instead ?? (await gateway(cluster, call)), fault ?? {});
}

async function respond(sandbox: Sandbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
	const reply = await answer(sandbox, request, response).catch((error: unknown) => json(500, { error: String(error) }));
	if (reply === 'refuse') response.socket?.destroy();
	else await send(response, reply);
}

/** Starts a sandbox on 127.0.0.1; port 0 takes any free one. */
export async function startSandbox(port = 0): Promise<Sandbox> {
	const sandbox: Sandbox = {
		url: '',
		cluster: new Cluster(),
		faults: new Faults(),
		traffic: { requests: 0, restApi: [] },
		messages: [],
		async close() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
	const server = createServer((request, response) => void respond(sandbox, request, response));
	server.keepAliveTimeout = 60_000;
	server.listen(port, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (typeof address === 'object' && address) sandbox.url = `http://127.0.0.1:${address.port}`;
	return sandbox;
}
