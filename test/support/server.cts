/** A server that records every request and answers what a test tells it to. */
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
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
	/** Sent as JSON, or as it is where it is text or bytes. */
	body?: unknown;
	/** Milliseconds before the reply. */
	delay?: number;
	/** Closes the connection instead of answering. */
	reset?: boolean;
	/** Answers 101 and no more. */
	upgrade?: boolean;
	/** Sends the body slowly, in pieces of so many bytes. */
	drip?: number;
	/** Closes the connection after so many bytes of the body. */
	cutAfter?: number;
	/** Sent after the head, part by part; a number is milliseconds to wait. */
	stream?: Iterable<string | Buffer | number>;
	/** What happens after the last text of a stream: it ends, its connection is closed, or nothing. */
	ending?: 'end' | 'cut' | 'stall';
}

export interface TestServer {
	/** '' before it listens. */
	url: string;
	/** May change while it runs. */
	answer: Answer;
	requests: Recorded[];
	/** The most requests that were under way at the same time. */
	mostAtOnce: number;
	/** How many are under way; one whose connection was closed no more. */
	underWay(): number;
	/** On a free port, or on the one given. */
	listen(port?: number): Promise<void>;
	close(): Promise<void>;
}

export type Answer = (request: Recorded, number: number) => Reply | Promise<Reply>;

function parse(body: string): unknown {
	try {
		return JSON.parse(body);
	} catch {
		return undefined;
	}
}

function bytesOf(body: unknown): Buffer {
	if (Buffer.isBuffer(body)) return body;
	return Buffer.from(typeof body === 'string' || body === undefined ? (body ?? '') : JSON.stringify(body));
}

async function send(
	response: ServerResponse,
	{ status = 200, headers, body, drip, cutAfter, stream, ending }: Reply,
): Promise<void> {
	const bytes = bytesOf(body);
	const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
	response.writeHead(status, { ...(isJson && { 'content-type': 'application/json' }), ...headers });
	if (stream) {
		response.flushHeaders();
		for (const step of stream) {
			if (response.destroyed) return;
			if (typeof step === 'number') await wait(step);
			else response.write(step);
		}
		if (ending === 'cut') response.socket?.destroy();
		else if (ending !== 'stall') response.end();
		return;
	}
	if (cutAfter !== undefined) {
		response.write(bytes.subarray(0, cutAfter), () => response.socket?.destroy());
		return;
	}
	for (let sent = 0; drip !== undefined && sent < bytes.length; sent += drip) {
		response.write(bytes.subarray(sent, sent + drip));
		await wait(1);
	}
	response.end(drip === undefined ? bytes : undefined);
}

/** A server that does not listen yet. */
export function createTestServer(answer: Answer): TestServer {
	let atOnce = 0;
	let closing = new AbortController();
	const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		atOnce++;
		state.mostAtOnce = Math.max(state.mostAtOnce, atOnce);
		response.on('close', () => atOnce--);
		const body = await text(request);
		const { method = '', url = '', headers } = request;
		const recorded = { method, path: url, headers, text: body, body: parse(body) };
		state.requests.push(recorded);
		const reply = await state.answer(recorded, state.requests.length);
		await wait(reply.delay ?? 0, undefined, { signal: closing.signal }).catch(() => {});
		if (reply.reset) request.socket.destroy();
		else if (reply.upgrade) {
			request.socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
		} else await send(response, reply);
	};
	const server = createServer((request, response) => void respond(request, response));
	const state: TestServer = {
		url: '',
		answer,
		requests: [],
		mostAtOnce: 0,
		underWay: () => atOnce,
		async listen(port = 0) {
			closing = new AbortController();
			// Any number of replies may be late.
			setMaxListeners(0, closing.signal);
			await new Promise<void>((ready) => server.listen(port, '127.0.0.1', ready));
			const address = server.address();
			state.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
		},
		async close() {
			closing.abort();
			server.closeAllConnections();
			await new Promise((closed) => server.close(closed));
		},
	};
	return state;
}

/** Listens on a free port, or on the one given. */
export async function startServer(answer: Answer, port?: number): Promise<TestServer> {
	const server = createTestServer(answer);
	await server.listen(port);
	return server;
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
		body: {
			predictions: rowsOf(request).map((row) => `of ${Array.isArray(row) ? String(row[0]) : JSON.stringify(row)}`),
		},
	};
}

/** A stream that goes on until its reader has gone; `closed` is kept then. */
export function endless(piece: string): { stream: Iterable<string | number>; closed: Promise<void> } {
	let close = (): void => {};
	const closed = new Promise<void>((resolve) => {
		close = resolve;
	});
	function* steps(): Generator<string | number> {
		try {
			for (;;) {
				yield piece;
				yield 5;
			}
		} finally {
			close();
		}
	}
	return { stream: steps(), closed };
}
