/** What becomes of whole runs when a server fails in the middle, stays busy, or finds one bad row among thousands. */
import { API_KEY, runModel, type RunOptions, type RunResult } from '../support/engine.cts';
import { firstValues, rowsOf, startServer, type Recorded, type Reply, type TestServer } from '../support/server.cts';

let server: TestServer;
let answer: (request: Recorded, number: number) => Reply | Promise<Reply>;

beforeEach(async () => {
	answer = firstValues;
	server = await startServer((request, number) => answer(request, number));
});
afterEach(() => server.close());

const numbered = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));
const CONTINUE = { onError: 'continueErrorOutput' } as const;

function predict({ parameters, ...options }: Partial<RunOptions>): Promise<RunResult> {
	return runModel({
		credential: { servingUrl: server.url },
		...options,
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'name', value: 'm' },
			columns: 'id',
			...parameters,
		},
	});
}

/** Every item has its own prediction, in order and linked, but those that may not. */
function expectEach({ success, failed }: RunResult, count: number, failing: number[] = []): void {
	const ids = numbered(count).map(({ id }) => id);
	expect(success.map(({ json, pairedItem }) => ({ ...json, pairedItem }))).toEqual(
		ids.filter((id) => !failing.includes(id)).map((id) => ({ id, prediction: `of ${id}`, pairedItem: { item: id } })),
	);
	expect(failed.map(({ json, pairedItem }) => [json.id, pairedItem])).toEqual(failing.map((id) => [id, { item: id }]));
}

const refusing =
	(bad: number[]) =>
	(request: Recorded): Reply =>
		rowsOf(request).some((row) => Array.isArray(row) && bad.includes(Number(row[0])))
			? { status: 500, body: { error: "could not convert string to float: 'x'" } }
			: firstValues(request);

test('a server that dies for 3 s in the middle of 10,000 rows costs no row', async () => {
	let successor: TestServer | undefined;
	const { port } = new URL(server.url);
	answer = (request, number) => {
		if (number === 8) {
			void server.close();
			setTimeout(() => void startServer(firstValues, Number(port)).then((next) => (successor = next)), 3000);
		}
		return { ...firstValues(request), delay: 20 };
	};
	const run = await predict({ rows: numbered(10_000), settings: CONTINUE });
	await successor?.close();
	expectEach(run, 10_000);
	expect(successor?.requests.length).toBeGreaterThan(0);
	expect(run.hints[0]?.message).toMatch(/^10,000 items, \d+ requests, \d+ sent again$/);
}, 30_000);

test('one bad row in 10,000 costs at most 19 further requests and itself alone', async () => {
	answer = refusing([6789]);
	const run = await predict({ rows: numbered(10_000), settings: CONTINUE });
	expectEach(run, 10_000, [6789]);
	expect(server.requests.length).toBeLessThanOrEqual(20 + 19);
});

test('every row bad for one reason is said with few requests, and each row has the reason', async () => {
	answer = () => ({ status: 500, body: { error: 'X has 1 features, but SVC is expecting 4 features as input.' } });
	const { failed } = await predict({ rows: numbered(2000), settings: CONTINUE });
	expect(failed).toHaveLength(2000);
	expect(new Set(failed.map(({ json }) => json.error))).toEqual(
		new Set(['The model failed (status 500): X has 1 features, but SVC is expecting 4 features as input.']),
	);
	// Eight rows of each request alone, one of them under the other name too, then halves and quarters.
	expect(server.requests.length).toBeLessThanOrEqual(4 * (1 + 8 + 6) + 1);
});

test('a run that stops names the first bad item, and begins no further batch', async () => {
	answer = refusing([700, 1300, 9000]);
	const { error, status } = await predict({ rows: numbered(10_000) });
	expect(status).toBe('error');
	expect(error?.context).toMatchObject({ itemIndex: 700 });
	// Four batches begin at once, and up to three more before the first failure is back. Two of them have a bad row.
	expect(server.requests.length).toBeLessThanOrEqual(7 + 2 * (2 + 9));
});

test('a server that has room for one request at a time is not hammered', async () => {
	let inFlight = 0;
	let refused = 0;
	answer = async (request) => {
		inFlight++;
		try {
			if (inFlight > 1) {
				refused++;
				return { status: 429 };
			}
			await new Promise((resolve) => setTimeout(resolve, 5));
			return firstValues(request);
		} finally {
			inFlight--;
		}
	};
	const run = await predict({
		rows: numbered(200),
		parameters: { options: { rowsPerRequest: 2, concurrency: 8, maxTries: 50, maxRetryWait: 0.001 } },
		settings: CONTINUE,
	});
	expectEach(run, 200);
	expect(refused).toBeLessThan(100);
});

test('a smaller size is kept for the rest of the run', async () => {
	answer = (request) => (rowsOf(request).length > 100 ? { status: 413 } : firstValues(request));
	const run = await predict({
		rows: numbered(10_000),
		settings: CONTINUE,
		parameters: { options: { concurrency: 1 } },
	});
	expectEach(run, 10_000);
	const refused = server.requests.filter((request) => rowsOf(request).length > 100);
	expect(refused.map((request) => rowsOf(request).length)).toEqual([500, 250, 125]);
});

test('a cancel ends a search for bad rows, and no request follows', async () => {
	answer = (request) => ({ ...refusing([3])(request), delay: 30 });
	const { status } = await predict({ rows: numbered(500), cancelAfter: 100, settings: CONTINUE });
	expect(status).toBe('canceled');
	const sent = server.requests.length;
	await new Promise((resolve) => setTimeout(resolve, 150));
	expect(server.requests.length).toBe(sent);
	expect(sent).toBeLessThan(10);
});

describe('Include Metadata', () => {
	const parameters = { options: { includeMetadata: true, maxRetryWait: 0.01 } };

	test('says of every row how often it was sent, with how many others, and how long the reply took', async () => {
		answer = (request, number) => (number === 1 ? { status: 503 } : refusing([2])(request));
		const { success, failed } = await predict({ rows: numbered(4), parameters, settings: CONTINUE });
		const about = success.map(({ json }) => json.predictionMetadata);
		// Twice in the first request, then row 0 alone, then rows 1 and 2, 1 and 2 alone, and 3.
		expect(about).toEqual([
			{ attempts: 3, latency: expect.any(Number), rowsInRequest: 1, requestId: expect.any(String), requestRow: 0 },
			{ attempts: 4, latency: expect.any(Number), rowsInRequest: 1, requestId: expect.any(String), requestRow: 0 },
			{ attempts: 3, latency: expect.any(Number), rowsInRequest: 1, requestId: expect.any(String), requestRow: 0 },
		]);
		expect(failed.map(({ json }) => Object.keys(json))).toEqual([['id', 'error']]);
	});

	test('is not there unless asked for', async () => {
		const { success } = await predict({ rows: numbered(1) });
		expect(success[0]?.json).toEqual({ id: 0, prediction: 'of 0' });
	});
});

describe('files as columns', () => {
	const photo = (text: string) => ({
		json: { id: text.length },
		binary: { photo: { data: Buffer.from(text).toString('base64'), mimeType: 'image/png' } },
	});

	test('a column that names a file goes out as TensorFlow Serving reads binary values', async () => {
		await predict({ items: [photo('abc')], parameters: { columns: 'photo, id', options: { rowFormat: 'object' } } });
		// The base64 of this file is a number in JSON's grammar, and stays text.
		await predict({ items: [photo('\xd7m\xf8')], parameters: { columns: 'photo', options: { rowFormat: 'value' } } });
		expect(server.requests.map(({ body }) => body)).toEqual([
			{ inputs: [{ photo: { b64: 'YWJj' }, id: 3 }] },
			{ inputs: [{ b64: Buffer.from('\xd7m\xf8').toString('base64') }] },
		]);
	});

	test('files are read when their turn comes, and count for the size of a request', async () => {
		const items = Array.from({ length: 6 }, () => photo('x'.repeat(600)));
		await predict({
			items,
			parameters: { columns: 'photo', options: { rowFormat: 'value', maxRequestKilobytes: 2, concurrency: 1 } },
		});
		expect(server.requests.map((request) => rowsOf(request).length)).toEqual([2, 2, 2]);
	});

	test('an item without the file fails alone, and so does one whose file is gone', async () => {
		const gone = { json: { id: 2 }, binary: { photo: { id: 'filesystem-v2:gone', data: '', mimeType: 'image/png' } } };
		const { success, failed } = await predict({
			items: [photo('abc'), { json: { id: 1 } }, gone],
			parameters: { columns: 'photo', options: { rowFormat: 'value' } },
			settings: CONTINUE,
		});
		expect(success).toHaveLength(1);
		expect(failed.map(({ json }) => json.id)).toEqual([1, 2]);
		expect(failed[0]?.json.error).toBe("The field 'photo' is missing");
	});
});

describe("n8n's own Retry On Fail", () => {
	const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 } as const;
	const hintOf = ({ hints }: RunResult): string => hints.map(({ message }) => message).join('\n');

	test('runs the whole node again where the first item failed and the run continues, and a hint says so', async () => {
		answer = refusing([0]);
		const run = await predict({
			rows: numbered(3),
			settings: { ...settings, onError: 'continueRegularOutput' },
		});
		expect(server.requests.filter((request) => rowsOf(request).length === 3)).toHaveLength(2);
		expect(hintOf(run)).toContain("'Retry On Fail' is on while 'On Error' continues");
	});

	test('does so even for an input column of the name error', async () => {
		const run = await predict({ rows: [{ id: 1, error: 'from before' }], settings: { ...settings, ...CONTINUE } });
		expect(server.requests).toHaveLength(2);
		expect(hintOf(run)).toContain("'Retry On Fail' is on while 'On Error' continues");
	});

	test('is not spoken of where it changes nothing', async () => {
		const calm = await predict({ rows: numbered(2), settings: { ...settings, ...CONTINUE } });
		answer = refusing([0]);
		const alone = await predict({ rows: numbered(2), settings: CONTINUE });
		expect(hintOf(calm)).toBe('');
		expect(hintOf(alone)).not.toContain('Retry On Fail');
	});
});

describe('what a failure tells the rest of n8n', () => {
	test('a server’s answer is a NodeApiError with status, item, message and description', async () => {
		answer = refusing([1]);
		const { error } = await predict({ rows: numbered(3) });
		expect(error).toMatchObject({
			name: 'NodeApiError',
			httpCode: '500',
			message: "The model failed (status 500): could not convert string to float: 'x'",
			context: { itemIndex: 1 },
		});
		expect(error?.description).toContain("'Row Format'");
		expect(JSON.stringify([error, error?.stack, error?.cause])).not.toContain(API_KEY);
	});

	test('what the user gave is a NodeOperationError with the item', async () => {
		const { error } = await predict({ rows: [{ id: 1 }, {}] });
		expect(error).toMatchObject({ name: 'NodeOperationError', context: { itemIndex: 1 } });
	});
});
