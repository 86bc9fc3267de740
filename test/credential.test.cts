/** The credential's Test, in n8n's own test context, against the sandbox and against servers that go wrong. */
import { createServer } from 'node:https';
import { CredentialTestContext } from 'n8n-core';
import type { ICredentialDataDecryptedObject, INodeCredentialTestResult } from 'n8n-workflow';
import { generate } from 'selfsigned';
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

const OK = { status: 'OK', message: 'The API key was accepted' };

describe('accepted', () => {
	test.each(['servingUrl', 'hopsworksUrl'])('with only %s', async (field) => {
		expect(await check({ [field]: sandbox.url })).toEqual(OK);
	});

	test('with both, and without a project', async () => {
		expect(
			await check({ servingUrl: `${sandbox.url}/`, hopsworksUrl: `${sandbox.url}/p/119/view`, project: '' }),
		).toEqual(OK);
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
		["the project 'nope' is not among those of the API key (test, team_a)"],
	],
	[
		'nothing listens at one of both',
		{ hopsworksUrl: 'SANDBOX', servingUrl: 'http://127.0.0.1:9' },
		["'Model Serving URL': 127.0.0.1:9 refused the connection"],
	],
	['unknown host', { servingUrl: 'http://nowhere.invalid' }, ['The host name of nowhere.invalid was not found']],
	['no address', {}, ["Fill in 'Model Serving URL' or 'Hopsworks URL'"]],
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
		expect(await check({ servingUrl: sandbox.url, hopsworksUrl: sandbox.url, apiKey })).toEqual(OK);
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
	expect(ignored).toEqual(OK);
});
