/** The model registry of the sandbox: what is listed, found, sorted and refused, and models that are trained anew. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { at, listOf, numberOf, textOf } from './support/json.cts';
import { callsOf, type Calls } from './support/restCalls.cts';
import { until } from './support/until.cts';

const REGISTRY = '/project/119/modelregistries/119';

let sandbox: Sandbox;
let calls: Calls;
beforeEach(async () => {
	sandbox = await startSandbox();
	Object.assign(sandbox.cluster.settings.pace, { start: 40, route: 0 });
	calls = callsOf(sandbox);
});
afterEach(() => sandbox.close());

const list = async (query: string): Promise<unknown> => (await calls.ask(`${REGISTRY}/models?${query}`)).body;
const ids = async (query: string): Promise<unknown[]> =>
	listOf(at(await list(query), 'items')).map((model) => at(model, 'id'));

test('a project sees its own registry, and one that is shared with it', async () => {
	const registries = async (project: number): Promise<unknown> =>
		(await calls.ask(`/project/${project}/modelregistries`)).body;
	expect(await registries(119)).toEqual({ count: 1, items: [{ id: 119, name: 'test' }] });
	expect((await calls.ask('/project/119/modelregistries/121/models')).status).toBe(404);
	await calls.control('settings', { sharesRegistry: true });
	expect(await registries(119)).toMatchObject({ count: 2, items: [{ id: 119 }, { id: 121, name: 'team_a' }] });
	expect(await registries(121)).toMatchObject({ count: 1, items: [{ id: 121 }] });
	const shared = await calls.ask('/project/119/modelregistries/121/models/upsell_1');
	expect(shared).toMatchObject({ status: 200, body: { projectName: 'team_a', modelRegistryId: 121 } });
});

test('every deployment’s model is there, in the version that it names', async () => {
	const records = listOf((await calls.ask('/project/119/serving')).body);
	expect(records.length).toBeGreaterThan(10);
	for (const record of records) {
		const [name, version] = [textOf(at(record, 'modelName')), numberOf(at(record, 'modelVersion'))];
		const model = await calls.ask(`${REGISTRY}/models/${name}_${version}?expand=trainingdatasets`);
		expect(model).toMatchObject({ status: 200, body: { name, version, framework: at(record, 'modelFramework') } });
	}
});

test('one item a version, newest first, by name', async () => {
	const found = await list('filter_by=name_eq%3Atumor&expand=trainingdatasets');
	expect(found).toMatchObject({
		count: 2,
		items: [
			{ id: 'tumor_2', version: 2, metrics: { accuracy: 0.9455, f1Score: 0.9246 } },
			{ id: 'tumor_1', version: 1, projectName: 'test', modelRegistryId: 119 },
		],
	});
	expect(await ids('filter_by=name_eq:tumor&filter_by=version:1')).toEqual(['tumor_1']);
	expect(await list('filter_by=name_eq:nothing')).toEqual({ count: 0 });
});

test('the best by a metric, either way, and none of what lacks it before what has it', async () => {
	await calls.control('models', { name: 'tumor' });
	const best = async (sort: string): Promise<unknown[]> => await ids(`filter_by=name_eq:tumor&sort_by=${sort}&limit=1`);
	expect(await best('accuracy%3Adesc')).toEqual(['tumor_2']);
	expect(await best('accuracy:asc')).toEqual(['tumor_1']);
	expect(await ids('filter_by=name_eq:tumor&sort_by=accuracy:asc')).toEqual(['tumor_1', 'tumor_2', 'tumor_3']);
});

test('in pages, with the number of all', async () => {
	const all = await ids('sort_by=name:asc');
	expect(all).toEqual(all.map(String).toSorted((one, other) => one.localeCompare(other)));
	const page = await list('sort_by=name:asc&offset=2&limit=3');
	expect(page).toMatchObject({ count: all.length });
	expect(listOf(at(page, 'items')).map((model) => at(model, 'id'))).toEqual(all.slice(2, 5));
	expect(await list('offset=1000&limit=3')).toEqual({ count: all.length, items: [] });
});

test.each([
	['a model that is not there', `${REGISTRY}/models/fraud_9`, undefined, 404, 360000],
	['a key for deployments alone', `${REGISTRY}/models`, 'NOPROJECT.SECRET', 403, 320004],
	['a project of others', '/project/122/modelregistries', undefined, 400, 120011],
])('%s', async (_name, path, key, status, errorCode) => {
	expect(await calls.ask(path, { key })).toMatchObject({ status, body: { errorCode } });
});

test('a model trained anew is a version more, which a deployment serves once it is told to', async () => {
	const trained = { name: 'fraud', parameters: { high: 10 }, metrics: { accuracy: 0.5 } };
	expect(await calls.control('models', trained)).toEqual({ version: 2 });
	expect(await list('filter_by=name_eq:fraud&limit=1')).toMatchObject({
		count: 2,
		items: [{ id: 'fraud_2', metrics: { accuracy: 0.5 } }],
	});
	const payment = [[12.5, 3, 14]];
	expect((await calls.predict('fraud', payment)).body).toEqual({ predictions: [0] });
	const saved = { deployment: 'fraud', fields: { modelVersion: 2 } };
	expect(await calls.control('versions', saved)).toEqual({ version: 2 });
	await until(async () => at((await calls.ask('/project/119/serving/11')).body, 'status') === 'Running');
	expect((await calls.predict('fraud', payment)).body).toEqual({ predictions: [1] });
});

test.each([
	['models', { name: 'nothing' }, 'There is no model "nothing"'],
	['models', { name: 'fraud', project: 'nothing' }, 'There is no project "nothing"'],
	['versions', { deployment: 'nothing' }, 'There is no deployment "nothing"'],
	['versions', { deployment: 'fraud', fields: { modelVersion: 9 } }, 'Model fraud has no version 9'],
])('POST /sandbox/%s with %j says what is wrong', async (path, body, problem) => {
	expect(await calls.control(path, body)).toEqual({ error: `Error: ${problem}` });
});

test('the metrics of the tumor model are those that it has on the rows of the example', async () => {
	const text = readFileSync(join(__dirname, '../examples/data/tumors.csv'), 'utf8');
	const rows: unknown = parse(text, { from_line: 2 });
	const table = listOf(rows).map(listOf);
	const versions = sandbox.cluster.registry.models.filter(({ name }) => name === 'tumor');
	expect(versions).toHaveLength(2);
	for (const { metrics, predict } of versions) {
		const predictions = predict?.(table.map((row) => row.slice(1, 11).map(Number))) ?? [];
		const right = table.filter((row, index) => row[11] === predictions[index]).length;
		expect(Number((right / table.length).toFixed(4))).toBe(metrics.accuracy);
	}
});
