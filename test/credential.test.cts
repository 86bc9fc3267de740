/** The credential's Test, in n8n's own test context, against the sandbox and against servers that go wrong. */
import { createServer } from 'node:https';
import { CredentialTestContext } from 'n8n-core';
import type { ICredentialDataDecryptedObject, INodeCredentialTestResult } from 'n8n-workflow';
import { generate } from 'selfsigned';
import { Turns } from '../nodes/core/turns';
import { hopsworksApiTest } from '../nodes/n8n/methods/credentialTest';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { API_KEY } from './support/engine.cts';
import { at } from './support/json.cts';
import { startServer } from './support/server.cts';

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox();
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.faults.clear());

function check(data: ICredentialDataDecryptedObject): Promise<INodeCredentialTestResult> {
	const credential = {
		id: '1',
		name: 'test',
		type: 'hopsworksApi',
		data: { apiKey: API_KEY, project: 'test', ...data },
	};
	return hopsworksApiTest.call(new CredentialTestContext(), credential);
}

const GATEWAY_WORKS = "'Model Serving URL' works: it answered, and did not refuse the API key.";

/** What the sandbox is behind a good end. */
function hopsworksWorks(): string {
	const { length } = sandbox.cluster.deployments.filter(({ project }) => project.name === 'test');
	// One each is failed, stopped and not started yet.
	return `'Hopsworks URL' works: the project 'test' has ${length} deployments, ${length - 3} of them running.`;
}

describe('a good end says which addresses were tried, and what is behind them', () => {
	test('with only Model Serving URL', async () => {
		expect(await check({ servingUrl: sandbox.url })).toEqual({ status: 'OK', message: GATEWAY_WORKS });
	});

	test('with only Hopsworks URL', async () => {
		expect(await check({ hopsworksUrl: sandbox.url })).toEqual({ status: 'OK', message: hopsworksWorks() });
	});

	test('with both, however they were pasted', async () => {
		const message = `${hopsworksWorks()} ${GATEWAY_WORKS}`;
		expect(await check({ servingUrl: `${sandbox.url}/`, hopsworksUrl: `${sandbox.url}/p/119/view` })).toEqual({
			status: 'OK',
			message,
		});
	});

	test('without a project where the key has only one', async () => {
		const server = await startServer(({ path }) => ({
			body: path.endsWith('/project') ? [{ id: 1, name: 'solo' }] : [],
		}));
		const { status, message } = await check({ hopsworksUrl: server.url, project: '' });
		await server.close();
		expect([status, message]).toEqual([
			'OK',
			"'Hopsworks URL' works: the project 'solo', the only one of the API key, has 0 deployments, 0 of them running.",
		]);
	});
});

test('a reply of megabytes is read in turns', async () => {
	const server = await startServer(() => ({ body: `[${'12345678901234567890,'.repeat(600_000)}1]` }));
	const next = jest.spyOn(Turns.prototype, 'next');
	const { message } = await check({ hopsworksUrl: server.url });
	const turns = next.mock.calls.length;
	next.mockRestore();
	await server.close();
	expect(turns).toBeGreaterThan(10);
	expect(message).toContain('but its user is a member of no project');
});

describe('projects', () => {
	const listing = async (names: string[], project: string, expected = 'Error'): Promise<string> => {
		const server = await startServer(() => ({ body: names.map((name, id) => ({ id, name })) }));
		const { status, message } = await check({ hopsworksUrl: server.url, project });
		await server.close();
		expect(status).toBe(expected);
		return message;
	};

	test('are left to the nodes where Project is empty', async () => {
		expect(await check({ hopsworksUrl: sandbox.url, project: '' })).toEqual({
			status: 'OK',
			message:
				"'Hopsworks URL' works: 'Project' is empty, so each node chooses one with 'Project' in its options, among 'test', 'team_a'.",
		});
		const { status, message } = await check({ hopsworksUrl: sandbox.url, project: '', apiKey: 'NOSERVING.SECRET' });
		expect([status, message]).toEqual(['Error', expect.stringContaining('lacks the scope SERVING')]);
	});

	test('are cut where there are many, or where a name is long', async () => {
		const many = await listing(
			Array.from({ length: 500 }, (_, number) => `project${number}`),
			'nope',
		);
		expect(many).toMatch(/'project19', …\.$/);
		const long = await listing(['x'.repeat(100_000), 'y\n<b>z'], '', 'OK');
		expect(long.length).toBeLessThan(300);
		expect(long).toContain("'y <b>z'");
	});

	test.each([
		['', 'OK'],
		['nope', 'Error'],
	])('that hold the key have it blotted out (%j)', async (project, status) => {
		const message = await listing(['one', `a ${API_KEY} b`, 'PREFIX.', 'SECRET'], project, status);
		expect(message).toContain("'a *** b'");
		expect(message).not.toContain(API_KEY);
	});
});

const cases: Array<[string, ICredentialDataDecryptedObject, string[]]> = [
	[
		'key unknown to Hopsworks',
		{ hopsworksUrl: 'SANDBOX', apiKey: 'OTHER.SECRET' },
		["'Hopsworks URL': the API key was refused", 'Api key not found'],
	],
	[
		'wrong secret',
		{ hopsworksUrl: 'SANDBOX', apiKey: 'PREFIX.WRONG' },
		['the API key was refused', 'Invalid or incorrect API key'],
	],
	[
		'key refused by the gateway',
		{ servingUrl: 'SANDBOX', apiKey: 'OTHER.SECRET' },
		["'Model Serving URL': the API key was refused", 'or it lacks the scope SERVING'],
	],
	[
		'scope SERVING missing',
		{ hopsworksUrl: 'SANDBOX', apiKey: 'NOSERVING.SECRET' },
		['is valid, but lacks the scope SERVING'],
	],
	[
		'scope PROJECT missing',
		{ hopsworksUrl: 'SANDBOX', apiKey: 'NOPROJECT.SECRET' },
		['is valid, but lacks the scope PROJECT'],
	],
	[
		'another project',
		{ hopsworksUrl: 'SANDBOX', project: 'nope' },
		["the API key was accepted, but sees no project 'nope'. It sees 'test', 'team_a'"],
	],
	[
		'nothing listens at one of both',
		{ hopsworksUrl: 'SANDBOX', servingUrl: 'http://127.0.0.1:9' },
		["'Model Serving URL': 127.0.0.1:9 refused the connection", "'Hopsworks URL' works: the project 'test' has"],
	],
	['unknown host', { servingUrl: 'http://nowhere.invalid' }, ['The host name of nowhere.invalid was not found']],
	['no address', {}, ["Fill in 'Hopsworks URL' or 'Model Serving URL'"]],
	['no key', { servingUrl: 'SANDBOX', apiKey: '' }, ["Fill in 'API Key'"]],
	['no scheme', { servingUrl: 'gateway.example' }, ['must begin with http:// or https://']],
	[
		'both are wrong, both are named',
		{ hopsworksUrl: 'SANDBOX', servingUrl: 'SANDBOX', apiKey: 'X.Y' },
		["'Hopsworks URL':", "'Model Serving URL':"],
	],
];

test.each(cases)('%s', async (_name, data, texts) => {
	const { status, message } = await check(
		Object.fromEntries(Object.entries(data).map(([name, value]) => [name, value === 'SANDBOX' ? sandbox.url : value])),
	);
	expect(status).toBe('Error');
	for (const text of texts) expect(message).toContain(text);
});

test.each([` ${API_KEY}\n`, `ApiKey ${API_KEY}`, `PREFIX.\u200bSEC\nRET`])(
	'a key that was pasted as %j is sent without what does not belong to it',
	async (apiKey) => {
		expect(await check({ servingUrl: sandbox.url, hopsworksUrl: sandbox.url, apiKey })).toMatchObject({ status: 'OK' });
	},
);

test('a redirect is named and not followed', async () => {
	const server = await startServer(() => ({ status: 302, headers: { location: '/login' } }));
	const { message } = await check({ servingUrl: server.url });
	await server.close();
	expect(message).toContain('the server sent a redirect');
	expect(server.requests).toHaveLength(1);
});

test('a server that is not Hopsworks is not taken for it', async () => {
	const server = await startServer(() => ({ body: '<html>Welcome</html>' }));
	const { message } = await check({ hopsworksUrl: server.url });
	await server.close();
	expect(message).toContain('is not Hopsworks');
});

test.each([
	[403, '<html>Blocked</html>', 'A proxy or firewall between n8n and the server refused the request'],
	[407, '', 'A proxy between n8n and the server asks for a password'],
])('status %i of something in between does not pass for the gateway or for Hopsworks', async (status, body, words) => {
	const server = await startServer(() => ({ status, body }));
	const { message } = await check({ servingUrl: server.url, hopsworksUrl: server.url });
	await server.close();
	expect(message).toContain(`'Hopsworks URL': ${words}. `);
	expect(message).toContain(`'Model Serving URL': ${words}. `);
});

test('a server that echoes the key has it blotted out', async () => {
	const server = await startServer(({ headers }) => ({ status: 500, body: { error: headers.authorization } }));
	const { message } = await check({ hopsworksUrl: server.url });
	await server.close();
	expect(message).toContain('ApiKey ***');
	expect(message).not.toContain(API_KEY);
});

test('a certificate that is not trusted is told apart, and passes where SSL issues are ignored', async () => {
	const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
	const server = createServer({ key, cert }, (_request, response) => response.writeHead(404).end());
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	const servingUrl = `https://localhost:${String(at(server.address(), 'port'))}`;
	const checked = await check({ servingUrl });
	const ignored = await check({ servingUrl, ignoreSslIssues: true });
	server.close();
	expect(checked.message).toContain('The certificate of localhost');
	expect(checked.message).toContain("'Ignore SSL Issues (Insecure)'");
	expect(ignored).toEqual({ status: 'OK', message: GATEWAY_WORKS });
});
