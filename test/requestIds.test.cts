/** In n8n's engine: every request has an id of its own, the same each time it is sent, on every way that leads out of the nodes. */
import { CredentialTestContext } from 'n8n-core';
import { NodeConnectionTypes, type IDataObject, type INodeParameters, type INodeType } from 'n8n-workflow';
import { EmbeddingsHopsworks } from '../nodes/EmbeddingsHopsworks/EmbeddingsHopsworks.node';
import type { SuppliedEmbeddings } from '../nodes/EmbeddingsHopsworks/embeddings';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node';
import { operations as ofDeployment } from '../nodes/HopsworksDeployment/operations';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node';
import { operations as ofModel } from '../nodes/HopsworksModel/operations';
import { hopsworksApiTest } from '../nodes/n8n/methods/credentialTest';
import { RerankerHopsworks } from '../nodes/RerankerHopsworks/RerankerHopsworks.node';
import type { Reranker } from '../nodes/RerankerHopsworks/reranker';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { lifecycleOf } from './support/deploymentStates.cts';
import { useChatModel } from './support/chatModel.cts';
import { API_KEY, panelContext, runModel, type RunOptions, type RunResult } from './support/engine.cts';
import { quickenWaits } from './support/polls.cts';
import type { Recorded, Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';
import { useSubNode } from './support/subNode.cts';

quickenWaits(0.02);

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
	Object.assign(sandbox.cluster.settings.pace, { start: 20, stop: 20, wake: 10, route: 0 });
});
afterEach(() => sandbox.close());

const idOf = ({ headers }: Recorded): string => String(headers['x-request-id']);

/** What the sandbox says. */
async function passOn({ method, path, headers, text }: Recorded): Promise<Reply> {
	const passed = ['authorization', 'content-type', 'accept', 'x-request-id'].map((name): [string, string] => [
		name,
		String(headers[name] ?? ''),
	]);
	const response = await fetch(sandbox.url + path, {
		method,
		headers: Object.fromEntries(passed.filter(([, value]) => value !== '')),
		...(method === 'POST' && { body: text }),
	});
	return {
		status: response.status,
		headers: { 'content-type': response.headers.get('content-type') ?? '' },
		body: await response.text(),
	};
}

/** Before the sandbox. */
const server = sharedServer(passOn);

const TROUBLE: Reply[] = [
	{ status: 503 },
	{ status: 429, headers: { 'retry-after': '0' } },
	{ reset: true },
	{ body: '{"a": 1}', headers: { 'content-length': '8' }, cutAfter: 3 },
];

/** From now on each request meets trouble, of one kind after the other: one that came by another id would be met by it without end. */
function makeTrouble(): void {
	const seen = new Map<string, number>();
	server.answer = async (request) => {
		const times = seen.get(idOf(request)) ?? 0;
		seen.set(idOf(request), times + 1);
		// Hopsworks is asked three times at most, a deployment six times.
		const most = request.path.startsWith('/v1/') ? TROUBLE.length : 2;
		const kind = TROUBLE[(seen.size + times) % TROUBLE.length];
		return kind && times < most ? kind : await passOn(request);
	};
}

/** The requests by their ids, once it is sure that each has one, and that equal ids mean the same request. */
function byId(): Map<string, number> {
	const requests = new Map<string, Recorded[]>();
	for (const request of server.requests) {
		expect(idOf(request)).toMatch(UUID);
		requests.set(idOf(request), [...(requests.get(idOf(request)) ?? []), request]);
	}
	for (const same of requests.values()) {
		const [first] = same;
		for (const { method, path, text } of same) {
			expect([method, path, text]).toEqual([first?.method, first?.path, first?.text]);
		}
	}
	return new Map([...requests].map(([id, { length }]) => [id, length]));
}

const CREDENTIAL = (): IDataObject => ({ servingUrl: server.url, hopsworksUrl: server.url, project: 'test' });
const CSV = { data: { data: Buffer.from('amount,age,hour\n1,2,3\n').toString('base64'), mimeType: 'text/csv' } };
const listed = (value: string): INodeParameters => ({ __rl: true, mode: 'list', value });

function run(node: INodeType, parameters: INodeParameters, more: Partial<RunOptions> = {}): Promise<RunResult> {
	return runModel({
		node,
		credential: CREDENTIAL(),
		items: [1, 2].map((amount) => ({ json: { amount, age: 2, hour: 3 }, binary: CSV })),
		...more,
		parameters,
	});
}

/** What each operation needs, where it is not enough to name a deployment that runs. */
const NEEDS: Record<string, INodeParameters> = {
	predict: { columns: 'amount, age, hour' },
	predictFile: { columns: 'amount, age, hour' },
	chat: { deployment: listed('assistant'), prompt: 'Hi' },
	classify: {
		deployment: listed('assistant'),
		text: 'Hi',
		categories: { values: [{ name: 'yes' }, { name: 'no' }] },
	},
	embed: { deployment: listed('embedder'), text: 'Hi' },
	rerank: { deployment: listed('reranker'), query: 'Hi', text: 'Hi' },
	start: { deployment: listed('screening') },
	stop: { deployment: listed('returns') },
	getSchema: { deployment: listed('payments') },
	rollBack: { deployment: listed('tumor'), rollBackTo: 'version', version: 1 },
};

type Way = [name: string, go: () => Promise<{ status?: string; error?: unknown }>];

function waysOf(node: () => INodeType, operations: ReadonlyArray<{ value: string }>): Way[] {
	return operations.map(
		({ value }): Way => [value, () => run(node(), { operation: value, deployment: listed('fraud'), ...NEEDS[value] })],
	);
}

const isEmbeddings = (value: unknown): value is SuppliedEmbeddings =>
	typeof value === 'object' && value !== null && 'embedDocuments' in value;
const isReranker = (value: unknown): value is Reranker =>
	typeof value === 'object' && value !== null && 'compressDocuments' in value;

const WAYS: Way[] = [
	...waysOf(() => new HopsworksModel(), ofModel),
	...waysOf(() => new HopsworksDeployment(), ofDeployment),
	[
		'predict with the schema',
		() =>
			run(
				new HopsworksModel(),
				{
					operation: 'predict',
					deployment: listed('payments'),
					rows: 'schema',
					schemaColumns: { mappingMode: 'autoMapInputData', value: null },
				},
				// Without the other address, what is looked up is needed, and asked for again.
				{
					credential: { hopsworksUrl: server.url, project: 'test' },
					rows: [{ cc_num: 2, amount: 1.5, ip_address: '1.2.3.4', budget: 1, merchant_hint: 'x' }],
					items: undefined,
				},
			),
	],
	[
		'chat that streams',
		() =>
			run(
				new HopsworksModel(),
				{ operation: 'chat', deployment: listed('assistant'), prompt: 'Hi' },
				{ onChunk: () => {} },
			),
	],
	[
		'predict through Hopsworks',
		() =>
			run(
				new HopsworksModel(),
				{ operation: 'predict', deployment: listed('fraud'), columns: 'amount, age, hour' },
				{ credential: { hopsworksUrl: server.url, project: 'test' } },
			),
	],
	[
		'the chat model',
		() =>
			useChatModel(async (model) => await model.invoke('Hi'), {
				credential: CREDENTIAL(),
				parameters: { deployment: listed('assistant') },
			}),
	],
	[
		'the chat model that streams',
		() =>
			useChatModel(
				async (model) => {
					for await (const _piece of await model.stream('Hi'));
				},
				{ credential: CREDENTIAL(), parameters: { deployment: listed('assistant') } },
			),
	],
	[
		'the embeddings',
		() =>
			useSubNode({
				node: new EmbeddingsHopsworks(),
				type: NodeConnectionTypes.AiEmbedding,
				isSupplied: isEmbeddings,
				use: async (embeddings) => await embeddings.embedDocuments(['a', 'b']),
				credential: CREDENTIAL(),
				parameters: { deployment: listed('embedder') },
			}),
	],
	[
		'the reranker',
		() =>
			useSubNode({
				node: new RerankerHopsworks(),
				type: NodeConnectionTypes.AiReranker,
				isSupplied: isReranker,
				use: async (reranker) => await reranker.compressDocuments([{ pageContent: 'a', metadata: {} }], 'b'),
				credential: CREDENTIAL(),
				parameters: { deployment: listed('reranker') },
			}),
	],
	[
		'the list of deployments',
		async () => {
			const context = panelContext({ parameters: { operation: 'predict' }, credential: CREDENTIAL() });
			expect((await new HopsworksModel().methods.listSearch.searchDeployments.call(context)).results).not.toEqual([]);
			return {};
		},
	],
];

describe.each([false, true])('with trouble: %s', (hasTrouble) => {
	test.each(WAYS)('%s', async (_name, go) => {
		if (hasTrouble) makeTrouble();
		const { error } = await go();
		expect(error).toBeUndefined();
		// A look-up that a run can do without is made once.
		const most = Math.max(...byId().values());
		if (hasTrouble) expect(most).toBeGreaterThan(2);
		else expect(most).toBe(1);
		expect(sandbox.traffic.withoutId).toEqual([]);
	});
});

test('the credential’s Test', async () => {
	const data = { apiKey: API_KEY, ...CREDENTIAL() };
	const { status } = await hopsworksApiTest.call(new CredentialTestContext(), {
		id: '1',
		name: 'test',
		type: 'hopsworksApi',
		data: { ...data, servingUrl: server.url, hopsworksUrl: server.url, project: 'test' },
	});
	expect(status).toBe('OK');
	expect([...byId().values()]).toEqual([1, 1, 1]);
});

test('a request that waits for its route goes out again by its id, and the question for the route has one id, too', async () => {
	Object.assign(sandbox.cluster.settings.pace, { route: 400 });
	lifecycleOf(sandbox, 'returns').become('Stopped');
	const { success } = await run(new HopsworksModel(), {
		operation: 'predict',
		deployment: listed('returns'),
		columns: 'amount, age, hour',
		options: { whenStopped: 'start' },
	});
	expect(success).toHaveLength(2);
	byId();
	const ids = (isIt: (request: Recorded) => boolean) => new Set(server.requests.filter(isIt).map(idOf)).size;
	const toGateway = server.requests.filter(({ path }) => path.startsWith('/v1/'));
	expect(toGateway.filter(({ method }) => method === 'POST')).toHaveLength(2);
	expect(toGateway.filter(({ method }) => method === 'GET').length).toBeGreaterThan(1);
	expect(ids(({ method, path }) => method === 'POST' && path.startsWith('/v1/'))).toBe(1);
	expect(ids(({ method, path }) => method === 'GET' && path.startsWith('/v1/'))).toBe(1);
});
