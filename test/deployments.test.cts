/** The node Hopsworks Deployment: every operation in n8n's engine, against the sandbox. */
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { jsonSchema, schema } from '../sandbox/schema.cts';
import type { Status } from '../sandbox/lifecycle.cts';
import { lifecycleOf, STARTS_FROM } from './support/deploymentStates.cts';
import { API_KEY, runModel, type RunResult } from './support/engine.cts';
import { quickenPolls } from './support/polls.cts';
import { startServer } from './support/server.cts';

quickenPolls();

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
	Object.assign(sandbox.cluster.settings.pace, { start: 60, stop: 40, wake: 10, route: 0 });
});
afterEach(() => sandbox.close());

interface Ask {
	operation: string;
	deployment?: string;
	parameters?: INodeParameters;
	credential?: IDataObject;
	rows?: IDataObject[];
	settings?: Partial<INode>;
	cancelAfter?: number;
}

function run({ operation, deployment = 'screening', parameters, credential, ...more }: Ask): Promise<RunResult> {
	return runModel({
		node: new HopsworksDeployment(),
		credential: { hopsworksUrl: sandbox.url, ...credential },
		parameters: { operation, deployment: { __rl: true, mode: 'list', value: deployment }, ...parameters },
		...more,
	});
}

function fields({ success }: RunResult): IDataObject[] {
	return success.map(({ json }) => json);
}

describe('Get', () => {
	test('simplified, it tells what a deployment is and the state that it is in', async () => {
		const result = await run({ operation: 'get', deployment: 'fraud' });
		expect(fields(result)).toEqual([
			{
				id: 11,
				name: 'fraud',
				description: 'The fraud model',
				status: 'Running',
				reason: 'Deployment is ready',
				version: expect.any(Number),
				modelServer: 'PYTHON',
				modelName: 'fraud',
				modelVersion: 1,
				apiProtocol: 'REST',
				namespace: 'test',
				created: '2026-09-01T08:00:00Z',
			},
		]);
		expect(result.success[0]?.pairedItem).toEqual({ item: 0 });
	});

	test('not simplified, all that Hopsworks sends but environment variables', async () => {
		const [raw] = fields(await run({ operation: 'get', deployment: 'fraud', parameters: { simplify: false } }));
		expect(raw).toMatchObject({ environmentDTO: { name: 'pandas-inference-pipeline' }, revision: '66180329' });
		expect(raw).not.toHaveProperty('predictorEnvVars');
	});

	const STATES: Status[] = [
		'Creating',
		'Created',
		'Starting',
		'Running',
		'Idle',
		'Updating',
		'Failed',
		'Stopping',
		'Stopped',
	];
	test.each(STATES)('the state %s', async (state) => {
		Object.assign(sandbox.cluster.settings.pace, { start: 60_000, stop: 60_000 });
		lifecycleOf(sandbox, 'screening').become(state);
		expect(fields(await run({ operation: 'get' }))[0]).toMatchObject({ name: 'screening', status: state });
	});

	test('every item asks for its own', async () => {
		const rows = [{ name: 'fraud' }, { name: 'nope' }, { name: 'tumor' }, { name: '' }];
		const result = await run({
			operation: 'get',
			deployment: '={{ $json.name }}',
			rows,
			settings: { onError: 'continueErrorOutput' },
		});
		expect(fields(result).map(({ name }) => name)).toEqual(['fraud', 'tumor']);
		expect(result.success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(result.failed.map(({ json }) => json)).toEqual([
			{ name: 'nope', error: expect.stringContaining('The project has no such deployment') },
			{ name: '', error: "'Deployment' is empty" },
		]);
	});

	test('a failure that continues keeps the item; one that stops names it', async () => {
		const rows = [{ id: 1 }, { id: 2 }];
		const kept = await run({
			operation: 'get',
			deployment: '={{ $json.id === 1 ? "fraud" : "nope" }}',
			rows,
			settings: { onError: 'continueRegularOutput' },
		});
		expect(fields(kept)[1]).toMatchObject({ id: 2, error: expect.stringContaining('no such deployment') });
		expect(kept.hints.map(({ message }) => message)).toEqual([
			expect.stringMatching(
				/^2 items, 3 requests, 1 failed\. First item whose request failed: 1\. Request ID: [\da-f-]{36}$/,
			),
		]);
		const { error } = await run({ operation: 'get', deployment: '={{ $json.id === 1 ? "fraud" : "nope" }}', rows });
		expect(error).toMatchObject({ context: { itemIndex: 1 }, httpCode: '404' });
	});
});

test('a run that stops asks Hopsworks nothing where an item cannot be read', async () => {
	const rows = [{ name: 'payments' }, { name: '' }];
	const { error } = await run({ operation: 'stop', deployment: '={{ $json.name }}', rows });
	expect(error).toMatchObject({ message: "'Deployment' is empty", context: { itemIndex: 1 } });
	expect(fields(await run({ operation: 'get', deployment: 'payments' }))[0]).toMatchObject({ status: 'Running' });
});

test('the item that n8n takes for a failed run is the first that comes out, not the first that went in', async () => {
	const retries = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1, onError: 'continueRegularOutput' } as const;
	const hintsFor = async (limits: Array<number | string>) => {
		const { hints } = await run({
			operation: 'getAll',
			rows: limits.map((limit) => ({ limit })),
			// No deployment is of that model, so the first item becomes none.
			parameters: { limit: '={{ $json.limit }}', filters: { model: '={{ $json.limit === 1 ? "nothing" : "" }}' } },
			settings: retries,
		});
		return hints.map(({ message }) => message).join();
	};
	expect(await hintsFor([1, -5])).toContain("'Retry On Fail' is on");
	expect(await hintsFor([1, 2, -5])).not.toContain("'Retry On Fail' is on");
});

describe('Get Many', () => {
	test('all deployments by name, up to the limit', async () => {
		const all = fields(await run({ operation: 'getAll', parameters: { returnAll: true } }));
		expect(all.map(({ name }) => name)).toEqual([
			'assistant',
			'broken',
			'cardcheck',
			'embedder',
			'fraud',
			'newcomer',
			'oldassistant',
			'payments',
			'pricegrpc',
			'reranker',
			'returns',
			'screening',
			'tumor',
		]);
		const some = fields(await run({ operation: 'getAll', parameters: { limit: 2 } }));
		expect(some.map(({ name }) => name)).toEqual(['assistant', 'broken']);
	});

	test.each([
		[{ status: ['Stopped', 'Created'] }, ['newcomer', 'screening']],
		[{ modelServer: ['VLLM'] }, ['assistant', 'embedder', 'oldassistant', 'reranker']],
		[{ model: 'tumor' }, ['tumor']],
		[{ status: ['Running'], modelServer: ['PYTHON'], model: 'fraud' }, ['fraud']],
		[{ status: ['Updating'] }, []],
	])('filtered by %j', async (filters, names) => {
		const result = await run({ operation: 'getAll', parameters: { returnAll: true, filters } });
		expect(fields(result).map(({ name }) => name)).toEqual(names);
	});

	test('1,000 deployments more, in the counted form', async () => {
		sandbox.cluster.add(1000);
		sandbox.cluster.settings.listForm = 'counted';
		const result = await run({ operation: 'getAll', parameters: { returnAll: true } });
		expect(result.success).toHaveLength(1013);
		expect(result.success.every(({ pairedItem }) => JSON.stringify(pairedItem) === '{"item":0}')).toBe(true);
	});

	test.each([0, 1.5, 'x'])('the limit %j is refused', async (limit) => {
		const { error } = await run({ operation: 'getAll', parameters: { limit } });
		expect(error?.message).toContain("'Limit' is");
	});
});

describe('Start', () => {
	test.each(STARTS_FROM)('from %s it ends ready, with %i starts', async (state, starts) => {
		lifecycleOf(sandbox, 'screening').become(state);
		const [made] = fields(await run({ operation: 'start' }));
		expect(['Running', 'Idle', 'Updating']).toContain(made?.status);
		expect(lifecycleOf(sandbox, 'screening').starts).toBe(starts);
	});

	test('from Failed it ends with the server’s reason', async () => {
		const { error } = await run({ operation: 'start', deployment: 'broken' });
		expect(error?.message).toBe(
			"The deployment 'broken' has failed: Failed to run: the predictor script raised ModuleNotFoundError: xgboost",
		);
	});

	test.each(['returns', 'assistant'])(
		'waits for the gateway, which knows %s some seconds later',
		async (deployment) => {
			lifecycleOf(sandbox, deployment).become('Stopped');
			sandbox.cluster.settings.pace.route = 700;
			const { success } = await run({ operation: 'start', deployment });
			expect(success[0]?.json.status).toBe('Running');
			expect(lifecycleOf(sandbox, deployment).isRouted).toBe(true);
		},
	);

	test('waits for the gateway no longer than for the start', async () => {
		lifecycleOf(sandbox, 'returns').become('Stopped');
		sandbox.cluster.settings.pace.route = 60_000;
		const began = Date.now();
		const { success } = await run({ operation: 'start', deployment: 'returns', parameters: { maxWait: 1 } });
		expect(success[0]?.json.status).toBe('Running');
		expect(Date.now() - began).toBeLessThan(10_000);
	});

	test('one that fails while it starts ends with the server’s reason', async () => {
		lifecycleOf(sandbox, 'broken').become('Stopped');
		const { error } = await run({ operation: 'start', deployment: 'broken' });
		expect(error?.message).toContain('ModuleNotFoundError: xgboost');
	});

	test('without waiting it comes back at once', async () => {
		sandbox.cluster.settings.pace.start = 60_000;
		const [made] = fields(await run({ operation: 'start', parameters: { waitUntilDone: false } }));
		expect(made?.status).toBe('Starting');
		lifecycleOf(sandbox, 'screening').become('Stopping');
		sandbox.cluster.settings.pace.stop = 60_000;
		const { error } = await run({ operation: 'start', parameters: { waitUntilDone: false } });
		expect(error?.message).toContain("cannot be started now: it is 'Stopping'");
	});

	test('without waiting one that somebody else is starting is as good as started', async () => {
		sandbox.cluster.settings.pace.start = 60_000;
		lifecycleOf(sandbox, 'screening').become('Starting');
		const [made] = fields(await run({ operation: 'start', parameters: { waitUntilDone: false } }));
		expect(made?.status).toBe('Starting');
		expect(lifecycleOf(sandbox, 'screening').starts).toBe(0);
	});

	test('one that takes a while to show its start is started once', async () => {
		const states = ['Stopped', 'Stopped', 'Stopped', 'Stopped', 'Running'];
		const slow = await startServer(({ method, path }) => {
			if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
			return method === 'POST' ? {} : { body: { id: 1, name: 'screening', status: states.shift() } };
		});
		const [made] = fields(await run({ operation: 'start', credential: { hopsworksUrl: slow.url } }));
		await slow.close();
		expect(made?.status).toBe('Running');
		expect(slow.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
	});

	test('the wait ends at its limit, and says where the deployment stands', async () => {
		sandbox.cluster.settings.pace.start = 60_000;
		const { error } = await run({ operation: 'start', parameters: { maxWait: 1 } });
		expect(error?.message).toBe("The deployment 'screening' was not ready within 1 second: it is 'Starting'");
		expect(error?.description).toContain("'Wait at Most (Seconds)'");
		expect(error?.description).toContain('Hopsworks says: Deployment is starting. ');
		// A look every 5 seconds, and one as the time is up.
		expect(sandbox.traffic.restApi.filter((call) => call.startsWith('GET /project/119/serving'))).toHaveLength(3);
	});

	test('a cancel ends the wait', async () => {
		sandbox.cluster.settings.pace.start = 60_000;
		const { status } = await run({ operation: 'start', cancelAfter: 300 });
		expect(status).toBe('canceled');
	});

	test('two workflows and several items start it once, and all get it', async () => {
		const rows = [{}, {}, {}];
		const runs = await Promise.all([run({ operation: 'start', rows }), run({ operation: 'start', rows })]);
		expect(runs.flatMap(fields).map(({ status }) => status)).toEqual(Array(6).fill('Running'));
		expect(lifecycleOf(sandbox, 'screening').starts).toBe(1);
	});

	test('a role that is too low is said', async () => {
		const { error } = await run({ operation: 'start', deployment: 'upsell', credential: { project: 'team_a' } });
		expect(error?.message).toContain('role in the project does not allow this (status 403)');
		expect(error?.description).toContain('Data Owner');
		// Such a refusal is final whatever the state: there is no look at it.
		expect(sandbox.traffic.restApi.at(-1)).toMatch(/^POST/);
	});

	test('a refusal that is not about the state, such as a quota, ends it', async () => {
		const other = await startServer(({ method, path }) => {
			if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
			if (method === 'GET') return { body: { id: 1, name: 'screening', status: 'Stopped' } };
			return { status: 400, body: { errorCode: 240003, errorMsg: 'x', usrMsg: 'Quota of 2 running deployments' } };
		});
		const { error } = await run({ operation: 'start', credential: { hopsworksUrl: other.url } });
		await other.close();
		expect(error?.message).toContain('Quota of 2 running deployments');
		expect(other.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
	});
});

describe('Stop', () => {
	test.each<[Status, string]>([
		['Running', 'Stopped'],
		['Idle', 'Stopped'],
		['Starting', 'Stopped'],
		['Failed', 'Stopped'],
		['Stopping', 'Stopped'],
		['Stopped', 'Stopped'],
		['Created', 'Created'],
	])('from %s it ends %s', async (state, end) => {
		lifecycleOf(sandbox, 'screening').become(state);
		expect(fields(await run({ operation: 'stop' }))[0]?.status).toBe(end);
	});

	test('without waiting it comes back at once', async () => {
		sandbox.cluster.settings.pace.stop = 60_000;
		const parameters = { waitUntilDone: false };
		expect(fields(await run({ operation: 'stop', deployment: 'fraud', parameters }))[0]?.status).toBe('Stopping');
	});

	test('a stopped deployment answers nothing, and one that was started again does', async () => {
		const score = () =>
			fetch(`${sandbox.url}/v1/test/fraud/v1/models/fraud`, { headers: { authorization: `ApiKey ${API_KEY}` } });
		await run({ operation: 'stop', deployment: 'fraud' });
		expect((await score()).status).toBe(404);
		await run({ operation: 'start', deployment: 'fraud' });
		expect((await score()).status).toBe(200);
	});
});

describe('Get Logs', () => {
	test('the last lines of each instance', async () => {
		const [logs] = fields(await run({ operation: 'getLogs', deployment: 'fraud', parameters: { lines: 2 } }));
		expect(logs).toEqual({
			deployment: 'fraud',
			component: 'predictor',
			instance: 'fraud-predictor-0',
			content: '2026-11-24 02:00:00 INFO fraud line 199\n2026-11-24 02:00:00 INFO fraud line 200\n',
			podUid: 'uid-of-fraud-predictor-0',
			restartCount: 0,
		});
	});

	test('instances beyond those that one request reads are asked for one by one', async () => {
		sandbox.cluster.settings.replicas = 10;
		const logs = fields(await run({ operation: 'getLogs', deployment: 'fraud', parameters: { lines: 1 } }));
		expect(logs.map(({ instance, content, skipped }) => [instance, content, skipped])).toEqual(
			Array.from({ length: 10 }, (_, number) => [
				`fraud-predictor-${number}`,
				'2026-11-24 02:00:00 INFO fraud line 200\n',
				undefined,
			]),
		);
		const asked = sandbox.traffic.restApi.filter((call) => call.includes('/logs'));
		expect(asked.map((call) => /pod=(.*)/.exec(call)?.[1])).toEqual([
			undefined,
			'fraud-predictor-8',
			'fraud-predictor-9',
		]);
	});

	test('an older release tells instance and content alone', async () => {
		sandbox.cluster.settings.isOld = true;
		const [logs] = fields(await run({ operation: 'getLogs', deployment: 'fraud', parameters: { lines: 1 } }));
		expect(logs).toEqual({
			deployment: 'fraud',
			component: 'predictor',
			instance: 'fraud-predictor-0',
			content: '2026-11-24 02:00:00 INFO fraud line 200\n',
		});
	});

	test('notes are no lines, and what was not read says why', async () => {
		const entry = (instanceName: string, more: IDataObject) => ({ instanceName, content: 'a note', ...more });
		const other = await startServer(({ path }) => {
			if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
			if (path.includes('pod=gone')) return { status: 404, body: { errorCode: 240027, errorMsg: 'No such pod' } };
			if (path.includes('pod=other')) return { body: [entry('another', {})] };
			if (path.includes('pod=')) return { body: [entry('late', { readFailed: true, restartCount: 2 })] };
			const skipped = ['gone', 'other', 'late', ''].map((name) => entry(name, { skipped: true }));
			const cut = { instanceName: 'cut', content: 'line 1\nlin', truncated: true, podUid: null };
			if (path.includes('/logs')) return { body: [entry('deaf', { readFailed: true }), cut, ...skipped] };
			return { body: { id: 1, name: 'screening', status: 'Running' } };
		});
		const logs = fields(await run({ operation: 'getLogs', credential: { hopsworksUrl: other.url } }));
		await other.close();
		const common = { deployment: 'screening', component: 'predictor', content: '' };
		expect(logs).toEqual([
			{ ...common, instance: 'deaf', note: 'a note', readFailed: true },
			{ ...common, instance: 'cut', content: 'line 1\n', cutLine: 'lin', truncated: true },
			{ ...common, instance: 'gone', note: expect.stringContaining('No such pod'), skipped: true },
			{ ...common, instance: 'other', note: 'a note', skipped: true },
			{ ...common, instance: 'late', note: 'a note', readFailed: true, restartCount: 2 },
			{ ...common, instance: '', note: 'a note', skipped: true },
		]);
	});

	test('of a transformer that is not there, or a deployment that is stopped', async () => {
		for (const ask of [
			{ deployment: 'fraud', parameters: { component: 'transformer' } },
			{ deployment: 'screening' },
		]) {
			const { error } = await run({ operation: 'getLogs', ...ask });
			expect(error?.message).toContain('There are no logs (status 404): Server logs not available');
		}
	});
});

describe('Get Schema', () => {
	test('as a schema and as JSON Schema', async () => {
		expect(fields(await run({ operation: 'getSchema', deployment: 'payments' }))).toEqual([schema]);
		const parameters = { format: 'jsonschema' };
		expect(fields(await run({ operation: 'getSchema', deployment: 'payments', parameters }))).toEqual([jsonSchema]);
	});

	test('a deployment without one says so', async () => {
		const { error } = await run({ operation: 'getSchema', deployment: 'fraud' });
		expect(error?.message).toContain('The deployment has no schema (status 404)');
	});
});
