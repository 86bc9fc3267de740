/** What servers do, well and badly, and what every row must become. Ten rows with an `id` from 0 to 9 are sent. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { at, listOf, recordOf } from '../support/json.cts';
import { rowsOf, type Answer, type Recorded, type Reply } from '../support/server.cts';

export interface Fault {
	/** What the server does. */
	server: string;
	/** One reply; `number` counts requests from 1. */
	answer: Answer;
	/** The node's parameters, beside quick retries. */
	parameters?: INodeParameters;
	options?: IDataObject;
	/** Ids of the rows that fail; none where left out. */
	failing?: number[] | 'all';
	/** What the error of each failing row holds. */
	error?: RegExp;
	/** The prediction of a row that does not fail; `of <id>` where left out. */
	prediction?: (id: number) => unknown;
	/** How many requests there are, or the most there may be. */
	requests: number | { most: number };
	/** What the hint says; none is given where left out and no row fails. */
	hint?: RegExp;
}

export const ROWS = 10;
/** The request that tries the other of the two names for rows, before a first failure is believed. */
const FIELD = 1;
/** What ten rows cost that all fail alone in one way: eight are sent, then two halves, then three quarters and no row alone. */
const ALL_BAD = 1 + FIELD + 8 + 2 + 3;
const MEGABYTE = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

const ids = (request: Recorded): unknown[] => rowsOf(request).map((row) => (Array.isArray(row) ? at(row, 0) : row));
const predictions = (request: Recorded): unknown[] => ids(request).map((id) => `of ${String(id)}`);
const good = (request: Recorded): Reply => ({ body: { predictions: predictions(request) } });
/** The reply as JSON text, for servers that spoil it. */
const text = (request: Recorded): string => JSON.stringify({ predictions: predictions(request) });
/** Does it once, then answers well. */
const once =
	(reply: Reply) =>
	(request: Recorded, number: number): Reply =>
		number === 1 ? reply : good(request);
/** Refuses any request that holds one of the rows. */
const refusing =
	(bad: number[], reply: (present: number[], request: Recorded) => Reply) =>
	(request: Recorded): Reply => {
		const present = bad.filter((id) => ids(request).includes(id));
		return present.length > 0 ? reply(present, request) : good(request);
	};
const error = (status: number, message: string): Reply => ({ status, body: { error: message } });
const positions = (request: Recorded, present: number[]): number[] => present.map((id) => ids(request).indexOf(id));
const schemaError = (status: number, code: string, extra: object): Reply => ({
	status,
	body: { detail: { code, message: 'Prediction request does not match the deployment schema.', ...extra } },
});
/** Whether the rows of a request stand under a name. */
const named = (request: Recorded, field: string): boolean => recordOf(request.body)[field] !== undefined;
const rankingFor = (id: unknown, length: number) => ({
	article: Array.from({ length }, (_, rank) => `${String(id)}.${rank}`),
	score: Array<number>(length).fill(0.5),
});
/** What a recommender answers that reads the first row alone. */
const rankingOf = (request: Recorded, length: number) => rankingFor(ids(request)[0], length);
const tensorFlow = (present: number[], request: Recorded): Reply =>
	error(
		400,
		`Failed to process element: ${Math.min(...positions(request, present))} of 'instances' list. Error: INVALID_ARGUMENT: JSON Value: null Type: Null is not of expected type: float`,
	);
const BAD_VALUE = "could not convert string to float: 'x'";
const TRACEBACK = `Traceback (most recent call last):\n${'  File "/app/serve.py", line 9, in predict\n    return float(x)\n'.repeat(30)}ValueError: ${BAD_VALUE}\n`;
const ALL = Array.from({ length: ROWS }, (_, id) => id);

function* dripping(): Generator<string | number> {
	for (;;) {
		yield ' ';
		yield 50;
	}
}

export const connectionFaults: Fault[] = [
	{
		server: 'resets the connection before a reply, once',
		answer: once({ reset: true }),
		requests: 2,
		hint: /1 sent again/,
	},
	{
		server: 'resets the connection before every reply',
		answer: () => ({ reset: true }),
		failing: 'all',
		error: /closed the connection before it answered \(after 3 tries\)/,
		requests: 3,
	},
	{
		server: 'resets the connection in the middle of a reply of known length, once',
		answer: (request, number) =>
			number === 1
				? { body: text(request), headers: { 'content-length': String(text(request).length) }, cutAfter: 20 }
				: good(request),
		requests: 2,
		hint: /1 sent again/,
	},
	{
		server: 'resets the connection in the middle of a chunked reply, once',
		answer: (request, number) => (number === 1 ? { body: text(request), cutAfter: 20 } : good(request)),
		requests: 2,
		hint: /1 sent again/,
	},
	{
		server: 'resets the connection in the middle of every reply',
		answer: (request) => ({ body: text(request), cutAfter: 20 }),
		failing: 'all',
		error: /closed the connection in the middle of its reply \(after 3 tries\)/,
		requests: 3,
	},
	{
		server: 'drips its reply, seven bytes a millisecond',
		answer: (request) => ({ body: text(request), drip: 7 }),
		requests: 1,
	},
	{
		server: 'splits a reply inside its characters',
		answer: (request) => ({ body: { predictions: ids(request).map((id) => `é😀${String(id)}`) }, drip: 1 }),
		prediction: (id) => `é😀${id}`,
		requests: 1,
	},
	{
		server: 'answers nothing in time',
		answer: (request) => ({ ...good(request), delay: 1000 }),
		options: { timeout: 0.1 },
		failing: 'all',
		error: /did not answer within 0.1 seconds/,
		requests: 1,
	},
	{
		server: 'answers nothing in time once, with Send Again After a Timeout',
		answer: (request, number) => ({ ...good(request), delay: number === 1 ? 1000 : 0 }),
		options: { timeout: 0.3, retryTimeouts: true },
		requests: 2,
		hint: /1 sent again/,
	},
	{
		server: 'holds the request until it has woken up',
		answer: (request) => ({ ...good(request), delay: 700 }),
		requests: 1,
	},
	{
		server: 'sends a byte now and then, for ever',
		answer: () => ({ stream: dripping() }),
		options: { timeout: 0.3 },
		failing: 'all',
		error: /did not answer within 0.3 seconds/,
		requests: 1,
	},
	{
		server: 'sends a byte of an error page now and then, for ever',
		answer: () => ({ status: 500, stream: dripping() }),
		options: { timeout: 0.3 },
		failing: 'all',
		error: /did not answer within 0.3 seconds/,
		requests: 1,
	},
	{
		server: 'begins its reply and falls silent',
		answer: () => ({ stream: ['{"predictions":'], ending: 'stall' }),
		options: { timeout: 0.3 },
		failing: 'all',
		error: /did not answer within 0.3 seconds/,
		requests: 1,
	},
	{
		server: 'changes the protocol (status 101) and says nothing more',
		answer: () => ({ upgrade: true }),
		options: { timeout: 0.3, maxTries: 1 },
		failing: 'all',
		error: /did not answer within 0.3 seconds|closed the connection/,
		requests: 1,
	},
];

export const bodyFaults: Fault[] = [
	{
		server: 'compresses with gzip',
		answer: (request) => ({ body: gzipSync(text(request)), headers: { ...JSON_TYPE, 'content-encoding': 'gzip' } }),
		requests: 1,
	},
	{
		server: 'compresses with deflate',
		answer: (request) => ({
			body: deflateSync(text(request)),
			headers: { ...JSON_TYPE, 'content-encoding': 'deflate' },
		}),
		requests: 1,
	},
	{
		server: 'compresses with Brotli',
		answer: (request) => ({
			body: brotliCompressSync(text(request)),
			headers: { ...JSON_TYPE, 'content-encoding': 'br' },
		}),
		requests: 1,
	},
	{
		server: 'says gzip and sends plain text',
		answer: (request) => ({ body: text(request), headers: { ...JSON_TYPE, 'content-encoding': 'gzip' } }),
		failing: 'all',
		error: /The reply of .* could not be read/,
		requests: 1,
	},
	{
		server: 'truncates its JSON, and ends the reply as if it were whole',
		answer: (request) => ({ body: text(request).slice(0, 40), headers: JSON_TYPE }),
		failing: 'all',
		error: /The reply is not JSON: \{"predictions":/,
		requests: 1,
	},
	{
		server: 'answers 200 with nothing',
		answer: () => ({ body: '' }),
		failing: 'all',
		error: /The reply was empty/,
		requests: 1,
	},
	{ server: 'answers 204', answer: () => ({ status: 204 }), failing: 'all', error: /The reply was empty/, requests: 1 },
	{
		server: 'answers 100 MB',
		answer: (request) => ({ body: { predictions: ids(request).map((id) => String(id).repeat(10_000_000)) } }),
		prediction: (id) => String(id).repeat(10_000_000),
		// So many bytes take a while beside other tests.
		options: { timeout: 120 },
		requests: 1,
	},
	{
		server: 'answers 40 kB of gzip that become 40 MB, where 2 MB are allowed',
		answer: () => ({ body: gzipSync(Buffer.alloc(40 * MEGABYTE, ' ')), headers: { 'content-encoding': 'gzip' } }),
		options: { maxReplyMegabytes: 2 },
		failing: 'all',
		error: /The reply is larger than 2 megabytes/,
		requests: 1,
	},
	{
		server: 'answers 3 MB, where 2 MB are allowed',
		answer: () => ({ body: Buffer.alloc(3 * MEGABYTE, ' ') }),
		options: { maxReplyMegabytes: 2 },
		failing: 'all',
		error: /The reply is larger than 2 megabytes/,
		requests: 1,
	},
	{
		server: 'fails with 10 MB of an error page',
		answer: () => ({ status: 500, body: `<html><body>${'<body'.repeat(2 * MEGABYTE)}` }),
		failing: 'all',
		error: /The model failed \(status 500\)/,
		requests: { most: ALL_BAD },
	},
	{
		server: 'nests its predictions 3,000 levels deep',
		answer: () => ({ body: `{"predictions":${'['.repeat(3000)}${']'.repeat(3000)}}` }),
		failing: 'all',
		error: /The reply is not JSON/,
		requests: 1,
	},
	{
		server: 'sends back the API key, escaped as in JSON',
		answer: () => ({ status: 403, body: String.raw`{"error":"ApiKey PREFIX\u002eSECRET may not"}` }),
		failing: 'all',
		error: /ApiKey \*\*\* may not/,
		requests: 1,
	},
	{
		server: 'answers a hidden failure whose words are objects',
		answer: () => ({ body: '{"predictions":null,"detail":[{"msg":{"toString":1}}]}' }),
		failing: 'all',
		error: /The model failed, though the status was 200/,
		requests: ALL_BAD,
	},
	{
		server: 'labels its JSON as HTML',
		answer: (request) => ({ body: text(request), headers: { 'content-type': 'text/html' } }),
		requests: 1,
	},
	{ server: 'gives no content type', answer: (request) => ({ body: text(request) }), requests: 1 },
	{
		server: 'begins its JSON with a byte order mark',
		answer: (request) => ({ body: `\ufeff${text(request)}` }),
		requests: 1,
	},
	{
		server: 'sends bytes that are not UTF-8',
		answer: (request) => ({
			body: Buffer.from(
				`{"predictions":[${ids(request)
					.map((id) => `"\xe9${String(id)}"`)
					.join()}]}`,
				'latin1',
			),
		}),
		prediction: (id) => `\ufffd${id}`,
		requests: 1,
	},
	{
		server: 'writes NaN and Infinity as Python does',
		answer: (request) => ({
			body: `{"predictions":[${ids(request)
				.map((id) => (Number(id) % 2 ? 'NaN' : '-Infinity'))
				.join()}]}`,
		}),
		prediction: () => null,
		requests: 1,
	},
	{
		server: 'answers integers beyond 2^53',
		answer: (request) => ({
			body: `{"predictions":[${ids(request)
				.map((id) => `922337203685477580${String(id)}`)
				.join()}]}`,
		}),
		prediction: (id) => `922337203685477580${id}`,
		requests: 1,
	},
	{
		server: 'answers a login page with 200',
		answer: () => ({ body: '<html><title>Sign in</title></html>' }),
		failing: 'all',
		error: /The reply is not JSON/,
		requests: 1,
	},
	{
		server: 'answers a bare string, as a model that returns text does',
		answer: () => ({ body: '"fraud"' }),
		failing: 'all',
		error: /The reply is not JSON/,
		requests: 1,
	},
];

export const predictionFaults: Fault[] = [
	{
		server: 'answers a bare list',
		answer: (request) => ({ body: predictions(request) }),
		requests: 1,
	},
	{
		server: 'answers predictions as an object of lists',
		answer: (request) => ({ body: { predictions: { label: predictions(request), id: ids(request) } } }),
		prediction: (id) => ({ label: `of ${id}`, id }),
		requests: 1 + 1,
	},
	{
		server: 'answers predictions as an object of lists, also to the one row of a last request',
		answer: (request) => ({ body: { predictions: { label: predictions(request), id: ids(request) } } }),
		options: { rowsPerRequest: 9 },
		prediction: (id) => ({ label: `of ${id}`, id }),
		requests: 2 + 1,
	},
	{
		server: 'answers predictions as an object of lists, and 500 where row 0 is',
		answer: (request) =>
			ids(request).includes(0)
				? error(500, BAD_VALUE)
				: { body: { predictions: { label: predictions(request), id: ids(request) } } },
		failing: [0],
		error: /could not convert/,
		prediction: (id) => ({ label: `of ${id}`, id }),
		requests: { most: 4 + FIELD + 1 },
	},
	{
		server: 'ranks ten articles for its first row, as an object of lists',
		answer: (request) => ({ body: { predictions: rankingOf(request, 10) } }),
		prediction: (id) => ({
			article: Array.from({ length: 10 }, (_, rank) => `${id}.${rank}`),
			score: Array(10).fill(0.5),
		}),
		requests: 1 + 1 + ROWS,
		hint: /each row was sent alone/,
	},
	{
		server: 'ranks one article for its first row, as an object of lists',
		answer: (request) => ({ body: { predictions: rankingOf(request, 1) } }),
		prediction: (id) => ({ article: [`${id}.0`], score: [0.5] }),
		requests: 1 + ROWS,
		hint: /each row was sent alone/,
	},
	{
		server: 'ranks four articles for its first row, as many as most requests have rows',
		answer: (request) => ({ body: { predictions: rankingOf(request, 4).article } }),
		options: { rowsPerRequest: 4, concurrency: 1 },
		prediction: (id) => [`${id}.0`, `${id}.1`, `${id}.2`, `${id}.3`],
		requests: 3 + ROWS,
		hint: /each row was sent alone/,
	},
	{
		server: 'ranks nine articles for its first row, as many as the first request has rows',
		answer: (request) => ({ body: { predictions: rankingOf(request, 9).article } }),
		options: { rowsPerRequest: 9, concurrency: 1 },
		prediction: (id) => rankingFor(id, 9).article,
		requests: 2 + 9,
	},
	{
		server: 'ranks none, one or two articles for its first row',
		answer: (request) => ({ body: { predictions: rankingOf(request, Number(ids(request)[0]) % 3).article } }),
		prediction: (id) => rankingFor(id, id % 3).article,
		// The first request has no prediction, and 'instances' gets none either.
		requests: { most: 1 + FIELD + ROWS },
		hint: /each row was sent alone/,
	},
	{
		server: 'answers one row in another form than the others',
		answer: (request) =>
			ids(request).includes(9)
				? { body: { predictions: { label: 'of 9' } } }
				: { body: { predictions: { label: predictions(request) } } },
		options: { rowsPerRequest: 9, concurrency: 1 },
		prediction: (id) => ({ label: `of ${id}` }),
		failing: [9],
		error: /answered this row in another form than the others/,
		requests: 2 + 1,
	},
	{
		server: 'returns nothing',
		answer: () => ({ body: 'null' }),
		failing: 'all',
		error: /The model returned nothing/,
		requests: { most: ALL_BAD },
	},
	{
		server: 'answers no prediction, and an error beside it',
		answer: () => ({ body: { predictions: [], error: BAD_VALUE } }),
		failing: 'all',
		error: /The model failed, though the status was 200: could not convert/,
		requests: { most: ALL_BAD },
	},
	{
		server: 'reports an error as if it were a result',
		answer: () => ({ body: { status: 'error', message: 'the feature group is empty' } }),
		failing: 'all',
		error: /The model failed, though the status was 200: the feature group is empty/,
		requests: { most: ALL_BAD },
	},
	{
		server: "reads 'instances' and says so",
		answer: (request) => (named(request, 'instances') ? good(request) : error(500, "KeyError: 'instances'")),
		requests: 2,
	},
	{
		server: "reads 'instances' and says something else",
		answer: (request) => (named(request, 'instances') ? good(request) : error(500, 'KeyError : 0')),
		// The request, its first row, that row under the other name, and the other nine in halves, as if one of them were bad.
		requests: 3 + 4,
	},
	{
		server: "reads 'instances', and answers nothing to anything else",
		answer: (request) => ({ body: { predictions: named(request, 'instances') ? predictions(request) : [] } }),
		// Three other rows are under way when the first one tells.
		requests: { most: 1 + FIELD + ROWS + 3 },
		hint: /each row was sent alone/,
	},
	{
		server: 'takes no row alone, and has a bad one',
		answer: (request) =>
			ids(request).length < 2
				? error(500, 'a minimum of 2 is required')
				: refusing([6], () => error(500, BAD_VALUE))(request),
		failing: [6],
		error: /could not convert/,
		requests: { most: 1 + FIELD + 8 + 6 + 6 },
	},
	{
		server: 'answers outputs, as TensorFlow Serving does for inputs',
		answer: (request) => ({ body: { outputs: predictions(request) } }),
		requests: 1,
	},
	{
		server: 'reads only the first row',
		answer: (request) => ({ body: { predictions: predictions(request).slice(0, 1) } }),
		requests: 1 + ROWS,
		hint: /each row was sent alone/,
	},
	{
		server: 'leaves one prediction out',
		answer: (request) => ({
			body: { predictions: ids(request).length > 1 ? predictions(request).slice(1) : predictions(request) },
		}),
		requests: 1 + ROWS,
		hint: /each row was sent alone/,
	},
	{
		server: 'answers every prediction twice',
		answer: (request) => ({ body: { predictions: predictions(request).flatMap((one) => [one, one]) } }),
		prediction: (id) => [`of ${id}`, `of ${id}`],
		requests: 1 + ROWS,
		hint: /each row was sent alone/,
	},
	{
		server: 'answers one object for the whole request',
		answer: (request) => ({ body: { score: Number(ids(request)[0]), model: 'v1' } }),
		prediction: (id) => ({ score: id, model: 'v1' }),
		requests: 1 + ROWS,
		hint: /each row was sent alone/,
	},
	{
		server: 'answers no prediction at all',
		answer: () => ({ body: { predictions: [] } }),
		failing: 'all',
		error: /answered 0 predictions for 1 row/,
		requests: 1 + FIELD + ROWS,
		hint: /each row was sent alone/,
	},
	{
		server: 'is a batcher that counts other predictions than rows',
		answer: (request) =>
			ids(request).length > 1
				? {
						body: {
							message: 'size of prediction is not equal to the size of instances',
							batchId: 'b',
							predictions: null,
						},
					}
				: good(request),
		requests: 1 + ROWS,
		hint: /each row was sent alone/,
	},
	{
		server: 'is a schema deployment whose model broke its contract',
		answer: (request) =>
			ids(request).length > 1
				? schemaError(500, 'CONTRACT_VIOLATION', { message: 'The model returned 2' })
				: good(request),
		requests: 1 + ROWS,
		hint: /each row was sent alone/,
	},
];

export const rowFaults: Fault[] = [
	...[400, 422, 500].map(
		(status): Fault => ({
			server: `answers ${status} where row 6 is`,
			answer: refusing([6], () => error(status, BAD_VALUE)),
			failing: [6],
			error: /could not convert string to float/,
			requests: { most: 1 + 1 + 2 * 4 },
		}),
	),
	{
		server: 'answers a traceback of Python where row 6 is',
		answer: refusing([6], () => ({ status: 500, body: TRACEBACK })),
		failing: [6],
		error: /^The model failed \(status 500\): ValueError: could not convert string to float: 'x'$/,
		requests: { most: 1 + 1 + 2 * 4 },
	},
	{
		server: 'answers 500 where row 0 is',
		answer: refusing([0], () => error(500, BAD_VALUE)),
		failing: [0],
		error: /could not convert/,
		requests: { most: 4 + FIELD },
	},
	{
		server: 'answers 500 where the last row is',
		answer: refusing([9], () => error(500, BAD_VALUE)),
		failing: [9],
		error: /could not convert/,
		requests: { most: 1 + 1 + 2 * 4 },
	},
	{
		server: 'answers 500 where any of three rows is',
		answer: refusing([2, 3, 7], () => error(500, BAD_VALUE)),
		failing: [2, 3, 7],
		error: /could not convert/,
		requests: { most: 1 + 3 * (1 + 2 * 4) },
	},
	{
		server: 'answers 500 to every row, in the same words',
		answer: () => error(500, 'X has 1 features, but StandardScaler is expecting 4 features as input.'),
		failing: 'all',
		error: /X has 1 features/,
		requests: ALL_BAD,
	},
	{
		server: 'answers 500 to every row, in words of its own',
		answer: (request) => error(500, `KeyError : '${ids(request).join()}'`),
		failing: 'all',
		error: /KeyError : '\d'/,
		requests: { most: 1 + 2 * ROWS },
	},
	{
		server: 'hides the failure of row 4 behind 200, as a batcher does',
		answer: refusing([4], () => ({
			body: { message: JSON.stringify({ error: BAD_VALUE }), batchId: '', predictions: null },
		})),
		failing: [4],
		error: /though the status was 200: could not convert/,
		requests: { most: 1 + 1 + 2 * 4 },
	},
	{
		server: 'hides the failure of row 4 behind 200, as an inference logger does',
		answer: refusing([4], () => ({ body: { error: BAD_VALUE } })),
		failing: [4],
		error: /though the status was 200: could not convert/,
		requests: { most: 1 + 1 + 2 * 4 },
	},
	{
		server: 'names row 3, as TensorFlow Serving does',
		answer: refusing([3], tensorFlow),
		failing: [3],
		error: /^The deployment refused the request \(status 400\): INVALID_ARGUMENT: JSON Value: null/,
		requests: 2,
	},
	{
		server: 'names rows 1, 4 and 8 one after the other, as TensorFlow Serving does',
		answer: refusing([1, 4, 8], tensorFlow),
		failing: [1, 4, 8],
		error: /INVALID_ARGUMENT/,
		requests: { most: 1 + 3 + 1 },
	},
	{
		server: 'names every row, one after the other',
		answer: refusing(ALL, tensorFlow),
		failing: 'all',
		error: /INVALID_ARGUMENT/,
		requests: { most: 1 + 2 * 4 + 8 },
	},
	{
		server: 'lists the bad rows, as a schema deployment does',
		answer: refusing([2, 5], (present, request) =>
			schemaError(400, 'SCHEMA_VALIDATION', {
				errors: positions(request, present).map((row) => ({ row, field: 'amount', reason: 'missing' })),
			}),
		),
		failing: [2, 5],
		error: /\(status 400\): amount: missing$/,
		requests: 2,
	},
	{
		server: 'lists every row as bad',
		answer: (request) =>
			schemaError(400, 'SCHEMA_VALIDATION', {
				errors: ids(request).map((_, row) => ({ row, field: 'a', reason: 'null' })),
			}),
		failing: 'all',
		error: /a: null/,
		requests: 1,
	},
	{
		server: 'lists a row that was not sent',
		answer: refusing([6], () =>
			schemaError(400, 'SCHEMA_VALIDATION', { errors: [{ row: 99, field: 'a', reason: 'b' }] }),
		),
		failing: [6],
		requests: { most: 1 + 1 + 2 * 4 },
	},
	{
		server: 'blames the whole request, as a schema deployment does',
		answer: () =>
			schemaError(400, 'SCHEMA_VALIDATION', { errors: [{ row: null, field: null, reason: 'rows must match' }] }),
		failing: 'all',
		error: /does not match the deployment schema/,
		requests: ALL_BAD,
	},
	{
		server: 'finds no entity for row 5',
		answer: refusing([5], (present, request) =>
			schemaError(404, 'ENTITY_NOT_FOUND', {
				errors: positions(request, present).map((row) => ({ row, field: 'id', reason: 'no entity with these keys' })),
			}),
		),
		failing: [5],
		error: /found no data for a row \(status 404\): id: no entity with these keys/,
		requests: 2,
	},
];

const tooLarge =
	(most: number, reply: Reply) =>
	(request: Recorded): Reply =>
		ids(request).length > most ? reply : good(request);

export const sizeFaults: Fault[] = [
	{
		server: 'takes no more than three rows, and answers 413',
		answer: tooLarge(3, { status: 413, body: 'Payload Too Large' }),
		requests: { most: 1 + 2 + 6 },
		hint: /too large for the deployment/,
	},
	{
		server: 'takes no more than three rows, and says so',
		answer: tooLarge(
			3,
			schemaError(413, 'BATCH_TOO_LARGE', {
				message: "The request has 10 rows; deployment 'fraud' accepts at most 3.",
			}),
		),
		requests: 1 + 4,
		hint: /'Rows per Request' 3/,
	},
	{
		server: 'takes no more than three rows, and says that it takes a thousand',
		answer: tooLarge(3, { status: 413, body: 'accepts at most 1000 rows' }),
		requests: { most: 2 * ROWS },
		hint: /too large for the deployment/,
	},
	{
		server: 'answers 413 to row 7, however few come with it',
		answer: refusing([7], () => ({ status: 413, body: 'Payload Too Large' })),
		failing: [7],
		error: /too large \(status 413\)/,
		requests: { most: 1 + 2 * ROWS },
		hint: /too large for the deployment/,
	},
	{
		server: 'answers 413 to everything',
		answer: () => ({ status: 413, body: 'Payload Too Large' }),
		failing: 'all',
		error: /too large \(status 413\)/,
		requests: { most: 1 + 2 + 6 + 8 },
		hint: /too large for the deployment/,
	},
];

export const statusFaults: Fault[] = [
	...[429, 502, 503].map(
		(status): Fault => ({
			server: `answers ${status} twice`,
			answer: (request, number) => (number < 3 ? { status } : good(request)),
			requests: 3,
			hint: /2 sent again/,
		}),
	),
	{
		server: 'answers 429 every time',
		answer: () => error(429, 'The batch scheduling queue is full'),
		failing: 'all',
		error: /Too many requests \(status 429\): The batch scheduling queue is full \(after 3 tries\)/,
		requests: 3,
	},
	{
		server: 'answers 503 with a Retry-After of a date, once',
		answer: once({ status: 503, headers: { 'retry-after': new Date(0).toUTCString() } }),
		requests: 2,
		hint: /1 sent again/,
	},
	{
		server: 'answers 429 with a Retry-After of an hour',
		answer: () => ({ status: 429, headers: { 'retry-after': '3600' } }),
		failing: 'all',
		error: /Too many requests/,
		requests: 1,
	},
	{
		server: 'answers 504',
		answer: () => ({ status: 504, body: 'upstream request timeout' }),
		failing: 'all',
		error: /longer than the gateway waits/,
		requests: 1,
	},
	{
		server: 'answers 504 once, with Send Again After a Timeout',
		answer: once({ status: 504 }),
		options: { retryTimeouts: true },
		requests: 2,
		hint: /1 sent again/,
	},
	...(
		[
			[401, { userMsg: 'invalid or non-existent api key' }, /API key was refused/],
			[403, { userMsg: 'unauthorized user' }, /may not call/],
			[404, undefined, /knows no such deployment/],
			[404, { error: 'Model with name x does not exist.' }, /no such address/],
			[400, 'Client sent an HTTP request to an HTTPS server.', /use https:\/\/ in place of http:\/\//],
			[403, '<html><title>Access Denied</title></html>', /A proxy or firewall between n8n and the server/],
			[403, 'RBAC: access denied', /An access rule of the gateway/],
			[405, { detail: 'Method Not Allowed' }, /Method Not Allowed/],
			[407, undefined, /A proxy between n8n and the server asks for a password/],
			[408, undefined, /did not wait for the whole request/],
			[426, 'Upgrade Required', /does not speak the version of HTTP/],
			[431, undefined, /headers of the request were too large/],
			[501, { error: 'Could not find explainer_host.' }, /Could not find explainer_host\./],
		] as const
	).map(
		([status, body, words]): Fault => ({
			server: `answers ${status}${body ? ` ${JSON.stringify(body)}` : ' with nothing'}`,
			answer: () => ({ status, body }),
			failing: 'all',
			error: words,
			requests: 1,
		}),
	),
	{
		server: 'has a gateway that finds nobody listening any more, as after the end of a process for want of memory',
		answer: () => ({ status: 502, body: 'dial tcp 10.0.0.5:8080: connect: connection refused' }),
		failing: 'all',
		error: /is restarting, or ran out of memory \(status 502\): .* \(after 3 tries\)$/,
		requests: 3,
	},
	{
		server: 'sends all requests on to https://',
		answer: ({ headers, path }) => ({ status: 301, headers: { location: `https://${String(headers.host)}${path}` } }),
		failing: 'all',
		error: /use https:\/\/ in place of http:\/\/$/,
		requests: 1,
	},
	{
		server: 'sends a redirect to a login page',
		answer: () => ({ status: 302, headers: { location: '/login' } }),
		failing: 'all',
		error: /redirect/,
		requests: 1,
	},
	{
		server: 'has a proxy that does not reach the deployment',
		answer: () => ({ status: 400, body: { errorCode: 250001, errorMsg: 'Serving instance not running' } }),
		failing: 'all',
		error: /Serving instance not running \(code 250001\)/,
		requests: 1,
	},
	{
		server: 'wakes up while it asks for instances',
		answer: (request, number) => {
			if (number === 1) return { status: 503 };
			return request.text.startsWith('{"instances"')
				? good(request)
				: { status: 400, body: 'no instances in the request' };
		},
		requests: 3,
		hint: /1 sent again/,
	},
	{
		server: 'echoes the key in a megabyte of error',
		answer: ({ headers }) => ({ status: 501, body: `${String(headers.authorization)} `.repeat(50_000) }),
		failing: 'all',
		error: /^[^\n]{1,700}$/,
		requests: 1,
	},
];

export const columnarFaults: Fault[] = [
	{
		server: 'answers 400 where row 6 is among the columns',
		answer: ({ body }) => {
			const values = listOf(at(body, 'inputs', 'id'));
			const label = values.map((id) => `of ${String(id)}`);
			return values.includes(6) ? error(400, 'bad') : { body: { outputs: { label } } };
		},
		options: { rowFormat: 'columnar' },
		failing: [6],
		error: /bad/,
		prediction: (id) => ({ label: `of ${id}` }),
		requests: { most: 1 + 1 + 2 * 4 },
	},
	{
		server: 'classifies, as TensorFlow Serving does',
		answer: ({ path, body }) => {
			const examples = path.endsWith(':classify') ? listOf(at(body, 'examples')) : [];
			return {
				body: {
					results: examples.map((example) => [
						['fraud', at(example, 'id')],
						['fine', 1],
					]),
				},
			};
		},
		options: { verb: 'classify' },
		prediction: (id) => [
			['fraud', id],
			['fine', 1],
		],
		requests: 1,
	},
];
