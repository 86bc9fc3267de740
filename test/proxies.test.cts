/** Where n8n sends its requests through a proxy: the key reaches the gateway, or goes nowhere. */
import { Agent, createServer as createProxy } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { connect } from 'node:net';
import tls from 'node:tls';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { generate } from 'selfsigned';
import * as cancel from '../nodes/n8n/cancel';
import { runModel, type RunResult } from './support/engine.cts';
import { completion } from './support/chat.cts';
import { useChatModel } from './support/chatModel.cts';
import { at } from './support/json.cts';
import { firstValues, startServer, type Recorded, type Reply, type TestServer } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

// The part of an agent that @types/node leaves out.
declare module 'http' {
	interface Agent {
		addRequest: (this: Agent, ...given: unknown[]) => void;
	}
}

/** What proxy-from-env reads, in upper and lower case. */
const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);

function answer(request: Recorded): Reply {
	if (request.path.endsWith('/completions')) return completion({ content: 'Hi' });
	if (request.path.endsWith('/embeddings')) return { body: { data: [{ index: 0, embedding: [1] }] } };
	return firstValues(request);
}

const gateway = sharedServer(answer);
/** A server that passes nothing on: what it is asked for tells where the request would have gone. */
const proxy = sharedServer(() => ({ status: 502 }));
const host = 'evil.example.com';

const saved = VARIABLES.map((name): [string, string | undefined] => [name, process.env[name]]);
afterAll(() => saved.forEach(([name, value]) => value !== undefined && (process.env[name] = value)));
beforeEach(() => VARIABLES.forEach((name) => delete process.env[name]));
afterEach(() => VARIABLES.forEach((name) => delete process.env[name]));

const byName = (value: string) => ({ __rl: true, mode: 'name', value });

function predict(
	parameters: INodeParameters,
	credential: IDataObject = {},
	rows: IDataObject[] = [{ x: 1 }],
): Promise<RunResult> {
	// What Predict File reads.
	const binary = { data: { data: Buffer.from('x\n1\n').toString('base64'), mimeType: 'text/csv', fileName: 'x.csv' } };
	return runModel({
		credential: { servingUrl: gateway.url, ...credential },
		parameters: { operation: 'predict', deployment: byName('fraud'), columns: 'x', ...parameters },
		items: rows.map((json) => ({ json, binary })),
	});
}

const keysSeenBy = ({ requests }: TestServer): unknown[] =>
	requests.filter(({ headers, path, text }) => JSON.stringify([headers, path, text]).includes('SECRET'));
const questionsTo = ({ requests }: TestServer): Recorded[] =>
	requests.filter(({ headers }) => headers.host === 'proxy-check.invalid:99999');

/** The proxy got nothing at all, the gateway nothing with the key. */
function expectNothingSent(): void {
	expect(proxy.requests).toEqual([]);
	expect(keysSeenBy(gateway)).toEqual([]);
}

const hostOf = ({ url }: TestServer): string => new URL(url).host;

describe('a Host of its own is refused behind a proxy', () => {
	test.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'])('that %s names', async (variable) => {
		process.env[variable] = proxy.url;
		const { error, status } = await predict({ options: { routing: 'host', hostHeader: host } });
		expect(status).toBe('error');
		expect(error?.message).toBe(
			`n8n sends requests to ${hostOf(gateway)} through a proxy, which would pass them on to ${host} instead`,
		);
		expect(error?.description).toContain('Put 127.0.0.1 into the variable NO_PROXY where n8n runs');
		expect(error?.description).toContain("set 'Routing' to 'By Path' in the options (Hopsworks 4.8 and later)");
		expectNothingSent();
	});

	test('and each item says so, where the run goes on', async () => {
		process.env.HTTP_PROXY = proxy.url;
		const { failed, hints } = await runModel({
			credential: { servingUrl: gateway.url },
			parameters: {
				operation: 'predict',
				deployment: byName('fraud'),
				columns: 'x',
				options: { routing: 'host', hostHeader: host, rowsPerRequest: 1 },
			},
			rows: [{ x: 1 }, { x: 2 }, { x: 3 }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(failed.map(({ json }) => json.error)).toEqual(Array(3).fill(expect.stringContaining('through a proxy')));
		expect(hints.map(({ message }) => message).join()).toContain('3 failed');
		expectNothingSent();
	});

	test.each<[string, INodeParameters]>([
		[
			'a pasted URL',
			{
				deployment: { __rl: true, mode: 'url', value: '={{ $json.gateway }}/v1/models/fraud' },
				options: { routing: 'host', hostHeader: host },
			},
		],
		['a host name by expression', { options: { routing: 'host', hostHeader: '={{ $json.host }}' } }],
		['routing by host name', { options: { routing: 'host' } }],
		['Predict File', { operation: 'predictFile', options: { routing: 'host', hostHeader: host } }],
		['Chat', { operation: 'chat', prompt: 'Hi', options: { routing: 'host', hostHeader: host } }],
		[
			'Chat by expression',
			{ operation: 'chat', prompt: 'Hi', options: { routing: 'host', hostHeader: '={{ $json.host }}' } },
		],
		[
			'Classify',
			{
				operation: 'classify',
				text: 'Hi',
				categories: { values: [{ name: 'yes' }, { name: 'no' }] },
				options: { routing: 'host', hostHeader: host },
			},
		],
		['Embed', { operation: 'embed', text: 'Hi', options: { routing: 'host', hostHeader: host } }],
		['Rerank', { operation: 'rerank', query: 'x', text: 'Hi', options: { routing: 'host', hostHeader: host } }],
	])('%s', async (_name, parameters) => {
		process.env.HTTP_PROXY = proxy.url;
		const rows = ['a.example.com', 'b.example.com'].map((one) => ({ x: 1, host: one, gateway: gateway.url }));
		const { error } = await predict(parameters, {}, rows);
		expect(error?.message).toContain('through a proxy, which would pass them on to');
		expectNothingSent();
	});

	test('the Hopsworks Chat Model', async () => {
		process.env.HTTP_PROXY = proxy.url;
		const { error } = await useChatModel(async (model) => await model.invoke('Hi'), {
			credential: { servingUrl: gateway.url },
			parameters: { options: { routing: 'host', hostHeader: host } },
		});
		expect(JSON.stringify([error?.message, error?.description])).toContain(
			'through a proxy, which would pass them on to',
		);
		expectNothingSent();
	});

	test('a deployment whose record names no namespace, which is found by its host name without anybody asking for it', async () => {
		const hopsworks = await startServer(({ path }) => {
			if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
			if (path.includes('kube_knative')) return { body: { successMessage: host } };
			if (path.includes('endpoints')) {
				return {
					body: [
						{
							type: 'LOAD_BALANCER',
							hosts: ['127.0.0.1'],
							ports: [{ name: 'HTTP', number: Number(new URL(gateway.url).port) }],
						},
					],
				};
			}
			return { body: { id: 1, name: 'fraud', status: 'Running' } };
		});
		process.env.HTTP_PROXY = proxy.url;
		process.env.NO_PROXY = hostOf(hopsworks);
		const runs = [
			await predict({}, { hopsworksUrl: hopsworks.url }),
			await predict({}, { hopsworksUrl: hopsworks.url, servingUrl: '' }),
		];
		await hopsworks.close();
		for (const { error } of runs)
			expect(error?.message).toContain(`which would pass them on to fraud.test.${host} instead`);
		expectNothingSent();
	});
});

describe('nothing is refused', () => {
	test.each(['NO_PROXY', 'no_proxy'])('where %s leaves the gateway out', async (variable) => {
		process.env.HTTP_PROXY = proxy.url;
		for (const value of ['127.0.0.1', hostOf(gateway), '*', 'x.example.com,127.0.0.1']) {
			process.env[variable] = value;
			gateway.requests.length = 0;
			const { success } = await predict({ options: { routing: 'host', hostHeader: host } });
			expect(success.map(({ json }) => json.prediction)).toEqual(['of 1']);
			expect(gateway.requests.map(({ headers }) => headers.host)).toEqual([host]);
		}
		expect(proxy.requests).toEqual([]);
	});

	test('by path: the proxy is asked for the gateway, and for nothing else', async () => {
		process.env.HTTP_PROXY = proxy.url;
		await predict({ options: { maxTries: 1 } });
		await predict({ options: { maxTries: 1, routing: 'path', hostHeader: host } });
		const path = `${gateway.url}/v1/test/fraud/v1/models/fraud:predict`;
		expect(proxy.requests.map((request) => [request.method, request.path])).toEqual(Array(2).fill(['POST', path]));
	});

	test('without a proxy', async () => {
		expect((await predict({ options: { routing: 'host', hostHeader: host } })).success).toHaveLength(1);
	});
});

describe('the question whether there is a proxy', () => {
	test('is not heard by the gateway', async () => {
		const { success } = await predict({ options: { routing: 'host', hostHeader: host } });
		expect(success).toHaveLength(1);
		expect(gateway.requests.map(({ headers }) => headers.host)).toEqual([host]);
	});

	test('says nothing of a gateway that cannot be reached: the request does', async () => {
		const { error } = await predict(
			{ options: { routing: 'host', hostHeader: host, maxTries: 1 } },
			{ servingUrl: 'http://127.0.0.1:9' },
		);
		expect(error?.message).toBe('127.0.0.1:9 refused the connection');
	});
});

describe('the same question on n8n before 2.20, where the gateway hears it', () => {
	const { addRequest } = Agent.prototype;
	// Such an n8n does not know the options of a connection.
	beforeAll(() => {
		Agent.prototype.addRequest = function (...given) {
			const options: unknown = Reflect.get(this, 'options');
			if (typeof options === 'object' && options !== null) Reflect.deleteProperty(options, 'localAddress');
			addRequest.apply(this, given);
		};
	});
	afterAll(() => {
		Agent.prototype.addRequest = addRequest;
	});

	test('is refused all the same where a proxy is used', async () => {
		process.env.HTTP_PROXY = proxy.url;
		const { error } = await predict({ options: { routing: 'host', hostHeader: host } });
		expect(error?.message).toContain('through a proxy');
		expectNothingSent();
	});

	test('is put once a run and gateway, without the key, however many requests and host names there are', async () => {
		const rows = Array.from({ length: 20 }, (_, x) => ({ x, host: `d${x % 5}.example.com` }));
		const { success } = await predict(
			{ options: { routing: 'host', hostHeader: '={{ $json.host }}', rowsPerRequest: 1 } },
			{},
			rows,
		);
		expect(success).toHaveLength(20);
		expect(questionsTo(gateway)).toMatchObject([{ method: 'GET', path: '/', text: '' }]);
		expect(keysSeenBy(gateway)).toHaveLength(20);
		expect(questionsTo(gateway)[0]?.headers).not.toHaveProperty('authorization');
		expect(gateway.requests[0]).toBe(questionsTo(gateway)[0]);
	});

	test('is put to each of two gateways', async () => {
		const other = await startServer(answer);
		const hopsworks = gateway;
		const rows = [gateway, other].map(({ url }) => ({ x: 1, url: `${url}/v1/models/fraud` }));
		hopsworks.answer = (request) => {
			if (request.path.includes('endpoints')) {
				const ports = [{ name: 'HTTP', number: Number(new URL(other.url).port) }];
				return { body: [{ type: 'LOAD_BALANCER', hosts: ['127.0.0.1'], ports }] };
			}
			return request.path.includes('getProjectInfo')
				? { body: { projectId: 1, projectName: 'test' } }
				: answer(request);
		};
		const deployment = { __rl: true, mode: 'url', value: '={{ $json.url }}' };
		const { success } = await predict(
			{ deployment, options: { routing: 'host', hostHeader: host } },
			{ hopsworksUrl: hopsworks.url },
			rows,
		);
		expect(success).toHaveLength(2);
		expect([questionsTo(gateway).length, questionsTo(other).length]).toEqual([1, 1]);
		await other.close();
	});

	test.each<[string, INodeParameters]>([
		['by path', {}],
		['by path, whatever Host Header says', { options: { routing: 'path', hostHeader: host } }],
	])('is not put %s', async (_name, parameters) => {
		expect((await predict(parameters)).success).toHaveLength(1);
		expect(gateway.requests).toHaveLength(1);
	});

	test.each<[string, Reply]>([
		['404', { status: 404 }],
		['a redirect', { status: 302, headers: { location: 'http://evil.example.com/' } }],
		['a refusal of the key', { status: 401 }],
		['no reply', { reset: true }],
		['a reply without an end', { stream: ['x'], ending: 'stall' }],
		['a reply that breaks off', { body: 'xxxx', cutAfter: 2 }],
	])('may be answered by %s', async (_name, reply) => {
		gateway.answer = (request) => (request.method === 'GET' ? reply : answer(request));
		const { success } = await predict({ options: { routing: 'host', hostHeader: host } });
		expect(success.map(({ json }) => json.prediction)).toEqual(['of 1']);
		expect(questionsTo(gateway)).toHaveLength(1);
	});

	test('is not waited for longer than a request is', async () => {
		gateway.answer = (request) => (request.method === 'GET' ? { delay: 60_000 } : answer(request));
		const began = performance.now();
		const { success } = await predict({ options: { routing: 'host', hostHeader: host, timeout: 0.5 } });
		expect(success).toHaveLength(1);
		expect(performance.now() - began).toBeLessThan(9000);
	});

	test('is never waited for longer than 10 seconds', async () => {
		const { Watch } = cancel;
		const watch = jest.spyOn(cancel, 'Watch').mockImplementation((...given) => new Watch(...given));
		await predict({ options: { routing: 'host', hostHeader: host } });
		await predict({ options: { routing: 'host', hostHeader: host, timeout: 3 } });
		expect(watch.mock.calls.map(([, seconds]) => seconds)).toEqual([10, 300, 3, 3]);
		watch.mockRestore();
	});

	test('ends with the run', async () => {
		gateway.answer = (request) => (request.method === 'GET' ? { delay: 60_000 } : answer(request));
		const began = performance.now();
		const { status } = await runModel({
			credential: { servingUrl: gateway.url },
			parameters: {
				operation: 'predict',
				deployment: byName('fraud'),
				columns: 'x',
				options: { routing: 'host', hostHeader: host },
			},
			rows: [{ x: 1 }],
			cancelAfter: 200,
		});
		expect(status).toBe('canceled');
		expect(performance.now() - began).toBeLessThan(5000);
		expect(keysSeenBy(gateway)).toEqual([]);
	});
});

describe('over TLS a proxy sees nothing but the address of the gateway', () => {
	/** A gateway with a certificate of its own that n8n trusts, and a proxy that leads to whatever it is asked for. */
	async function withSecureGateway(use: (gatewayUrl: string, asked: string[]) => Promise<void>): Promise<void> {
		const altNames = [{ type: 2, value: 'localhost' } as const];
		const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
			extensions: [{ name: 'subjectAltName', altNames }],
		});
		const secure = createSecure({ key, cert }, (_request, response) => response.end('{"predictions":["secret"]}'));
		const asked: string[] = [];
		const tunnel = createProxy().on('connect', (request, socket) => {
			asked.push(`CONNECT ${String(request.url)} ${JSON.stringify(request.headers)}`);
			const through = connect(Number(new URL(`http://${String(request.url)}`).port), '127.0.0.1', () => {
				socket.write('HTTP/1.1 200 OK\r\n\r\n');
				socket.pipe(through).pipe(socket);
			});
			for (const end of [socket, through]) end.on('error', () => {});
			through.on('close', () => socket.destroy());
		});
		const port = async (server: typeof tunnel | typeof secure): Promise<number> => {
			await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
			return Number(at(server.address(), 'port'));
		};
		process.env.HTTPS_PROXY = `http://127.0.0.1:${await port(tunnel)}`;
		// As if the certificate authority had been given to n8n.
		const { connect: really } = tls;
		Object.assign(tls, { connect: (options: tls.ConnectionOptions) => really({ ...options, ca: cert }) });
		try {
			await use(`https://localhost:${await port(secure)}`, asked);
		} finally {
			Object.assign(tls, { connect: really });
		}
		for (const server of [secure, tunnel]) {
			server.closeAllConnections();
			await new Promise((closed) => server.close(closed));
		}
	}

	test('and a certificate that is not for the Host is told as that', async () => {
		await withSecureGateway(async (servingUrl, asked) => {
			const byPath = await predict({}, { servingUrl });
			expect(byPath.success.map(({ json }) => json.prediction)).toEqual(['secret']);
			const { error } = await predict({ options: { routing: 'host', hostHeader: host } }, { servingUrl });
			expect(error?.message).toBe(`The certificate of ${new URL(servingUrl).host} is not for the host name ${host}`);
			expect(error?.description).toContain("Set 'Routing' to 'By Path'");
			expect(error?.description).toContain('NO_PROXY');
			const ignoring = await predict(
				{ options: { routing: 'host', hostHeader: host } },
				{ servingUrl, ignoreSslIssues: true },
			);
			expect(ignoring.success).toHaveLength(1);
			expect(asked).toHaveLength(3);
			for (const one of asked) expect(one).toMatch(new RegExp(`^CONNECT ${new URL(servingUrl).host} `));
			expect(asked.join()).not.toContain('SECRET');
			expect(asked.join()).not.toContain(host);
		});
	});
});
