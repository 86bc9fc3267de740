/** The locator's list of deployments, in n8n's own panel context. */
import type { IDataObject, INodeListSearchItems } from 'n8n-workflow';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { API_KEY, panelContext } from './support/engine.cts';

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

const { searchDeployments } = new HopsworksModel().methods.listSearch;

async function list(
	filter?: string,
	operation = 'predict',
	credential: IDataObject = {},
): Promise<INodeListSearchItems[]> {
	const context = panelContext({
		parameters: { operation },
		credential: { hopsworksUrl: sandbox.url, ...credential },
	});
	return (await searchDeployments.call(context, filter)).results;
}

test('it names every deployment by its name alone: those that answer first, for Predict language models after the others', async () => {
	const entries = await list();
	for (const { name, value } of entries) expect(name).toBe(value);
	expect(entries.map(({ name }) => name)).toEqual([
		'cardcheck',
		'fraud',
		'payments',
		'returns',
		'tumor',
		'broken',
		'newcomer',
		'screening',
		'assistant',
		'embedder',
		'oldassistant',
		'reranker',
		'pricegrpc',
	]);
});

test('state and model server are told beside the name', async () => {
	const facts = Object.fromEntries((await list()).map(({ name, description = '' }) => [name, description]));
	expect(facts).toMatchObject({
		fraud: expect.stringMatching(/^Running, Python/),
		screening: expect.stringMatching(/^Stopped, Python/),
		assistant: expect.stringMatching(/^Running, vLLM/),
		pricegrpc: expect.stringMatching(/^Running, Python, gRPC only, not usable/),
	});
});

test('for Chat the language models come first', async () => {
	const [assistant] = sandbox.cluster.deployments.filter(({ modelServer }) => modelServer === 'VLLM');
	if (assistant) sandbox.cluster.deployments.push({ ...assistant, id: 99, name: 'zebra' });
	const names = (await list('', 'chat')).map(({ value }) => value);
	sandbox.cluster.deployments.pop();
	expect(names.slice(0, 6)).toEqual(['assistant', 'embedder', 'oldassistant', 'reranker', 'zebra', 'cardcheck']);
	expect(names.at(-1)).toBe('pricegrpc');
});

test('for Hopsworks Deployment they come in the order of their names, as it is asked about those that are down too', async () => {
	const context = panelContext({ parameters: { operation: 'get' }, credential: { hopsworksUrl: sandbox.url } });
	const search = new HopsworksDeployment().methods.listSearch.searchDeployments;
	const names = (await search.call(context)).results.map(({ value }) => value);
	expect([...names.slice(0, 3), names.at(-1)]).toEqual(['assistant', 'broken', 'cardcheck', 'pricegrpc']);
});

test.each([
	['fra', ['fraud']],
	['STOPPED', ['screening']],
	['vllm', ['assistant', 'embedder', 'oldassistant', 'reranker']],
	['nothing like this', []],
])('typing %j leaves what matches name, state or model server', async (filter, names) => {
	expect((await list(filter)).map(({ value }) => value)).toEqual(names);
});

test('a project with 1,000 deployments more is listed whole, and searched', async () => {
	const added = sandbox.cluster.deployments.length;
	await fetch(`${sandbox.url}/sandbox/deployments`, { method: 'POST', body: '{"count": 1000}' });
	expect(await list()).toHaveLength(1013);
	expect((await list('model0777')).map(({ name }) => name)).toEqual(['model0777']);
	sandbox.cluster.deployments.length = added;
});

test.each([
	['a refused key', { apiKey: 'PREFIX.WRONG' }, 'The API key was refused', "'API Key'"],
	['a missing scope', { apiKey: 'NOSERVING.SECRET' }, 'lacks the scope SERVING', 'Add the scope SERVING'],
	['an unknown project', { project: 'nope' }, 'knows no such project', "'Project'"],
	['no Hopsworks URL', { hopsworksUrl: '' }, "'Hopsworks URL' in the credential is empty", 'Fill it in'],
	['no Hopsworks there', { hopsworksUrl: 'http://127.0.0.1:1' }, 'refused the connection', 'Check the address'],
])('%s is an error, never an empty list', async (_name, credential, message, description) => {
	const error: unknown = await list('', 'predict', credential).catch((caught: unknown) => caught);
	expect(error).toMatchObject({
		message: expect.stringContaining(message),
		description: expect.stringContaining(description),
	});
	expect(JSON.stringify(error)).not.toContain(API_KEY);
});

test('a project without deployments is an empty list, in either form', async () => {
	const all = sandbox.cluster.deployments.splice(0);
	const lists = [await list()];
	sandbox.cluster.settings.listForm = 'counted';
	lists.push(await list());
	sandbox.cluster.settings.listForm = 'bare';
	sandbox.cluster.deployments.push(...all);
	expect(lists).toEqual([[], []]);
});
