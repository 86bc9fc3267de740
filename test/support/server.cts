/** A server that records every request and answers what a test tells it to. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

export interface Recorded {
	method: string;
	path: string;
	headers: IncomingHttpHeaders;
	text: string;
	/** The body as JSON; undefined where it is none. */
	body: unknown;
}

export interface Reply {
	status?: number;
	headers?: Record<string, string>;
	/** Sent as JSON, or as it is where it is text. */
	body?: unknown;
	/** Milliseconds before the reply. */
	delay?: number;
	/** Closes the connection instead of answering. */
	reset?: boolean;
}

export interface TestServer {
	url: string;
	requests: Recorded[];
	/** The most requests that were under way at the same time. */
	mostAtOnce: number;
	close(): Promise<void>;
}

type Answer = (request: Recorded, number: number) => Reply | Promise<Reply>;

function parse(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

export async function startServer(answer: Answer): Promise<TestServer> {
	let atOnce = 0;
	const closing = new AbortController();
	const server = createServer(async (request, response) => {
		atOnce++;
		state.mostAtOnce = Math.max(state.mostAtOnce, atOnce);
		response.on('close', () => atOnce--);
		const body = await text(request);
		const { method = '', url = '', headers } = request;
		const recorded = { method, path: url, headers, text: body, body: parse(body) };
		state.requests.push(recorded);
		const reply = await answer(recorded, state.requests.length);
		await wait(reply.delay ?? 0, undefined, { signal: closing.signal }).catch(() => {});
		if (reply.reset) return request.socket.destroy();
		const isText = typeof reply.body === 'string' || reply.body === undefined;
		response.writeHead(reply.status ?? 200, {
			...(!isText && { 'content-type': 'application/json' }),
			...reply.headers,
		});
		return response.end(isText ? reply.body : JSON.stringify(reply.body));
	});
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	const address = server.address();
	const port = typeof address === 'object' && address ? address.port : 0;
	const state: TestServer = {
		url: `http://127.0.0.1:${port}`,
		requests: [],
		mostAtOnce: 0,
		async close() {
			closing.abort();
			server.closeAllConnections();
			await new Promise((closed) => server.close(closed));
		},
	};
	return state;
}

/** The rows of a V1 request, whichever name they came under. */
export function rowsOf({ body }: Recorded): unknown[] {
	const rows: unknown =
		typeof body === 'object' && body !== null
			? Object.entries(body).find(([, value]) => Array.isArray(value))?.[1]
			: [];
	return Array.isArray(rows) ? rows : [];
}

/** A model whose prediction for a row is the row's first value, as text: wrong order or wrong rows show at once. */
export function firstValues(request: Recorded): Reply {
	return {
		body: { predictions: rowsOf(request).map((row) => `of ${Array.isArray(row) ? row[0] : JSON.stringify(row)}`) },
	};
}
