/** Versions, rollback and logs by time of the node Hopsworks Deployment, against the sandbox: what is served is what was asked for. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node';
import expected from '../sandbox/models/tumor.expected.json';
import type { Deployment } from '../sandbox/deployments.cts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { runModel, type RunResult } from './support/engine.cts';
import { textOf } from './support/json.cts';
import { quickenPolls } from './support/polls.cts';
import { callsOf } from './support/restCalls.cts';

quickenPolls();

const ROWS = expected.rows.slice(0, 60);

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
	Object.assign(sandbox.cluster.settings.pace, { start: 60, stop: 40, wake: 10, route: 0 });
});
afterEach(() => sandbox.close());

function run(operation: string, parameters: INodeParameters = {}, rows?: IDataObject[]): Promise<RunResult> {
	return runModel({
		node: new HopsworksDeployment(),
		credential: { hopsworksUrl: sandbox.url },
		parameters: { operation, deployment: { __rl: true, mode: 'list', value: 'tumor' }, ...parameters },
		...(rows && { rows }),
	});
}

const fields = ({ success }: RunResult): IDataObject[] => success.map(({ json }) => json);
const predictions = async (): Promise<string> => JSON.stringify((await callsOf(sandbox).predict('tumor', ROWS)).body);

function tumor(): Deployment {
	const found = sandbox.cluster.deployments.find(({ name }) => name === 'tumor');
	if (!found) throw new Error('the sandbox has no tumor');
	return found;
}

test('a rollback serves the version before, and another one the newest again', async () => {
	const newest = await predictions();
	expect(fields(await run('getVersions')).map(({ version, active }) => [version, active])).toEqual([
		[2, true],
		[1, false],
	]);
	expect(fields(await run('rollBack'))[0]).toMatchObject({
		status: 'Running',
		version: 1,
		modelVersion: 1,
		fromVersion: 2,
		toVersion: 1,
		rolledBack: true,
	});
	expect(await predictions()).not.toBe(newest);
	expect(fields(await run('getVersions')).map(({ active }) => active)).toEqual([false, true]);
	const back = fields(await run('rollBack', { rollBackTo: 'version', version: 2 }));
	expect(back[0]).toMatchObject({ fromVersion: 1, toVersion: 2, rolledBack: true });
	expect(await predictions()).toBe(newest);
	expect((await run('rollBack', { rollBackTo: 'version', version: 3 })).error?.message).toContain('has no version 3');
});

test('a deployment that is stopped runs the version when it is started next', async () => {
	tumor().lifecycle.become('Stopped');
	expect(fields(await run('rollBack'))[0]).toMatchObject({ status: 'Stopped', version: 1, rolledBack: true });
	expect(fields(await run('start'))[0]).toMatchObject({ status: 'Running', version: 1 });
});

test('a version that does not come up is rolled back while it still tries, or has failed', async () => {
	const [first] = tumor().versions.all;
	Object.assign(first ?? {}, { failure: 'the predictor script raised ModuleNotFoundError: xgboost' });
	const { error } = await run('rollBack');
	expect(error?.message).toBe(
		"The deployment 'tumor' was rolled back from version 2 to 1, and has failed: Failed to run: the predictor script raised ModuleNotFoundError: xgboost",
	);
	const back = await run('rollBack', { rollBackTo: 'version', version: 2 });
	expect(fields(back)[0]).toMatchObject({ status: 'Running', fromVersion: 1, toVersion: 2 });
	sandbox.cluster.settings.pace.start = 60_000;
	expect(fields(await run('rollBack', { waitUntilDone: false }))[0]).toMatchObject({ status: 'Updating', version: 1 });
	sandbox.cluster.settings.pace.start = 60;
	const again = await run('rollBack', { rollBackTo: 'version', version: 2 });
	expect(fields(again)[0]).toMatchObject({ status: 'Running', fromVersion: 1, toVersion: 2 });
});

test('a Hopsworks from before 5.2', async () => {
	sandbox.cluster.settings.isOld = true;
	for (const operation of ['getVersions', 'rollBack']) {
		const { error } = await run(operation);
		expect(error?.message).toContain('This Hopsworks keeps no versions of deployments (status 404)');
		expect(error?.description).toContain('Hopsworks 5.2');
	}
	expect(fields(await run('getLogs', { lines: 1 }))).toHaveLength(1);
	const { error } = await run('getLogs', { since: '2026-11-24T02:00:00Z' });
	expect(error?.message).toContain("Hopsworks does not tell when 'tumor-predictor-0' wrote its log lines");
});

test('logs since a moment, of every instance', async () => {
	sandbox.cluster.settings.replicas = 10;
	const logs = fields(await run('getLogs', { since: '2026-11-24T02:00:00.150Z', lines: 500 }));
	const numbers = Array.from({ length: 50 }, (_, index) => 151 + index);
	const content = numbers.map((number) => `2026-11-24 02:00:00 INFO tumor line ${number}\n`).join('');
	expect(logs.map((one) => [one.instance, one.content, one.mayHaveMore])).toEqual(
		Array.from({ length: 10 }, (_, instance) => [`tumor-predictor-${instance}`, content, undefined]),
	);
});

test('a reading that was broken off, and an instance that was not read', async () => {
	Object.assign(sandbox.cluster.settings, { replicas: 2, unreadable: 1, logBytes: 100 });
	const [deaf, cut] = fields(await run('getLogs', { lines: 10 }));
	expect(deaf).toMatchObject({ content: '', note: expect.stringContaining('Not read'), readFailed: true });
	expect(cut).toMatchObject({ truncated: true });
	const [content, cutLine] = [cut?.content, cut?.cutLine].map(textOf);
	expect(content).toMatch(/^(2026-11-24 02:00:00 INFO tumor line \d+\n)+$/);
	expect([content, cutLine].join('')).toHaveLength(100);
});
