/** Hopsworks Reranker as vector stores get it, in n8n's engine, over real HTTP. */
import { NodeConnectionTypes, type INodeParameters } from 'n8n-workflow';
import { RerankerHopsworks } from '../nodes/RerankerHopsworks/RerankerHopsworks.node';
import type { Reranker } from '../nodes/RerankerHopsworks/reranker';
import { startSandbox } from '../sandbox/sandbox.cts';
import { at, listOf, recordOf, textOf } from './support/json.cts';
import type { Recorded, Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';
import { useSubNode, type SubNodeRun } from './support/subNode.cts';

const relevanceOf = (text: unknown): number => (Number(textOf(text).replace(/\D/g, '')) * 7) % 100;
const textsIn = ({ body }: Recorded): unknown[] => listOf(at(body, 'documents') ?? at(body, 'text_2'));
const entry = (text: unknown, index: number) => ({ index, relevance_score: relevanceOf(text) });

function bestFirst(request: Recorded): Reply {
	const results = textsIn(request).map(entry);
	results.sort((one, other) => other.relevance_score - one.relevance_score);
	return { body: { id: 'score-1', usage: { prompt_tokens: 3, total_tokens: 3 }, results } };
}

const server = sharedServer(bestFirst);

function isReranker(value: unknown): value is Reranker {
	return typeof value === 'object' && value !== null && 'compressDocuments' in value;
}

interface Using {
	parameters?: INodeParameters;
	cancelAfter?: number;
	credential?: object;
}

function useReranker(
	use: (reranker: Reranker) => Promise<unknown>,
	{ parameters, cancelAfter, credential }: Using = {},
): Promise<SubNodeRun> {
	return useSubNode({
		node: new RerankerHopsworks(),
		type: NodeConnectionTypes.AiReranker,
		isSupplied: isReranker,
		use,
		parameters,
		credential: { servingUrl: server.url, ...credential },
		cancelAfter,
	});
}

const documents = (count: number) =>
	Array.from({ length: count }, (_, id) => ({ pageContent: `text ${id}`, metadata: { id }, id: `d${id}` }));
const rank = async (reranker: Reranker) => await reranker.compressDocuments(documents(10), 'Which?');

test('the most relevant documents come first, as copies, with their relevance where stores look for it', async () => {
	const given = documents(10);
	const { made, shown, log } = await useReranker(async (reranker) => await reranker.compressDocuments(given, 'Which?'));
	expect(made).toEqual(
		[9, 8, 7].map((id) => ({ pageContent: `text ${id}`, metadata: { id, relevanceScore: 7 * id }, id: `d${id}` })),
	);
	expect(given).toEqual(documents(10));
	expect(server.requests.map(({ path }) => path)).toEqual(['/v1/test/model/v1/rerank']);
	expect(recordOf(server.requests[0]?.body)).toEqual({
		model: 'model',
		query: 'Which?',
		documents: documents(10).map(({ pageContent }) => pageContent),
	});
	expect(shown).toEqual([
		{
			documents: 10,
			kept: 3,
			requests: 1,
			retries: 0,
			tokenUsage: { promptTokens: 3, completionTokens: 0, totalTokens: 3 },
		},
	]);
	expect(log[0]?.metadata).toMatchObject({ tokenUsage: { inputTokens: 3, outputTokens: 0 } });
	expect(JSON.stringify(log)).not.toMatch(/text \d|Which/);
});

test('1,000 documents go out in ten requests, and are ranked over all of them', async () => {
	const { made } = await useReranker(async (reranker) => await reranker.compressDocuments(documents(1000), 'Which?'), {
		parameters: { topN: 10_000, options: { rowsPerRequest: 100 } },
	});
	expect(server.requests).toHaveLength(10);
	const scores = listOf(made).map((one) => at(one, 'metadata', 'relevanceScore'));
	expect(scores).toHaveLength(1000);
	expect(scores).toEqual(scores.toSorted((one, other) => Number(other) - Number(one)));
	for (const one of listOf(made)) {
		expect(at(one, 'metadata', 'relevanceScore')).toBe(relevanceOf(at(one, 'pageContent')));
	}
});

test('a server without a ranking is asked for scores', async () => {
	server.answer = (request) =>
		request.path.endsWith('/score')
			? { body: { data: textsIn(request).map((text, index) => ({ index, score: relevanceOf(text) })) } }
			: { status: 404, body: { detail: 'Not Found' } };
	const { made } = await useReranker(rank);
	expect(listOf(made).map((one) => at(one, 'metadata', 'id'))).toEqual([9, 8, 7]);
	expect(server.requests).toHaveLength(2);
});

test('no documents cost no request', async () => {
	const { made } = await useReranker(async (reranker) => await reranker.compressDocuments([], 'Which?'));
	expect(made).toEqual([]);
	expect(server.requests).toEqual([]);
});

test('the sandbox ranks what a question is about first', async () => {
	const sandbox = await startSandbox();
	const texts = ['Parking is behind the house', 'Invoices are paid within 30 days', 'The office opens at eight'];
	const { made } = await useReranker(
		async (reranker) =>
			await reranker.compressDocuments(
				texts.map((pageContent) => ({ pageContent, metadata: {} })),
				'When are invoices paid?',
			),
		{
			credential: { servingUrl: '', hopsworksUrl: sandbox.url },
			parameters: { topN: 1, deployment: { __rl: true, mode: 'list', value: 'reranker' } },
		},
	);
	await sandbox.close();
	expect(listOf(made).map((one) => at(one, 'pageContent'))).toEqual([texts[1]]);
});

describe('failures', () => {
	test('one document that is too long fails the call with its number', async () => {
		server.answer = (request) =>
			textsIn(request).includes('text 6')
				? { status: 400, body: { error: { message: "This model's maximum context length is 8 tokens" } } }
				: bestFirst(request);
		const { error, log } = await useReranker(rank);
		expect(error?.message).toMatch(/^Document 7 of 10: The text is too long for the model/);
		expect(error?.description).toContain('The query and each text must together fit');
		expect(log).toEqual([expect.objectContaining({ executionStatus: 'error' })]);
	});

	test.each<[string, (request: Recorded) => unknown[]]>([
		['cut', (request) => textsIn(request).map(entry).slice(0, 3)],
		['with one index twice', (request) => textsIn(request).map((text) => entry(text, 0))],
		['out of range', (request) => textsIn(request).map((text, index) => entry(text, index + 1))],
	])('a ranking %s is never taken for the right one', async (_name, results) => {
		// The server does so with any number of texts, so that sending them alone does not help.
		server.answer = (request) => ({
			body: { results: textsIn(request).length > 1 ? results(request) : [{ index: 5, relevance_score: 1 }] },
		});
		const { error } = await useReranker(rank);
		expect(error?.message).toMatch(/^Document 1 of 10: The reply does not tell which relevance belongs to which text/);
	});

	test.each<[string, Parameters<Reranker['compressDocuments']>, string]>([
		['query', [documents(2), ' '], 'The query is empty'],
		['document', [[...documents(1), { pageContent: '', metadata: {} }], 'x'], 'Document 2 of 2 is empty'],
	])('an empty %s is refused before anything is sent', async (_name, given, message) => {
		const { error } = await useReranker(async (reranker) => await reranker.compressDocuments(...given));
		expect(error?.message).toBe(message);
		expect(server.requests).toEqual([]);
	});

	test.each<[string, INodeParameters, string]>([
		['no whole number', { topN: 1.5 }, "'Top N' is 1.5"],
		['a limit of its own', { options: { extraFields: '{"top_n": 2}' } }, "holds 'top_n'"],
	])('%s is refused before anything is sent', async (_name, parameters, message) => {
		const { error } = await useReranker(rank, { parameters });
		expect(error?.message).toContain(message);
		expect(server.requests).toEqual([]);
	});

	test('a busy server is waited for', async () => {
		server.answer = (request, number) => (number === 1 ? { status: 429, body: 'busy' } : bestFirst(request));
		const { made, shown } = await useReranker(rank, { parameters: { options: { maxRetryWait: 0 } } });
		expect(made).toHaveLength(3);
		expect(shown[0]).toMatchObject({ requests: 2, retries: 1 });
	});

	test('a cancel ends a call', async () => {
		server.answer = (request) => ({ ...bestFirst(request), delay: 20_000 });
		const began = Date.now();
		const { run, made } = await useReranker(rank, { cancelAfter: 200 });
		expect(run.status).toBe('canceled');
		expect(made).toBeUndefined();
		expect(Date.now() - began).toBeLessThan(5000);
	});
});
