/** What the sandbox has for Hopsworks' own client: TLS, and the routes that a login, versions and tags need. */
import { Agent, get as getOverTls } from 'node:https';
import { text } from 'node:stream/consumers';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import documentedProjects from './fixtures/hopsworks/project-list.json';
import documentedRecord from './fixtures/hopsworks/serving-one.json';
import { API_KEY, runModel } from './support/engine.cts';
import { at, listOf, read, recordOf } from './support/json.cts';

const API = '/hopsworks-api/api';
const headers = { authorization: `ApiKey ${API_KEY}` };

interface Answer {
	status: number;
	body: unknown;
}

let sandbox: Sandbox;
/** Its address over TLS, and the certificate there. */
let tls: NonNullable<Sandbox['tls']>;
beforeAll(async () => {
	sandbox = await startSandbox({ tlsPort: 0 });
	if (!sandbox.tls) throw new Error('it does not listen over TLS');
	({ tls } = sandbox);
});
afterAll(() => sandbox.close());

async function ask(path: string, options: RequestInit = {}): Promise<Answer> {
	const reply = await fetch(`${sandbox.url}${API}${path}`, { headers, ...options });
	const body = await reply.text();
	return { status: reply.status, body: body === '' ? '' : read(body) };
}

/** Over TLS, by a caller that trusts nothing but the certificate it is given. */
async function askOverTls(path: string, certificate?: string): Promise<Answer> {
	const agent = new Agent({ ca: certificate });
	return await new Promise((resolve, reject) => {
		getOverTls(`${tls.url}${path}`, { agent, headers }, (response) => {
			text(response).then((body) => resolve({ status: response.statusCode ?? 0, body: read(body) }), reject);
		}).on('error', reject);
	});
}

describe('over TLS', () => {
	test('it answers who trusts its certificate, which is for 127.0.0.1, and nobody else', async () => {
		const asked = `${API}/project/getProjectInfo/test`;
		const plain = await ask('/project/getProjectInfo/test');
		expect(plain).toMatchObject({ status: 200, body: { projectId: 119 } });
		expect(await askOverTls(asked, tls.certificate)).toEqual(plain);
		await expect(askOverTls(asked)).rejects.toThrow('self-signed certificate');
	});

	test('its gateway is named with both ports, by either way', async () => {
		const [http, https] = [sandbox.url, tls.url].map((url) => Number(new URL(url).port));
		const path = '/project/119/inference/endpoints';
		for (const { body } of [await ask(path), await askOverTls(`${API}${path}`, tls.certificate)]) {
			const gateway = listOf(body).find((one) => at(one, 'type') === 'LOAD_BALANCER');
			expect(at(gateway, 'hosts')).toEqual(['127.0.0.1']);
			expect(at(gateway, 'ports')).toEqual([
				{ name: 'STATUS', number: 15021 },
				{ name: 'HTTP', number: http },
				{ name: 'HTTPS', number: https },
			]);
		}
	});

	test('a port that is taken leaves none behind', async () => {
		const other = await startSandbox();
		await other.close();
		const port = Number(new URL(other.url).port);
		const taken = Number(new URL(tls.url).port);
		await expect(startSandbox({ port, tlsPort: taken })).rejects.toThrow('EADDRINUSE');
		await (await startSandbox({ port })).close();
	});

	test('the node goes all the way by it', async () => {
		const before = sandbox.traffic.requests;
		const { success } = await runModel({
			credential: { hopsworksUrl: tls.url, trustedCa: tls.certificate },
			rows: [{ amount: 12.5, age: 400, hour: 14 }],
			parameters: {
				operation: 'predict',
				deployment: { __rl: true, mode: 'name', value: 'fraud' },
				columns: 'amount, age, hour',
			},
		});
		expect(success.map(({ json }) => json.prediction)).toEqual([0]);
		expect(sandbox.traffic.requests).toBe(before + 1);
	});
});

describe('a login', () => {
	test.each([
		['enable_data_science_profile', 'true'],
		['kube_kserve_installed', 'true'],
		['kube_serving_min_num_instances', '-1'],
		['kube_serving_max_num_instances', '-1'],
		['kube_knative_domain_name', 'hopsworks.ai'],
	])('the variable %s', async (name, successMessage) => {
		expect(await ask(`/variables/${name}`)).toEqual({ status: 200, body: { successMessage } });
	});

	test('the release, as a list of software', async () => {
		expect((await ask('/variables/versions')).body).toEqual([{ software: 'hopsworks', version: '5.2.1' }]);
	});

	test('memberships name user and owner, in the fields of the documented ones', async () => {
		const projects = listOf((await ask('/project')).body);
		expect(projects.map((one) => [at(one, 'project', 'name'), at(one, 'project', 'owner', 'username')])).toEqual([
			['test', 'adaexamp'],
			['team_a', 'boexampl'],
		]);
		const [documented] = documentedProjects;
		for (const one of projects) {
			expect(at(one, 'user', 'username')).toBe('adaexamp');
			expect(Object.keys(documented ?? {})).toEqual(expect.arrayContaining(Object.keys(recordOf(one))));
			for (const way of [['project'], ['project', 'owner'], ['user']]) {
				const fields = Object.keys(recordOf(at(one, ...way)));
				expect(Object.keys(recordOf(at(documented, ...way)))).toEqual(expect.arrayContaining(fields));
			}
		}
	});

	test('stores in base64 and texts, in the place of certificates', async () => {
		const { body } = await ask('/project/119/credentials');
		const { kStore, tStore, ...texts } = recordOf(body);
		for (const store of [kStore, tStore]) {
			expect(Buffer.from(String(store), 'base64').toString('base64')).toBe(store);
			expect(store).not.toBe('');
		}
		expect(texts).toEqual({
			fileExtension: 'jks',
			password: expect.any(String),
			caChain: expect.any(String),
			clientCert: expect.any(String),
			clientKey: expect.any(String),
		});
		expect(await ask('/project/122/credentials')).toMatchObject({ status: 400, body: { errorCode: 120011 } });
	});

	test('the dataset of models, for a key that may look at datasets', async () => {
		const path = '/project/119/dataset/Models';
		expect(await ask(path)).toMatchObject({ status: 200, body: { attributes: { path: '/Projects/test/Models' } } });
		const other = { headers: { authorization: 'ApiKey NOPROJECT.SECRET' } };
		expect(await ask(path, other)).toMatchObject({ status: 403, body: { errorCode: 320004 } });
	});

	test('what no route is for is refused and remembered', async () => {
		await ask('/project/119/serving?status=Running');
		expect(sandbox.traffic.unknown).toEqual([]);
		for (const path of ['/variables/no_such_variable', '/project/119/jobs?limit=1']) {
			expect(await ask(path)).toMatchObject({ status: 404, body: { errorCode: 120004 } });
		}
		const { unknown } = recordOf(await (await fetch(`${sandbox.url}/sandbox/traffic`)).json());
		expect(unknown).toEqual(['GET /variables/no_such_variable', 'GET /project/119/jobs?limit=1']);
	});
});

describe('a deployment', () => {
	const recordNamed = async (name: string): Promise<Record<string, unknown>> =>
		recordOf((await ask(`/project/119/serving?name=${name}&expand=mandatorytags`)).body);

	test('tells how it scales and in which mode it runs', async () => {
		const { predictorScalingConfig: scaling, ...fraud } = await recordNamed('fraud');
		expect(Object.keys(recordOf(scaling)).toSorted()).toEqual(
			Object.keys(documentedRecord.predictorScalingConfig).toSorted(),
		);
		expect(scaling).toMatchObject({ minInstances: 1, scaleMetric: 'CONCURRENCY', target: 100 });
		expect(fraud).toMatchObject({ knativeMode: false, predictorEnvironment: { name: 'pandas-inference-pipeline' } });
		expect(await recordNamed('returns')).toMatchObject({
			knativeMode: true,
			predictorScalingConfig: { minInstances: 0 },
		});
		expect(await recordNamed('assistant')).toMatchObject({ vllmVariant: 'VLLM', vllmImageTag: 'v0.28.0' });
	});

	test('names its schema, which is found by that name alone', async () => {
		const { predictorEnvVars } = await recordNamed('payments');
		const [, id = ''] = /^SERVING_SCHEMA_ID=(.+)$/m.exec(listOf(predictorEnvVars).join('\n')) ?? [];
		expect(predictorEnvVars).toContain('SERVING_SCHEMA_ENFORCER=predictor');
		const schema = '/project/119/serving/16/schema?format=schema';
		expect(await ask(`${schema}&schemaId=${id}`)).toMatchObject({ status: 200, body: { schemaId: id } });
		expect(await ask(`${schema}&schemaId=0`)).toMatchObject({ status: 404, body: { errorCode: 240037 } });
		expect((await recordNamed('fraud')).predictorEnvVars).toEqual(['SETTING=not to be shown']);
	});

	test('before path routing, has none of the later fields', async () => {
		sandbox.cluster.settings.isOld = true;
		const fields = Object.keys(await recordNamed('assistant'));
		sandbox.cluster.settings.isOld = false;
		for (const field of ['projectNamespace', 'predictorScalingConfig', 'knativeMode', 'tracing']) {
			expect(fields).not.toContain(field);
			expect(Object.keys(await recordNamed('assistant'))).toContain(field);
		}
	});

	test('lists its versions, the last of which serves, in pages', async () => {
		const versions = '/project/119/serving/12/versions';
		const { body } = await ask(`${versions}?offset=0&limit=100`);
		expect(body).toMatchObject({
			count: 2,
			items: [
				{ version: 1, active: false, modelVersion: 1, createdBy: 'Ada Example', updated: null },
				{ version: 2, active: true, modelVersion: 2 },
			],
		});
		expect(await recordNamed('tumor')).toMatchObject({ version: 2, modelVersion: 2 });
		const page = (await ask(`${versions}?offset=1&limit=1`)).body;
		expect(page).toEqual({ count: 2, items: listOf(at(body, 'items')).slice(1) });
		expect((await ask('/project/119/serving/11/versions')).body).toMatchObject({ count: 1 });
		expect(await ask('/project/119/serving/999/versions')).toMatchObject({ status: 404, body: { errorCode: 240000 } });
	});

	test('keeps tags: attached, changed, read and removed', async () => {
		const tags = '/project/119/serving/11/tags';
		const put = async (name: string, value: unknown): Promise<number> =>
			(await ask(`${tags}/${name}`, { headers, method: 'PUT', body: JSON.stringify(value) })).status;
		expect((await ask(tags)).body).toEqual({ count: 0, items: [] });
		expect([await put('owner', { team: 'risk' }), await put('a b', 'x'), await put('a%20b', 'y')]).toEqual([
			201, 201, 200,
		]);
		const owner = { name: 'owner', value: '{"team":"risk"}' };
		expect((await ask(tags)).body).toEqual({ count: 2, items: [owner, { name: 'a b', value: '"y"' }] });
		expect((await ask(`${tags}/owner`)).body).toEqual({ count: 1, items: [owner] });
		expect((await ask('/project/119/serving/12/tags')).body).toMatchObject({ count: 0 });
		const remove = async (): Promise<Answer> => await ask(`${tags}/owner`, { headers, method: 'DELETE' });
		expect(await remove()).toEqual({ status: 204, body: '' });
		const again = await fetch(`${sandbox.url}${API}${tags}/a%20b`, { headers, method: 'DELETE' });
		expect([again.status, again.headers.get('content-length')]).toEqual([204, null]);
		for (const gone of [await remove(), await ask(`${tags}/owner`)]) {
			expect(gone).toMatchObject({ status: 404, body: { errorCode: 370002 } });
		}
	});

	test('of vLLM: which images there are', async () => {
		expect((await ask('/project/119/serving/vllmImageTags')).body).toMatchObject({
			count: 2,
			items: [
				{ variant: 'VLLM', tags: ['v0.28.0'] },
				{ variant: 'VLLM_OMNI', tags: [] },
			],
		});
	});
});
