/**
 * Predictor scripts as people deploy them: each works as the node comes, or its message names the one setting that makes it
 * work. The table is printed at the end.
 */
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { recordOf } from './support/json.cts';
import { runModel } from './support/engine.cts';
import * as predictors from './support/predictors.cts';
import type { Predictor } from './support/predictors.cts';
import { startServer } from './support/server.cts';

interface Script {
	/** What it is, as a person would say. */
	name: string;
	predictor: Predictor;
	/** What Hopsworks says of it; a Python deployment with a model unless told otherwise. */
	record?: IDataObject;
	rows: IDataObject[];
	/** What the user filled in. */
	parameters: INodeParameters;
	/** The setting that makes it work, and what the message says of it; absent where it works as it is. */
	setting?: { parameters: INodeParameters; advice: string };
	predictions: unknown[];
	/** The requests to the deployment, at most, once it is set up. */
	requests: number;
}

const KEYS = [{ cc_num: '4700702588013561' }, { cc_num: '4307206161394' }];
const CUSTOMERS = [{ customer_id: 'd327' }, { customer_id: '88fa' }];
const AMOUNTS = [
	{ amount: 10, age: 4 },
	{ amount: '20', age: 3 },
];
const object = {
	parameters: { options: { rowFormat: 'object' } },
	advice: "set 'Row Format' in the options to 'Object'",
};

const SCRIPTS: Script[] = [
	{
		name: 'scikit-learn, rows of numbers',
		predictor: predictors.sklearn(2, ([amount]) => Number(amount) * 2),
		rows: AMOUNTS,
		parameters: { columns: 'amount, age' },
		predictions: [20, 40],
		requests: 1,
	},
	{
		name: 'scikit-learn, trained on named columns',
		predictor: predictors.sklearnByName(({ amount }) => Number(amount) * 2),
		rows: AMOUNTS,
		parameters: { rows: 'allFields' },
		setting: {
			parameters: { options: { rowFormat: 'lists' } },
			advice: "set 'Row Format' in the options to 'Object of Lists'",
		},
		predictions: [20, 40],
		requests: 1,
	},
	{
		name: 'fraud, looks up the first key alone',
		predictor: predictors.firstKey,
		rows: KEYS,
		parameters: { columns: 'cc_num' },
		predictions: ['fraud 4700702588013561', 'fraud 4307206161394'],
		requests: 3,
	},
	{
		name: 'fraud, keys by name',
		predictor: predictors.keysByName,
		rows: KEYS,
		parameters: { columns: 'cc_num' },
		setting: object,
		predictions: ['fraud 4700702588013561', 'fraud 4307206161394'],
		requests: 1,
	},
	{
		name: "recommender behind a transformer that reads 'instances'",
		predictor: predictors.recommender,
		rows: CUSTOMERS,
		parameters: { rows: 'allFields' },
		predictions: CUSTOMERS.map(({ customer_id }) => ({
			ranking: [
				[0.9, `article 0 for ${customer_id}`],
				[0.4, `article 1 for ${customer_id}`],
			],
		})),
		// As many articles as rows: one further request tells that they are not theirs.
		requests: 5,
	},
	{
		name: 'the same, with the record known',
		predictor: predictors.recommender,
		record: { modelServer: 'PYTHON', modelName: 'ranking', transformer: 'transformer.py' },
		rows: [CUSTOMERS[0] ?? {}],
		parameters: { rows: 'allFields' },
		predictions: [
			{
				ranking: [
					[0.9, 'article 0 for d327'],
					[0.4, 'article 1 for d327'],
				],
			},
		],
		requests: 1,
	},
	{
		name: 'ranking behind a transformer that does not say what it misses',
		predictor: predictors.ranking,
		rows: [{ user_id: 'ED267E' }, { user_id: 'A1' }],
		parameters: { rows: 'allFields' },
		predictions: [{ ranking: ['video for ED267E'] }, { ranking: ['video for A1'] }],
		requests: 6,
	},
	{
		name: 'query model that reads one object',
		predictor: predictors.queryModel,
		rows: [{ user_id: 'ED267E' }],
		parameters: { rows: 'allFields' },
		setting: {
			parameters: {
				rows: 'body',
				bodyJson: '={{ { instances: { user_id: $json.user_id } } }}',
			},
			advice: "set 'Rows From' to 'Whole Request Body'",
		},
		predictions: [{ predictions: ['embedding of ED267E'] }],
		requests: 1,
	},
	{
		name: "accounts, bare keys under 'inputs' in front of TensorFlow Serving",
		predictor: predictors.accounts,
		record: { modelServer: 'TENSORFLOW_SERVING', modelName: 'aml', transformer: 'transformer.py' },
		rows: [{ id: 'f1c119ed' }, { id: '12345678' }],
		parameters: { columns: 'id' },
		setting: {
			parameters: { options: { rowFormat: 'value' } },
			advice: "set 'Row Format' in the options to 'Single Value'",
		},
		predictions: ['risk of f1c119ed', 'risk of 12345678'],
		requests: 2,
	},
	{
		name: 'price in some days, one number for a request',
		predictor: predictors.price,
		rows: [{ days: 3 }, { days: 7 }],
		parameters: { columns: 'days' },
		predictions: [103, 107],
		requests: 3,
	},
	{
		name: 'TensorFlow Serving with two inputs, by rows',
		predictor: predictors.tensorFlow,
		record: { modelServer: 'TENSORFLOW_SERVING', modelName: 'risk' },
		rows: AMOUNTS,
		parameters: { columns: 'amount, age' },
		setting: object,
		predictions: [2, 5],
		requests: 1,
	},
	{
		name: 'TensorFlow Serving with two inputs, by columns',
		predictor: predictors.tensorFlow,
		rows: AMOUNTS,
		parameters: { columns: 'amount, age', options: { rowFormat: 'columnar' } },
		predictions: [2, 5],
		requests: 1,
	},
	{
		name: 'labels and scores as lists',
		predictor: predictors.labels,
		rows: AMOUNTS,
		parameters: { columns: 'amount' },
		predictions: [
			{ label: 'low', score: 0.1 },
			{ label: 'high', score: 0.2 },
		],
		requests: 2,
	},
	{
		name: 'agent without a model',
		predictor: predictors.agent,
		record: { modelServer: 'PYTHON', predictor: 'agent.py' },
		rows: [{ prompt: 'hello' }, { prompt: 'bye' }],
		parameters: { rows: 'allFields' },
		predictions: ['hello', 'bye'].map((prompt) => ({ answer: `You said: ${prompt}`, sources: [] })),
		requests: 2,
	},
	{
		name: 'batcher in front of scikit-learn',
		predictor: predictors.batched,
		rows: AMOUNTS,
		parameters: { columns: 'amount, age' },
		predictions: [10, 20],
		requests: 2,
	},
	{
		name: 'deployment with a schema',
		predictor: predictors.bySchema,
		record: { modelServer: 'PYTHON', modelName: 'payments' },
		rows: AMOUNTS,
		parameters: { rows: 'allFields' },
		predictions: [20, 40],
		requests: 1,
	},
	{
		name: 'table as pandas writes it',
		predictor: predictors.table,
		rows: AMOUNTS,
		parameters: { columns: 'amount' },
		predictions: [{ label: { 0: 'of 10' } }, { label: { 0: 'of 20' } }],
		requests: 3,
	},
];

/** Hopsworks as far as a run asks it. */
function hopsworksOf(record: IDataObject) {
	return startServer(({ path }) => {
		if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
		return { body: { id: 7, name: 'model', status: 'Running', projectNamespace: 'test', ...record } };
	});
}

/** Runs a script with these parameters. */
async function ask({ predictor, record, rows }: Script, parameters: INodeParameters) {
	const gateway = await startServer(({ body }) => predictor(recordOf(body)));
	const hopsworks = record && (await hopsworksOf(record));
	const { success, error } = await runModel({
		rows,
		credential: { servingUrl: gateway.url, ...(hopsworks && { hopsworksUrl: hopsworks.url }) },
		parameters: { operation: 'predict', deployment: { __rl: true, mode: 'name', value: 'model' }, ...parameters },
	});
	await Promise.all([gateway.close(), hopsworks?.close()]);
	return { predictions: success.map(({ json }) => json.prediction), error, requests: gateway.requests.length };
}

const printed: string[][] = [['script', 'as it comes', 'requests']];

test.each(SCRIPTS.map((script) => [script.name, script] as const))('%s', async (name, script) => {
	const asItComes = await ask(script, script.parameters);
	const { setting } = script;
	if (setting) {
		expect(asItComes.error?.description).toContain(setting.advice);
		expect(asItComes.predictions).toEqual([]);
	}
	const right = setting ? await ask(script, { ...script.parameters, ...setting.parameters }) : asItComes;
	expect(right.error).toBeUndefined();
	expect(right.predictions).toEqual(script.predictions);
	expect(right.requests).toBeLessThanOrEqual(script.requests);
	printed.push([name, setting ? `fails, and says: ${setting.advice}` : 'works', String(right.requests)]);
});

afterAll(() => {
	const widths = [0, 1, 2].map((column) => Math.max(...printed.map((row) => row[column]?.length ?? 0)));
	const line = (row: string[]): string =>
		`| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
	process.stdout.write(`\n${printed.map(line).join('\n')}\n`);
});
