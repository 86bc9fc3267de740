/** The sandbox: its models compute what scikit-learn computes, its servers answer as the documented ones do. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import expected from '../sandbox/models/tumor.expected.json';
import { ModelError } from '../sandbox/models/model.cts';
import { fraud } from '../sandbox/models/fraud.cts';
import { scores, tumor } from '../sandbox/models/tumor.cts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import projectInfo from './fixtures/hopsworks/project-info.json';
import servings from './fixtures/hopsworks/serving-list.json';
import documentedSchema from './fixtures/hopsworks/serving-schema.json';
import { API_KEY, runModel } from './support/engine.cts';
import { at, listOf, read, recordOf } from './support/json.cts';

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
	await fetch(`${sandbox.url}/sandbox/faults`, { method: 'DELETE' });
});

/** The request of the Hopsworks REST guide. */
const GUIDE = '{"inputs": [[4641025220953719, 4920355418495856]]}';
const HOST = 'cardcheck.test.hopsworks.ai';
const PATH = '/v1/test/cardcheck/v1/models/cardcheck:predict';

async function post(path: string, body: string, headers: Record<string, string> = {}) {
	return await new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
		const call = request(
			`${sandbox.url}${path}`,
			{
				method: 'POST',
				headers: { authorization: `ApiKey ${API_KEY}`, 'content-type': 'application/json', ...headers },
			},
			(response) => {
				const { statusCode: status = 0, headers } = response;
				text(response).then((body) => resolve({ status, headers, body }), reject);
			},
		);
		call.on('error', reject).end(body);
	});
}

describe('tumor', () => {
	test(`predicts ${expected.rows.length} rows as scikit-learn does`, () => {
		expect(tumor(expected.rows)).toEqual(expected.predictions);
	});

	test('scores them as scikit-learn does, up to the last digits of a double', () => {
		const difference = scores(expected.rows).map((score, row) => Math.abs(score - (expected.scores[row] ?? NaN)));
		expect(Math.max(...difference)).toBeLessThan(1e-9);
	});

	test.each(expected.refusals)('refuses in scikit-learn’s words: $error', ({ rows, error }) => {
		expect(() => tumor(rows)).toThrow(new ModelError(error));
	});

	test('reads named columns as lists, as KServe’s server does, and refuses plain objects', () => {
		const [first = []] = expected.rows;
		const names = [
			'radius',
			'texture',
			'perimeter',
			'area',
			'smoothness',
			'compactness',
			'concavity',
			'concave_points',
			'symmetry',
			'fractal_dimension',
		];
		const named = Object.fromEntries(names.map((name, column) => [name, [first[column]]]));
		expect(tumor([named])).toEqual([expected.predictions[0]]);
		expect(() => tumor([{ radius: 1 }])).toThrow('If using all scalar values, you must pass an index');
	});
});

describe('fraud', () => {
	const [GOOD, BAD] = [
		[12.5, 400, 14],
		[900, 3, 2],
	];

	test.each([
		['nothing is odd', [12.5, 400, 14], 0],
		['high alone', [900, 400, 14], 0],
		['young alone', [12.5, 3, 14], 0],
		['at night alone', [12.5, 400, 2], 0],
		['high and young', [900, 3, 14], 1],
		['high and at night', [900, 400, 22], 1],
		['young and at night', [12.5, 3, 5], 1],
		['all three', [900, 3, 2], 1],
		['just not high, not young, and in the morning', [500, 30, 6], 0],
	])('%s', (_name, row, prediction) => {
		expect(fraud([row])).toEqual([prediction]);
	});

	test('reads a payment by its values and by its names alike', () => {
		expect(fraud([GOOD, BAD])).toEqual([0, 1]);
		expect(fraud([{ hour: 2, payment: 'P2', age: 3, amount: 900 }])).toEqual([1]);
		expect(fraud([{ amount: [12.5, 900], age: [400, 3], hour: [14, 2] }])).toEqual([0, 1]);
		expect(fraud([['12.5', '400', '14']])).toEqual([0]);
	});

	test.each([
		['too few values', [[12.5, 400]], 'X has 2 features, but GradientBoostingClassifier is expecting 3 features'],
		['too many values', [[12.5, 400, 14, 1]], 'X has 4 features, but GradientBoostingClassifier is expecting 3'],
		['text', [[12.5, 'young', 14]], "could not convert string to float: np.str_('young')"],
		['text by name', [{ amount: 'much', age: 1, hour: 1 }], "could not convert string to float: np.str_('much')"],
		['an empty value', [[12.5, null, 14]], 'GradientBoostingClassifier does not accept missing values'],
		['a value alone', [12.5], 'Expected 2D array, got 1D array instead'],
		['a missing name', [{ amount: 1, age: 2 }], `"['hour'] not in index"`],
		['other names', [{ card: 1 }], `"None of [Index(['amount', 'age', 'hour'], dtype='object')] are in the [columns]"`],
	])('refuses %s as Python does', (_name, rows, message) => {
		expect(() => fraud(rows)).toThrow(message);
	});

	test('a table of payments is scored as the README says', async () => {
		const rows = [
			{ payment: 'P1', amount: 12.5, age: 400, hour: 14 },
			{ payment: 'P2', amount: '900', age: '3', hour: '2' },
		];
		const deployment = { __rl: true, mode: 'list', value: 'fraud' };
		const credential = { hopsworksUrl: sandbox.url };
		const score = (parameters: object, settings = {}) =>
			runModel({ credential, rows, parameters: { operation: 'predict', deployment, ...parameters }, settings });
		const scored = rows.map((row, index) => ({ ...row, prediction: index }));
		expect((await score({ columns: 'amount, age, hour' })).success.map(({ json }) => json)).toEqual(scored);
		expect((await score({ rows: 'allFields' })).success.map(({ json }) => json)).toEqual(scored);
		const { failed } = await score({ columns: 'amount, age' }, { onError: 'continueErrorOutput' });
		expect(failed[0]?.json.error).toContain('X has 2 features');
	});
});

describe('the gateway', () => {
	test('answers the REST guide’s own request, and the node gets the same reply', async () => {
		const direct = await post('/v1/models/cardcheck:predict', GUIDE, { host: HOST });
		expect(direct).toMatchObject({ status: 200, body: '{"predictions":[0]}' });
		const { success } = await runModel({
			credential: { servingUrl: sandbox.url },
			parameters: {
				operation: 'predict',
				deployment: { __rl: true, mode: 'name', value: 'cardcheck' },
				rows: 'body',
				bodyJson: GUIDE,
				options: { routing: 'host', hostHeader: HOST },
			},
		});
		expect(success.map(({ json }) => json)).toEqual([{ prediction: read(direct.body) }]);
	});

	test('finds a deployment by host name, with or without a port, and by path', async () => {
		for (const [path, host] of [
			['/v1/models/cardcheck:predict', `${HOST}:80`],
			[PATH, 'localhost'],
			[PATH.replace('/test/', '/TEST/'), 'localhost'],
		] as const) {
			expect(await post(path, GUIDE, { host })).toMatchObject({ status: 200 });
		}
	});

	test.each([
		['another host', '/v1/models/cardcheck:predict', { host: 'nope.test.hopsworks.ai' }],
		['another namespace', PATH.replace('/test/', '/other/'), {}],
		['another deployment', '/v1/test/nope/v1/models/nope:predict', {}],
	])('gives an empty 404 to %s', async (_name, path, headers) => {
		expect(await post(path, GUIDE, headers)).toMatchObject({
			status: 404,
			body: '',
			headers: { server: 'istio-envoy' },
		});
	});

	test.each([
		['no key', '', 'invalid or non-existent api key'],
		['a bearer token', 'Bearer x', 'invalid or non-existent api key'],
		['an unknown key', 'ApiKey OTHER.SECRET', 'invalid or non-existent api key'],
		['a key without the scope', 'ApiKey NOSERVING.SECRET', 'invalid or non-existent api key'],
		['a wrong secret', 'ApiKey PREFIX.WRONG', 'could not authenticate API key'],
	])('refuses %s in the documented words', async (_name, authorization, userMsg) => {
		const { status, body } = await post(PATH, GUIDE, { authorization });
		expect({ status, body }).toEqual({ status: 401, body: JSON.stringify({ userMsg }) });
	});
});

describe('KServe’s server', () => {
	test.each([
		['a charset reaches the model as bytes', GUIDE, 'application/json; charset=utf-8', 500, 'scalar array'],
		['broken JSON', '{', 'application/json', 400, 'Unrecognized request format'],
		['NaN', '{"inputs": [[NaN]]}', 'application/json', 400, 'Unrecognized request format'],
		['a number that no double holds', '{"inputs": [[1e400]]}', 'application/json', 400, 'number is infinity'],
		['half a surrogate pair', '{"inputs": [["\\ud800"]]}', 'application/json', 400, 'no low surrogate'],
		[
			'instances that are no list',
			'{"instances": {}}',
			'application/json',
			400,
			'Expected \\"instances\\" to be a list',
		],
		['neither field', '{}', 'application/json', 500, "'instances'"],
		['a row that is no number', '{"inputs": [["x"]]}', 'application/json', 500, 'ValueError : invalid literal'],
	])('%s', async (_name, body, type, status, said) => {
		const reply = await post(PATH, body, { 'content-type': type });
		expect(reply.status).toBe(status);
		expect(reply.body).toContain(said);
	});

	test('keeps integers of any length exact', async () => {
		// Valid by its last digit; rounded to a double it would not be.
		expect((await post(PATH, '{"inputs": [[7615917337495251239]]}')).body).toBe('{"predictions":[0]}');
		expect((await post(PATH, '{"inputs": [[7615917337495251238]]}')).body).toBe('{"predictions":[1]}');
	});

	test.each([
		['/v1/test/fraud/v1/models/nope:predict', 404, '{"error":"Model with name nope does not exist."}'],
		['/v1/test/fraud/nope', 404, '{"detail":"Not Found"}'],
		['/v1/test/fraud/v1/models/fraud:explain', 501, '{"error":"Could not find explainer_host."}'],
		['/v1/test/fraud/v1/models/fraud:predict/', 307, ''],
	])('%s gets %i', async (path, status, body) => {
		expect(await post(path, GUIDE)).toMatchObject({ status, body });
	});
});

describe('the language model', () => {
	const chat = (body: object) => post('/v1/test/assistant/v1/chat/completions', JSON.stringify(body));
	const messages = [{ role: 'user', content: 'What is 6 * 7?' }];

	test('answers in vLLM’s form', async () => {
		expect(read((await chat({ model: 'assistant', messages })).body)).toMatchObject({
			object: 'chat.completion',
			choices: [{ message: { role: 'assistant', content: '42' }, finish_reason: 'stop' }],
			usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
		});
	});

	test('says that it answers from rules', async () => {
		const { body } = await chat({ messages: [{ role: 'user', content: 'Tell me a story' }] });
		expect(body).toContain('answers from rules and not from a language model');
	});

	test('ends at max_tokens and before a stop sequence', async () => {
		const story = [{ role: 'user', content: 'Tell me a story' }];
		const [short, stopped] = [
			await chat({ messages: story, max_tokens: 3 }),
			await chat({ messages: story, stop: ['sandbox'] }),
		];
		expect(at(read(short.body), 'choices', 0)).toMatchObject({
			message: { content: 'This is the' },
			finish_reason: 'length',
		});
		expect(at(read(stopped.body), 'choices', 0)).toMatchObject({
			message: { content: 'This is the ' },
			finish_reason: 'stop',
		});
	});

	test.each([
		['another model', { model: 'other', messages }, 404, 'The model `other` does not exist.'],
		['no messages', {}, 400, 'messages'],
		['a negative temperature', { messages, temperature: -1 }, 400, 'temperature must be non-negative'],
		[
			'too long a prompt',
			{ messages: [{ role: 'user', content: 'a '.repeat(5000) }] },
			400,
			'maximum context length is 4096 tokens',
		],
	])('refuses %s as vLLM does', async (_name, body, status, said) => {
		const reply = await chat(body);
		expect(reply.status).toBe(status);
		expect(at(read(reply.body), 'error')).toMatchObject({ message: expect.stringContaining(said), code: status });
	});
});

describe('misbehaviour', () => {
	test('a status, so many times, for one deployment', async () => {
		sandbox.faults.add({ deployment: 'cardcheck', status: 503, body: 'no healthy upstream', times: 2 });
		const statuses = [await post(PATH, GUIDE), await post(PATH, GUIDE), await post(PATH, GUIDE)].map(
			({ status }) => status,
		);
		expect(statuses).toEqual([503, 503, 200]);
	});

	test('a delay', async () => {
		await post('/sandbox/faults', '{"delay": 200, "times": 1}');
		const started = Date.now();
		expect((await post(PATH, GUIDE)).status).toBe(200);
		expect(Date.now() - started).toBeGreaterThanOrEqual(195);
	});

	test('a refused connection', async () => {
		sandbox.faults.add({ refuse: true, times: 1 });
		await expect(post(PATH, GUIDE)).rejects.toThrow('socket hang up');
		expect((await post(PATH, GUIDE)).status).toBe(200);
	});
});

describe('the REST API', () => {
	const API = '/hopsworks-api/api';
	const get = async (path: string, key = API_KEY) => {
		const reply = await fetch(`${sandbox.url}${API}${path}`, { headers: { authorization: `ApiKey ${key}` } });
		return { status: reply.status, body: read(await reply.text()) };
	};
	const fieldsOf = (record: unknown): string[] => Object.keys(recordOf(record)).toSorted();

	test('deployments, projects and gateways have only fields that the documented ones have', async () => {
		const { body: records } = await get('/project/119/serving');
		// Those of 4.2, and what 5.1 and 5.2 have beside them.
		const documented = new Set([...servings.flatMap(fieldsOf), 'tracing', 'knativeMode', 'predictorEnvironment']);
		for (const record of listOf(records)) for (const field of fieldsOf(record)) expect(documented).toContain(field);
		const { body: project } = await get('/project/getProjectInfo/test');
		for (const field of fieldsOf(project)) expect(fieldsOf(projectInfo)).toContain(field);
		const { body: gateways } = await get('/project/119/inference/endpoints');
		expect(listOf(gateways).map((gateway) => at(gateway, 'type'))).toEqual(['KUBE_CLUSTER', 'LOAD_BALANCER']);
	});

	test('the schema is the documented one', async () => {
		expect((await get('/project/119/serving/16/schema?format=schema')).body).toEqual(documentedSchema);
	});

	test('lists are filtered as documented, and a name gets one object', async () => {
		const names = async (query: string) =>
			listOf((await get(`/project/119/serving?${query}`)).body).map((deployment) => at(deployment, 'name'));
		expect(await names('status=Stopped')).toEqual(['screening']);
		expect(await names('model=tumor')).toEqual(['tumor']);
		expect((await get('/project/119/serving?name=fraud')).body).toMatchObject({ id: 11, name: 'fraud' });
		expect(await get('/project/119/serving?modelVersion=1')).toMatchObject({
			status: 422,
			body: { errorCode: 120001 },
		});
	});

	test.each([
		['a project that is not there', '/project/999/serving', API_KEY, 400, 150004],
		['a project of others', '/project/122/serving', API_KEY, 400, 120011],
		['a deployment that is not there', '/project/119/serving/999', API_KEY, 404, 240000],
		['a missing scope', '/project/119/serving', 'NOSERVING.SECRET', 403, 320004],
		['a schema that is not there', '/project/119/serving/11/schema?format=schema', API_KEY, 404, 240037],
		['logs of what is stopped', '/project/119/serving/14/logs?component=predictor', API_KEY, 404, 240027],
	])('%s gets the documented code', async (_name, path, key, status, errorCode) => {
		expect(await get(path, key)).toMatchObject({ status, body: { errorCode } });
	});

	test.each([
		['another verb', 'fraud:classify', 400, 250004],
		['no verb', 'fraud', 400, 250005],
		['a deployment that is stopped', 'screening:predict', 400, 250001],
		['a deployment that is not there', 'nope:predict', 404, 250000],
		['a row that the model refuses', 'fraud:predict', 500, 250007],
	])('%s through the proxy gets the documented code', async (_name, path, status, errorCode) => {
		const reply = await post(`${API}/project/119/inference/models/${path}`, '{"inputs": [["x"]]}');
		expect({ status: reply.status, ...recordOf(read(reply.body)) }).toMatchObject({ status, errorCode });
	});

	test('an idle deployment is woken by a request, and falls asleep without one', async () => {
		Object.assign(sandbox.cluster.settings.pace, { idle: 0, wake: 1 });
		const states = sandbox.cluster.deployments.find(({ name }) => name === 'returns')?.lifecycle;
		expect(states?.status).toBe('Idle');
		sandbox.cluster.settings.pace.idle = 60_000;
		await post('/v1/test/returns/v1/models/returns:predict', GUIDE);
		expect(states?.status).toBe('Running');
		sandbox.cluster.settings.pace.idle = 0;
		expect(states?.status).toBe('Idle');
	});

	test('its pace and form change on demand', async () => {
		await post('/sandbox/settings', '{"listForm": "counted", "pace": {"start": 7}}');
		expect((await get('/project/119/serving')).body).toMatchObject({ count: 13, items: expect.any(Array) });
		expect(sandbox.cluster.settings.pace.start).toBe(7);
		await post('/sandbox/settings', '{"listForm": "bare"}');
	});
});
