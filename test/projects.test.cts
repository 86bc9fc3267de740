/** One key, several projects, in n8n's engine: what a node chooses is what is called, item by item. */
import {
	NodeConnectionTypes,
	type AINodeConnectionType,
	type IDataObject,
	type INodeParameters,
	type INodeType,
} from 'n8n-workflow';
import { EmbeddingsHopsworks } from '../nodes/EmbeddingsHopsworks/EmbeddingsHopsworks.node.ts';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node.ts';
import { operations as ofDeployments } from '../nodes/HopsworksDeployment/operations/index.ts';
import { operations } from '../nodes/HopsworksModel/operations/index.ts';
import { RerankerHopsworks } from '../nodes/RerankerHopsworks/RerankerHopsworks.node.ts';
import { useChatModel } from './support/chatModel.cts';
import { runModel, type RunResult } from './support/engine.cts';
import { textOf } from './support/json.cts';
import { useSubNode } from './support/subNode.cts';
import { CARDS, chosen, startTwoProjects, type TwoProjects } from './support/twoProjects.cts';

const GOOD = { amount: 12.5, age: 400, hour: 14 };
const BAD = { amount: 900, age: 3, hour: 2 };
const NAMES = ['test', CARDS.name];
const FROM_ITEM = chosen('={{ $json.project }}', 'name');

let two: TwoProjects;
beforeEach(async () => {
	two = await startTwoProjects();
});
afterEach(() => two.sandbox.close());

interface Ask {
	rows?: IDataObject[];
	options?: INodeParameters;
	credential?: IDataObject;
	parameters?: INodeParameters;
	deployment?: string;
	mode?: string;
	node?: INodeType;
}

/** Predictions, unless another operation is given; without a project in the credential, unless one is given. */
function run({ rows = [GOOD], options, credential, parameters, deployment = 'fraud', mode, node }: Ask) {
	const file = Buffer.from('amount,age,hour\n900,3,2\n').toString('base64');
	return runModel({
		node,
		credential: { hopsworksUrl: two.sandbox.url, project: '', ...credential },
		items: rows.map((json) => ({
			json,
			binary: { data: { data: file, mimeType: 'text/csv', fileName: 'payments.csv' } },
		})),
		settings: { onError: 'continueErrorOutput' },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: mode ?? 'name', value: deployment },
			columns: 'amount, age, hour',
			...parameters,
			options: options ?? {},
		},
	});
}

const predictions = ({ success }: RunResult): unknown[] => success.map(({ json }) => json.prediction);
const errors = ({ failed }: RunResult): string[] => failed.map(({ json }) => textOf(json.error));

/** Items of both projects in turn. */
const alternating = (count: number): IDataObject[] =>
	Array.from({ length: count }, (_, item) => ({ ...(item % 3 === 0 ? BAD : GOOD), project: NAMES[item % 2] }));

describe('items of two projects with a deployment of the same name', () => {
	test.each(['auto', 'path', 'host', 'proxy'])('each gets the prediction of its own, by %s', async (routing) => {
		const rows = alternating(600);
		const made = await run({ rows, options: { ...FROM_ITEM, routing } });
		expect(errors(made)).toEqual([]);
		expect(predictions(made)).toEqual(
			rows.map(({ amount }, item) => Number((amount === BAD.amount) !== (item % 2 === 1))),
		);
		expect(two.asked.toSorted()).toEqual([CARDS.name, 'test']);
	});

	test('each project is looked up once, and the gateway once for all', async () => {
		await run({ rows: alternating(50), options: FROM_ITEM });
		expect(two.sandbox.traffic.restApi).toEqual([
			'GET /project/getProjectInfo/test',
			'GET /project/119/serving?name=fraud',
			'GET /project/119/inference/endpoints',
			'GET /project/getProjectInfo/Card_Fraud',
			'GET /project/130/serving?name=fraud',
		]);
	});

	test('each is started in its own', async () => {
		for (const { name, lifecycle } of two.sandbox.cluster.deployments)
			if (name === 'fraud') lifecycle.become('Stopped');
		const made = await run({ rows: alternating(4), options: { ...FROM_ITEM, whenStopped: 'start' } });
		expect(errors(made)).toEqual([]);
		const starts = two.sandbox.traffic.restApi.filter((call) => call.includes('action=START'));
		expect(starts).toEqual([
			'POST /project/119/serving/11?action=START',
			'POST /project/130/serving/1011?action=START',
		]);
	});

	test('rows of a schema are for one of them', async () => {
		const rows = NAMES.map((project) => ({
			project,
			cc_num: '4641025220953702',
			amount: 1,
			budget: 2,
			merchant_hint: 'x',
		}));
		const schemaColumns = { mappingMode: 'autoMapInputData', value: null };
		const made = await run({
			rows,
			deployment: 'payments',
			options: FROM_ITEM,
			parameters: { rows: 'schema', schemaColumns },
		});
		expect(predictions(made)).toHaveLength(1);
		expect(errors(made)).toEqual([
			"The rows are made for the schema of 'payments' of the project 'test', and this item is for 'payments' of the project 'Card_Fraud'",
		]);
	});

	test('an item whose project there is not fails alone', async () => {
		const rows = [GOOD, { ...GOOD, project: 'nope' }, { ...GOOD, project: '../x' }, { ...GOOD, project: { a: 1 } }];
		const made = await run({ rows: [{ ...BAD, project: CARDS.name }, ...rows], options: FROM_ITEM });
		expect(predictions(made)).toEqual([0]);
		expect(errors(made)).toEqual([
			"No project is chosen, and the API key's user is a member of several",
			expect.stringContaining('Hopsworks knows no such project'),
			"'Project' in the options is not a name: '../x'",
			'\'Project\' in the options is {"a":1}',
		]);
	});
});

describe('every operation goes to the project that is chosen', () => {
	const fields: Record<string, [string, INodeParameters]> = {
		predict: ['fraud', {}],
		predictFile: ['fraud', {}],
		chat: ['assistant', { prompt: 'What is 6 * 7?' }],
		classify: ['assistant', { text: 'Hi', categories: { values: [{ name: 'yes' }, { name: 'no' }] } }],
		embed: ['embedder', { text: 'Hi' }],
		rerank: ['reranker', { query: 'Hi', text: 'Hi' }],
	};

	test.each(operations.map(({ value }) => value))('%s', async (operation) => {
		const [deployment = '', parameters] = fields[operation] ?? [];
		const made = await run({
			deployment,
			options: chosen(CARDS.name),
			rows: [BAD],
			parameters: { operation, ...parameters },
		});
		expect(errors(made)).toEqual([]);
		expect(made.success).toHaveLength(1);
		expect(new Set(two.asked)).toEqual(new Set([CARDS.name]));
	});

	test.each(ofDeployments.map(({ value }) => value))('%s of Hopsworks Deployment', async (operation) => {
		const deployment = operation === 'getSchema' ? 'payments' : 'fraud';
		const more = { waitUntilDone: false, component: 'predictor', format: 'schema', returnAll: true };
		const rows = NAMES.map((project) => ({ project }));
		await run({
			node: new HopsworksDeployment(),
			deployment,
			rows,
			options: FROM_ITEM,
			parameters: { operation, ...more },
		});
		const asked = two.sandbox.traffic.restApi.filter((call) => /\/serving/.test(call));
		const of = (project: number): string[] => asked.filter((call) => call.includes(`/project/${project}/`));
		const numbers = (calls: string[]): string[] => calls.map((call) => call.replace(/\d+/g, 'N'));
		expect(of(119).length).toBeGreaterThan(0);
		expect(numbers(of(130))).toEqual(numbers(of(119)));
	});

	test('the sub-nodes', async () => {
		const credential = { hopsworksUrl: two.sandbox.url, project: '' };
		const parametersOf = (value: string) => ({
			deployment: { __rl: true, mode: 'list', value },
			options: chosen(CARDS.name),
		});
		const chat = await useChatModel(async (model) => await model.invoke('What is 6 * 7?'), {
			credential,
			parameters: parametersOf('assistant'),
		});
		expect(chat.error).toBeUndefined();
		const isAny = (value: unknown): value is object => typeof value === 'object' && value !== null;
		const calls: Array<[INodeType, AINodeConnectionType, string, string, unknown[]]> = [
			[new EmbeddingsHopsworks(), NodeConnectionTypes.AiEmbedding, 'embedder', 'embedQuery', ['Hi']],
			[
				new RerankerHopsworks(),
				NodeConnectionTypes.AiReranker,
				'reranker',
				'compressDocuments',
				[[{ pageContent: 'Hi', metadata: {} }], 'Hi'],
			],
		];
		for (const [node, type, deployment, name, given] of calls) {
			const use = async (supplied: object): Promise<unknown> => {
				const call: unknown = Reflect.get(supplied, name);
				return typeof call === 'function' ? await Reflect.apply(call, supplied, given) : undefined;
			};
			const parameters = parametersOf(deployment);
			const { error } = await useSubNode({ node, type, isSupplied: isAny, use, parameters, credential });
			expect(error).toBeUndefined();
		}
		expect(two.asked).toEqual([CARDS.name, CARDS.name, CARDS.name]);
	});
});
