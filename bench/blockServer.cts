/**
 * A gateway and the Hopsworks REST API beside it, as a process of its own, so that what it does blocks nothing that is
 * measured: `node --require tsx/cjs bench/blockServer.cts`. It prints its address. Deployments of `blockReplies.cts`
 * answer by their names, any other one scores rows or embeds texts.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { at, listOf } from '../test/support/json.cts';
import { startListening } from '../tools/listeningScript.cts';
import type { Server } from '../tools/server.cts';
import { hardReply, type HardReply } from './blockReplies.cts';
import { COLUMNS } from './settings.cts';

/** The project whose gateway has a host of 40,000 colons. */
export const COLONS = 'colons';
const API = '/hopsworks-api/api';
const DIMENSION = 384;

const json = (value: unknown): HardReply => ({
	status: 200,
	type: 'application/json',
	body: Buffer.from(JSON.stringify(value)),
});

const schema = {
	schemaVersion: 1,
	passedFeatures: COLUMNS.map((name) => ({ name, type: 'double', nullable: false })),
	maxBatchRows: 512,
};

/** The last character is no colon, so that no beginning of it is a host. */
const endpoint = {
	type: 'LOAD_BALANCER',
	hosts: [`${':'.repeat(40_000)}!`],
	ports: [{ name: 'HTTP', number: 80 }],
};

/** What the REST API says, by the end of a path; undefined where it only passes on. */
function restReply(path: string): HardReply | undefined {
	const [, project] = /\/project\/getProjectInfo\/(\w+)$/.exec(path) ?? [];
	if (project !== undefined) return json({ projectId: project === COLONS ? 2 : 1, projectName: project });
	if (path.endsWith('/schema')) return json(schema);
	if (path.endsWith('/inference/endpoints')) return json([endpoint]);
	const record = {
		id: 1,
		name: 'scores',
		status: 'Running',
		modelServer: 'PYTHON',
		modelName: 'scores',
		projectNamespace: 'test',
	};
	return path.endsWith('/serving') ? json(record) : undefined;
}

const vector = `[${Array.from({ length: DIMENSION }, (_, place) => Math.sin(place).toFixed(8)).join()}]`;

function embeddings(texts: unknown[]): HardReply {
	const data = texts.map((_text, index) => `{"object":"embedding","index":${index},"embedding":${vector}}`);
	return {
		status: 200,
		type: 'application/json',
		body: Buffer.from(`{"object":"list","data":[${data.join()}],"usage":{"prompt_tokens":${texts.length}}}`),
	};
}

/** Each row's first value, whatever the row's shape. */
function predictions(rows: unknown[]): HardReply {
	const firstOf = (row: unknown): unknown => {
		const values: unknown[] = row === null || row === undefined ? [] : Object.values(row);
		return values[0] ?? row;
	};
	return json({ predictions: rows.map(firstOf) });
}

/** A list of a request; undefined where there is none of that name. */
function listIn(asked: unknown, name: string): unknown[] | undefined {
	const list = at(asked, name) ?? undefined;
	return list && listOf(list);
}

function replyTo(path: string, body: string): HardReply {
	const rest = path.startsWith(API) ? restReply(path) : undefined;
	if (rest) return rest;
	const [, deployment = ''] = /\/v1\/test\/([\w-]+)\//.exec(path) ?? [];
	const asked: unknown = JSON.parse(body);
	const rows = listIn(asked, 'inputs') ?? listIn(asked, 'instances');
	const input = listIn(asked, 'input');
	const hard = hardReply(deployment);
	// The rows of a reply that held another number of predictions come back one by one, and are to fail without further ado.
	if (hard?.status === 200 && rows?.length === 1 && deployment.startsWith('reply')) return json({ predictions: [] });
	return hard ?? (input ? embeddings(input) : predictions(rows ?? []));
}

function send(response: ServerResponse, { status, type, body, isGzip }: HardReply): void {
	response.writeHead(status, {
		'content-type': type,
		'content-length': body.length,
		...(isGzip && { 'content-encoding': 'gzip' }),
	});
	response.end(body);
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const [path = ''] = (request.url ?? '').split('?');
	send(response, replyTo(path, await text(request)));
}

function start(): void {
	const server = createServer((request, response) => void respond(request, response));
	server.keepAliveTimeout = 60_000;
	server.listen(0, '127.0.0.1', () => {
		const address = server.address();
		console.log(typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '');
	});
}

export async function startBlockServer(): Promise<{ server: Server; url: string }> {
	return await startListening(__filename);
}

if (require.main === module) start();
