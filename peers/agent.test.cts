/** An agent deployment as Hopsworks' guide builds it, called by Predict: it reads the first row of a request, and answers one object. */
import { join } from 'node:path';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { runModel, type RunResult } from '../test/support/engine.cts';
import { at } from '../test/support/json.cts';
import { freePort } from '../tools/freePort.cts';
import { startHopsworksWith, type HopsworksWith } from './hopsworksWith.cts';
import { installed, versionIn } from './python.cts';
import { note, noteServer, peerTest } from './results.cts';
import { INSTALL_PATIENCE, startServer } from './servers.cts';

const NAME = 'my_agent';
const SERVER = 'agent as in the guide of Hopsworks';

let hopsworks: HopsworksWith;
beforeAll(async () => {
	const programs = await installed('kserve');
	const port = await freePort();
	await startServer(join(programs, 'python'), [join(__dirname, 'agent.py'), String(port)], `http://127.0.0.1:${port}/`);
	hopsworks = await startHopsworksWith({ [NAME]: port });
	const { cluster } = hopsworks.sandbox;
	const [project] = cluster.projects;
	if (!project) throw new Error('the sandbox has no project');
	const fields = { modelName: undefined, modelVersion: undefined, modelFramework: undefined, predictor: `${NAME}.py` };
	const design = { id: 900, name: NAME, project, modelServer: 'PYTHON', fields } as const;
	const answer = (): never => {
		throw new Error('the real agent answers');
	};
	cluster.deployments.push(cluster.build({ ...design, status: 'Running', answer }));
	noteServer(`agent of hopsworks ${await versionIn(programs, 'hopsworks')}`);
}, INSTALL_PATIENCE);
afterAll(() => hopsworks.close());
beforeEach(() => {
	hopsworks.passed.length = 0;
});

/** How the deployment is found. */
const WAYS = {
	'by URL': () => {
		const value = `${hopsworks.url}/v1/test/${NAME}/v1/models/${NAME}:predict`;
		return { credential: { servingUrl: hopsworks.url }, deployment: { __rl: true, mode: 'url', value } };
	},
	'by name behind a gateway': () => ({
		credential: { servingUrl: hopsworks.url },
		deployment: { __rl: true, mode: 'name', value: NAME },
	}),
	'from the list of Hopsworks': () => ({
		credential: { hopsworksUrl: hopsworks.url },
		deployment: { __rl: true, mode: 'list', value: NAME },
	}),
};
type Way = keyof typeof WAYS;
const ways = Object.keys(WAYS).filter((way): way is Way => way in WAYS);

const FIELDS: INodeParameters = { rows: 'allFields' };
const BODY: INodeParameters = { rows: 'body', bodyJson: '={{ ({ prompt: $json.prompt }) }}' };

function ask(way: Way, rows: IDataObject[], parameters: INodeParameters): Promise<RunResult> {
	const { credential, deployment } = WAYS[way]();
	return runModel({
		credential,
		rows,
		settings: { onError: 'continueErrorOutput' },
		parameters: { operation: 'predict', deployment, ...parameters, options: { maxTries: 1 } },
	});
}

const prompts = (count: number): IDataObject[] =>
	Array.from({ length: count }, (_, index) => ({ index, prompt: `question ${index}` }));

/** How many items got the whole answer to their own prompt. */
function equalIn({ success, error }: RunResult): number {
	if (error) throw error;
	return success.filter(({ json, pairedItem }) => {
		const wanted = { answer: `You said question ${Number(json.index)}`, sources: [] };
		return JSON.stringify(json.prediction) === JSON.stringify(wanted) && at(pairedItem, 'item') === json.index;
	}).length;
}

describe.each(ways)('%s', (way) => {
	for (const count of [1, 2, 20])
		peerTest(`${way}: ${count} items with all fields, each its own answer`, async () => {
			const run = await ask(way, prompts(count), FIELDS);
			note(SERVER, `${way}, all fields, items: ${count}`, count, equalIn(run));
			expect(run.failed).toEqual([]);
			// Hopsworks says that it is an agent; else a few requests show under which name rows go, and that they go alone.
			const most = way === 'from the list of Hopsworks' ? count : count + 4;
			expect(hopsworks.passed.length).toBeLessThanOrEqual(most);
		});

	peerTest(`${way}: whole bodies`, async () => {
		const run = await ask(way, prompts(20), BODY);
		note(SERVER, `${way}, whole bodies`, 20, equalIn(run));
		expect(hopsworks.passed).toHaveLength(20);
	});

	peerTest(`${way}: a request that the agent fails at is its item's alone`, async () => {
		const rows = prompts(6).with(3, { index: 3, question: 'none' });
		for (const parameters of [FIELDS, BODY]) {
			const run = await ask(way, rows, parameters);
			expect([run.failed.map(({ json }) => json.index), run.failed[0]?.json.error]).toEqual([
				[3],
				expect.stringContaining('500'),
			]);
			expect(equalIn(run)).toBe(5);
		}
	});
});
