/** Deployments that are not running: said so, or started and waited for, once for all items and runs. */
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import type { Status } from '../sandbox/lifecycle.cts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { lifecycleOf, STARTS_FROM } from './support/deploymentStates.cts';
import { runModel, type RunResult } from './support/engine.cts';
import { quickenPolls } from './support/polls.cts';
import { firstValues, startServer } from './support/server.cts';

quickenPolls();

/** A payment that the sandbox's model takes for good. */
const PAYMENT = { amount: 12.5, age: 400, hour: 14 };
/** What a server of the tests says of it. */
const NAMED = `of ${PAYMENT.amount}`;

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
	Object.assign(sandbox.cluster.settings.pace, { start: 60, stop: 40, wake: 10, route: 0 });
});
afterEach(() => sandbox.close());

interface Ask {
	deployment?: string;
	mode?: string;
	whenStopped?: string;
	options?: INodeParameters;
	credential?: IDataObject;
	rows?: IDataObject[];
	settings?: Partial<INode>;
	cancelAfter?: number;
}

function score(ask: Ask = {}): Promise<RunResult> {
	const { deployment = 'returns', mode = 'list', whenStopped = 'start', options, credential, rows, ...more } = ask;
	return runModel({
		credential: { hopsworksUrl: sandbox.url, ...credential },
		rows: rows ?? [PAYMENT, PAYMENT],
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode, value: deployment },
			columns: 'amount, age, hour',
			options: { whenStopped, ...options },
		},
		...more,
	});
}

function predictions({ success }: RunResult): unknown[] {
	return success.map(({ json }) => json.prediction);
}

describe('Start It', () => {
	test.each(STARTS_FROM)('from %s every item is scored, with %i starts', async (state, starts) => {
		lifecycleOf(sandbox, 'returns').become(state);
		expect(predictions(await score())).toEqual([0, 0]);
		expect(lifecycleOf(sandbox, 'returns').starts).toBe(starts);
		expect(sandbox.traffic.requests).toBe(1);
	});

	test('the gateway, which knows it some seconds later, is waited for', async () => {
		lifecycleOf(sandbox, 'returns').become('Stopped');
		sandbox.cluster.settings.pace.route = 700;
		const run = await score({ options: { whenStopped: 'start', rowsPerRequest: 1 } });
		expect(predictions(run)).toEqual([0, 0]);
		expect(run.hints.map(({ message }) => message).join()).not.toContain('failed');
	});

	test('so it is where it answers 404 and nothing more, twice, though the deployment runs', async () => {
		const states = lifecycleOf(sandbox, 'returns');
		states.become('Stopped');
		sandbox.faults.add({ deployment: 'returns', status: 404, times: 2 });
		const { success, failed, error, hints } = await score({ settings: { onError: 'continueErrorOutput' } });
		expect(success.map(({ json }) => json.prediction)).toEqual([0, 0]);
		expect([failed, error]).toEqual([[], undefined]);
		expect(hints.map(({ message }) => message).join()).not.toContain('failed');
		expect(states.status).toBe('Running');
		// Both were met: the predictions are asked for, and then whether the gateway knows the deployment.
		expect(sandbox.faults.take('returns')).toBeUndefined();
	});

	test.each([
		['is starting', { status: 'Starting' }],
		['was deployed a moment ago', { status: 'Running', deployed: new Date().toISOString() }],
	])('so it is where the record says that it %s', async (_name, fields) => {
		const gateway = await startServer((request, number) => (number <= 2 ? { status: 404 } : firstValues(request)));
		const hopsworks = await startServer(({ path }) => ({
			body: path.includes('getProjectInfo')
				? { projectId: 1, projectName: 'test' }
				: { id: 1, name: 'returns', projectNamespace: 'test', ...fields },
		}));
		const credential = { hopsworksUrl: hopsworks.url, servingUrl: gateway.url };
		const run = await score({ whenStopped: 'fail', credential, options: { includeMetadata: true } });
		await Promise.all([gateway.close(), hopsworks.close()]);
		expect(predictions(run)).toEqual([NAMED, NAMED]);
		expect(run.success[0]?.json.predictionMetadata).toMatchObject({ attempts: 2, rowsInRequest: 2 });
		expect(gateway.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
			'POST /v1/test/returns/v1/models/returns:predict',
			'GET /v1/test/returns/v1/models/returns',
			'GET /v1/test/returns/v1/models/returns',
			'POST /v1/test/returns/v1/models/returns:predict',
		]);
	});

	test('every try counts, before the gateway knows it and after', async () => {
		const gateway = await startServer((request, number) => {
			if (request.method === 'GET') return { status: 405 };
			return number < 4 ? { status: number === 1 ? 404 : 503 } : firstValues(request);
		});
		const hopsworks = await startServer(({ path }) => ({
			body: path.includes('getProjectInfo')
				? { projectId: 1, projectName: 'test' }
				: { id: 1, name: 'returns', projectNamespace: 'test', status: 'Starting' },
		}));
		const credential = { hopsworksUrl: hopsworks.url, servingUrl: gateway.url };
		const options = { includeMetadata: true, maxRetryWait: 0.01 };
		const run = await score({ whenStopped: 'fail', credential, options });
		await Promise.all([gateway.close(), hopsworks.close()]);
		expect(run.success[0]?.json.predictionMetadata).toMatchObject({ attempts: 3 });
	});

	test('requests that meet it together wait once', async () => {
		let isRouted = false;
		const gateway = await startServer((request) => {
			if (request.method === 'GET') isRouted = true;
			return isRouted && request.method === 'POST' ? firstValues(request) : { status: isRouted ? 405 : 404 };
		});
		const hopsworks = await startServer(({ path }) => ({
			body: path.includes('getProjectInfo')
				? { projectId: 1, projectName: 'test' }
				: { id: 1, name: 'returns', projectNamespace: 'test', status: 'Starting' },
		}));
		const credential = { hopsworksUrl: hopsworks.url, servingUrl: gateway.url };
		const run = await score({ whenStopped: 'fail', credential, options: { rowsPerRequest: 1 } });
		await Promise.all([gateway.close(), hopsworks.close()]);
		expect(predictions(run)).toEqual([NAMED, NAMED]);
		expect(gateway.requests.filter(({ method }) => method === 'GET')).toHaveLength(1);
	});

	test('one that has run for long is not waited for', async () => {
		const gateway = await startServer(() => ({ status: 404 }));
		const hopsworks = await startServer(({ path }) => ({
			body: path.includes('getProjectInfo')
				? { projectId: 1, projectName: 'test' }
				: { id: 1, name: 'returns', projectNamespace: 'test', status: 'Running', deployed: '2026-09-01T08:05:00Z' },
		}));
		const credential = { hopsworksUrl: hopsworks.url, servingUrl: gateway.url };
		const { error } = await score({ whenStopped: 'fail', credential });
		await Promise.all([gateway.close(), hopsworks.close()]);
		expect(error?.message).toContain('The gateway knows no such deployment (status 404)');
		expect(gateway.requests).toHaveLength(1);
	});

	test('a hint says that it was started; one that runs gives none', async () => {
		lifecycleOf(sandbox, 'returns').become('Stopped');
		const [first, second] = [await score(), await score()];
		expect(first.hints.map(({ message }) => message).join()).toContain("The deployment 'returns' was not running");
		expect(second.hints).toEqual([]);
	});

	test('from Failed it ends with the server’s reason', async () => {
		const { error } = await score({ deployment: 'broken' });
		expect(error?.message).toContain("The deployment 'broken' has failed: Failed to run: the predictor script raised");
		expect(sandbox.traffic.requests).toBe(0);
	});

	test('two workflows start the same deployment once, and both are scored', async () => {
		lifecycleOf(sandbox, 'returns').become('Stopped');
		const runs = await Promise.all([score(), score()]);
		expect(runs.map(predictions)).toEqual([
			[0, 0],
			[0, 0],
		]);
		expect(lifecycleOf(sandbox, 'returns').starts).toBe(1);
	});

	test('one that another run starts first is only waited for', async () => {
		let state = 'Stopped';
		const gateway = await startServer(firstValues);
		const hopsworks = await startServer(({ method, path }) => {
			if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
			if (method === 'GET' && state === 'Starting') {
				state = 'Running';
				return { body: { id: 1, name: 'returns', status: 'Starting', projectNamespace: 'test' } };
			}
			if (method === 'GET') return { body: { id: 1, name: 'returns', status: state, projectNamespace: 'test' } };
			state = 'Starting';
			return { status: 400, body: { errorCode: 240003, errorMsg: 'x', usrMsg: 'Instance is already starting' } };
		});
		const run = await score({ credential: { hopsworksUrl: hopsworks.url, servingUrl: gateway.url } });
		await Promise.all([gateway.close(), hopsworks.close()]);
		expect(predictions(run)).toEqual([NAMED, NAMED]);
		expect(hopsworks.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
	});

	test('the wait ends at the time that the user sets', async () => {
		lifecycleOf(sandbox, 'returns').become('Stopped');
		sandbox.cluster.settings.pace.start = 60_000;
		const { error } = await score({ options: { maxWait: 1 } });
		expect(error?.message).toBe("The deployment 'returns' was not ready within 1 second: it is 'Starting'");
	});

	test('a cancel ends the wait', async () => {
		lifecycleOf(sandbox, 'returns').become('Stopped');
		sandbox.cluster.settings.pace.start = 60_000;
		expect((await score({ cancelAfter: 300 })).status).toBe('canceled');
		expect(sandbox.traffic.requests).toBe(0);
	});

	test('a role that is too low is said', async () => {
		const { error } = await score({ deployment: 'upsell', credential: { project: 'team_a' } });
		expect(error?.message).toContain('role in the project does not allow this (status 403)');
		expect(error?.description).toContain('Data Owner');
	});

	test('items of a deployment that fails do not hold up those of another', async () => {
		lifecycleOf(sandbox, 'returns').become('Stopped');
		const run = await score({
			deployment: '={{ $json.name }}',
			rows: ['returns', 'broken', 'fraud', 'returns'].map((name) => ({ name, ...PAYMENT })),
			settings: { onError: 'continueErrorOutput' },
		});
		expect(run.success.map(({ json }) => [json.name, json.prediction])).toEqual([
			['returns', 0],
			['fraud', 0],
			['returns', 0],
		]);
		expect(run.failed.map(({ json }) => json.name)).toEqual(['broken']);
		expect(lifecycleOf(sandbox, 'returns').starts).toBe(1);
	});

	test('a pasted URL is started too, by the name in it', async () => {
		lifecycleOf(sandbox, 'returns').become('Stopped');
		const deployment = `${sandbox.url}/v1/test/returns`;
		expect(predictions(await score({ mode: 'url', deployment }))).toEqual([0, 0]);
	});

	test('without a Hopsworks URL nothing can be started', async () => {
		const { error } = await score({ credential: { hopsworksUrl: '', servingUrl: sandbox.url } });
		expect(error?.message).toContain("'Hopsworks URL' in the credential is empty");
	});

	test('beside a Model Serving URL a lost reply does not end the start', async () => {
		let gets = 0;
		const gateway = await startServer(firstValues);
		const hopsworks = await startServer(({ method, path }) => {
			if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
			if (method === 'POST') return {};
			gets++;
			if (gets === 2) return { status: 503, headers: { 'retry-after': '0' } };
			return { body: { id: 1, name: 'returns', status: gets === 1 ? 'Stopped' : 'Running', projectNamespace: 'test' } };
		});
		const run = await score({ credential: { hopsworksUrl: hopsworks.url, servingUrl: gateway.url } });
		await Promise.all([gateway.close(), hopsworks.close()]);
		expect(predictions(run)).toEqual([NAMED, NAMED]);
	});

	test('one in a state that is not known is called as it is', async () => {
		const gateway = await startServer(firstValues);
		const hopsworks = await startServer(({ path }) =>
			path.includes('getProjectInfo')
				? { body: { projectId: 1, projectName: 'test' } }
				: { body: { id: 1, name: 'returns', status: 'Dreaming', projectNamespace: 'test' } },
		);
		const run = await score({ credential: { hopsworksUrl: hopsworks.url, servingUrl: gateway.url } });
		await Promise.all([gateway.close(), hopsworks.close()]);
		expect(predictions(run)).toEqual([NAMED, NAMED]);
		expect(hopsworks.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
	});

	test('Chat starts its deployment once for all items', async () => {
		lifecycleOf(sandbox, 'assistant').become('Stopped');
		const run = await runModel({
			credential: { hopsworksUrl: sandbox.url },
			rows: [{}, {}, {}],
			parameters: {
				operation: 'chat',
				deployment: { __rl: true, mode: 'list', value: 'assistant' },
				prompt: 'What is 6 * 7?',
				options: { whenStopped: 'start' },
			},
		});
		expect(run.success.map(({ json }) => json.answer)).toEqual(['42', '42', '42']);
		expect(sandbox.traffic.restApi.filter((call) => call.startsWith('POST'))).toHaveLength(1);
	});
});

describe('Fail', () => {
	test.each<[Status, string]>([
		['Created', "The deployment 'returns' is not running: it is 'Created'"],
		['Stopped', "The deployment 'returns' is not running: it is 'Stopped'"],
		['Stopping', "The deployment 'returns' is not running: it is 'Stopping'"],
		['Failed', "The deployment 'returns' has failed"],
	])('%s is said, and nothing is sent or started', async (state, message) => {
		sandbox.cluster.settings.pace.stop = 60_000;
		lifecycleOf(sandbox, 'returns').become(state);
		const { error } = await score({ whenStopped: 'fail' });
		expect(error?.message).toContain(message);
		expect(sandbox.traffic.requests).toBe(0);
		expect(lifecycleOf(sandbox, 'returns').starts).toBe(0);
	});

	test('one that is starting is asked again until it answers', async () => {
		lifecycleOf(sandbox, 'returns').become('Starting');
		sandbox.cluster.settings.pace.start = 60_000;
		sandbox.faults.add({ status: 503, body: 'no healthy upstream', times: 1, headers: { 'retry-after': '0' } });
		sandbox.faults.add({ status: 200, body: '{"predictions": [0, 0]}', times: 1 });
		expect(predictions(await score({ whenStopped: 'fail' }))).toEqual([0, 0]);
	});
});

describe('A deployment that sleeps', () => {
	test.each([
		['Idle', [NAMED, NAMED]],
		['Running', []],
	])('has as long as it takes to wake up: %s', async (status, expected) => {
		const gateway = await startServer((request) => ({ ...firstValues(request), delay: 400 }));
		const predictorScalingConfig = { minInstances: 0, coldStartTimeoutSeconds: 5 };
		const hopsworks = await startServer(({ path }) => ({
			body: path.includes('getProjectInfo')
				? { projectId: 1, projectName: 'test' }
				: { id: 1, name: 'returns', projectNamespace: 'test', status, predictorScalingConfig },
		}));
		const credential = { hopsworksUrl: hopsworks.url, servingUrl: gateway.url };
		const run = await score({ whenStopped: 'fail', credential, options: { timeout: 0.1 } });
		await Promise.all([gateway.close(), hopsworks.close()]);
		expect(predictions(run)).toEqual(expected);
		if (expected.length === 0) expect(run.error?.message).toContain('did not answer within 0.1 seconds');
	});
});
