/** The sandbox's Hopsworks with real servers behind its gateway: their deployments are passed on to them, all else is the sandbox's. */
import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { API_KEY } from '../test/support/engine.cts';
import { rowsOf } from '../test/support/server.cts';
import { read } from '../test/support/json.cts';

/** What a real server was asked. */
export interface Passed {
	path: string;
	/** How many rows, or one whole body. */
	rows: number;
	requestId: string;
}

export interface HopsworksWith {
	url: string;
	sandbox: Sandbox;
	passed: Passed[];
	close(): Promise<void>;
}

const PROJECT = 'test';

/** Starts it with the ports of the real servers, by the names of their deployments. */
export async function startHopsworksWith(ports: Record<string, number>): Promise<HopsworksWith> {
	const sandbox = await startSandbox();
	const passed: Passed[] = [];

	function target(path: string, body: string, { headers }: IncomingMessage): { port: number; path: string } {
		const [, name = '', rest = ''] = new RegExp(`^/v1/${PROJECT}/(\\w+)(/.*)$`).exec(path) ?? [];
		const port = ports[name];
		if (port === undefined) return { port: Number(new URL(sandbox.url).port), path };
		const rows = rowsOf({ method: '', path, headers, text: body, body: read(body) }).length;
		passed.push({ path: rest, rows, requestId: String(headers['x-request-id']) });
		return { port, path: rest };
	}

	async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { method, url = '', headers } = request;
		if (headers.authorization !== `ApiKey ${API_KEY}`) {
			response.writeHead(401, { 'content-type': 'application/json' });
			response.end('{"userMsg":"invalid or non-existent api key"}');
			return;
		}
		const body = await text(request);
		const asked = send({ host: '127.0.0.1', ...target(url, body, request), method, headers }, (reply) => {
			response.writeHead(reply.statusCode ?? 0, reply.headers);
			reply.pipe(response);
		});
		asked.on('error', () => response.destroy());
		asked.end(body);
	}

	const server = createServer((request, response) => void passOn(request, response));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	return {
		url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
		sandbox,
		passed,
		async close() {
			server.closeAllConnections();
			server.close();
			await sandbox.close();
		},
	};
}
