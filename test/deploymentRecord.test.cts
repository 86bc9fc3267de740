/** Reading what the REST API says of projects, deployments and gateways, whatever the release. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
	entriesOf,
	isFresh,
	isReady,
	readDeployment,
	readProject,
	stateOf,
	type DeploymentRecord,
} from '../nodes/core/hopsworks/deploymentRecord';
import { gatewayIn } from '../nodes/core/hopsworks/endpoints';
import { parseReply, type Json } from '../nodes/core/json/json';

function fixture(name: string): Json | undefined {
	return parseReply(readFileSync(join(__dirname, 'fixtures', 'hopsworks', `${name}.json`), 'utf8'));
}

function recordsOf(value: Json | undefined): DeploymentRecord[] {
	return (entriesOf(value) ?? []).map(readDeployment).filter((record) => record !== undefined);
}

describe('deployments', () => {
	test('a bare list tells names, states, servers and what stands in front', () => {
		const read = recordsOf(fixture('serving-list')).map(
			({ name, state, modelServer, isGrpc, hasBatcher, namespace }) => [
				name,
				state,
				modelServer,
				isGrpc,
				hasBatcher,
				namespace,
			],
		);
		expect(read).toEqual([
			['fraud', 'Running', 'PYTHON', false, false, 'test'],
			['mnist', 'Idle', 'TENSORFLOW_SERVING', false, false, 'test'],
			['llama31v2', 'Running', 'VLLM', false, false, 'test'],
			['churn', 'Stopped', 'PYTHON', false, true, 'test'],
			['pricegrpc', 'Running', 'PYTHON', true, false, 'test'],
		]);
	});

	test('a counted list and a single object are lists too, and an empty count is an empty list', () => {
		expect(recordsOf(fixture('serving-list-counted')).map(({ name, state }) => [name, state])).toEqual([
			['test', ''],
			['test_2', ''],
		]);
		expect(recordsOf(fixture('serving-one'))).toHaveLength(1);
		expect(entriesOf({ count: 0 })).toEqual([]);
		expect(recordsOf(fixture('serving-vllm-variants')).every(({ modelServer }) => modelServer === 'VLLM')).toBe(true);
	});

	test('a counted list without a list is empty, and what has an id is one of them', () => {
		expect(entriesOf({ count: 1, items: {} })).toEqual([]);
		expect(entriesOf({ count: 1, items: [1] })).toEqual([1]);
		expect(entriesOf({ count: 1, id: 2 })).toEqual([{ count: 1, id: 2 }]);
		expect(entriesOf([])).toEqual([]);
	});

	test.each([['text'], [null], [1], [undefined], [{ errorCode: 1 }]])('%j is no list', (value) => {
		expect(entriesOf(value)).toBeUndefined();
	});

	test('what is no deployment is passed over, and what is missing is empty', () => {
		const others: Json[] = [null, 1, 'x', [], {}, { id: '1', name: 'x' }, { id: 1 }, { id: 1, name: '' }];
		expect(others.map(readDeployment)).toEqual(Array(8).fill(undefined));
		expect(readDeployment({ id: 1, name: 'x' })).toEqual({
			id: 1,
			name: 'x',
			state: '',
			reason: '',
			modelServer: '',
			modelName: '',
			modelVersion: undefined,
			description: '',
			created: '',
			isGrpc: false,
			isBehindGateway: true,
			hasBatcher: false,
			hasTransformer: false,
			kind: 'model',
			coldStart: 600,
			prices: undefined,
			deployed: undefined,
			namespace: '',
			raw: { id: 1, name: 'x' },
		});
	});

	test.each([
		['KSERVE', true],
		['kserve', true],
		['DEFAULT', false],
	])('with the serving tool %s it is behind the gateway: %s', (servingTool, isBehindGateway) => {
		expect(readDeployment({ id: 1, name: 'x', servingTool })?.isBehindGateway).toBe(isBehindGateway);
	});

	test.each([
		['model', { modelName: 'fraud', predictor: 'predict.py' }],
		['featureView', { modelServer: 'PYTHON', predictorEnvVars: ['A=b', 'SERVING_FEATURE_VIEW_NAME=transactions'] }],
		['script', { modelServer: 'PYTHON' }],
		['script', { predictor: 'agent.py', predictorEnvVars: [{ toString: 1 }, 'A=SERVING_FEATURE_VIEW_NAME='] }],
		// Nothing tells.
		['model', {}],
	])('a %s is told by %j', (kind, fields) => {
		expect(readDeployment({ id: 1, name: 'x', ...fields })?.kind).toBe(kind);
	});

	test.each([
		[600, undefined],
		[600, {}],
		[900, { minInstances: 0, coldStartTimeoutSeconds: 900 }],
		[600, { coldStartTimeoutSeconds: 0 }],
		[600, { coldStartTimeoutSeconds: 3601 }],
		[600, { coldStartTimeoutSeconds: '900' }],
	])('a request is held for %i seconds by %j', (seconds, predictorScalingConfig) => {
		const record = readDeployment({ id: 1, name: 'x', ...(predictorScalingConfig && { predictorScalingConfig }) });
		expect(record?.coldStart).toBe(seconds);
	});

	const prices = { otelInputTokenPricePerMillion: 0.15, otelOutputTokenPricePerMillion: 0 };
	test.each<[object | undefined, Record<string, Json>]>([
		[{ input: 0.15, output: 0 }, { tracing: { enabled: true, ...prices } }],
		[
			{ input: 0.15, output: 0 },
			{ tracing: null, tracingConfig: prices },
		],
		[{ input: 1, output: 2 }, { tracing: { inputTokenPricePerMillionTokens: 1, outputTokenPricePerMillionTokens: 2 } }],
		[undefined, { tracing: { otelInputTokenPricePerMillion: 1 } }],
		[undefined, { tracing: { ...prices, otelInputTokenPricePerMillion: -1 } }],
		[undefined, { tracing: { ...prices, otelOutputTokenPricePerMillion: '1' } }],
		[undefined, { tracing: [prices] }],
		[undefined, {}],
	])('tokens cost %j by %j', (known, fields) => {
		expect(readDeployment({ id: 1, name: 'x', ...fields })?.prices).toEqual(known);
	});

	test.each([
		[true, { status: 'Starting' }],
		[true, { status: 'Updating' }],
		[true, { status: 'Running', deployed: '2026-11-30T12:00:00Z' }],
		[true, { status: 'Running', deployed: Date.UTC(2026, 10, 30, 12, 1) }],
		[false, { status: 'Running', deployed: '2026-11-30T11:50:00Z' }],
		[false, { status: 'Running', deployed: 'lately' }],
		[false, { status: 'Running' }],
	])('it is fresh, %s: %j', (fresh, fields) => {
		const record = readDeployment({ id: 1, name: 'x', ...fields });
		expect(record && isFresh(record, Date.UTC(2026, 10, 30, 12, 0, 30))).toBe(fresh);
	});

	test('all that is known is read, and nothing else is taken for text', () => {
		const record = readDeployment({
			id: 7,
			name: 'fraud',
			status: 'RUNNING',
			condition: { reason: 'so' },
			modelServer: 'python',
			modelName: 'model',
			modelVersion: 3,
			description: 'words',
			created: 1764000000000,
			apiProtocol: 'grpc',
			servingTool: 'default',
			batchingConfiguration: { batchingEnabled: true },
			projectNamespace: 'test',
		});
		expect(record).toMatchObject({
			state: 'Running',
			reason: 'so',
			modelServer: 'PYTHON',
			modelName: 'model',
			modelVersion: 3,
			description: 'words',
			created: 1764000000000,
			isGrpc: true,
			isBehindGateway: false,
			hasBatcher: true,
			namespace: 'test',
		});
		const hostile = { toString: 1, valueOf: {} };
		const odd = readDeployment({
			id: 7,
			name: 'fraud',
			status: hostile,
			condition: 'so',
			modelServer: hostile,
			modelName: [hostile],
			modelVersion: '3',
			created: hostile,
			apiProtocol: hostile,
			servingTool: hostile,
			batchingConfiguration: { batchingEnabled: 'true' },
		});
		expect(odd).toMatchObject({
			state: '',
			reason: '',
			modelServer: '',
			modelName: '',
			created: '',
			hasBatcher: false,
		});
		expect(odd).toMatchObject({ isGrpc: false, isBehindGateway: true, modelVersion: undefined });
	});

	test.each<[string, boolean]>([
		['RUNNING', true],
		['Idle', true],
		['updating', true],
		['Stopped', false],
		['Starting', false],
		['', false],
	])('in the state %j it answers: %s', (status, answers) => {
		expect(isReady(stateOf(status))).toBe(answers);
	});

	test('environment variables are left out, as they may hold secrets', () => {
		const record = readDeployment({ id: 1, name: 'x', predictorEnvVars: ['A=B'], transformerEnvVars: ['A=B'] });
		expect(JSON.stringify(record)).not.toContain('A=B');
	});

	test('states are known in any case; others are not guessed at', () => {
		expect([stateOf('RUNNING'), stateOf('idle'), stateOf('Melting'), stateOf(undefined)]).toEqual([
			'Running',
			'Idle',
			'',
			'',
		]);
	});
});

describe('projects', () => {
	test('a project tells its id and its namespace, in either form', () => {
		expect(readProject(fixture('project-info'))).toEqual({ id: 119, name: 'test', namespace: 'test' });
		expect((entriesOf(fixture('project-list')) ?? []).map(readProject)).toEqual([
			{ id: 119, name: 'test', namespace: 'test' },
			{ id: 120, name: 'Card_Fraud', namespace: 'card-fraud' },
			{ id: 121, name: 'team_a', namespace: 'hw-prod-team-a' },
		]);
		const others: Json[] = [null, {}, { projectId: '1', projectName: 'x' }];
		expect(others.map(readProject)).toEqual(Array(3).fill(undefined));
	});
});

describe('the gateway', () => {
	const balancer = (hosts: Json, ports: Json, more: Record<string, Json> = {}): string | undefined =>
		gatewayIn([{ type: 'LOAD_BALANCER', hosts, ports, ...more }]);
	const both: Json = [
		{ name: 'STATUS', number: 15021 },
		{ name: 'http', number: 80 },
		{ name: 'https', number: 443 },
	];

	test('is the load balancer, by its HTTPS port', () => {
		expect(gatewayIn(entriesOf(fixture('inference-endpoints')) ?? [])).toBe('https://10.87.42.108');
		expect(balancer(['gw.example.com'], [{ name: 'HTTPS', number: 32443 }])).toBe('https://gw.example.com:32443');
	});

	test('by its HTTP port where it has no HTTPS', () => {
		expect(balancer(['gw.example.com'], [{ name: 'HTTP', number: 8080 }])).toBe('http://gw.example.com:8080');
	});

	test('is none where there is no load balancer, no usable port or no host', () => {
		expect(gatewayIn(entriesOf(fixture('inference-endpoints-counted')) ?? [])).toBeUndefined();
		expect(gatewayIn([{ type: 'NODE', hosts: ['10.0.0.1'], ports: both }])).toBeUndefined();
		expect(balancer(54321, both)).toBeUndefined();
		expect(balancer(['gw'], [{ name: 'HTTP', number: 70000 }])).toBeUndefined();
		expect(balancer(['gw'], [])).toBeUndefined();
		expect(gatewayIn([])).toBeUndefined();
	});

	test('may be named by anyHost, and by an IPv6 address', () => {
		expect(balancer([], both, { anyHost: 'gw.example.com' })).toBe('https://gw.example.com');
		expect(balancer(['2001:db8::1'], both)).toBe('https://[2001:db8::1]');
		expect(balancer(['[2001:db8::1]'], both)).toBe('https://[2001:db8::1]');
		expect(balancer(['::ffff:10.0.0.1'], both)).toBe('https://[::ffff:a00:1]');
	});

	test('is the first that can be used', () => {
		const usable = { type: 'load_balancer', hosts: ['gw'], ports: [{ name: 'HTTP', number: 80 }] };
		expect(gatewayIn([null, 'x', { ...usable, hosts: [] }, { ...usable, ports: 5 }, usable])).toBe('http://gw');
		expect(gatewayIn([{ ...usable, hosts: [5, null, { toString: 1 }, 'a b', 'gw2'] }, usable])).toBe('http://gw2');
		expect(gatewayIn([{ ...usable, hosts: ['999.999.999.999'] }, usable])).toBe('http://gw');
		expect(gatewayIn([{ ...usable, type: { toString: 1 } }])).toBeUndefined();
	});

	test.each([0, -1, 1.5, 65_536, '80', null])('has no port %p', (number) => {
		expect(
			balancer(
				['gw'],
				[
					{ name: { toString: 1 }, number: 80 },
					{ name: 'HTTP', number },
				],
			),
		).toBeUndefined();
		expect(balancer(['gw'], [{ name: 'HTTP', number: 65_535 }])).toBe('http://gw:65535');
	});

	test.each([':', 'a', '[:', 'a.', '-', '::g'])('is not named by a host of a million %j', (part) => {
		expect(balancer([part.repeat(1_000_000)], both)).toBeUndefined();
	});

	test('may be named by an address in brackets, or by the first that is one', () => {
		expect(balancer(['[::1]'], both)).toBe('https://[::1]');
		expect(balancer(['a/b', 10, 'gw.example.com', 'other.example.com'], both)).toBe('https://gw.example.com');
		expect(balancer(['::ffff:10.0.0.1'], both)).toBe('https://[::ffff:a00:1]');
	});

	test.each<Json>([0, -1, 65_536, 443.5, '443', null, [443]])('is none at the port %j', (number) => {
		expect(balancer(['gw'], [{ name: 'HTTPS', number }])).toBeUndefined();
		expect(
			balancer(
				['gw'],
				[
					{ name: 'HTTPS', number },
					{ name: 'HTTP', number: 65_535 },
				],
			),
		).toBe('http://gw:65535');
		expect(balancer(['gw'], 443)).toBeUndefined();
	});

	const NO_HOSTS = [
		'evil.example.com/path',
		'user@evil.example.com',
		'evil.example.com?x=',
		'evil.example.com#',
		'evil.example.com:80',
		'evil.example.com\\x',
		'[::1',
		'::1]',
		'[::1]x',
		'x[::1]',
		'::g',
		':::',
		'a..b',
		'-a',
		'a b',
		'a\tb',
		'',
		`${'a'.repeat(63)}.`.repeat(4) + 'a',
		':'.repeat(1_000_000),
		'a.'.repeat(1_000_000),
	];
	test.each(NO_HOSTS.map((host) => [host.slice(0, 70), host]))(
		'is not %j, which would be more than a host within a URL, or none',
		(_shown, host) => {
			expect(balancer([host], both)).toBeUndefined();
		},
	);
});

test.each([-1, 1.5, 1e21, 2 ** 53, NaN, Infinity, '7', '7?action=STOP', null, true, [7]])(
	'%p is no number by which Hopsworks knows something',
	(id) => {
		const given: Json = Array.isArray(id) ? [7] : id;
		expect(readDeployment({ id: given, name: 'x' })).toBeUndefined();
		expect(readProject({ projectId: given, projectName: 'x' })).toBeUndefined();
		expect(readProject({ project: { id: given, name: 'x' } })).toBeUndefined();
	},
);

test.each([0, 7, Number.MAX_SAFE_INTEGER])('%p is one', (id) => {
	expect(readDeployment({ id, name: 'x' })?.id).toBe(id);
	expect(readProject({ project: { id, name: 'x' } })?.id).toBe(id);
});
