/** An embedded Hopsworks: the gateway with its deployments, the REST API, and a few addresses for those who run it. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { controls } from './controls.cts';
import { Cluster } from './deployments.cts';
import { commit, Faults, spoil } from './faults.cts';
import { findRoute, gateway } from './gateway.cts';
import { listen, listenOverTls, type Identity } from './listen.cts';
import { json, type Call, type Reply } from './reply.cts';
import { API, NO_ROUTE, restApi } from './restApi.cts';
import { send } from './send.cts';

export interface Sandbox {
	url: string;
	/** The same over TLS, where that was asked for, and the certificate to trust then. */
	tls?: { url: string; certificate: string };
	faults: Faults;
	cluster: Cluster;
	/** What has come in: requests to the gateway, calls of the REST API, those among them that no route was for, and what had no id. */
	traffic: { requests: number; restApi: string[]; unknown: string[]; withoutId: string[] };
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
	if (headers['x-request-id'] === undefined) traffic.withoutId.push(`${method} ${url}`);
	if (path.startsWith(`${API}/`)) {
		const asked = `${method} ${url.slice(API.length)}`;
		traffic.restApi.push(asked);
		const reply = await restApi(cluster, call);
		if (reply === NO_ROUTE) traffic.unknown.push(asked);
		return reply;
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

interface Ports {
	port?: number;
	/** Listens on this one too, over TLS; its gateway is then reached by both. */
	tlsPort?: number;
	/** Who it is there; it makes itself a certificate unless set. */
	identity?: Identity;
}

/** Starts a sandbox on 127.0.0.1; a port of 0 takes any free one. */
export async function startSandbox({ port = 0, tlsPort, identity }: Ports = {}): Promise<Sandbox> {
	const cluster = new Cluster();
	const answered = (request: IncomingMessage, response: ServerResponse): void =>
		void respond(sandbox, request, response);
	const plain = await listen(port, answered);
	const secure =
		tlsPort === undefined
			? undefined
			: await listenOverTls(tlsPort, answered, identity).catch(async (error: unknown) => {
					await plain.close();
					throw error;
				});
	if (secure) cluster.tls = { http: plain.port, https: secure.port };
	const sandbox: Sandbox = {
		url: `http://127.0.0.1:${plain.port}`,
		...(secure && { tls: { url: `https://127.0.0.1:${secure.port}`, certificate: secure.certificate } }),
		cluster,
		faults: new Faults(),
		traffic: { requests: 0, restApi: [], unknown: [], withoutId: [] },
		messages: [],
		async close() {
			await Promise.all([plain.close(), secure?.close()]);
		},
	};
	return sandbox;
}
