/** The versions of a deployment in the sandbox: saved, listed, rolled back, and served. */
import expected from '../sandbox/models/tumor.expected.json';
import { trainedTumor } from '../sandbox/models/tumor.cts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { at, listOf, recordOf } from './support/json.cts';
import { callsOf, type Calls } from './support/restCalls.cts';
import { until } from './support/until.cts';

const ROWS = expected.rows.slice(0, 60);
const TUMOR = '/project/119/serving/12';
/** What the first version of the model predicts, and the second. */
const [FIRST, SECOND] = [trainedTumor({ border: 3 })(ROWS), trainedTumor({})(ROWS)];

let sandbox: Sandbox;
let calls: Calls;
beforeEach(async () => {
	sandbox = await startSandbox();
	Object.assign(sandbox.cluster.settings.pace, { start: 40, stop: 40, route: 0 });
	calls = callsOf(sandbox);
});
afterEach(() => sandbox.close());

const record = async (path = TUMOR): Promise<Record<string, unknown>> => recordOf((await calls.ask(path)).body);
const predictions = async (): Promise<unknown> => at((await calls.predict('tumor', ROWS)).body, 'predictions');
const versions = async (): Promise<unknown[]> => listOf(at((await calls.ask(`${TUMOR}/versions`)).body, 'items'));
const numbers = async (): Promise<unknown[]> =>
	(await versions()).map((one) => [at(one, 'version'), at(one, 'active'), at(one, 'modelVersion')]);
const rollBack = async (version: unknown, path = TUMOR) =>
	await calls.ask(`${path}/rollback`, { method: 'POST', body: { version } });
const save = async (fields: object, query = '') =>
	await calls.ask(`/project/119/serving${query}`, { method: 'PUT', body: fields });
const running = async (): Promise<void> => {
	await until(async () => (await record()).status === 'Running');
};

test('a rollback goes through Updating, while the version before still answers, and is then what it was', async () => {
	sandbox.cluster.settings.pace.start = 300;
	expect(FIRST).not.toEqual(SECOND);
	expect(await predictions()).toEqual(SECOND);
	const reply = await rollBack(1);
	expect(reply).toMatchObject({ status: 200, body: { id: 12, version: 1, modelVersion: 1, status: 'Updating' } });
	expect(await predictions()).toEqual(SECOND);
	await running();
	expect(await predictions()).toEqual(FIRST);
	expect(await numbers()).toEqual([
		[1, true, 1],
		[2, false, 2],
	]);
});

test('a way back and forth leaves as many versions, and dates as they were', async () => {
	const before = await versions();
	for (const version of [1, 2]) {
		await rollBack(version);
		await running();
	}
	expect(await versions()).toEqual(before);
	expect(await predictions()).toEqual(SECOND);
});

test('a deployment that was changed says so, though its version is the one of before', async () => {
	const before = await record();
	for (const version of [1, 2]) {
		await rollBack(version);
		await running();
	}
	const after = await record();
	expect(after.version).toBe(before.version);
	expect(after.revision).not.toBe(before.revision);
	expect(Date.parse(String(after.deployed))).toBeGreaterThan(Date.parse(String(before.deployed)));
});

test('a version that is active already is no reason to restart', async () => {
	expect((await rollBack(2)).body).toMatchObject({ version: 2, status: 'Running' });
});

test('a version can be rolled back to while another comes up, which is never served then', async () => {
	sandbox.cluster.settings.pace.start = 60_000;
	await calls.control('models', { name: 'tumor', parameters: { border: -100 } });
	await calls.control('versions', { deployment: 'tumor', fields: { modelVersion: 3 } });
	expect((await rollBack(1)).body).toMatchObject({ version: 1, status: 'Updating' });
	expect(await predictions()).toEqual(SECOND);
	sandbox.cluster.settings.pace.start = 0;
	expect(await predictions()).toEqual(FIRST);
});

test.each([
	['one that does not exist', 9],
	['text', '1'],
	['nothing', undefined],
])('%s is no version', async (_name, version) => {
	expect(await rollBack(version)).toMatchObject({ status: 400, body: { errorCode: 240001 } });
	expect(await record()).toMatchObject({ version: 2, status: 'Running' });
});

test.each(['Starting', 'Stopping'] as const)('a deployment that is %s is not rolled back', async (status) => {
	Object.assign(sandbox.cluster.settings.pace, { start: 60_000, stop: 60_000 });
	sandbox.cluster.find(({ id }) => id === 119, 'tumor')?.lifecycle.become(status);
	expect(await rollBack(1)).toMatchObject({ status: 400, body: { errorCode: 240001 } });
	expect(await record()).toMatchObject({ version: 2, status });
});

test.each(['Stopped', 'Created'] as const)(
	'one that is %s stays so, and starts as what it was rolled back to',
	async (status) => {
		const lifecycle = sandbox.cluster.find(({ id }) => id === 119, 'tumor')?.lifecycle;
		lifecycle?.become(status);
		expect((await rollBack(1)).body).toMatchObject({ version: 1, status });
		lifecycle?.start();
		await running();
		expect(await predictions()).toEqual(FIRST);
	},
);

test('a scientist may look at versions and not roll back, and others may not even look', async () => {
	expect(await calls.ask('/project/121/serving/31/versions')).toMatchObject({ status: 200, body: { count: 1 } });
	const refused = { status: 403, body: { errorCode: 150068 } };
	expect(await rollBack(1, '/project/121/serving/31')).toMatchObject(refused);
	const scientific = await record('/project/121/serving/31');
	expect(await calls.ask('/project/121/serving', { method: 'PUT', body: scientific })).toMatchObject(refused);
	const key = 'NOSERVING.SECRET';
	expect(await calls.ask(`${TUMOR}/versions`, { key })).toMatchObject({ status: 403, body: { errorCode: 320004 } });
	expect(await rollBack(1, '/project/119/serving/999')).toMatchObject({ status: 404, body: { errorCode: 240000 } });
});

test('a save as new has the highest number that there ever was, and more', async () => {
	await rollBack(1);
	await running();
	const read = await record();
	const saved = await save({ ...read, description: 'for all', modelVersion: 2 }, '?newVersion=true');
	expect(saved).toMatchObject({ status: 200, body: { version: 3, modelVersion: 2, description: 'for all' } });
	await running();
	expect(await numbers()).toEqual([
		[1, false, 1],
		[2, false, 2],
		[3, true, 2],
	]);
	expect(await predictions()).toEqual(SECOND);
	const [, , third] = await versions();
	expect(third).toMatchObject({ createdBy: 'Ada Example', updated: null, updatedBy: null });
	expect(Date.now() - Date.parse(String(at(third, 'created')))).toBeLessThan(60_000);
});

test('a save in place keeps the number, and says when and by whom', async () => {
	const read = await record();
	expect((await save({ ...read, modelVersion: 1 })).body).toMatchObject({ version: 2, status: 'Updating' });
	await running();
	expect(await predictions()).toEqual(FIRST);
	expect(await numbers()).toEqual([
		[1, false, 1],
		[2, true, 1],
	]);
	expect((await versions())[1]).toMatchObject({ updated: expect.any(String), updatedBy: 'Ada Example' });
});

test('what is in no version is saved, and not rolled back', async () => {
	const read = await record();
	const batchingConfiguration = { batchingEnabled: true, maxBatchSize: 8 };
	const changed = { batchingConfiguration, predictorEnvVars: ['MODE=strict'] };
	expect((await save({ ...read, ...changed }, '?newVersion=true')).body).toMatchObject({ version: 3, ...changed });
	await running();
	await rollBack(2);
	await running();
	expect(await record()).toMatchObject({ batchingConfiguration, predictorEnvVars: ['SETTING=not to be shown'] });
	expect((await calls.predict('tumor', ROWS)).status).toBe(400);
});

test('a save without a change is no version and no restart', async () => {
	const read = await record();
	for (const query of ['', '?newVersion=true']) {
		expect((await save(read, query)).body).toEqual(read);
	}
	expect(await numbers()).toHaveLength(2);
	const broken = await record('/project/119/serving/19');
	expect((await save(broken)).body).toMatchObject({ status: 'Failed' });
});

test.each([
	['of a version that is no longer the active one', { version: 1 }, 400, 240001],
	['of a version of a model that is not there', { modelVersion: 7 }, 400, 240001],
	['of a deployment that is not there', { id: 999 }, 404, 240000],
])('a save %s is refused, and changes nothing', async (_name, fields, status, errorCode) => {
	const read = await record();
	expect(await save({ ...read, description: 'other', ...fields }, '?newVersion=true')).toMatchObject({
		status,
		body: { errorCode },
	});
	expect(await record()).toEqual(read);
});

test('nothing is saved while instances are replaced', async () => {
	sandbox.cluster.settings.pace.start = 60_000;
	await rollBack(1);
	const read = await record();
	expect(await save({ ...read, modelVersion: 2 })).toMatchObject({ status: 400, body: { errorCode: 240001 } });
});

test('a version that does not come up fails, serves nothing, and can be left by a rollback', async () => {
	await calls.control('versions', { deployment: 'tumor', fields: { predictor: 'new.py' }, failure: 'SyntaxError' });
	await until(async () => (await record()).status === 'Failed');
	expect(await record()).toMatchObject({ version: 3, condition: { reason: 'Failed to run: SyntaxError' } });
	expect((await calls.predict('tumor', ROWS)).status).toBe(404);
	sandbox.cluster.settings.pace.start = 300;
	expect((await rollBack(2)).body).toMatchObject({ version: 2, status: 'Updating' });
	// Nothing is left that could serve meanwhile.
	expect((await calls.predict('tumor', ROWS)).status).toBe(404);
	await running();
	expect(await predictions()).toEqual(SECOND);
});

test('a release before versions knows none, and saves in place whatever it is asked', async () => {
	sandbox.cluster.settings.isOld = true;
	for (const reply of [await calls.ask(`${TUMOR}/versions`), await rollBack(1)]) {
		expect(reply).toMatchObject({ status: 404, body: { errorCode: 120004 } });
	}
	const read = await record();
	expect((await save({ ...read, modelVersion: 1 }, '?newVersion=true')).body).toMatchObject({ version: 2 });
});
