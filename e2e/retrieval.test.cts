/** Embeddings and reranking in a whole n8n: documents into its in-memory store and into PGVector, found again and ranked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { at, listOf, recordOf } from '../test/support/json.cts';
import { startServer, type Recorded, type Reply, type TestServer } from '../test/support/server.cts';
import { credential } from '../tools/credential.cts';
import { ASK, importExamples, promiseOf, readExamples } from '../tools/examples.cts';
import { pack } from '../tools/pack.cts';
import { freePorts, WholeN8n, type NodeRun } from '../tools/wholeN8n.cts';
import { startPgVector } from './pgvector.cts';
import { retrievalWorkflow, type Store } from './retrievalWorkflow.cts';

const DOCUMENTS = 1000;
/** In one request; what the nodes begin with. */
const ROWS_PER_REQUEST = 100;
const FOUND = 250;

/** The number in a text. */
const numberIn = (text: unknown): number => Number(/\d+/.exec(String(text))?.[0] ?? 0);
const listIn = ({ body }: Recorded, name: string): unknown[] => listOf(at(body, name) ?? []);

/** Texts lie on a quarter of a circle in the order of their numbers, so that the nearest to the query are known. */
function embedding(text: unknown): number[] {
	const angle = (numberIn(text) / DOCUMENTS) * (Math.PI / 2);
	return [Math.cos(angle), Math.sin(angle)];
}

/** Far from the order of the vectors, so that a ranking that was not made shows. */
const relevance = (text: unknown): number => ((numberIn(text) * 37) % 101) / 101;

/** Whether the document of a number is too long for the model. */
let tooLong: number | undefined;

function model(request: Recorded): Reply {
	if (request.path.endsWith('/embeddings')) {
		const input = listIn(request, 'input');
		if (input.some((text) => numberIn(text) === tooLong)) {
			const message =
				"This model's maximum context length is 512 tokens. However, your prompt contains 900 input tokens.";
			return { status: 400, body: { error: { message, type: 'BadRequestError', param: 'input_tokens', code: 400 } } };
		}
		return { body: { data: input.map((text, index) => ({ index, embedding: embedding(text) })) } };
	}
	const results = listIn(request, 'documents')
		.map((text, index) => ({ index, relevance_score: relevance(text) }))
		.toSorted((one, other) => other.relevance_score - one.relevance_score);
	return { body: { results } };
}

let n8n: WholeN8n;
let server: TestServer;
let sandbox: Sandbox;
/** Ends what was started, and begins with the last. */
const endings: Array<() => unknown> = [];

beforeAll(async () => {
	const folder = mkdtempSync(join(tmpdir(), 'retrieval-'));
	endings.unshift(() => rmSync(folder, { recursive: true, force: true }));
	server = await startServer(model);
	endings.unshift(() => server.close());
	sandbox = await startSandbox();
	endings.unshift(() => sandbox.close());
	const { server: database, host, port } = await startPgVector();
	endings.unshift(() => database.end());
	const user = { database: 'postgres', user: 'postgres', password: 'postgres' };
	const postgres = { host, port, ...user, ssl: 'disable', sshTunnel: false, maxConnections: 4 };
	n8n = new WholeN8n({ userFolder: join(folder, 'user'), ...(await freePorts()) });
	await n8n.addPackage(await pack(join(folder, 'package')));
	await importExamples(n8n, sandbox.url);
	await n8n.importAll('credentials', [
		credential('models', 'models', server.url),
		{ id: 'pgvector', name: 'pgvector', type: 'postgres', data: postgres },
	]);
});
afterAll(async () => {
	for (const end of endings) await end();
});
beforeEach(() => {
	tooLong = undefined;
	server.requests.length = 0;
});

async function run(store: Store): Promise<Record<string, NodeRun>> {
	const id = `retrieval_${store}`;
	await n8n.importAll('workflow', [
		retrievalWorkflow(id, store, { documents: DOCUMENTS, found: FOUND, credentialId: 'models' }),
	]);
	return await n8n.execute(id);
}

const requestsTo = (ending: string): Recorded[] => server.requests.filter(({ path }) => path.endsWith(ending));

describe.each<Store>(['vectorStoreInMemory', 'vectorStorePGVector'])('%s', (store) => {
	test(`${DOCUMENTS} documents are stored, the nearest found and ranked, in as few requests as they fill`, async () => {
		const { Insert: inserted, Load: loaded, Rank: rankedItems }: Record<string, NodeRun | undefined> = await run(store);
		expect(inserted?.items).toHaveLength(DOCUMENTS);
		const stored = requestsTo('/embeddings').map((request) => listIn(request, 'input'));
		expect(stored.map(({ length }) => length)).toEqual([...Array<number>(DOCUMENTS / ROWS_PER_REQUEST).fill(100), 1]);
		expect(stored.at(-1)).toEqual(['query: What is near 400?']);
		expect(new Set(stored.flat()).size).toBe(DOCUMENTS + 1);
		// The nearest to 400, in the order of the reranker.
		const near = Array.from({ length: DOCUMENTS }, (_, id) => id)
			.toSorted((one, other) => Math.abs(one - 400) - Math.abs(other - 400))
			.slice(0, FOUND);
		const numbers = loaded?.items.map(({ json }) => numberIn(at(json.document, 'pageContent'))) ?? [];
		const scores = loaded?.items.map(({ json }) => json.score) ?? [];
		expect(numbers).toHaveLength(20);
		expect(scores).toEqual(numbers.map(relevance));
		expect(scores).toEqual(
			near
				.map(relevance)
				.toSorted((one, other) => other - one)
				.slice(0, 20),
		);
		expect(numbers.every((number) => Math.abs(number - 400) <= FOUND / 2)).toBe(true);
		// Found by the store and ranked by the sub-node, then the same by the operation over all documents.
		const rankings = requestsTo('/rerank').map((request) => listIn(request, 'documents').length);
		expect(rankings.slice(0, 3).toSorted((one, other) => one - other)).toEqual([50, 100, 100]);
		expect(rankings.slice(3)).toEqual(Array(DOCUMENTS / ROWS_PER_REQUEST).fill(ROWS_PER_REQUEST));
		expect(rankedItems?.items).toHaveLength(DOCUMENTS);
		expect(
			rankedItems?.items.map(({ json }) => json.rank).toSorted((one, other) => Number(one) - Number(other)),
		).toEqual(Array.from({ length: DOCUMENTS }, (_, place) => place + 1));
		for (const { json } of rankedItems?.items ?? []) expect(json.relevance).toBe(relevance(json.text));
	});

	test('one document that is too long fails the insert, with its number', async () => {
		tooLong = 345;
		// The store hands over 200 documents at a time: of the second lot it is the 146th.
		await expect(run(store)).rejects.toThrow(/Document 146 of 200: The text is too long for the model/);
		expect(requestsTo('/embeddings').length).toBeLessThanOrEqual(4 + 2 * Math.ceil(Math.log2(ROWS_PER_REQUEST)) + 1);
		expect(requestsTo('/rerank')).toEqual([]);
	});
});

test('the example answers a question over its own documents, as its note says', async () => {
	const runs: Record<string, NodeRun | undefined> = await n8n.execute(ASK);
	const { answer } = promiseOf(readExamples(sandbox.url).find(({ id }) => id === ASK));
	const [item] = runs.Answer?.items ?? [];
	expect(Object.values(recordOf(item?.json))).toEqual([answer]);
	expect(runs.Answer?.items).toHaveLength(1);
});
