/** Hopsworks Embeddings as vector stores get it, in n8n's engine, over real HTTP. */
import { NodeConnectionTypes, type INodeParameters } from 'n8n-workflow';
import { EmbeddingsHopsworks } from '../nodes/EmbeddingsHopsworks/EmbeddingsHopsworks.node';
import type { SuppliedEmbeddings } from '../nodes/EmbeddingsHopsworks/embeddings';
import { startSandbox } from '../sandbox/sandbox.cts';
import { API_KEY } from './support/engine.cts';
import { at, recordOf } from './support/json.cts';
import type { Recorded, Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';
import { useSubNode, type SubNodeRun } from './support/subNode.cts';

/** A text's embedding is its number, so that a mixed-up one shows. */
const vectorOf = (text: unknown): number[] => [Number(String(text).replace(/\D/g, '')), 0.5];
const inputOf = ({ body }: Recorded): unknown[] => [at(body, 'input')].flat();
const entry = (text: unknown, index: number) => ({ object: 'embedding', index, embedding: vectorOf(text) });

function shuffled(request: Recorded): Reply {
	const data = inputOf(request).map(entry).reverse();
	return { body: { object: 'list', data, usage: { prompt_tokens: 3, total_tokens: 3 } } };
}

const server = sharedServer(shuffled);

function isEmbeddings(value: unknown): value is SuppliedEmbeddings {
	return typeof value === 'object' && value !== null && 'embedDocuments' in value && 'embedQuery' in value;
}

interface Using {
	options?: INodeParameters;
	cancelAfter?: number;
	parameters?: INodeParameters;
	credential?: object;
}

function useEmbeddings(
	use: (embeddings: SuppliedEmbeddings) => Promise<unknown>,
	{ options = {}, cancelAfter, parameters, credential }: Using = {},
): Promise<SubNodeRun> {
	return useSubNode({
		node: new EmbeddingsHopsworks(),
		type: NodeConnectionTypes.AiEmbedding,
		isSupplied: isEmbeddings,
		use,
		parameters: { options, ...parameters },
		credential: { servingUrl: server.url, ...credential },
		cancelAfter,
	});
}

const documents = (count: number): string[] => Array.from({ length: count }, (_, id) => `text ${id}`);
const sent = () => server.requests.map(({ body }) => recordOf(body));
const tooLong: Reply = {
	status: 400,
	body: { error: { message: "This model's maximum context length is 8 tokens", type: 'x', code: 400 } },
};

test('documents share requests, and each gets its own vector; the log counts, and holds no text', async () => {
	const { made, shown, log } = await useEmbeddings(
		async (embeddings) => await embeddings.embedDocuments(documents(250)),
	);
	expect(made).toEqual(documents(250).map(vectorOf));
	expect(server.requests.map(({ path }) => path)).toEqual(Array(3).fill('/v1/test/model/v1/embeddings'));
	expect(sent().map((body) => Object.keys(body))).toEqual(Array(3).fill(['model', 'input']));
	expect(shown).toEqual([
		{
			documents: 250,
			dimensions: 2,
			requests: 3,
			retries: 0,
			tokenUsage: { promptTokens: 9, completionTokens: 0, totalTokens: 9 },
		},
	]);
	expect(log).toEqual([
		expect.objectContaining({
			executionStatus: 'success',
			metadata: expect.objectContaining({ tokenUsage: { inputTokens: 9, outputTokens: 0 } }),
			inputOverride: { ai_embedding: [[{ json: { documents: 250 } }]] },
		}),
	]);
	expect(JSON.stringify(log)).not.toMatch(/text \d/);
});

test('a query gets one vector, and calls under way at once each have their own run in the log', async () => {
	const { made, shown } = await useEmbeddings(
		async (embeddings) => await Promise.all(['text 4', 'text 5'].map((text) => embeddings.embedQuery(text))),
	);
	expect(made).toEqual([
		[4, 0.5],
		[5, 0.5],
	]);
	expect(shown.map(({ queries, requests }) => [queries, requests])).toEqual([
		[1, 1],
		[1, 1],
	]);
});

test('options reach the wire, and documents and queries have their own prefixes', async () => {
	const { made } = await useEmbeddings(
		async (embeddings) => [await embeddings.embedDocuments(['text 1']), await embeddings.embedQuery('text 2')],
		{
			options: {
				dimensions: 2,
				encoding: 'base64',
				model: 'other',
				apiPrefix: '/openai/v1',
				extraFields: '{"truncate_prompt_tokens": 8}',
				passagePrefix: 'passage: ',
				queryPrefix: 'query: ',
			},
		},
	);
	expect(server.requests.map(({ path }) => path)).toEqual(Array(2).fill('/v1/test/model/openai/v1/embeddings'));
	const settings = { model: 'other', dimensions: 2, encoding_format: 'base64', truncate_prompt_tokens: 8 };
	expect(sent()).toEqual([
		{ ...settings, input: ['passage: text 1'] },
		{ ...settings, input: ['query: text 2'] },
	]);
	expect(made).toEqual([[[1, 0.5]], [2, 0.5]]);
});

test('no documents cost no request', async () => {
	const { made } = await useEmbeddings(async (embeddings) => await embeddings.embedDocuments([]));
	expect(made).toEqual([]);
	expect(server.requests).toEqual([]);
});

test('base64 gives the same numbers as plain ones, and so does the sandbox by a Hopsworks URL alone', async () => {
	const sandbox = await startSandbox();
	const given = { credential: { servingUrl: '', hopsworksUrl: sandbox.url } };
	const parameters = { deployment: { __rl: true, mode: 'list', value: 'embedder' } };
	const vectors = async (encoding: string) =>
		(
			await useEmbeddings(async (embeddings) => await embeddings.embedDocuments(['One', 'Two']), {
				...given,
				parameters: { ...parameters, options: { encoding } },
			})
		).made;
	const [float, base64] = [await vectors('float'), await vectors('base64')];
	sandbox.cluster.find(({ name }) => name === 'test', 'embedder')?.lifecycle.become('Stopped');
	const stopped = await useEmbeddings(async (embeddings) => await embeddings.embedQuery('x'), { ...given, parameters });
	await sandbox.close();
	expect(at(float, 1)).toHaveLength(64);
	expect(base64).toEqual(float);
	expect(stopped.error?.message).toContain("The deployment 'embedder' is not running: it is 'Stopped'");
	expect(stopped.error?.description).toContain('Start it');
});

describe('failures', () => {
	const embedAll = async (embeddings: SuppliedEmbeddings) => await embeddings.embedDocuments(documents(100));

	test('one document that is too long fails the call with its number, its words and few requests', async () => {
		server.answer = (request) => (inputOf(request).includes('text 6') ? tooLong : shuffled(request));
		const { error, log, made } = await useEmbeddings(embedAll, { options: { concurrency: 1 } });
		expect(made).toBeUndefined();
		expect(error?.message).toMatch(/^Document 7 of 100: The text is too long for the model/);
		expect(error?.description).toContain('text splitter');
		expect(error?.description).toContain('The text was sent as: "text 6"');
		expect(server.requests.length).toBeLessThanOrEqual(2 + 2 * Math.ceil(Math.log2(100)));
		expect(log).toEqual([expect.objectContaining({ executionStatus: 'error' })]);
		expect(log[0]?.error?.message).toBe(error?.message);
		expect(error).toMatchObject({ functionality: 'configuration-node', node: { name: 'Sub-Node' } });
	});

	test('a vector that could not be computed fails the call with the number of its document', async () => {
		server.answer = (request) => ({
			body: {
				data: inputOf(request).map((text, index) =>
					text === 'text 99' ? { index, embedding: [null, null] } : entry(text, index),
				),
			},
		});
		const { error } = await useEmbeddings(embedAll);
		expect(error?.message).toMatch(/^Document 100 of 100: The reply holds an embedding that is no list of numbers/);
		expect(server.requests).toHaveLength(1);
	});

	test.each<[string, (embeddings: SuppliedEmbeddings) => Promise<unknown>, string]>([
		['a document', async (embeddings) => await embeddings.embedDocuments(['a', 'b', ' ']), 'Document 3 of 3 is empty'],
		['null', async (embeddings) => await embeddings.embedDocuments([null]), 'The document is empty'],
		['a query', async (embeddings) => await embeddings.embedQuery(''), 'The query is empty'],
	])('%s without text is refused before anything is sent', async (_name, use, message) => {
		const { error, log } = await useEmbeddings(use, { options: { passagePrefix: 'passage: ' } });
		expect(error?.message).toBe(message);
		expect(log).toEqual([expect.objectContaining({ executionStatus: 'error' })]);
		expect(server.requests).toEqual([]);
	});

	test.each([429, 503])('a reply with status %i is waited out, and counted', async (status) => {
		server.answer = (request, number) => (number === 1 ? { status, body: 'busy' } : shuffled(request));
		const { made, shown } = await useEmbeddings(embedAll, { options: { maxRetryWait: 0 } });
		expect(made).toEqual(documents(100).map(vectorOf));
		expect(shown[0]).toMatchObject({ requests: 2, retries: 1 });
	});

	test.each<[string, Reply, string]>([
		['503 to the end', { status: 503, body: 'no healthy upstream' }, 'The deployment is not ready'],
		['a refused key', { status: 401, body: { errorMsg: 'no' } }, 'The API key was refused'],
		['a chat model', { status: 404, body: { detail: 'Not Found' } }, 'has no such address'],
		['a reply that is cut off', { body: { data: [] }, cutAfter: 5 }, 'closed the connection'],
	])('%s has to do with all documents, and is told so', async (_name, reply, message) => {
		server.answer = () => reply;
		const { error, log } = await useEmbeddings(embedAll, { options: { maxTries: 1 } });
		expect(error?.message).toContain(message);
		expect(error?.message).not.toMatch(/Document \d/);
		expect(error?.description).toBeTruthy();
		expect(JSON.stringify([log, error])).not.toContain(API_KEY);
	});

	test('a request that is too large is cut into smaller ones', async () => {
		server.answer = (request) =>
			inputOf(request).length > 32 ? { status: 413, body: 'batch size 100 > 32' } : shuffled(request);
		const { made } = await useEmbeddings(embedAll);
		expect(made).toEqual(documents(100).map(vectorOf));
	});

	test('a cancel ends a call, and what is called after it in the same run', async () => {
		server.answer = (request, number) => ({ ...shuffled(request), delay: number > 1 ? 20_000 : 0 });
		const began = Date.now();
		const errors: string[] = [];
		const { run } = await useEmbeddings(
			async (embeddings) => {
				for (const count of [300, 5]) {
					await embeddings.embedDocuments(documents(count)).catch((error: unknown) => errors.push(String(error)));
				}
			},
			{ cancelAfter: 300, options: { concurrency: 1 } },
		);
		while (errors.length < 2 && Date.now() - began < 5000) await new Promise((done) => setTimeout(done, 20));
		expect(run.status).toBe('canceled');
		expect(errors).toEqual([expect.stringContaining('canceled'), expect.stringContaining('canceled')]);
		expect(server.requests).toHaveLength(2);
	});

	test('another run may call what a store has kept of a run that was cancelled', async () => {
		let kept: SuppliedEmbeddings | undefined;
		server.answer = (request) => ({ ...shuffled(request), delay: server.requests.length > 1 ? 0 : 20_000 });
		const first = await useEmbeddings(
			async (embeddings) => {
				kept = embeddings;
				await embeddings.embedQuery('text 1');
			},
			{ cancelAfter: 200 },
		);
		expect(first.run.status).toBe('canceled');
		const clock = performance.now.bind(performance);
		jest.spyOn(performance, 'now').mockImplementation(() => clock() + 60_000);
		const later = await useEmbeddings(async () => [
			await kept?.embedDocuments(documents(3)),
			await kept?.embedQuery('text 9'),
		]);
		jest.restoreAllMocks();
		expect(later.made).toEqual([documents(3).map(vectorOf), [9, 0.5]]);
	});

	test('what its fields cannot mean is told before anything is sent', async () => {
		const { error } = await useEmbeddings(embedAll, { options: { extraFields: '{"input": "x"}' } });
		expect(error?.message).toContain("holds 'input'");
		expect(error?.description).toBe('Remove it there.');
		expect(server.requests).toEqual([]);
	});
});
