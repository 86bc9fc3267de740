/** In n8n's engine: by what is said of an item, its row is found in the request that carried it, as in Hopsworks' log. */
import { NodeConnectionTypes, type INode, type INodeParameters } from 'n8n-workflow';
import { EmbeddingsHopsworks } from '../nodes/EmbeddingsHopsworks/EmbeddingsHopsworks.node';
import type { SuppliedEmbeddings } from '../nodes/EmbeddingsHopsworks/embeddings';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node';
import { useChatModel } from './support/chatModel.cts';
import { API_KEY, runModel, type RunOptions, type RunResult } from './support/engine.cts';
import { useFileStore } from './support/fileStore.cts';
import { at, listOf, recordOf, textOf } from './support/json.cts';
import { quickenWaits } from './support/polls.cts';
import { fileScorer } from './support/scoreFile.cts';
import { firstValues, rowsOf, type Recorded, type Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';
import { useSubNode } from './support/subNode.cts';

quickenWaits();

const server = sharedServer(firstValues);
const score = fileScorer(server, useFileStore());

const OTHER = '12345678-9abc-4def-8123-456789abcdef';
const ANOTHER = '0123456789abcdef0123456789abcdef';

/** How rows are said to be found. */
const PLACE = /Request ID: ([\da-f-]+)(?:, row ([\d,]+) of ([\d,]+) \(request_row (\d+)\))?/;

/** The row of the place: that of the last request with its id, at the position that is told. */
function rowAt(id: unknown, position: unknown): unknown {
	const request = server.requests.findLast(({ headers }) => headers['x-request-id'] === id);
	return request && rowsOf(request)[Number(position)];
}

function rowSaid(text: unknown): unknown {
	const [, id, number, , position = '0'] = PLACE.exec(textOf(text)) ?? [];
	expect(Number(number?.replaceAll(',', '') ?? 1)).toBe(Number(position) + 1);
	return rowAt(id, position);
}

const isBad = (row: unknown): boolean => Number(at(row, 0)) % 17 === 3;

const REFUSED: Reply = { status: 500, body: { error: 'no' } };

/** Busy for every third request when it first comes, and without a word on which row is bad. */
function nasty(): (request: Recorded) => Reply {
	const known = new Set<unknown>();
	return (request) => {
		const isNew = !known.has(request.headers['x-request-id']);
		known.add(request.headers['x-request-id']);
		if (isNew && known.size % 3 === 1) return { status: 503 };
		return rowsOf(request).some(isBad) ? REFUSED : firstValues(request);
	};
}

function predict(
	rows: number,
	options: INodeParameters = {},
	settings: Partial<INode> = {},
	more: Partial<RunOptions> = {},
): Promise<RunResult> {
	return runModel({
		credential: { servingUrl: server.url },
		rows: Array.from({ length: rows }, (_, id) => ({ id })),
		settings,
		...more,
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'name', value: 'fraud' },
			columns: 'id',
			options: { requestField: 'inputs', ...options },
		},
	});
}

describe('Include Metadata', () => {
	test('names the request and the row of every item, good or not, whatever its way', async () => {
		server.answer = nasty();
		const options = { includeMetadata: true, rowsPerRequest: 25 };
		const { success } = await predict(100, options, { onError: 'continueRegularOutput' });
		expect(success).toHaveLength(100);
		for (const { json } of success) {
			const { requestId, requestRow } = recordOf(json.predictionMetadata ?? {});
			expect(rowAt(requestId, requestRow)).toEqual([json.id]);
			expect('error' in json).toBe(isBad([json.id]));
		}
	});

	test('is in the words of an error that has to stand alone', async () => {
		server.answer = nasty();
		const options = { includeMetadata: true, rowsPerRequest: 25 };
		const { failed } = await predict(100, options, { onError: 'continueErrorOutput' });
		expect(failed).toHaveLength(6);
		for (const { json } of failed) {
			expect(rowSaid(json.error)).toEqual([json.id]);
			expect(Object.keys(json).toSorted()).toEqual(['error', 'id']);
		}
	});

	test('is in no error without being asked for', async () => {
		server.answer = nasty();
		for (const onError of ['continueErrorOutput', 'continueRegularOutput'] as const) {
			const { failed, success } = await predict(30, {}, { onError });
			const errors = [...failed, ...success].flatMap(({ json }) => json.error ?? []);
			expect(errors).toEqual(['The model failed (status 500): no', 'The model failed (status 500): no']);
		}
	});
});

test('the hint names the first item that failed, its request and its row', async () => {
	server.answer = nasty();
	const { hints } = await predict(100, { rowsPerRequest: 25 }, { onError: 'continueErrorOutput' });
	expect(hints[0]?.message).toMatch(/6 failed\. First item whose request failed: 3\. Request ID: \S+$/);
	expect(rowSaid(hints[0]?.message)).toEqual([3]);
});

test('the hint passes over an item that was never sent', async () => {
	server.answer = () => REFUSED;
	const { hints } = await predict(2, {}, { onError: 'continueErrorOutput' }, { rows: [{ x: 1 }, { id: 1 }] });
	expect(hints[0]?.message).toMatch(/2 failed\. First item whose request failed: 1\. Request ID: \S+$/);
});

test('the error that ends a run says it at its end, and a row that the server named has its place', async () => {
	server.answer = () => ({
		status: 400,
		body: { detail: { code: 'SCHEMA_VALIDATION', message: 'no', errors: [{ row: 7, field: 'id', reason: 'bad' }] } },
	});
	const { error, hints } = await predict(1200, { rowsPerRequest: 1200, maxTries: 1 });
	expect(error?.message).toContain('id: bad');
	expect(error?.description).toMatch(/\. Request ID: \S+, row 8 of 1,200 \(request_row 7\)\.$/);
	expect(rowSaid(error?.description)).toEqual([7]);
	expect(JSON.stringify(hints)).not.toContain('Request ID');
});

test('rows that were given up without being sent alone are found in the last request that carried them', async () => {
	server.answer = () => REFUSED;
	const options = { includeMetadata: true, rowsPerRequest: 100 };
	const { success } = await predict(100, options, { onError: 'continueRegularOutput' });
	for (const { json } of success) {
		const { requestId, requestRow } = recordOf(json.predictionMetadata ?? {});
		expect(rowAt(requestId, requestRow)).toEqual([json.id]);
	}
});

describe('the id of a reply', () => {
	const metadata = async (reply: Reply): Promise<unknown> => {
		server.answer = (request) => ({ ...firstValues(request), ...reply });
		const { success } = await predict(1, { includeMetadata: true });
		return at(success[0]?.json.predictionMetadata, 'requestId');
	};
	const sentId = (): unknown => server.requests.at(-1)?.headers['x-request-id'];

	test.each([OTHER, ANOTHER])('%s is the one that it went on by', async (id) => {
		expect(await metadata({ headers: { 'x-request-id': id } })).toBe(id);
	});

	test.each(['', 'mine', '<b>x</b>', API_KEY, 'SECRET', `${OTHER}${OTHER}`, `${OTHER}, ${OTHER}`, 'a'.repeat(99)])(
		'%j is none',
		async (id) => {
			expect(await metadata({ headers: { 'x-request-id': id } })).toBe(sentId());
		},
	);

	test('is said beside the one that was sent', async () => {
		server.answer = () => ({ status: 400, headers: { 'x-request-id': OTHER }, body: { error: 'no' } });
		const { error } = await predict(1);
		expect(error?.description).toMatch(new RegExp(`Request ID: ${OTHER} \\(sent as ${String(sentId())}\\)\\.$`));
	});

	test('in the body of an error goes before that in its head', async () => {
		const body = { detail: { code: 'MODEL_FAILED', message: 'no', request_id: ANOTHER } };
		server.answer = () => ({ status: 500, headers: { 'x-request-id': OTHER }, body });
		expect((await predict(1)).error?.description).toContain(`Request ID: ${ANOTHER} (sent as `);
		server.answer = ({ headers }) => ({
			status: 500,
			body: { detail: { message: 'no', request_id: headers['x-request-id'] } },
		});
		expect((await predict(1)).error?.description).toMatch(new RegExp(`Request ID: ${String(sentId())}\\.$`));
		server.answer = () => ({ status: 500, body: { detail: { message: 'no', request_id: [{ a: API_KEY }] } } });
		expect((await predict(1)).error?.description).toMatch(new RegExp(`Request ID: ${String(sentId())}\\.$`));
	});
});

describe('Predict File', () => {
	const TABLE = `amount,age\n${Array.from({ length: 200 }, (_, id) => `${id},1`).join('\n')}\n`;

	test('names the request and the row of the first rows that failed', async () => {
		server.answer = nasty();
		const { summary } = await score(TABLE, { options: { requestField: 'inputs', rowsPerRequest: 50 } });
		expect(summary.failed).toBe(12);
		const failures = listOf(summary.failures);
		expect(failures).toHaveLength(10);
		for (const failure of failures) {
			const { row, requestId, requestRow } = recordOf(failure);
			expect(rowAt(requestId, requestRow)).toEqual([Number(row) - 1, 1]);
		}
	});

	test('says nothing of a request where a row was not sent', async () => {
		const { summary } = await score('amount,age\n1,2\n3\n');
		expect(summary.failures).toEqual([{ row: 2, error: expect.stringContaining('cell') }]);
	});

	test('says it where the run ends', async () => {
		server.answer = nasty();
		const tooMany = await score(TABLE, { options: { requestField: 'inputs', rowsPerRequest: 50, maxFailedRows: 0 } });
		expect(tooMany.error?.message).toContain("'Maximum Failed Rows' is 0");
		expect(isBad(rowSaid(tooMany.error?.description))).toBe(true);
		server.answer = () => REFUSED;
		const none = await score(TABLE, { options: { requestField: 'inputs', rowsPerRequest: 50 } });
		expect(none.error?.message).toContain('None of the 200 rows');
		expect(rowSaid(none.error?.description)).toEqual([0, 1]);
		server.answer = () => ({ status: 404 });
		const away = await score(TABLE);
		expect(away.error?.description).toMatch(/no file comes out\. Request ID: \S+\.$/);
		expect(rowSaid(away.error?.description)).toEqual([0, 1]);
	});
});

describe('the other nodes', () => {
	const lastId = (): string => String(server.requests.at(-1)?.headers['x-request-id']);

	test('Hopsworks Deployment says the id of the call that failed', async () => {
		server.answer = ({ path }) =>
			path.includes('getProjectInfo') ? { body: { projectId: 1, projectName: 'test' } } : { status: 403, body: {} };
		const parameters = { operation: 'get', deployment: { __rl: true, mode: 'name', value: 'fraud' } };
		const { error } = await runModel({
			node: new HopsworksDeployment(),
			credential: { hopsworksUrl: server.url, project: 'test' },
			parameters,
		});
		expect(error?.description).toMatch(new RegExp(`Request ID: ${lastId()}\\.$`));
	});

	test('the chat model, of a refusal and of an answer that is none', async () => {
		for (const reply of [{ status: 400, body: { error: 'no' } }, { body: { choices: [] } }]) {
			server.answer = () => reply;
			const { error } = await useChatModel(async (model) => await model.invoke('Hi'), {
				credential: { servingUrl: server.url, project: 'test' },
			});
			expect(error?.message).toContain(`Request ID: ${lastId()}.`);
		}
	});

	test('the embeddings, with the document’s place', async () => {
		server.answer = ({ body }) =>
			JSON.stringify(body).includes('bad') ? { status: 400, body: { error: 'no' } } : { body: { data: [] } };
		const { error } = await useSubNode({
			node: new EmbeddingsHopsworks(),
			type: NodeConnectionTypes.AiEmbedding,
			isSupplied: (value): value is SuppliedEmbeddings => typeof value === 'object' && value !== null,
			use: async (embeddings) => await embeddings.embedDocuments(['bad']),
			credential: { servingUrl: server.url, project: 'test' },
		});
		expect(error?.description).toMatch(new RegExp(`Request ID: ${lastId()}\\.$`));
	});

	test('nothing is said of a request that no server can have seen', async () => {
		const { failed, hints } = await predict(
			1,
			{ includeMetadata: true, maxTries: 2 },
			{ onError: 'continueErrorOutput' },
			{ credential: { servingUrl: 'http://127.0.0.1:9' } },
		);
		expect(failed[0]?.json.error).toBe('127.0.0.1:9 refused the connection (after 2 tries)');
		expect(JSON.stringify(hints)).not.toContain('Request ID');
	});

	test('nor where none was sent', async () => {
		const { error } = await runModel({
			credential: { servingUrl: server.url },
			rows: [{ x: 1 }],
			parameters: { operation: 'predict', deployment: { __rl: true, mode: 'name', value: 'fraud' }, columns: 'y' },
		});
		expect(error?.description).not.toContain('Request ID');
	});
});
