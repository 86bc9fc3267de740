/** An embedded Hopsworks: the gateway with its deployments, the REST API, and a few routes for those who run it. */
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Cluster, type Settings } from './deployments.cts';
import { commit, Faults, spoil } from './faults.cts';
import { findRoute, gateway } from './gateway.cts';
import { json, type Call, type Reply, type Stream } from './reply.cts';
import { API, restApi } from './restApi.cts';

const MEGABYTE = 1024 * 1024;

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

function bodyOf({ body }: FastifyRequest): string {
	return typeof body === 'string' ? body : '';
}

/** Writes a reply as it is: Fastify itself would add a charset, or a type where there is none. */
function put(reply: FastifyReply, { status, headers, body, stream }: Reply): FastifyReply {
	reply.hijack();
	if (stream) {
		reply.raw.writeHead(status, headers);
		void flow(reply.raw, stream);
	} else {
		reply.raw.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
	}
	return reply;
}

/** Sends a stream piece by piece, until its reader has gone. */
async function flow(response: ServerResponse, { pieces, pause, ending }: Stream): Promise<void> {
	for (const piece of pieces) {
		await wait(pause);
		if (response.destroyed) return;
		response.write(piece);
	}
	if (ending === 'cut') response.socket?.destroy();
	else if (ending !== 'stall') response.end();
}

/** Routes of the sandbox's own, without a key: what it has seen, what it shall do wrong or differently, and a place for messages. */
function addControls(app: FastifyInstance, { cluster, faults, traffic, messages }: Sandbox): void {
	app.get('/sandbox/traffic', (_request, reply) => put(reply, json(200, traffic)));
	app.post('/sandbox/faults', (request, reply) => {
		faults.add(JSON.parse(bodyOf(request)));
		return put(reply, json(200, { added: true }));
	});
	app.delete('/sandbox/faults', (_request, reply) => {
		faults.clear();
		return put(reply, json(200, { cleared: true }));
	});
	app.post('/sandbox/settings', (request, reply) => {
		const { pace, ...settings }: Partial<Settings> = JSON.parse(bodyOf(request));
		Object.assign(cluster.settings, settings);
		Object.assign(cluster.settings.pace, pace);
		return put(reply, json(200, cluster.settings));
	});
	app.post('/sandbox/deployments', (request, reply) => {
		const { count }: { count?: unknown } = JSON.parse(bodyOf(request));
		cluster.add(Number(count));
		return put(reply, json(200, { deployments: cluster.deployments.length }));
	});
	app.post('/sandbox/messages', (request, reply) => {
		const { text }: { text?: unknown } = JSON.parse(bodyOf(request));
		messages.push(String(text));
		return put(reply, json(200, { ok: true }));
	});
	app.get('/sandbox/messages', (_request, reply) => put(reply, json(200, messages)));
}

/** Starts a sandbox on 127.0.0.1; port 0 takes any free one. */
export async function startSandbox(port = 0): Promise<Sandbox> {
	const app = Fastify({ bodyLimit: 512 * MEGABYTE, forceCloseConnections: true });
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
	const sandbox: Sandbox = {
		url: '',
		cluster: new Cluster(),
		faults: new Faults(),
		traffic: { requests: 0, restApi: [] },
		messages: [],
		close: () => app.close(),
	};

	addControls(app, sandbox);
	app.all('/*', async (request, reply) => {
		const { method, headers, url } = request;
		const [path = '', query] = url.split('?');
		const call: Call = { method, path, query: new URLSearchParams(query), headers, body: bodyOf(request) };
		if (path.startsWith(`${API}/`)) {
			sandbox.traffic.restApi.push(`${method} ${url.slice(API.length)}`);
			return put(reply, await restApi(sandbox.cluster, call));
		}
		sandbox.traffic.requests++;
		const fault = sandbox.faults.take(findRoute(sandbox.cluster, headers.host ?? '', path)?.deployment.name);
		const instead = fault && (await commit(fault));
		if (instead === 'refuse') {
			request.raw.socket.destroy();
			return reply.hijack();
		}
		return put(reply, spoil(instead ?? (await gateway(sandbox.cluster, call)), fault ?? {}));
	});
	sandbox.url = await app.listen({ port, host: '127.0.0.1' });
	return sandbox;
}
