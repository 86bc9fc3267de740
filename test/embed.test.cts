/** Embed in n8n's engine, over real HTTP. */
import type { INodeParameters } from 'n8n-workflow';
import { startSandbox } from '../sandbox/sandbox.cts';
import { runModel, type RunOptions, type RunResult } from './support/engine.cts';
import { at, listOf, recordOf } from './support/json.cts';
import type { Recorded, Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

/** A text's embedding is its number, twice, so that a mixed-up one shows. */
const vectorOf = (text: unknown): number[] => [Number(String(text).replace(/\D/g, '')), 0.5];
const inputOf = ({ body }: Recorded): unknown[] => [at(body, 'input')].flat();
const reply = (data: unknown): Reply => ({
	body: { object: 'list', data, usage: { prompt_tokens: 3, total_tokens: 3 } },
});
const entry = (text: unknown, index: number) => ({ object: 'embedding', index, embedding: vectorOf(text) });

/** In another order than asked, as the protocol allows. */
function shuffled(request: Recorded): Reply {
	return reply(inputOf(request).map(entry).reverse());
}

const server = sharedServer(shuffled);

function embed({ parameters, ...rest }: Partial<RunOptions>): Promise<RunResult> {
	return runModel({
		credential: { servingUrl: server.url },
		...rest,
		parameters: {
			operation: 'embed',
			deployment: { __rl: true, mode: 'name', value: 'embedder' },
			text: '={{ $json.text }}',
			...parameters,
		},
	});
}
const table = (rows: number) => Array.from({ length: rows }, (_, id) => ({ id, text: `text ${id}` }));
const sent = () => server.requests.map(({ body }) => recordOf(body));

test('texts share requests, and each item gets its own embedding by the reply’s index', async () => {
	const rows = table(250);
	const { success, metadata } = await embed({ rows });
	expect(server.requests.map(({ path }) => path)).toEqual(Array(3).fill('/v1/test/embedder/v1/embeddings'));
	expect(sent().map(({ model, input }) => [model, listOf(input).length])).toEqual([
		['embedder', 100],
		['embedder', 100],
		['embedder', 50],
	]);
	expect(success).toEqual(
		rows.map((row, item) => ({ json: { ...row, embedding: [item, 0.5] }, pairedItem: { item } })),
	);
	expect(metadata?.tokenUsage).toEqual({ inputTokens: 9, outputTokens: 0 });
});

test('options reach the wire, and only those that are set', async () => {
	const options = {
		dimensions: 2,
		encoding: 'base64',
		model: 'other',
		apiPrefix: '/openai/v1',
		extraFields: '{"truncate_prompt_tokens": 8}',
		outputField: 'vector',
		rowsPerRequest: 1,
	};
	const { success } = await embed({ rows: table(1), parameters: { options, includeInputFields: false } });
	expect(server.requests[0]?.path).toBe('/v1/test/embedder/openai/v1/embeddings');
	expect(sent()).toEqual([
		{ model: 'other', dimensions: 2, encoding_format: 'base64', truncate_prompt_tokens: 8, input: ['text 0'] },
	]);
	expect(success[0]?.json).toEqual({ vector: [0, 0.5] });
	await embed({ rows: table(1) });
	expect(sent()[1]).toEqual({ model: 'embedder', input: ['text 0'] });
});

test('base64 and float give the same numbers', async () => {
	const sandbox = await startSandbox();
	const vectors = async (encoding: string) =>
		(
			await embed({ credential: { servingUrl: sandbox.url }, rows: table(3), parameters: { options: { encoding } } })
		).success.map(({ json }) => json.embedding);
	const [float, base64] = [await vectors('float'), await vectors('base64')];
	await sandbox.close();
	expect(float).toHaveLength(3);
	expect(float[0]).toHaveLength(64);
	expect(base64).toEqual(float);
});

test('requests stay below the size that is set', async () => {
	const rows = Array.from({ length: 10 }, (_, id) => ({ text: `${id}${'x'.repeat(400)}` }));
	await embed({ rows, parameters: { options: { maxRequestKilobytes: 1 } } });
	expect(Math.max(...server.requests.map(({ text }) => text.length))).toBeLessThanOrEqual(1024);
	expect(server.requests).toHaveLength(5);
});

test('items for several deployments go apart, and come back in their order', async () => {
	const rows = table(6).map((row, id) => ({ ...row, to: id % 2 === 0 ? 'one' : 'two' }));
	const { success } = await embed({
		rows,
		parameters: { deployment: { __rl: true, mode: 'name', value: '={{ $json.to }}' } },
	});
	expect(
		sent()
			.map(({ model }) => model)
			.toSorted(),
	).toEqual(['one', 'two']);
	expect(success.map(({ json }) => json.embedding)).toEqual(rows.map(({ id }) => [id, 0.5]));
});

describe('failures', () => {
	const settings = { onError: 'continueErrorOutput' } as const;

	test('a text that is too long fails alone, in words', async () => {
		server.answer = (request) =>
			inputOf(request).includes('text 7')
				? {
						status: 400,
						body: { error: { message: "the model's context length is only 8 tokens", type: 'x', code: 400 } },
					}
				: shuffled(request);
		const { success, failed } = await embed({ rows: table(60), settings });
		expect(success.map(({ json }) => json.id)).toEqual(
			table(60)
				.map(({ id }) => id)
				.filter((id) => id !== 7),
		);
		expect(success.every(({ json }) => at(json.embedding, 0) === json.id)).toBe(true);
		expect(failed).toEqual([
			{
				json: { id: 7, text: 'text 7', error: expect.stringContaining('The text is too long for the model') },
				pairedItem: { item: 7 },
			},
		]);
		expect(server.requests.length).toBeLessThanOrEqual(2 + 2 * Math.ceil(Math.log2(60)));
	});

	test.each<[string, unknown]>([
		['nulls', [null, null]],
		['nothing', []],
		['NaN in base64', Buffer.from(new Float32Array([NaN, 1]).buffer).toString('base64')],
		['one number too few', [7]],
	])('an embedding of %s fails its own text, and costs no further request', async (_name, embedding) => {
		server.answer = (request) =>
			reply(inputOf(request).map((text, index) => (text === 'text 7' ? { index, embedding } : entry(text, index))));
		const { success, failed } = await embed({ rows: table(100), settings });
		expect(success).toHaveLength(99);
		expect(success.every(({ json }) => at(json.embedding, 0) === json.id)).toBe(true);
		expect(failed).toEqual([{ json: { id: 7, text: 'text 7', error: expect.any(String) }, pairedItem: { item: 7 } }]);
		expect(server.requests).toHaveLength(1);
	});

	test('where the run stops, no further request goes out after such a text', async () => {
		server.answer = (request) => reply(inputOf(request).map((_text, index) => ({ index, embedding: [null] })));
		const { error } = await embed({
			rows: table(100),
			parameters: { options: { rowsPerRequest: 10, concurrency: 1 } },
		});
		expect(error?.message).toContain('no list of numbers');
		expect(server.requests).toHaveLength(1);
	});

	test('an object or a number is embedded as the text that it is', async () => {
		await embed({ rows: [{ text: { b: [1] } }, { text: 5 }] });
		expect(sent()[0]?.input).toEqual(['{"b":[1]}', '5']);
	});

	test('a request that is too large is cut into smaller ones', async () => {
		server.answer = (request) =>
			inputOf(request).length > 32 ? { status: 413, body: 'batch size 100 > 32' } : shuffled(request);
		const { success, hints } = await embed({ rows: table(100), settings });
		expect(success.map(({ json }) => at(json.embedding, 0))).toEqual(table(100).map(({ id }) => id));
		expect(hints[0]?.message).toContain('too large');
	});

	test.each<[string, (request: Recorded) => Reply]>([
		['embeds only the first text', (request) => reply([entry(inputOf(request)[0], 0)])],
		['gives every embedding the same index', (request) => reply(inputOf(request).map((text) => entry(text, 0)))],
	])('a deployment that %s gets each alone', async (_name, given) => {
		server.answer = given;
		const { success } = await embed({ rows: table(5), settings });
		expect(success.map(({ json }) => at(json.embedding, 0))).toEqual([0, 1, 2, 3, 4]);
	});

	test('embeddings without an index belong to the texts in their order', async () => {
		server.answer = (request) => reply(inputOf(request).map((text) => ({ embedding: vectorOf(text) })));
		const { success } = await embed({ rows: table(3) });
		expect(success.map(({ json }) => at(json.embedding, 0))).toEqual([0, 1, 2]);
	});

	test.each<[string, Reply, string]>([
		['no list', reply([{ index: 0, embedding: 'no!' }]), 'an embedding that is no list of numbers'],
		['a list of texts', reply([{ index: 0, embedding: ['a'] }]), 'an embedding that is no list of numbers'],
		['nothing', { body: '' }, 'The reply holds no embeddings: The reply was empty'],
		[
			'an error under status 200',
			{ body: { error: { message: 'EngineCore died' } } },
			'holds no embeddings: EngineCore died',
		],
		['a chat model', { status: 404, body: { detail: 'Not Found' } }, 'has no such address'],
	])('%s', async (_name, given, message) => {
		server.answer = () => given;
		const { error } = await embed({ rows: table(1) });
		expect(error?.message).toContain(message);
	});

	test.each<[string, INodeParameters, string]>([
		['an empty text', { text: ' ' }, "'Text' is empty"],
		['half a dimension', { options: { dimensions: 0.5 } }, "'Dimensions' is 0.5"],
		['input among the extra fields', { options: { extraFields: '{"input": "x"}' } }, "holds 'input'"],
	])('%s is refused before anything is sent', async (_name, parameters, message) => {
		const { error } = await embed({ rows: table(2), parameters });
		expect(error?.message).toContain(message);
		expect(server.requests).toEqual([]);
	});
});

test('as an agent’s tool the text is the agent’s, and its item stays out', async () => {
	const { success } = await runModel({
		tool: true,
		rows: [{ chatInput: 'secret', toolCallId: 'call_1', text: 'text 4' }],
		credential: { servingUrl: server.url },
		parameters: { operation: 'embed', deployment: { __rl: true, mode: 'name', value: 'embedder' } },
	});
	expect(sent()[0]?.input).toEqual(['text 4']);
	expect(success[0]?.json).toEqual({ embedding: [4, 0.5] });
});
