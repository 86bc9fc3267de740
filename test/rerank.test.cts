/** Rerank in n8n's engine, over real HTTP. */
import type { INodeParameters } from 'n8n-workflow';
import { startSandbox } from '../sandbox/sandbox.cts';
import { runModel, type RunOptions, type RunResult } from './support/engine.cts';
import { at, listOf, recordOf, textOf } from './support/json.cts';
import type { Recorded, Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

/** The relevance of a text is made of its number, so that one on the wrong item shows. */
const relevanceOf = (text: unknown): number => (Number(textOf(text).replace(/\D/g, '')) * 7) % 100;
const textsIn = ({ body }: Recorded): unknown[] => listOf(at(body, 'documents') ?? at(body, 'text_2'));

const usage = { prompt_tokens: 3, total_tokens: 3 };
const ranking = (results: unknown[]): Reply => ({ body: { id: 'score-1', model: 'x', usage, results } });
const entry = (text: unknown, index: number) => ({
	index,
	document: { text, multi_modal: null },
	relevance_score: relevanceOf(text),
});

/** Best first, as the protocol says. */
function bestFirst(request: Recorded): Reply {
	return ranking(
		textsIn(request)
			.map(entry)
			.toSorted((one, other) => other.relevance_score - one.relevance_score),
	);
}

const server = sharedServer(bestFirst);

function rerank({ parameters, ...rest }: Partial<RunOptions>): Promise<RunResult> {
	return runModel({
		credential: { servingUrl: server.url },
		...rest,
		parameters: {
			operation: 'rerank',
			deployment: { __rl: true, mode: 'name', value: 'reranker' },
			query: 'What is it?',
			text: '={{ $json.text }}',
			...parameters,
		},
	});
}

const table = (rows: number) => Array.from({ length: rows }, (_, id) => ({ id, text: `text ${id}` }));
const sent = () => server.requests.map(({ body }) => recordOf(body));

/** The rank that each row must have, among these. */
function ranksOf(rows: Array<{ text: string }>): number[] {
	const order = [...rows.keys()].toSorted(
		(one, other) => relevanceOf(rows[other]?.text) - relevanceOf(rows[one]?.text) || one - other,
	);
	return rows.map((_row, item) => order.indexOf(item) + 1);
}

test('texts share requests; each item keeps its place, and gets its relevance and its rank over all requests', async () => {
	const rows = table(250);
	const { success, metadata } = await rerank({ rows });
	expect(server.requests.map(({ path }) => path)).toEqual(Array(3).fill('/v1/test/reranker/v1/rerank'));
	expect(sent().map(({ model, query, documents }) => [model, query, listOf(documents).length])).toEqual([
		['reranker', 'What is it?', 100],
		['reranker', 'What is it?', 100],
		['reranker', 'What is it?', 50],
	]);
	const ranks = ranksOf(rows);
	expect(success).toEqual(
		rows.map((row, item) => ({
			json: { ...row, relevance: relevanceOf(row.text), rank: ranks[item] },
			pairedItem: { item },
		})),
	);
	expect(metadata?.tokenUsage).toEqual({ inputTokens: 9, outputTokens: 0 });
});

test('items of one query are ranked together, wherever they stand, and those of another one by themselves', async () => {
	const rows = table(90).map((row, id) => ({ ...row, ask: `question ${id % 3}` }));
	const { success } = await rerank({
		rows,
		parameters: { query: '={{ $json.ask }}', options: { rowsPerRequest: 20 } },
	});
	expect(server.requests).toHaveLength(6);
	for (const { query, documents } of sent()) {
		const asked = listOf(documents).map((text) => rows.find((row) => row.text === text)?.ask);
		expect(new Set(asked)).toEqual(new Set([query]));
	}
	for (const ask of ['question 0', 'question 1', 'question 2']) {
		const own = rows.filter((row) => row.ask === ask);
		const made = success.map(({ json }) => json).filter((json) => json.ask === ask);
		expect(made.map(({ id }) => id)).toEqual(own.map(({ id }) => id));
		expect(made.map(({ rank }) => rank)).toEqual(ranksOf(own));
		expect(made.map(({ relevance }) => relevance)).toEqual(own.map(({ text }) => relevanceOf(text)));
	}
});

test('items for several deployments are ranked apart, though their query is the same', async () => {
	const rows = table(6).map((row, id) => ({ ...row, to: id % 2 === 0 ? 'one' : 'two' }));
	const { success } = await rerank({
		rows,
		parameters: { deployment: { __rl: true, mode: 'name', value: '={{ $json.to }}' } },
	});
	expect(server.requests).toHaveLength(2);
	expect(success.map(({ json }) => json.rank)).toEqual([3, 3, 2, 2, 1, 1]);
});

test('of equal relevances the first item comes first', async () => {
	server.answer = (request) => ranking(textsIn(request).map((_, index) => ({ index, relevance_score: 0.5 })));
	const { success } = await rerank({ rows: table(3) });
	expect(success.map(({ json }) => json.rank)).toEqual([1, 2, 3]);
});

test('options reach the wire, and only those that are set', async () => {
	const options = {
		model: 'other',
		apiPrefix: '/openai/v1',
		extraFields: '{"truncate_prompt_tokens": 8}',
		outputField: 'fit',
		rowsPerRequest: 1,
	};
	const { success } = await rerank({ rows: table(1), parameters: { options, includeInputFields: false } });
	expect(server.requests[0]?.path).toBe('/v1/test/reranker/openai/v1/rerank');
	expect(sent()).toEqual([{ model: 'other', truncate_prompt_tokens: 8, query: 'What is it?', documents: ['text 0'] }]);
	expect(success[0]?.json).toEqual({ fit: 0, rank: 1 });
	await rerank({ rows: table(1) });
	expect(sent()[1]).toEqual({ model: 'reranker', query: 'What is it?', documents: ['text 0'] });
});

test('requests stay below the size that is set, the query in each of them counted', async () => {
	const rows = Array.from({ length: 10 }, (_, id) => ({ text: `${id}${'x'.repeat(200)}` }));
	const { success } = await rerank({
		rows,
		parameters: { query: 'y'.repeat(400), options: { maxRequestKilobytes: 1 } },
	});
	expect(Math.max(...server.requests.map(({ text }) => text.length))).toBeLessThanOrEqual(1024);
	expect(server.requests).toHaveLength(5);
	expect(success.map(({ json }) => json.rank).toSorted((one, other) => Number(one) - Number(other))).toEqual(
		rows.map((_, item) => item + 1),
	);
});

describe('a server without a ranking', () => {
	const scores = (request: Recorded): Reply =>
		request.path.endsWith('/score')
			? {
					body: {
						object: 'list',
						data: textsIn(request).map((text, index) => ({ index, object: 'score', score: relevanceOf(text) })),
						usage,
					},
				}
			: { status: 404, body: { detail: 'Not Found' } };

	test('is asked for scores, and found out once', async () => {
		server.answer = scores;
		const rows = table(250);
		const options = { concurrency: 1, rowsPerRequest: 100 };
		const { success } = await rerank({ rows, parameters: { options } });
		expect(server.requests.map(({ path }) => path.split('/').at(-1))).toEqual(['rerank', 'score', 'score', 'score']);
		expect(Object.keys(sent()[1] ?? {})).toEqual(['model', 'text_1', 'text_2']);
		expect(success.map(({ json }) => [json.relevance, json.rank])).toEqual(
			ranksOf(rows).map((rank, item) => [relevanceOf(rows[item]?.text), rank]),
		);
	});

	test('is found out though several requests go out at once', async () => {
		server.answer = (request) => ({ ...scores(request), delay: 20 });
		const { success } = await rerank({ rows: table(400) });
		expect(server.requests).toHaveLength(8);
		expect(success.map(({ json }) => json.rank)).toEqual(ranksOf(table(400)));
	});

	test('may be pasted with the address of its scores', async () => {
		server.answer = scores;
		const deployment = { __rl: true, mode: 'url', value: `${server.url}/v1/test/reranker/score` };
		const { success, error } = await rerank({ rows: table(2), parameters: { deployment, options: { model: 'm' } } });
		expect(error).toBeUndefined();
		expect(server.requests.map(({ path }) => path)).toEqual(['/v1/test/reranker/score']);
		expect(success.map(({ json }) => json.rank)).toEqual([2, 1]);
	});

	test('that has neither is no reranker', async () => {
		server.answer = () => ({ status: 404, body: { detail: 'Not Found' } });
		const { error } = await rerank({ rows: table(2) });
		expect(error?.message).toContain('has no such address');
		expect(server.requests).toHaveLength(2);
	});
});

describe('failures', () => {
	const settings = { onError: 'continueErrorOutput' } as const;
	const numbered = (id: number) => ({ id, text: `text ${id}` });

	test('a document that is too long fails alone, and the others are ranked without it', async () => {
		server.answer = (request) =>
			textsIn(request).includes('text 7')
				? {
						status: 400,
						body: { error: { message: "This model's maximum context length is 8 tokens", type: 'x', code: 400 } },
					}
				: bestFirst(request);
		const { success, failed } = await rerank({ rows: table(60), settings });
		const others = table(60).filter(({ id }) => id !== 7);
		expect(success.map(({ json }) => json)).toEqual(
			others.map((row, place) => ({ ...row, relevance: relevanceOf(row.text), rank: ranksOf(others)[place] })),
		);
		expect(failed).toEqual([
			{
				json: { ...numbered(7), error: expect.stringContaining('The text is too long for the model') },
				pairedItem: { item: 7 },
			},
		]);
		expect(server.requests.length).toBeLessThanOrEqual(2 + 2 * Math.ceil(Math.log2(60)));
	});

	test.each([['null'], ['"high"'], ['NaN'], ['Infinity'], ['1e999']])(
		'a relevance of %s fails its own text, and costs no further request',
		async (written) => {
			server.answer = (request) => {
				const entries = textsIn(request).map((text, index) =>
					text === 'text 7' ? `{"index": ${index}, "relevance_score": ${written}}` : JSON.stringify(entry(text, index)),
				);
				return { headers: { 'content-type': 'application/json' }, body: `{"results": [${entries.join(',')}]}` };
			};
			const { success, failed } = await rerank({ rows: table(100), settings });
			expect(success).toHaveLength(99);
			expect(success.every(({ json }) => json.relevance === relevanceOf(json.text))).toBe(true);
			expect(failed).toEqual([{ json: { ...numbered(7), error: expect.any(String) }, pairedItem: { item: 7 } }]);
			expect(server.requests).toHaveLength(1);
		},
	);

	test.each<[string, (request: Recorded) => Reply]>([
		['cuts the ranking', (request) => ranking(textsIn(request).map(entry).slice(0, 1))],
		['gives one index twice', (request) => ranking(textsIn(request).map((text) => entry(text, 0)))],
		[
			'counts from 1',
			(request) =>
				ranking(textsIn(request).map((text, index) => entry(text, textsIn(request).length > 1 ? index + 1 : 0))),
		],
		[
			'counts below 0',
			(request) =>
				ranking(textsIn(request).map((text, index) => entry(text, textsIn(request).length > 1 ? index - 1 : 0))),
		],
		[
			'leaves the index out',
			(request) =>
				textsIn(request).length > 1 ? ranking([{ relevance_score: 1 }, { relevance_score: 2 }]) : bestFirst(request),
		],
	])('a deployment that %s gets each text alone', async (_name, given) => {
		server.answer = given;
		const { success } = await rerank({ rows: table(2), settings });
		expect(success.map(({ json }) => [json.relevance, json.rank])).toEqual([
			[0, 2],
			[7, 1],
		]);
		expect(server.requests).toHaveLength(3);
	});

	test('a bare list of relevances is read, too', async () => {
		server.answer = (request) => ({
			body: textsIn(request).map((text, index) => ({ index, score: relevanceOf(text) })),
		});
		const { success } = await rerank({ rows: table(3) });
		expect(success.map(({ json }) => json.relevance)).toEqual([0, 7, 14]);
	});

	test.each([429, 503])('a reply with status %i is waited out', async (status) => {
		server.answer = (request, number) => (number === 1 ? { status, body: 'busy' } : bestFirst(request));
		const { success } = await rerank({ rows: table(3), parameters: { options: { maxRetryWait: 0 } } });
		expect(success.map(({ json }) => json.rank)).toEqual([3, 2, 1]);
		expect(server.requests).toHaveLength(2);
	});

	test('a reply that is cut off is no ranking', async () => {
		server.answer = (request) => ({ ...bestFirst(request), cutAfter: 40 });
		const { error } = await rerank({ rows: table(3), parameters: { options: { maxTries: 1 } } });
		expect(error?.message).toMatch(/closed the connection|broke off|cut/i);
	});

	test('a cancelled run ends at once, and gives no item a rank', async () => {
		server.answer = (request, number) => ({ ...bestFirst(request), delay: number > 1 ? 20_000 : 0 });
		const began = Date.now();
		const { status, success } = await rerank({
			rows: table(300),
			cancelAfter: 300,
			parameters: { options: { concurrency: 1 } },
		});
		expect(status).toBe('canceled');
		expect(success).toEqual([]);
		expect(Date.now() - began).toBeLessThan(5000);
	});

	test.each<[string, Reply, string]>([
		['nothing', { body: '' }, 'The reply holds no relevances: The reply was empty'],
		[
			'an error under status 200',
			{ body: { error: { message: 'EngineCore died' } } },
			'no relevances: EngineCore died',
		],
		['two relevances for one text', ranking([entry('1', 0), entry('2', 1)]), 'answered 2 relevances for 1 text'],
		['a chat model', { status: 404, body: { detail: 'Not Found' } }, 'has no such address'],
	])('%s', async (_name, given, message) => {
		server.answer = () => given;
		const { error } = await rerank({ rows: table(1) });
		expect(error?.message).toContain(message);
	});

	test.each<[string, INodeParameters, string]>([
		['an empty text', { text: ' ' }, "'Text' is empty"],
		['an empty query', { query: ' ' }, "'Query' is empty"],
		['a limit that would cut the ranking', { options: { extraFields: '{"top_n": 3}' } }, "holds 'top_n'"],
		['the field of the rank', { options: { outputField: 'rank' } }, "'Output Field' is 'rank'"],
	])('%s is refused before anything is sent', async (_name, parameters, message) => {
		const { error } = await rerank({ rows: table(2), parameters });
		expect(error?.message).toContain(message);
		expect(server.requests).toEqual([]);
	});

	test('an incoming rank that is lost is told of', async () => {
		const { success, hints } = await rerank({ rows: [{ text: 'text 1', rank: 'captain' }] });
		expect(success[0]?.json.rank).toBe(1);
		expect(hints[0]?.message).toContain("The incoming field 'rank' was overwritten");
	});
});

test('as an agent’s tool query and text are the agent’s, and its item stays out', async () => {
	const { success } = await runModel({
		tool: true,
		rows: [{ chatInput: 'secret', toolCallId: 'call_1', query: 'Which?', text: 'text 4' }],
		credential: { servingUrl: server.url },
		parameters: { operation: 'rerank', deployment: { __rl: true, mode: 'name', value: 'reranker' } },
	});
	expect(sent()[0]).toEqual({ model: 'reranker', query: 'Which?', documents: ['text 4'] });
	expect(success[0]?.json).toEqual({ relevance: 28, rank: 1 });
});

test('a preview shows the first request, and sends none', async () => {
	const { success } = await rerank({ rows: table(3), parameters: { options: { previewOnly: true } } });
	expect(server.requests).toEqual([]);
	expect(success).toHaveLength(1);
	expect(success[0]?.json.request).toMatchObject({
		url: `${server.url}/v1/test/reranker/v1/rerank`,
		rowsInRequest: 3,
		body: { query: 'What is it?', documents: ['text 0'] },
	});
});

test.each(['reranker', 'embedder'])('the sandbox’s %s ranks the text first that the query is about', async (value) => {
	const sandbox = await startSandbox();
	const rows = [
		{ text: 'The app shows an error 500' },
		{ text: 'Customers were charged twice in October' },
		{ text: 'Could we get a quote for 40 more seats?' },
	];
	const { success } = await rerank({
		credential: { hopsworksUrl: sandbox.url },
		rows,
		parameters: { deployment: { __rl: true, mode: 'list', value }, query: 'Which customers were charged twice?' },
	});
	await sandbox.close();
	expect(success.map(({ json }) => json.rank).indexOf(1)).toBe(1);
});
