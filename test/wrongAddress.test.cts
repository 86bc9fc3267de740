/** Addresses as people get them wrong: the scheme, a deployment's in the place of the gateway's, names that are unknown, hosts that are dead. */
import { createServer as createPlain, type RequestListener } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { createServer as createRaw, type Server } from 'node:net';
import { CredentialTestContext } from 'n8n-core';
import type { IDataObject, INodeParameterResourceLocator } from 'n8n-workflow';
import { generate } from 'selfsigned';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node.ts';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node.ts';
import { hopsworksApiTest } from '../nodes/n8n/methods/credentialTest';
import { API_KEY, panelContext, runModel, type RunOptions, type RunResult } from './support/engine.cts';
import { at } from './support/json.cts';
import { firstValues, startServer, type Answer, type Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);
const named = (value: string): INodeParameterResourceLocator => ({ __rl: true, mode: 'name', value });
const QUICK = { maxRetryWait: 0.01 };

function predict(credential: IDataObject, more: Partial<RunOptions> = {}): Promise<RunResult> {
	const { parameters, ...rest } = more;
	return runModel({
		rows: [{ id: 1 }],
		...rest,
		credential,
		parameters: { operation: 'predict', deployment: named('fraud'), columns: 'id', options: QUICK, ...parameters },
	});
}

function get(credential: IDataObject, deployment: string | INodeParameterResourceLocator): Promise<RunResult> {
	return runModel({ node: new HopsworksDeployment(), credential, parameters: { operation: 'get', deployment } });
}

async function listed(credential: IDataObject): Promise<string> {
	const context = panelContext({ credential, parameters: { operation: 'predict' } });
	const search = new HopsworksModel().methods.listSearch.searchDeployments;
	return await search.call(context).then(
		() => '',
		(error: unknown) => (error instanceof Error ? error.message : ''),
	);
}

async function tested(fields: Record<string, string>): Promise<string> {
	const data = { apiKey: API_KEY, project: 'test', ignoreSslIssues: true, ...fields };
	const credential = { id: '1', name: 'test', type: 'hopsworksApi', data };
	return (await hopsworksApiTest.call(new CredentialTestContext(), credential)).message;
}

describe('http:// and https:// mixed up', () => {
	const servers: Server[] = [];
	let keys: { key: string; cert: string };
	beforeAll(async () => {
		const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
		keys = { key, cert };
	});
	afterEach(() => {
		for (const one of servers.splice(0)) one.close();
	});

	async function listen(one: Server): Promise<string> {
		await new Promise<void>((ready) => one.listen(0, '127.0.0.1', ready));
		servers.push(one);
		return `localhost:${String(at(one.address(), 'port'))}`;
	}

	/** What a run, the REST API, the list and the credential's Test say of an address. */
	async function sayings(url: string): Promise<string[]> {
		const run = await predict({ servingUrl: url, ignoreSslIssues: true });
		const rest = await get({ hopsworksUrl: url, ignoreSslIssues: true }, named('fraud'));
		return [
			run.error?.message ?? '',
			rest.error?.message ?? '',
			await listed({ hopsworksUrl: url, ignoreSslIssues: true }),
			await tested({ servingUrl: url }),
			await tested({ hopsworksUrl: url }),
		];
	}

	function expectAll(found: string[], message: string): void {
		for (const one of found) {
			expect(one).toContain(message);
			expect(one).not.toMatch(/\n|after \d+ tries/);
		}
	}

	const ok: RequestListener = (_request, response) => response.end('{}');

	test('https:// where the port speaks plain HTTP', async () => {
		const host = await listen(createPlain(ok));
		const found = await sayings(`https://${host}`);
		expectAll(found, `${host} does not speak TLS: use http:// in place of https://`);
		expect(found[3]).toContain(`Write http://${host} in the credential`);
	});

	test.each([
		['nginx', '<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>'],
		['Go', 'Client sent an HTTP request to an HTTPS server.\n'],
		[
			'Apache',
			"<title>400 Bad Request</title><p>Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
		],
	])('http:// where %s speaks TLS and says so', async (_name, body) => {
		server.answer = () => ({ status: 400, body });
		expectAll(await sayings(server.url), 'The server speaks TLS at this port: use https:// in place of http://');
	});

	test('http:// where a server answers with an alert of TLS', async () => {
		const alert = Buffer.from([0x15, 3, 1, 0, 2, 2, 0x16]);
		const host = await listen(
			createRaw((socket) => socket.on('error', () => {}).once('data', () => socket.end(alert))),
		);
		expectAll(await sayings(`http://${host}`), `${host} does not speak plain HTTP: use https:// in place of http://`);
	});

	test('http:// where a server that speaks TLS closes the connection, which is then asked, without the key', async () => {
		const asked: unknown[] = [];
		const secure = createSecure(keys, ({ headers, method }, response) => {
			asked.push([method, headers.authorization]);
			response.writeHead(404).end();
		});
		const host = await listen(secure);
		const found = await sayings(`http://${host}`);
		expectAll(found, `${host} speaks TLS: use https:// in place of http://`);
		expect(found[3]).toContain(`Write https://${host} in the credential`);
		expect(asked).toEqual(found.map(() => ['HEAD', undefined]));
	});

	test('it is asked once for requests that began together, and only of a host that has not answered', async () => {
		let asked = 0;
		const host = await listen(createSecure(keys, (_request, response) => response.end(String(asked++))));
		const rows = Array.from({ length: 8 }, (_, id) => ({ id }));
		const options = { ...QUICK, rowsPerRequest: 1, concurrency: 4 };
		const run = await predict({ servingUrl: `http://${host}` }, { rows, parameters: { options } });
		expect(run.error?.message).toContain('speaks TLS');
		expect(asked).toBe(1);
	});

	test('http:// where the connection is closed for another reason is tried again, with the doubt told', async () => {
		const host = await listen(createRaw((socket) => socket.on('error', () => {}).once('data', () => socket.destroy())));
		const run = await predict({ servingUrl: `http://${host}` }, { parameters: { options: { ...QUICK, maxTries: 2 } } });
		expect(run.error?.message).toBe(`${host} closed the connection before it answered (after 2 tries)`);
		expect(run.error?.description).toContain(`If this port speaks TLS, write https://${host}.`);
		expect(await tested({ servingUrl: `http://${host}` })).toContain(`If this port speaks TLS, write https://${host}.`);
	});

	test('https:// where the connection is closed before TLS begins', async () => {
		const host = await listen(createRaw((socket) => socket.on('error', () => {}).once('data', () => socket.destroy())));
		expect(await tested({ servingUrl: `https://${host}` })).toContain(
			`If this port speaks plain HTTP, write http://${host}.`,
		);
	});

	test('http:// where a gateway sends all on to https://', async () => {
		const location = server.url.replace('http:', 'https:');
		server.answer = ({ path }) => ({ status: 301, headers: { location: `${location}${path}` }, body: 'Moved' });
		expectAll(
			await sayings(server.url),
			'sends requests on to https:// (status 301): use https:// in place of http://',
		);
		server.answer = (request) => ({ ...firstValues(request), headers: { location } });
		expect((await predict({ servingUrl: server.url })).status).toBe('success');
		server.answer = () => ({ status: 302, headers: { location: 'https://login.example.com' } });
		expectAll(await sayings(server.url), 'sent a redirect, as a login page does');
	});
});

test("the Test refuses a deployment's address as the gateway's, and a missing scheme with a proposal", async () => {
	const path = '/v1/test/fraud/v1/models/fraud:predict';
	expect(await tested({ servingUrl: server.url + path })).toBe(
		`'Model Serving URL': this is the address of a deployment, not of the gateway. Fill in ${server.url} there. To give the address of one deployment, choose 'By URL' in front of 'Deployment' and paste it there.`,
	);
	expect(await tested({ servingUrl: 'gw:8080', hopsworksUrl: 'hopsworks.example.com' })).toBe(
		"'Hopsworks URL': this is not a web address: 'hopsworks.example.com'. It must begin with http:// or https://. Write https://hopsworks.example.com, or http://hopsworks.example.com if the server does not speak TLS. 'Model Serving URL': this is not a web address: 'gw:8080'. It must begin with http:// or https://. Write http://gw:8080, or https://gw:8080 if the port speaks TLS.",
	);
	expect(server.requests).toEqual([]);
	const run = await predict({ servingUrl: server.url + path });
	expect(run.error?.message).toContain('is the address of a deployment, not of the gateway');
});

describe('an unknown deployment', () => {
	const record = (id: number, name: string): IDataObject => ({ id, name, status: 'Running' });

	/** A Hopsworks whose project has whatever it answers. */
	const hopsworks =
		(body: unknown): Answer =>
		({ path }): Reply =>
			path.includes('getProjectInfo') ? { body: { projectId: 1, projectName: 'test' } } : { body };

	test.each<[string, unknown, string]>([
		['an empty list', [], 'Pick the deployment from the list'],
		['a count of none', { count: 0 }, 'Pick the deployment from the list'],
		['a count of none with its items', { count: 0, items: [] }, 'Pick the deployment from the list'],
		['others', [record(1, 'tumor'), record(2, 'fraud2')], "It has 'fraud2', 'tumor'. Pick"],
		['one in other case', record(1, 'fraud'), "It has 'fraud': capital letters count."],
		[
			'many others',
			{ count: 7, items: ['churn', 'price', 'frauds', 'rauD', 'upsell', 'x', 'y'].map((name, id) => record(id, name)) },
			"It has 'frauds', 'rauD', 'price', 'churn', 'x', …. Pick",
		],
	])('answered by %s', async (_name, body, description) => {
		server.answer = hopsworks(body);
		for (const { error } of [
			await predict({ hopsworksUrl: server.url }, { parameters: { deployment: named('Fraud') } }),
			await get({ hopsworksUrl: server.url }, named('Fraud')),
		]) {
			expect(error?.message).toBe("The project 'test' has no deployment 'Fraud'");
			expect(error?.description).toContain(description);
		}
	});

	test.each<[string, unknown]>([
		['an object', {}],
		['a page', '<html>Welcome</html>'],
		['a list of something else', [{ title: 'x' }]],
	])('%s is no Hopsworks', async (_name, body) => {
		server.answer = hopsworks(body);
		const { error } = await get({ hopsworksUrl: server.url }, named('Fraud'));
		expect(error?.message).toContain('There is no Hopsworks at this address');
	});
});

describe('a deployment as plain text', () => {
	test('is a name, or a URL where it begins like one', async () => {
		await predict({ servingUrl: server.url }, { parameters: { deployment: 'fraud' } });
		await predict({ servingUrl: server.url }, { parameters: { deployment: `  ${server.url}/v1/test/tumor` } });
		await predict({ servingUrl: server.url }, { parameters: { deployment: '={{ "fraud" }}' } });
		await predict(
			{ servingUrl: server.url },
			{ parameters: { deployment: { __rl: true, mode: 'list', value: 'fraud' } } },
		);
		expect(server.requests.map(({ path }) => path)).toEqual(
			['fraud', 'tumor', 'fraud', 'fraud'].map((name) => `/v1/test/${name}/v1/models/${name}:predict`),
		);
	});

	test('in Hopsworks Deployment is a name, and for the columns of a schema', async () => {
		server.answer = ({ path }) => {
			if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
			const fields = { columns: [{ name: 'amount', type: 'double' }] };
			return { body: path.includes('/schema') ? fields : { id: 1, name: 'fraud', status: 'Running' } };
		};
		const credential = { hopsworksUrl: server.url };
		expect((await get(credential, 'fraud')).success[0]?.json).toMatchObject({ name: 'fraud' });
		const context = panelContext({ credential, parameters: { operation: 'predict', deployment: 'fraud' } });
		await new HopsworksModel().methods.resourceMapping.getSchemaColumns.call(context);
		expect(server.requests.at(-1)?.path).toContain('/project/1/serving/1/schema');
	});
});

describe('a host that is dead', () => {
	async function deadUrl(): Promise<string> {
		const closed = await startServer(firstValues);
		await closed.close();
		return closed.url;
	}

	test('is given up after a few seconds in the editor, and the error says so', async () => {
		const { error } = await predict({ servingUrl: await deadUrl() }, { parameters: { options: {} } });
		expect(error?.message).toMatch(/refused the connection \(after [34] tries\)$/);
		expect(error?.description).toMatch(/In the editor, .* after a few seconds; .* by itself tries 6 times\.$/);
	}, 20_000);

	test('has all its tries in the editor too where they take no longer', async () => {
		const { error } = await predict({ servingUrl: await deadUrl() });
		expect(error?.message).toMatch(/refused the connection \(after 6 tries\)$/);
		expect(error?.description).not.toContain('In the editor');
	});

	test('is tried as often as the user says where the workflow runs by itself', async () => {
		const { error } = await predict(
			{ servingUrl: await deadUrl() },
			{
				mode: 'trigger',
				parameters: { options: { maxRetryWait: 1 } },
			},
		);
		expect(error?.message).toMatch(/refused the connection \(after 6 tries\)$/);
		expect(error?.description).not.toContain('In the editor');
	});

	test('is tried once where the user says so', async () => {
		const once = { parameters: { options: { maxTries: 1 } } };
		const { error } = await predict({ servingUrl: await deadUrl() }, once);
		expect(error?.message).toMatch(/refused the connection$/);
		expect(error?.description).not.toContain('In the editor');
	});

	test('is given up soon by the list of deployments too', async () => {
		expect(await listed({ hopsworksUrl: await deadUrl() })).toMatch(/refused the connection \(after 3 tries\)$/);
	});

	test('that has answered before is waited for', async () => {
		const mortal = await startServer((request, number) => {
			if (number === 1) return firstValues(request);
			void mortal.close();
			return { reset: true };
		});
		const { failed } = await predict(
			{ servingUrl: mortal.url },
			{
				rows: [{ id: 1 }, { id: 2 }],
				settings: { onError: 'continueErrorOutput' },
				parameters: { options: { ...QUICK, rowsPerRequest: 1, concurrency: 1, maxTries: 4 } },
			},
		);
		expect(failed.map(({ json }) => json.error)).toEqual([expect.stringMatching(/\(after 4 tries\)$/)]);
	});
});
