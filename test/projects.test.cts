/** One key, several projects, in n8n's engine: items get the predictions of their own projects. */
import type { IDataObject } from 'n8n-workflow';
import { Lifecycle } from '../sandbox/lifecycle.cts';
import type { RunResult } from './support/engine.cts';
import { CARDS, chosen, errorsIn, runIn, startTwoProjects, type TwoProjects } from './support/twoProjects.cts';

const GOOD = { amount: 12.5, age: 400, hour: 14 };
const BAD = { amount: 900, age: 3, hour: 2 };
const NAMES = ['test', CARDS.name];
const FROM_ITEM = chosen('={{ $json.project }}', 'name');

let two: TwoProjects;
beforeEach(async () => {
	two = await startTwoProjects();
});
afterEach(() => two.sandbox.close());

const predictions = ({ success }: RunResult): unknown[] => success.map(({ json }) => json.prediction);

/** Items of both projects in turn. */
const alternating = (count: number): IDataObject[] =>
	Array.from({ length: count }, (_, item) => ({ ...(item % 3 === 0 ? BAD : GOOD), project: NAMES[item % 2] }));

describe('items of two projects with a deployment of the same name', () => {
	test.each(['auto', 'path', 'host', 'proxy'])('each gets the prediction of its own, by %s', async (routing) => {
		const rows = alternating(600);
		const made = await runIn(two, { rows, options: { ...FROM_ITEM, routing } });
		expect(errorsIn(made)).toEqual([]);
		expect(predictions(made)).toEqual(
			rows.map(({ amount }, item) => Number((amount === BAD.amount) !== (item % 2 === 1))),
		);
		expect(two.asked.toSorted()).toEqual([CARDS.name, 'test']);
	});

	test('each project is looked up once, and the gateway once for all', async () => {
		await runIn(two, { rows: alternating(50), options: FROM_ITEM });
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
		const made = await runIn(two, { rows: alternating(4), options: { ...FROM_ITEM, whenStopped: 'start' } });
		expect(errorsIn(made)).toEqual([]);
		const starts = two.sandbox.traffic.restApi.filter((call) => call.includes('action=START'));
		expect(starts).toEqual([
			'POST /project/119/serving/11?action=START',
			'POST /project/130/serving/1011?action=START',
		]);
	});

	test('each waits for its own route, where the gateway finds both by host name', async () => {
		const { cluster } = two.sandbox;
		for (const [project, route] of [
			['test', 300],
			[CARDS.name, 2500],
		] as const) {
			const fraud = cluster.find(({ name }) => name === project, 'fraud');
			if (fraud) fraud.lifecycle = new Lifecycle('Stopped', { ...cluster.settings.pace, start: 1, route });
		}
		const made = await runIn(two, {
			rows: alternating(2),
			options: { ...FROM_ITEM, routing: 'host', whenStopped: 'start' },
		});
		expect(errorsIn(made)).toEqual([]);
		expect(predictions(made)).toEqual([1, 1]);
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
		const made = await runIn(two, {
			rows,
			deployment: 'payments',
			options: FROM_ITEM,
			parameters: { rows: 'schema', schemaColumns },
		});
		expect(predictions(made)).toHaveLength(1);
		expect(errorsIn(made)).toEqual([
			"The rows are made for the schema of 'payments' of the project 'test', and this item is for 'payments' of the project 'Card_Fraud'",
		]);
	});

	test('an item whose project there is not fails alone', async () => {
		const rows = [GOOD, { ...GOOD, project: 'nope' }, { ...GOOD, project: '../x' }, { ...GOOD, project: { a: 1 } }];
		const made = await runIn(two, { rows: [{ ...BAD, project: CARDS.name }, ...rows], options: FROM_ITEM });
		expect(predictions(made)).toEqual([0]);
		expect(errorsIn(made)).toEqual([
			"No project is chosen, and the API key's user is a member of several",
			expect.stringContaining('Hopsworks knows no such project'),
			"'Project' in the options is not a name: '../x'",
			'\'Project\' in the options is {"a":1}',
		]);
	});
});
