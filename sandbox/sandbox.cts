/** An embedded Hopsworks: the gateway with its deployments, the REST API, and a few routes for those who run it. */
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { deployments, PROJECT } from './deployments.cts';
import { commit, Faults, spoil } from './faults.cts';
import { findRoute, gateway } from './gateway.cts';
import { refusedByRest } from './keys.cts';
import { json, type Call, type Reply, type Stream } from './reply.cts';

const MEGABYTE = 1024 * 1024;

export interface Sandbox {
	url: string;
	faults: Faults;
	/** What the gateway has seen. */
	traffic: { requests: number };
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

function addRestApi(app: FastifyInstance): void {
	const api = '/hopsworks-api/api';
	app.get(`${api}/project`, (request, reply) => {
		const refusal = refusedByRest(request.headers.authorization, 'PROJECT');
		return put(reply, refusal ?? json(200, [{ project: PROJECT, teamRole: 'Data owner' }]));
	});
	app.get<{ Params: { project: string } }>(`${api}/project/:project/serving`, (request, reply) => {
		const refusal = refusedByRest(request.headers.authorization, 'SERVING');
		if (refusal) return put(reply, refusal);
		if (Number(request.params.project) !== PROJECT.id) {
			return put(reply, json(400, { errorCode: 150004, errorMsg: "Project wasn't found." }));
		}
		const list = deployments.map(({ id, name, modelServer }) => ({
			id,
			name,
			modelServer,
			servingTool: 'KSERVE',
			apiProtocol: 'REST',
			status: 'Running',
			projectNamespace: PROJECT.namespace,
		}));
		return put(reply, json(200, list));
	});
}

/** Routes of the sandbox's own, without a key: what it has seen, what it shall do wrong, and a place for messages. */
function addControls(app: FastifyInstance, { faults, traffic, messages }: Sandbox): void {
	app.get('/sandbox/traffic', (_request, reply) => put(reply, json(200, traffic)));
	app.post('/sandbox/faults', (request, reply) => {
		faults.add(JSON.parse(bodyOf(request)));
		return put(reply, json(200, { added: true }));
	});
	app.delete('/sandbox/faults', (_request, reply) => {
		faults.clear();
		return put(reply, json(200, { cleared: true }));
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
		faults: new Faults(),
		traffic: { requests: 0 },
		messages: [],
		close: () => app.close(),
	};

	addRestApi(app);
	addControls(app, sandbox);
	app.all('/*', async (request, reply) => {
		const { method, headers, url } = request;
		const [path = ''] = url.split('?');
		const call: Call = { method, path, headers, body: bodyOf(request) };
		sandbox.traffic.requests++;
		const fault = sandbox.faults.take(findRoute(headers.host ?? '', path)?.deployment.name);
		const instead = fault && (await commit(fault));
		if (instead === 'refuse') {
			request.raw.socket.destroy();
			return reply.hijack();
		}
		return put(reply, spoil(instead ?? gateway(call), fault ?? {}));
	});
	sandbox.url = await app.listen({ port, host: '127.0.0.1' });
	return sandbox;
}
