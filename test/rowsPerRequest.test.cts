/** Rows per Request where the user gives no number: found while the run goes on, in n8n's engine over real HTTP. */
import { runModel, type RunOptions, type RunResult } from './support/engine.cts';
import { firstValues, rowsOf, type Recorded, type Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);
const numbered = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));
const sizes = (): number[] => server.requests.map((request) => rowsOf(request).length);

function predict(rows: number, options: object = {}, more: Partial<RunOptions> = {}): Promise<RunResult> {
	return runModel({
		rows: numbered(rows),
		credential: { servingUrl: server.url },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'name', value: 'fraud' },
			columns: 'id',
			options: { maxRetryWait: 0.01, ...options },
		},
		...more,
	});
}

/** Every row with its own prediction, in order. */
function expectAll({ success, status }: RunResult, rows: number): void {
	expect(status).toBe('success');
	expect(success).toHaveLength(rows);
	const wrong = success.filter(
		({ json, pairedItem }, item) =>
			json.id !== item || json.prediction !== `of ${item}` || JSON.stringify(pairedItem) !== `{"item":${item}}`,
	);
	expect(wrong).toEqual([]);
}

/** A server whose requests take so long whatever they carry, and fail where they are too large. */
function upTo(most: number, failure: Reply): (request: Recorded) => Reply {
	return (request) => (rowsOf(request).length > most ? failure : { ...firstValues(request), delay: 60 });
}

test('requests grow at a server that takes as long for many rows as for few', async () => {
	server.answer = upTo(Infinity, {});
	expectAll(await predict(40_000), 40_000);
	expect(sizes().slice(0, 4)).toEqual([500, 500, 500, 500]);
	expect(Math.max(...sizes())).toBeGreaterThanOrEqual(2000);
	expect(server.requests.length).toBeLessThan(30);
});

test('the last requests of a run share its rows', async () => {
	server.answer = upTo(Infinity, {});
	expectAll(await predict(4000), 4000);
	expect(Math.max(...sizes())).toBeLessThanOrEqual(1000);
});

test('a number that the user gave stays, however slow the requests are', async () => {
	server.answer = upTo(Infinity, {});
	expectAll(await predict(4000, { rowsPerRequest: 200 }), 4000);
	expect(new Set(sizes())).toEqual(new Set([200]));
});

test('Split Requests Above bounds what is found', async () => {
	server.answer = upTo(Infinity, {});
	expectAll(await predict(20_000, { maxRequestKilobytes: 5 }), 20_000);
	expect(Math.max(...server.requests.map(({ text }) => text.length))).toBeLessThanOrEqual(5 * 1024);
});

test.each<[string, Reply, object]>([
	['413', { status: 413, body: { error: 'too large' } }, {}],
	['500', { status: 500, body: { error: 'MemoryError' } }, {}],
	['503', { status: 503, body: { error: 'no memory' } }, {}],
	['504', { status: 504 }, {}],
	['422', { status: 422, body: { error: 'at most 600 rows' } }, {}],
	['a closed connection', { reset: true }, {}],
	['a time-out', { delay: 60_000 }, { timeout: 2 }],
	['a reply that is no JSON', { body: 'killed' }, {}],
])('where larger requests meet %s, their rows go out again in such as worked', async (_, reply, options) => {
	server.answer = upTo(600, reply);
	expectAll(await predict(20_000, options), 20_000);
	const refused = sizes().filter((rows) => rows > 600);
	expect(refused.length).toBeGreaterThan(0);
	expect(refused.length).toBeLessThanOrEqual(12);
});

test('so they do in a run that stops at the first error, and in one where nothing is tried again', async () => {
	server.answer = upTo(600, { status: 503 });
	expectAll(await predict(20_000, { maxTries: 1 }, { settings: { onError: 'stopWorkflow' } }), 20_000);
	expect(Math.max(...sizes())).toBeGreaterThan(600);
});

test('a bad row in a large request fails alone', async () => {
	server.answer = (request) =>
		rowsOf(request).some((row) => Array.isArray(row) && row[0] === 6789)
			? { status: 500, body: { error: 'bad row' } }
			: { ...firstValues(request), delay: 20 };
	const { success, failed } = await predict(10_000, {}, { settings: { onError: 'continueErrorOutput' } });
	expect(failed).toHaveLength(1);
	expect(failed[0]?.json.id).toBe(6789);
	expect(success).toHaveLength(9999);
	expect(success.every(({ json }) => json.prediction === `of ${String(json.id)}`)).toBe(true);
});

test('what a server says of the rows that it takes holds, and the hint names it', async () => {
	server.answer = upTo(700, { status: 413, body: { error: 'accepts at most 700 rows' } });
	const run = await predict(20_000);
	expectAll(run, 20_000);
	expect(JSON.stringify(run.hints)).toMatch(/'Rows per Request' 700 would avoid this/);
	expect(sizes().filter((rows) => rows > 700).length).toBeLessThanOrEqual(4);
});

test('Include Metadata tells the rows of the request that was answered', async () => {
	server.answer = upTo(600, { status: 503 });
	const { success } = await predict(20_000, { includeMetadata: true });
	expect(Math.max(...sizes())).toBeGreaterThan(600);
	const told = success.map(({ json }) => json.predictionMetadata);
	expect(told).toHaveLength(20_000);
	const rows = told.map((one) => Number(Object(one).rowsInRequest));
	expect(Math.max(...rows)).toBeLessThanOrEqual(600);
});
