/** Whose certificates are trusted beyond the table of test/faults/tls: gateways by number, proxies, two authorities, an n8n that is too old. */
import { readdirSync, readFileSync } from 'node:fs';
import { Agent, createServer as createProxy, type IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { listenOverTls, type Identity } from '../sandbox/listen.cts';
import { SANDBOX_KEY } from '../sandbox/keys.cts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { ROOT } from '../tools/root.cts';
import { makeCertificate, type Certificate } from './support/certificates.cts';
import { runModel, type RunResult } from './support/engine.cts';
import { at } from './support/json.cts';
import { places } from './support/tlsPlaces.cts';

// The part of an agent that @types/node leaves out.
declare module 'http' {
	interface Agent {
		addRequest: (this: Agent, ...given: unknown[]) => void;
	}
}

const HOST = 'fraud.test.hopsworks.ai';
const ROWS = [{ amount: 1, age: 2, hour: 3 }];
const made = { predictions: [0] };

let authority: Certificate;
beforeAll(async () => {
	authority = await makeCertificate({ name: 'Cluster CA', isAuthority: true });
});
const closing: Array<() => Promise<unknown>> = [];
afterEach(async () => {
	for (const close of closing.splice(0)) await close();
});

async function identityFor(hosts: string[], issuer = authority): Promise<Identity> {
	const { pem, key } = await makeCertificate({ name: 'server', issuer, hosts });
	return { certificate: pem, key };
}

/** A gateway that answers everything well; what it was asked, and by which name TLS asked for it. */
async function gatewayFor(hosts: string[]): Promise<{ url: string; asked: string[]; names: unknown[] }> {
	const asked: string[] = [];
	const names: unknown[] = [];
	const listening = await listenOverTls(
		0,
		({ headers, socket }: IncomingMessage, response) => {
			asked.push(String(headers.host));
			names.push(at(socket, 'servername'));
			response.end(JSON.stringify(made));
		},
		await identityFor(hosts),
	);
	closing.push(async () => await listening.close());
	return { url: `https://127.0.0.1:${listening.port}`, asked, names };
}

function predict(credential: IDataObject, options: INodeParameters = {}, rows = ROWS): Promise<RunResult> {
	return runModel({
		credential: { trustedCa: authority.pem, ...credential },
		rows,
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'name', value: 'fraud' },
			columns: 'amount, age, hour',
			options,
		},
	});
}

describe('a gateway by number, routed by host name', () => {
	const routed = { routing: 'host', hostHeader: HOST };

	test('with a certificate for the host name', async () => {
		const { url, asked, names } = await gatewayFor([HOST]);
		expect((await predict({ servingUrl: url }, routed)).success).toHaveLength(1);
		expect([asked, names]).toEqual([[HOST], [HOST]]);
	});

	test('with a certificate for the number, which is found once a run', async () => {
		const { url, asked, names } = await gatewayFor(['127.0.0.1']);
		const rows = Array.from({ length: 3 }, () => ROWS).flat();
		const { success } = await predict({ servingUrl: url }, { ...routed, rowsPerRequest: 1, concurrency: 1 }, rows);
		expect(success).toHaveLength(3);
		expect([asked, names]).toEqual([Array(3).fill(HOST), Array(3).fill(false)]);
	});

	test('with a certificate for neither', async () => {
		const { url, asked } = await gatewayFor(['other.example']);
		const { error } = await predict({ servingUrl: url }, routed);
		expect(error?.message).toBe(`The certificate of ${new URL(url).host} is not for the host name ${HOST}`);
		expect(error?.description).toContain("Set 'Routing' to 'By Path'");
		expect(asked).toEqual([]);
	});

	test('with a certificate for the number from a stranger', async () => {
		const { url, asked } = await gatewayFor(['127.0.0.1']);
		const other = await makeCertificate({ name: 'Other CA', isAuthority: true });
		const { error } = await predict({ servingUrl: url, trustedCa: other.pem }, routed);
		expect(error?.message).toContain("no authority in 'CA Certificate' issued it");
		expect(asked).toEqual([]);
	});
});

test('Hopsworks and the gateway may have an authority each: both are in the field', async () => {
	const other = await makeCertificate({ name: 'Other CA', isAuthority: true });
	const [hopsworks, gateway] = await Promise.all(
		[authority, other].map(
			async (issuer) =>
				await startSandbox({ tlsPort: 0, identity: await identityFor(['localhost', '127.0.0.1'], issuer) }),
		),
	);
	closing.push(async () => await Promise.all([hopsworks?.close(), gateway?.close()]));
	const credential = {
		apiKey: SANDBOX_KEY,
		project: 'test',
		hopsworksUrl: hopsworks?.tls?.url ?? '',
		servingUrl: gateway?.tls?.url ?? '',
	};
	for (const [place, ask] of Object.entries(places)) {
		expect([place, await ask({ ...credential, trustedCa: other.pem + authority.pem })]).toEqual([place, '']);
	}
	const half = (await places.Test?.({ ...credential, trustedCa: authority.pem })) ?? '';
	expect(half).toMatch(/^'Model Serving URL': The certificate of .* is not trusted: no authority in 'CA Certificate'/);
});

describe('through a proxy', () => {
	/** Passes everything on to the own machine; what it was asked for. */
	async function behindProxy(): Promise<string[]> {
		const tunnelled: string[] = [];
		const proxy = createProxy().on('connect', (request, socket) => {
			tunnelled.push(String(request.url));
			const through = connect(Number(new URL(`http://${String(request.url)}`).port), '127.0.0.1', () => {
				socket.write('HTTP/1.1 200 OK\r\n\r\n');
				socket.pipe(through).pipe(socket);
			});
			for (const end of [socket, through]) end.on('error', () => {});
			socket.on('close', () => through.destroy());
			through.on('close', () => socket.destroy());
		});
		await new Promise<void>((ready) => proxy.listen(0, '127.0.0.1', ready));
		process.env.HTTPS_PROXY = `http://127.0.0.1:${String(at(proxy.address(), 'port'))}`;
		process.env.NO_PROXY = '';
		closing.push(async () => {
			delete process.env.HTTPS_PROXY;
			delete process.env.NO_PROXY;
			proxy.closeAllConnections();
			await new Promise((closed) => proxy.close(closed));
		});
		return tunnelled;
	}

	test('the authority goes along, and the proxy sees no more than the address', async () => {
		const { url, asked } = await gatewayFor(['localhost']);
		const tunnelled = await behindProxy();
		const servingUrl = url.replace('127.0.0.1', 'localhost');
		expect((await predict({ servingUrl })).success).toHaveLength(1);
		const { error } = await predict({ servingUrl, trustedCa: '' });
		expect(error?.message).toContain('n8n does not know the authority');
		expect(asked).toHaveLength(1);
		expect(tunnelled).toEqual(Array(2).fill(new URL(servingUrl).host));
	});

	test('an address in numbers is compared with nothing, which is told', async () => {
		const { url, asked } = await gatewayFor(['127.0.0.1']);
		await behindProxy();
		const { error } = await predict({ servingUrl: url });
		expect(error?.message).toBe(`n8n could not compare the certificate of ${new URL(url).host} with its address`);
		expect(error?.description).toContain('Put the address into NO_PROXY');
		expect(asked).toEqual([]);
	});
});

test('a server that wants a certificate of n8n is told as that', async () => {
	const { certificate: cert, key } = await identityFor(['127.0.0.1']);
	const server = createServer(
		{ cert, key, ca: authority.pem, requestCert: true, rejectUnauthorized: true },
		(_request, response) => response.end(),
	);
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	const { error } = await predict(
		{ servingUrl: `https://127.0.0.1:${String(at(server.address(), 'port'))}` },
		{ maxTries: 1 },
	);
	server.close();
	expect(error?.message).toMatch(/^127\.0\.0\.1:\d+ asks n8n for a certificate of its own$/);
	expect(error?.description).toContain('mutual TLS');
});

describe('n8n before 2.20, whose helper for runs knows no options of a connection', () => {
	const { addRequest } = Agent.prototype;
	let sandbox: Sandbox;
	let credential: IDataObject;
	beforeAll(async () => {
		Agent.prototype.addRequest = function (...given) {
			const options: unknown = Reflect.get(this, 'options');
			for (const name of ['ca', 'ciphers', 'servername']) {
				if (typeof options === 'object' && options !== null) Reflect.deleteProperty(options, name);
			}
			addRequest.apply(this, given);
		};
		sandbox = await startSandbox({ tlsPort: 0, identity: await identityFor(['127.0.0.1']) });
		const url = sandbox.tls?.url ?? '';
		credential = { apiKey: SANDBOX_KEY, project: 'test', servingUrl: url, hopsworksUrl: url, trustedCa: authority.pem };
	});
	afterAll(async () => {
		Agent.prototype.addRequest = addRequest;
		await sandbox.close();
	});

	// The credential's Test has another helper, which knew them all along.
	const others = Object.entries(places).filter(([place]) => place !== 'Test');

	test.each(others)('%s says so, and what to do', async (_place, ask) => {
		const said = await ask(credential);
		expect(said).toContain(
			`The certificate of ${new URL(sandbox.tls?.url ?? '').host} is not trusted: this n8n is too old for 'CA Certificate'`,
		);
		expect(said).toContain('The field needs n8n 2.20 or later');
		expect(said).toContain('NODE_EXTRA_CA_CERTS');
		expect(said).not.toContain(SANDBOX_KEY);
		expect([sandbox.traffic.requests, sandbox.traffic.restApi]).toEqual([0, []]);
	});

	test('a field that is empty, and SSL issues that are ignored, have nothing to do with it', async () => {
		expect(await places.Run?.({ ...credential, trustedCa: '' })).toContain('n8n does not know the authority');
		expect(await places.Run?.({ ...credential, ignoreSslIssues: true })).toBe('');
	});
});

test('nothing but the credential says how certificates are checked', () => {
	const folder = join(ROOT, 'nodes');
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
	const naming = (words: RegExp): string[] =>
		files.filter((file) => words.test(readFileSync(join(folder, file), 'utf8'))).sort();
	expect(naming(/ignoreSslIssues|trustedCa\b[^']*\}: IDataObject/)).toEqual(['n8n/trust.ts']);
	// Two ask only whether a port speaks TLS, whoever it is, and send nothing.
	expect(naming(/skipSslCertificateValidation|rejectUnauthorized/)).toEqual([
		'n8n/methods/testRequest.ts',
		'n8n/schemeProbe.ts',
		'n8n/trust.ts',
	]);
});
