/**
 * A model server as a process of its own: `node --require tsx/cjs tools/firstValueModel.cts [port]`. It prints its address.
 * It predicts a row's first value, digit for digit, so that a prediction tells which row it is of.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { at, numberOf, read } from '../test/support/json.cts';
import { startListening } from './listeningScript.cts';
import type { Server } from './server.cts';

/** A row with this first value is refused, and its request with it. */
export const BAD = -1;
/** Requests at a time that a busy model takes. */
export const BUSY_LIMIT = 2;
/** Rows above which a model is slow, or has no memory. */
export const COMFORTABLE_ROWS = 4000;
/** Milliseconds that a starting model takes from its first request on. */
export const START_UP = 5000;

/** What `GET /counts` says, since the last time it was asked. */
export interface Counts {
	requests: number;
	connections: number;
	/** The most requests under way at a time. */
	mostAtOnce: number;
}

let counts: Counts = { requests: 0, connections: 0, mostAtOnce: 0 };
let underWay = 0;
let firstRequest = 0;

const FIRST_VALUES = /\[(-?[\d.]+)(?=[,\]])/g;

interface Answer {
	status: number;
	headers?: Record<string, string>;
	body: string;
}

/** The answer of a model of a kind; the kind is in the path: `/v1/<milliseconds>-<microseconds a row>/<kind>/…`. */
function answer(kind: string, values: string[]): Answer {
	if (values.includes(String(BAD))) return { status: 500, body: '{"error":"bad row"}' };
	if (kind === 'busy' && underWay > BUSY_LIMIT)
		return { status: 429, headers: { 'retry-after': '1' }, body: '{"error":"too many requests"}' };
	if (kind === 'memory' && values.length > COMFORTABLE_ROWS) return { status: 500, body: '{"error":"MemoryError"}' };
	if (kind === 'starting' && Date.now() - firstRequest < START_UP)
		return { status: 503, body: '{"error":"Model is not ready"}' };
	return { status: 200, body: `{"predictions":[${values.join()}]}` };
}

/** Milliseconds that a model of a kind takes. */
function duration(kind: string, perRequest: number, perRow: number, rows: number): number {
	switch (kind) {
		case 'slow':
			return perRequest + perRow * (rows + 2 * Math.max(0, rows - COMFORTABLE_ROWS));
		case 'jitter':
			return (perRequest + perRow * rows) * (0.5 + Math.random() + (Math.random() < 0.05 ? 3 : 0));
		default:
			return perRequest + perRow * rows;
	}
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
	response.writeHead(status, { 'content-type': 'application/json', ...headers });
	response.end(body);
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
	if (request.method === 'GET') {
		response.end(JSON.stringify(counts));
		counts = { requests: 0, connections: 0, mostAtOnce: 0 };
		firstRequest = 0;
		return;
	}
	counts.requests++;
	underWay++;
	counts.mostAtOnce = Math.max(counts.mostAtOnce, underWay);
	response.on('close', () => underWay--);
	firstRequest ||= Date.now();
	const [, , pace = '', kind = ''] = (request.url ?? '').split('/');
	const [wait, perRow] = pace.split('-');
	const values = Array.from((await text(request)).matchAll(FIRST_VALUES), ([, value = '']) => value);
	const answered = answer(kind, values);
	const milliseconds = duration(kind, Number(wait), Number(perRow) / 1000, values.length);
	if (milliseconds > 0 && answered.status === 200) setTimeout(() => send(response, answered), milliseconds);
	else send(response, answered);
}

function start(): void {
	const server = createServer((request, response) => void respond(request, response));
	server.on('connection', () => counts.connections++);
	server.keepAliveTimeout = 60_000;
	server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
		const address = server.address();
		console.log(typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '');
	});
}

/** Starts it, on a free port unless told otherwise, and gives its address. */
export async function startModel(port = 0): Promise<{ model: Server; url: string }> {
	const { server: model, url } = await startListening(__filename, String(port));
	return { model, url };
}

/** What a model at an address has counted since the last time it was asked. */
export async function countsOf(url: string): Promise<Counts> {
	const counted = read(await (await fetch(new URL('/counts', url), { headers: { connection: 'close' } })).text());
	const count = (name: keyof Counts): number => numberOf(at(counted, name));
	return { requests: count('requests'), connections: count('connections'), mostAtOnce: count('mostAtOnce') };
}

if (require.main === module) start();
