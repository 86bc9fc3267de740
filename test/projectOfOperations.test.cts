/** Every operation, and every sub-node, in the project that it has chosen, in n8n's engine. */
import { NodeConnectionTypes, type AINodeConnectionType, type INodeParameters, type INodeType } from 'n8n-workflow';
import { EmbeddingsHopsworks } from '../nodes/EmbeddingsHopsworks/EmbeddingsHopsworks.node.ts';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node.ts';
import { operations as ofDeployments } from '../nodes/HopsworksDeployment/operations/index.ts';
import { operations } from '../nodes/HopsworksModel/operations/index.ts';
import { RerankerHopsworks } from '../nodes/RerankerHopsworks/RerankerHopsworks.node.ts';
import { useChatModel } from './support/chatModel.cts';
import { useSubNode } from './support/subNode.cts';
import { CARDS, chosen, errorsIn, runIn, startTwoProjects, type TwoProjects } from './support/twoProjects.cts';

const PAYMENT = { amount: 900, age: 3, hour: 2 };

let two: TwoProjects;
beforeEach(async () => {
	two = await startTwoProjects();
});
afterEach(() => two.sandbox.close());

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
	const made = await runIn(two, {
		deployment,
		options: chosen(CARDS.name),
		rows: [PAYMENT],
		parameters: { operation, ...parameters },
	});
	expect(errorsIn(made)).toEqual([]);
	expect(made.success).toHaveLength(1);
	expect(new Set(two.asked)).toEqual(new Set([CARDS.name]));
});

test.each(ofDeployments.map(({ value }) => value))('%s of Hopsworks Deployment', async (operation) => {
	// The one has a schema, the other two versions.
	const deployment = operation === 'getSchema' ? 'payments' : 'tumor';
	const more = {
		waitUntilDone: false,
		component: 'predictor',
		format: 'schema',
		returnAll: true,
		rollBackTo: 'previous',
	};
	const rows = ['test', CARDS.name].map((project) => ({ project }));
	await runIn(two, {
		node: new HopsworksDeployment(),
		deployment,
		rows,
		options: chosen('={{ $json.project }}', 'name'),
		parameters: { operation, ...more },
	});
	const asked = two.sandbox.traffic.restApi.filter((call) => call.includes('/serving'));
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
