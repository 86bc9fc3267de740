/** What the editor offers as an operation's output before its first run is what comes out. */
import type { IDataObject, INodeParameters, INodeType } from 'n8n-workflow';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node';
import { operations as ofDeployment } from '../nodes/HopsworksDeployment/operations';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node';
import { operations as ofModel } from '../nodes/HopsworksModel/operations';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { runModel } from './support/engine.cts';
import { quickenPolls } from './support/polls.cts';
import { departures, hasSample, sampleOf } from './support/sampleOutput.cts';

quickenPolls();

const nodes: Record<string, () => INodeType> = {
	hopsworksModel: () => new HopsworksModel(),
	hopsworksDeployment: () => new HopsworksDeployment(),
};

const ROWS = [
	{ note: 'a', amount: 12.5, age: 400, hour: 14 },
	{ note: 'b', amount: 1250, age: 3, hour: 2 },
];

/** What Predict File reads, with a row that fails. */
const TABLE = 'amount,age,hour\n12.5,400,14\n1250,3\n';
const FILE = { data: { data: Buffer.from(TABLE).toString('base64'), mimeType: 'text/csv', fileName: 'rows.csv' } };
const CATEGORIES = { values: ['billing', 'sales'].map((name) => ({ name, description: '' })) };

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox();
	Object.assign(sandbox.cluster.settings.pace, { start: 60, stop: 40, wake: 10, route: 0 });
});
afterAll(() => sandbox.close());

async function outputs(
	node: string,
	operation: string,
	deployment: string,
	more: INodeParameters,
): Promise<IDataObject[]> {
	const { success, error } = await runModel({
		node: nodes[node]?.(),
		credential: { hopsworksUrl: sandbox.url },
		items: ROWS.map((json) => ({ json, binary: FILE })),
		parameters: { operation, deployment: { __rl: true, mode: 'list', value: deployment }, ...more },
	});
	if (error) throw error;
	return success.map(({ json }) => json);
}

test.each([
	...ofModel.map(({ value }) => ['hopsworksModel', value]),
	...ofDeployment.map(({ value }) => ['hopsworksDeployment', value]),
])('%s %s has a sample output', (node, operation) => {
	expect(hasSample(node, operation)).toBe(true);
});

test.each<[node: string, operation: string, deployment: string, parameters: INodeParameters]>([
	['hopsworksModel', 'predict', 'fraud', { columns: 'amount, age, hour' }],
	['hopsworksModel', 'predictFile', 'fraud', { columns: 'amount, age, hour' }],
	['hopsworksModel', 'chat', 'assistant', { prompt: '={{ $json.note }}' }],
	['hopsworksModel', 'classify', 'assistant', { text: '={{ $json.note }}', categories: CATEGORIES }],
	['hopsworksModel', 'embed', 'embedder', { text: '={{ $json.note }}' }],
	['hopsworksModel', 'rerank', 'reranker', { query: 'a', text: '={{ $json.note }}' }],
	['hopsworksDeployment', 'get', 'fraud', {}],
	['hopsworksDeployment', 'getAll', '', {}],
	['hopsworksDeployment', 'getLogs', 'fraud', {}],
	['hopsworksDeployment', 'getSchema', 'payments', {}],
	['hopsworksDeployment', 'getVersions', 'fraud', {}],
	['hopsworksDeployment', 'rollBack', 'fraud', { rollBackTo: 'version', version: 1 }],
	['hopsworksDeployment', 'stop', 'returns', {}],
	['hopsworksDeployment', 'start', 'returns', {}],
])('what %s %s makes is as its sample output says', async (node, operation, deployment, parameters) => {
	const made = await outputs(node, operation, deployment, parameters);
	expect(made.length).toBeGreaterThan(0);
	const sample = sampleOf(node, operation);
	expect(made.flatMap((json) => departures(sample, json, Object.keys(ROWS[0] ?? {})))).toEqual([]);
});
