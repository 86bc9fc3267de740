/** Addresses by discovery: with a Hopsworks URL alone, from the credential to the prediction. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { runModel, type RunResult } from './support/engine.cts';
import { textOf } from './support/json.cts';
import { firstValues, startServer } from './support/server.cts';

/** Payments that the sandbox's model takes for good, and for fraud. */
const GOOD = { amount: 12.5, age: 400, hour: 14 };
const BAD = { amount: 900, age: 3, hour: 2 };

/** One that a server of the tests says the name of. */
const named = (amount: string): IDataObject => ({ ...GOOD, amount });

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
	sandbox.cluster.settings.pace.wake = 10;
});
afterEach(() => sandbox.close());

interface Ask {
	deployment?: string;
	mode?: string;
	credential?: IDataObject;
	parameters?: INodeParameters;
	rows?: IDataObject[];
}

function predict({ deployment = 'fraud', mode = 'list', credential, parameters, rows }: Ask = {}): Promise<RunResult> {
	return runModel({
		credential: { hopsworksUrl: sandbox.url, ...credential },
		rows: rows ?? [GOOD, BAD],
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode, value: deployment },
			columns: 'amount, age, hour',
			...parameters,
		},
	});
}

function predictions({ success }: RunResult): unknown[] {
	return success.map(({ json }) => json.prediction);
}

describe('with a Hopsworks URL alone', () => {
	test('10,000 rows take their batches and three look-ups', async () => {
		const rows = Array.from({ length: 10_000 }, (_, row) => (row % 3 === 0 ? BAD : GOOD));
		const run = await predict({ rows, parameters: { options: { rowsPerRequest: 500 } } });
		expect(predictions(run)).toEqual(rows.map((row) => (row === BAD ? 1 : 0)));
		expect(sandbox.traffic.requests).toBe(20);
		expect(sandbox.traffic.restApi).toEqual([
			'GET /project/getProjectInfo/test',
			'GET /project/119/serving?name=fraud',
			'GET /project/119/inference/endpoints',
		]);
		expect(run.hints).toEqual([]);
	});

	test('the namespace is the one that Hopsworks tells, unlike the project’s name', async () => {
		expect(predictions(await predict({ credential: { project: 'team_a' } }))).toEqual([0, 1]);
	});

	test('both forms of lists are read', async () => {
		sandbox.cluster.settings.listForm = 'counted';
		expect(predictions(await predict())).toEqual([0, 1]);
	});

	test('where a name gets a whole list, the deployment of that name is taken', async () => {
		const gateway = await startServer(firstValues);
		const hopsworks = await startServer(({ path }) => {
			if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
			const record = { status: 'Running', projectNamespace: 'test' };
			return {
				body: [
					{ id: 2, name: 'fraud2', ...record, status: 'Stopped' },
					{ id: 1, name: 'fraud', ...record },
				],
			};
		});
		const run = await predict({
			credential: { hopsworksUrl: hopsworks.url, servingUrl: gateway.url },
			rows: [named('a')],
		});
		await Promise.all([gateway.close(), hopsworks.close()]);
		expect(predictions(run)).toEqual(['of a']);
	});

	test('a release without path routing is reached by host name', async () => {
		sandbox.cluster.settings.isOld = true;
		expect(predictions(await predict())).toEqual([0, 1]);
		expect(sandbox.traffic.restApi).toContain('GET /variables/kube_knative_domain_name');
	});

	test('without a gateway Hopsworks passes predictions on', async () => {
		sandbox.cluster.settings.hasLoadBalancer = false;
		expect(predictions(await predict())).toEqual([0, 1]);
		expect(sandbox.traffic.requests).toBe(0);
		expect(sandbox.traffic.restApi.at(-1)).toBe('POST /project/119/inference/models/fraud:predict');
	});

	test('a row that fails behind Hopsworks stands alone, in the model’s own words', async () => {
		sandbox.cluster.settings.hasLoadBalancer = false;
		const run = await runModel({
			credential: { hopsworksUrl: sandbox.url },
			rows: [GOOD, named('x'), BAD],
			parameters: {
				operation: 'predict',
				deployment: { __rl: true, mode: 'list', value: 'fraud' },
				columns: 'amount, age, hour',
			},
			settings: { onError: 'continueErrorOutput' },
		});
		expect(predictions(run)).toEqual([0, 1]);
		expect(run.failed.map(({ json }) => textOf(json.error))).toEqual([
			expect.stringContaining("could not convert string to float: np.str_('x')"),
		]);
	});

	test('without a gateway Chat says what is missing', async () => {
		sandbox.cluster.settings.hasLoadBalancer = false;
		const { error } = await runModel({
			credential: { hopsworksUrl: sandbox.url },
			parameters: {
				operation: 'chat',
				deployment: { __rl: true, mode: 'list', value: 'assistant' },
				prompt: 'What is 6 * 7?',
			},
		});
		expect(error?.message).toContain('Chat needs the gateway, and Hopsworks names none that can be reached');
		expect(error?.description).toContain("'Model Serving URL'");
	});

	test('Chat finds its deployment in the same way', async () => {
		const { success } = await runModel({
			credential: { hopsworksUrl: sandbox.url },
			parameters: {
				operation: 'chat',
				deployment: { __rl: true, mode: 'list', value: 'assistant' },
				prompt: 'What is 6 * 7?',
			},
		});
		expect(success[0]?.json.answer).toBe('42');
	});

	test('Embed does too, and starts what is stopped', async () => {
		sandbox.cluster.settings.pace.start = 0;
		sandbox.cluster.find(({ name }) => name === 'test', 'embedder')?.lifecycle.become('Stopped');
		const embed = async (whenStopped: string) =>
			await runModel({
				credential: { hopsworksUrl: sandbox.url },
				parameters: {
					operation: 'embed',
					deployment: { __rl: true, mode: 'list', value: 'embedder' },
					text: 'Some words',
					options: { whenStopped },
				},
			});
		expect((await embed('fail')).error?.message).toContain("'embedder' is not running: it is 'Stopped'");
		const { success } = await embed('start');
		expect(success.map(({ json }) => Array.isArray(json.embedding))).toEqual([true]);
	});

	test('one of several projects has to be named', async () => {
		const { error } = await predict({ credential: { project: '' } });
		expect(error?.message).toBe("No project is chosen, and the API key's user is a member of several");
		expect(error?.description).toContain("'test', 'team_a'");
	});

	test('deployments that are expressions are looked up once each', async () => {
		const rows = ['fraud', 'returns', 'fraud', 'returns'].map((name) => ({ name, ...BAD }));
		const run = await predict({ deployment: '={{ $json.name }}', rows });
		expect(predictions(run)).toEqual([1, 1, 1, 1]);
		expect(sandbox.traffic.restApi).toHaveLength(4);
		expect(sandbox.traffic.requests).toBe(2);
		const byHost = await predict({
			deployment: '={{ $json.name }}',
			rows,
			parameters: { options: { routing: 'host' } },
		});
		expect(predictions(byHost)).toEqual([1, 1, 1, 1]);
		expect(sandbox.traffic.restApi).toHaveLength(4 + 5);
	});
});

describe('what Hopsworks refuses is said in its words, with what to do', () => {
	test.each([
		[
			'the scope PROJECT is missing',
			{ apiKey: 'NOPROJECT.SECRET' },
			'lacks the scope PROJECT',
			'Add the scope PROJECT',
		],
		[
			'the scope SERVING is missing',
			{ apiKey: 'NOSERVING.SECRET' },
			'lacks the scope SERVING',
			'Add the scope SERVING',
		],
		['an unknown key', { apiKey: 'OTHER.SECRET' }, 'Api key not found (code 320002)', "'API Key'"],
		['a wrong secret', { apiKey: 'PREFIX.WRONG' }, 'Invalid or incorrect API key.', "'API Key'"],
		['an unknown project', { project: 'nope' }, 'knows no such project', "'Project'"],
		['a project of others', { project: 'strangers' }, 'not a member of the project', 'Ask an owner'],
	])('%s', async (_name, credential, message, description) => {
		const { error, status } = await predict({ credential });
		expect(status).toBe('error');
		expect(error?.message).toContain(message);
		expect(error?.description).toContain(description);
		expect(sandbox.traffic.requests).toBe(0);
	});

	test('an unknown deployment', async () => {
		const { error } = await predict({ deployment: 'nope' });
		expect(error?.message).toContain('The project has no such deployment (status 404): name: nope');
	});

	test('an operation for another kind of model, which nothing is sent for', async () => {
		const chat = { operation: 'chat', prompt: 'Hello' };
		const [predicted, chatted] = [await predict({ deployment: 'assistant' }), await predict({ parameters: chat })];
		expect(predicted.error?.message).toBe(
			"The deployment 'assistant' is a language model, which Predict does not call",
		);
		expect(chatted.error?.message).toBe("The deployment 'fraud' is no language model, which Chat needs");
		expect(sandbox.traffic.requests).toBe(0);
	});

	test('an address in the place of a name, for which Hopsworks is not asked', async () => {
		const { error } = await predict({ deployment: `${sandbox.url}/v1/test/fraud` });
		expect(error?.message).toContain("'Deployment' is not a name");
		expect(sandbox.traffic.restApi).toEqual([]);
	});

	test('a deployment that answers gRPC is refused before anything is sent', async () => {
		const { error } = await predict({ deployment: 'pricegrpc' });
		expect(error?.message).toContain("'pricegrpc' answers gRPC only");
		expect(sandbox.traffic.requests).toBe(0);
	});

	test.each([
		['a login page', { status: 302, headers: { location: '/login' } }, 'redirect'],
		[
			'a web page',
			{ body: '<html><title>Welcome</title></html>' },
			'no Hopsworks at this address: it answered Welcome',
		],
		['something else', { body: { hello: 1 } }, 'no Hopsworks at this address'],
		['no such path', { status: 404, body: '' }, 'no Hopsworks at this address'],
	])('%s in its place', async (_name, reply, message) => {
		const other = await startServer(() => reply);
		const { error } = await predict({ credential: { hopsworksUrl: other.url } });
		await other.close();
		expect(error?.message).toContain(message);
		expect(error?.description).toContain("'Hopsworks URL'");
	});

	test.each(['hopsworks', 'hopsworks.example.com:443'])('an address that is none: %s', async (hopsworksUrl) => {
		const { error } = await predict({ credential: { hopsworksUrl } });
		expect(error?.message).toContain(`'Hopsworks URL' in the credential is not a web address: '${hopsworksUrl}'`);
	});

	test('names never become more than a name in the address', async () => {
		await predict({ deployment: 'a&b=c+d' });
		await predict({ credential: { project: 'tea m&' } });
		expect(sandbox.traffic.restApi).toEqual([
			'GET /project/getProjectInfo/test',
			'GET /project/119/serving?name=a%26b%3Dc%2Bd',
			'GET /project/getProjectInfo/tea%20m%26',
			'GET /project',
		]);
	});
});

describe('with a Model Serving URL beside it', () => {
	test('that address wins, and the gateway is not asked for', async () => {
		const gateway = await startServer(firstValues);
		const run = await predict({ credential: { servingUrl: gateway.url, project: 'team_a' }, rows: [named('a')] });
		await gateway.close();
		expect(predictions(run)).toEqual(['of a']);
		expect(gateway.requests.map(({ path }) => path)).toEqual(['/v1/hw-prod-team-a/fraud/v1/models/fraud:predict']);
		expect(sandbox.traffic.restApi).toHaveLength(2);
	});

	test('a Hopsworks that refuses is done without, and a hint says so', async () => {
		const gateway = await startServer(firstValues);
		const credential = { servingUrl: gateway.url, apiKey: 'NOPROJECT.SECRET' };
		const run = await predict({ credential, rows: [named('a')] });
		await gateway.close();
		expect(predictions(run)).toEqual(['of a']);
		expect(run.hints.map(({ message }) => message).join()).toContain('lacks the scope PROJECT');
	});

	test('a Hopsworks that is down is asked once, and not waited for', async () => {
		const [gateway, down] = await Promise.all([startServer(firstValues), startServer(() => ({ status: 503 }))]);
		const credential = { servingUrl: gateway.url, hopsworksUrl: down.url };
		const run = await predict({ credential, rows: [named('a')] });
		await Promise.all([gateway.close(), down.close()]);
		expect(predictions(run)).toEqual(['of a']);
		expect(down.requests).toHaveLength(1);
	});
});

describe('where the key may go', () => {
	test('a pasted URL on the gateway that Hopsworks named is called', async () => {
		const run = await predict({ mode: 'url', deployment: `${sandbox.url}/v1/test/fraud` });
		expect(predictions(run)).toEqual([0, 1]);
	});

	test('one on any other address is not, whatever Hopsworks says', async () => {
		const stranger = await startServer(firstValues);
		const run = await predict({ mode: 'url', deployment: `${stranger.url}/v1/test/fraud` });
		await stranger.close();
		expect(run.error?.message).toContain('which the credential does not name');
		expect(stranger.requests).toEqual([]);
	});

	test('the gateway that Hopsworks names elsewhere is called', async () => {
		const gateway = await startServer(firstValues);
		const { hostname, port } = new URL(gateway.url);
		const hopsworks = await startServer(({ path }) => {
			if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test', namespace: 'n' } };
			if (path.includes('endpoints')) {
				const ports = [{ name: 'HTTP', number: Number(port) }];
				return { body: [{ type: 'LOAD_BALANCER', hosts: [hostname], ports }] };
			}
			return { body: { id: 1, name: 'fraud', status: 'Running', projectNamespace: 'n' } };
		});
		const byName = await predict({ credential: { hopsworksUrl: hopsworks.url }, rows: [named('a')] });
		const byUrl = await predict({
			credential: { hopsworksUrl: hopsworks.url },
			mode: 'url',
			deployment: `${gateway.url}/v1/n/fraud`,
			rows: [named('b')],
		});
		await Promise.all([gateway.close(), hopsworks.close()]);
		expect([...predictions(byName), ...predictions(byUrl)]).toEqual(['of a', 'of b']);
		expect(gateway.requests.every(({ headers }) => headers.authorization === 'ApiKey PREFIX.SECRET')).toBe(true);
	});
});

describe('routing', () => {
	test.each([
		['path', 1],
		['host', 1],
		['proxy', 0],
	])('%s', async (routing, requests) => {
		const run = await predict({ parameters: { options: { routing } } });
		expect(predictions(run)).toEqual([0, 1]);
		expect(sandbox.traffic.requests).toBe(requests);
		expect(sandbox.traffic.restApi.includes('GET /variables/kube_knative_domain_name')).toBe(routing === 'host');
	});

	test('the gateway and the domain are asked for only where they are needed', async () => {
		await predict({ parameters: { options: { routing: 'proxy' } } });
		await predict({ parameters: { options: { routing: 'host', hostHeader: 'fraud.test.hopsworks.ai' } } });
		const asked = sandbox.traffic.restApi.map((call) => call.replace(/.*(endpoints|domain).*/, '$1'));
		expect(asked.filter((call) => ['endpoints', 'domain'].includes(call))).toEqual(['endpoints']);
	});

	test('a deployment without KServe is reached through Hopsworks, whatever gateway there is', async () => {
		const hopsworks = await startServer((request) => {
			if (request.path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
			if (request.method === 'POST') return firstValues(request);
			return { body: { id: 1, name: 'fraud', status: 'Running', projectNamespace: 'test', servingTool: 'DEFAULT' } };
		});
		const credential = { hopsworksUrl: hopsworks.url };
		const run = await predict({ credential, rows: [named('a')] });
		const beside = await predict({ credential: { ...credential, servingUrl: sandbox.url }, rows: [named('b')] });
		await hopsworks.close();
		expect([...predictions(run), ...predictions(beside)]).toEqual(['of a', 'of b']);
		expect(hopsworks.requests.some(({ path }) => path.includes('endpoints'))).toBe(false);
		expect(sandbox.traffic.requests).toBe(0);
	});

	test('through Hopsworks, its refusal is said even where there is a gateway', async () => {
		const { error } = await predict({
			credential: { servingUrl: sandbox.url, apiKey: 'NOPROJECT.SECRET' },
			parameters: { options: { routing: 'proxy' } },
		});
		expect(error?.message).toContain('lacks the scope PROJECT');
	});

	test('a feature view is refused through Hopsworks, which does not pass it on', async () => {
		const hopsworks = await startServer(({ path }) => ({
			body: path.includes('getProjectInfo')
				? { projectId: 1, projectName: 'test' }
				: { id: 1, name: 'fraud', status: 'Running', predictorEnvVars: ['SERVING_FEATURE_VIEW_NAME=transactions'] },
		}));
		const { error } = await predict({
			credential: { hopsworksUrl: hopsworks.url },
			parameters: { options: { routing: 'proxy' } },
		});
		await hopsworks.close();
		expect(error?.message).toBe(
			"The deployment 'fraud' serves a feature view, which Hopsworks itself does not pass on",
		);
		expect(error?.description).toContain("Fill in 'Model Serving URL'");
		expect(hopsworks.requests.filter(({ method }) => method === 'POST')).toEqual([]);
	});

	test.each([
		['not ready yet', { status: 400, body: { error: 'The deployment is not ready yet' } }],
		[
			'no healthy upstream, passed on by Hopsworks',
			{ status: 500, body: { errorCode: 250007, errorMsg: 'Server error', usrMsg: 'no healthy upstream' } },
		],
	])('a deployment that is %s is asked again', async (_name, reply) => {
		const gateway = await startServer((request, number) => (number < 3 ? reply : firstValues(request)));
		const run = await predict({
			credential: { hopsworksUrl: '', servingUrl: gateway.url },
			rows: [named('a'), named('b')],
			parameters: { options: { maxRetryWait: 0.01 } },
		});
		await gateway.close();
		expect(predictions(run)).toEqual(['of a', 'of b']);
		expect(gateway.requests).toHaveLength(3);
	});

	test('through Hopsworks needs its address', async () => {
		const { error } = await predict({
			credential: { hopsworksUrl: '', servingUrl: sandbox.url },
			parameters: { options: { routing: 'proxy' } },
		});
		expect(error?.message).toContain("needs 'Hopsworks URL'");
	});

	test('by path without a gateway says so', async () => {
		sandbox.cluster.settings.hasLoadBalancer = false;
		const { error } = await predict({ parameters: { options: { routing: 'path' } } });
		expect(error?.message).toContain("'Routing' needs a gateway");
	});
});
