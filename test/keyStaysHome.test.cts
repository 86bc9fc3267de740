/** In n8n's engine: what users, expressions and Hopsworks can say that would lead the key astray, and that nothing then goes out. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node.ts';
import { useChatModel } from './support/chatModel.cts';
import { runModel, type RunResult } from './support/engine.cts';
import { firstValues, type Recorded, type Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

/** Hopsworks and its gateway at one address, and a server that is none of the credential's. */
const server = sharedServer(answer);
const stranger = sharedServer(firstValues);

let record: IDataObject = {};
let project: IDataObject = {};
let domain = 'hopsworks.ai';
beforeEach(() => {
	record = { id: 7, name: 'fraud', status: 'Running', projectNamespace: 'test' };
	project = { projectId: 119, projectName: 'test' };
	domain = 'hopsworks.ai';
});

function answer(request: Recorded): Reply {
	if (request.path.includes('getProjectInfo')) return { body: project };
	if (request.path.includes('endpoints')) return { body: [] };
	if (request.path.includes('kube_knative')) return { body: { successMessage: domain } };
	if (request.path.includes('/serving')) return { body: record };
	return firstValues(request);
}

/** What Predict File reads. */
const FILE = { data: { data: Buffer.from('x\n1\n').toString('base64'), mimeType: 'text/csv', fileName: 'x.csv' } };

interface Ask {
	deployment?: string;
	mode?: string;
	operation?: string;
	options?: INodeParameters;
	credential?: IDataObject;
	rows?: IDataObject[];
}

function run({
	deployment = 'fraud',
	mode = 'name',
	operation = 'predict',
	options = {},
	...rest
}: Ask): Promise<RunResult> {
	const fields = {
		predict: { columns: 'x' },
		predictFile: { columns: 'x' },
		chat: { prompt: 'Hi' },
		classify: { text: 'Hi', categories: { values: [{ name: 'yes' }, { name: 'no' }] } },
		embed: { text: 'Hi' },
		rerank: { query: 'Hi', text: 'Hi' },
	}[operation];
	return runModel({
		items: (rest.rows ?? [{ x: 1 }]).map((json) => ({ json, binary: FILE })),
		credential: { servingUrl: server.url, hopsworksUrl: server.url, ...rest.credential },
		parameters: {
			operation,
			deployment: { __rl: true, mode, value: deployment.replace('SERVER', server.url) },
			options,
			...fields,
		},
	});
}

function expectRefusal({ error, status }: RunResult, message: string): void {
	expect(status).toBe('error');
	expect(error?.message).toContain(message);
	expect(error?.message).not.toMatch(/\.$/);
	expect(error?.description).toMatch(/\.$/);
	expect(stranger.requests).toEqual([]);
}

const REST = 'SERVER/hopsworks-api/api/project/119';

describe('nothing is sent to anybody', () => {
	test.each<[string, Ask, string]>([
		[
			'a path prefix that leaves its place',
			{
				operation: 'embed',
				mode: 'url',
				deployment: 'SERVER',
				options: { apiPrefix: 'hopsworks-api/api/project/119/serving/7?action=STOP#' },
			},
			"'API Path Prefix' is not",
		],
		[
			'one that goes up',
			{ operation: 'chat', options: { apiPrefix: '../../../hopsworks-api/api' } },
			"'API Path Prefix' is not",
		],
		[
			'one by expression',
			{ operation: 'embed', options: { apiPrefix: '={{ $json.prefix }}' }, rows: [{ prefix: '/v1/%2e%2e' }] },
			"'API Path Prefix' is not",
		],
		[
			'one that is the REST API',
			{ operation: 'embed', options: { apiPrefix: 'hopsworks-api/api', routing: 'host', hostHeader: 'a.b' } },
			"'API Path Prefix' is not",
		],
		[
			'a pasted call of the REST API',
			{ mode: 'url', deployment: `${REST}/serving/7;x=:predict?action=STOP` },
			'has something after its path',
		],
		['one without the query', { mode: 'url', deployment: `${REST}/serving/7;x=:predict` }, "is not a name: '7;x='"],
		[
			'one in steps',
			{ mode: 'url', deployment: `SERVER/v1/test/../../hopsworks-api/api/project/119/serving/7:predict` },
			"is not a name: '..'",
		],
		[
			'one that is encoded',
			{ mode: 'url', deployment: `SERVER/v1/%2e%2e/%2e%2e/hopsworks-api` },
			"is not a name: '%2e%2e'",
		],
		['one with a colon', { mode: 'url', deployment: `${REST}/serving/7:predict` }, 'Predict does not call the path'],
		[
			'one for Chat',
			{ operation: 'chat', mode: 'url', deployment: `${REST}/serving/chat/completions` },
			'Chat does not call the path',
		],
		[
			'one for Embed',
			{ operation: 'embed', mode: 'url', deployment: `${REST}/serving/7/embeddings` },
			'Embed does not call the path',
		],
		['a name that goes up', { deployment: '..' }, "'Deployment' is not a name: '..'"],
		['one for a file', { operation: 'predictFile', deployment: '..' }, "'Deployment' is not a name: '..'"],
		[
			'a pasted call of the REST API for a file',
			{ operation: 'predictFile', mode: 'url', deployment: `${REST}/serving/7:predict` },
			'Predict does not call the path',
		],
		[
			'one by expression',
			{ deployment: '={{ $json.name }}', rows: [{ x: 1, name: '../../x' }] },
			"'Deployment' is not a name",
		],
		['one with a query', { deployment: 'fraud?action=STOP' }, "'Deployment' is not a name"],
		[
			'one with a line break',
			{ deployment: '={{ $json.name }}', rows: [{ x: 1, name: 'a\nb' }] },
			"'Deployment' is not a name",
		],
		[
			'one with half a character',
			{ deployment: '={{ $json.name }}', rows: [{ x: 1, name: 'a\ud800' }] },
			"'Deployment' is not a name",
		],
		[
			'a host name with a path',
			{ options: { routing: 'host', hostHeader: 'evil.example.com/x' }, credential: { hopsworksUrl: '' } },
			"'Host Header' is not a host name",
		],
		[
			'one with another line',
			{
				options: { routing: 'host', hostHeader: '={{ $json.host }}' },
				credential: { hopsworksUrl: '' },
				rows: [{ x: 1, host: 'a\r\nX-Y: z' }],
			},
			"'Host Header' is not a host name",
		],
		[
			'a namespace that goes up',
			{ options: { namespace: '..' }, credential: { hopsworksUrl: '' } },
			"'Namespace' is not a name: '..'",
		],
		[
			'a project that goes up',
			{ credential: { project: '..', servingUrl: '' } },
			"'Project' in the credential is not a name: '..'",
		],
		[
			'a chosen project that goes up',
			{ options: { project: '={{ $json.project }}' }, rows: [{ x: 1, project: '../x' }], credential: { project: '' } },
			"'Project' in the options is not a name: '../x'",
		],
		[
			'an address with a user',
			{ credential: { servingUrl: 'http://user@127.0.0.1', hopsworksUrl: '' } },
			"'Model Serving URL' in the credential holds a user name",
		],
		[
			'one with a password',
			{ credential: { servingUrl: '', hopsworksUrl: 'http://:password@127.0.0.1' } },
			"'Hopsworks URL' in the credential holds a user name",
		],
		[
			'a gateway that is the REST API',
			{ credential: { servingUrl: 'http://127.0.0.1/hopsworks-api/api', hopsworksUrl: '' } },
			'is an address of the Hopsworks REST API',
		],
		[
			'the same host without TLS',
			{
				mode: 'url',
				deployment: 'SERVER/v1/test/fraud',
				credential: { servingUrl: 'https://127.0.0.1', hopsworksUrl: '' },
			},
			'and the credential names https://127.0.0.1',
		],
	])('%s', async (_name, ask, message) => {
		expectRefusal(await run(ask), message);
		expect(server.requests).toEqual([]);
	});

	test('a pasted URL on a stranger’s address', async () => {
		const credential = { hopsworksUrl: '' };
		expectRefusal(
			await run({ mode: 'url', deployment: `${stranger.url}/v1/test/fraud`, credential }),
			'which the credential does not name',
		);
		const tls = { servingUrl: server.url.replace('http:', 'https:'), hopsworksUrl: '' };
		expectRefusal(
			await run({ mode: 'url', deployment: 'SERVER/v1/test/fraud', credential: tls }),
			`is on ${server.url}, and the credential names ${tls.servingUrl}`,
		);
		expect(server.requests).toEqual([]);
	});

	test('the Hopsworks Chat Model with a path prefix, a name or a host that leaves its place', async () => {
		for (const parameters of [
			{ options: { apiPrefix: '/v1/..' } },
			{ deployment: { __rl: true, mode: 'name', value: '..' } },
			{
				deployment: {
					__rl: true,
					mode: 'url',
					value: `${server.url}/hopsworks-api/api/project/119/serving/7?action=STOP`,
				},
			},
			{ options: { routing: 'host', hostHeader: 'a@b' } },
		]) {
			const { error } = await useChatModel(async (model) => await model.invoke('Hi'), {
				credential: { servingUrl: server.url },
				parameters,
			});
			expect(error?.description).toMatch(
				/'API Path Prefix' is not|is not a name|has something after its path|is not a host name/,
			);
		}
		expect(server.requests).toEqual([]);
	});

	test('Hopsworks Deployment with a name that is none', async () => {
		for (const operation of ['get', 'start', 'stop', 'getLogs', 'getSchema', 'getVersions', 'rollBack']) {
			const { error } = await runModel({
				node: new HopsworksDeployment(),
				credential: { hopsworksUrl: server.url },
				parameters: { operation, deployment: { __rl: true, mode: 'name', value: '../7?action=STOP' } },
			});
			expect(error?.message).toContain("'Deployment' is not a name");
		}
		expect(server.requests).toEqual([]);
	});
});

describe('what Hopsworks says is not believed beyond reason', () => {
	const posts = () => server.requests.filter(({ method, path }) => method === 'POST' || path.startsWith('/v1'));

	test.each(['.', '..', 'a/b', '../../x', 'a?b', ' ', 'a\tb'])('a namespace %j', async (projectNamespace) => {
		record = { ...record, projectNamespace };
		const run1 = await run({});
		expectRefusal(run1, 'Hopsworks names a namespace that no address can hold');
		expect(run1.error?.description).toContain('nothing that you entered is wrong');
		expect(posts()).toEqual([]);
	});

	test.each(['evil.example.com/', 'evil.example.com@x', 'a b', '', 'x:80'])('a domain %j', async (told) => {
		domain = told;
		expectRefusal(await run({ options: { routing: 'host' } }), 'The host name of the deployment cannot be one');
		expect(posts()).toEqual([]);
	});

	test.each([-1, 1.5, 1e21, '7?action=STOP'])('a number %p', async (id) => {
		project = { projectId: id, projectName: 'test' };
		const credential = { servingUrl: '' };
		expectRefusal(await run({ credential }), 'no Hopsworks at this address');
		project = { projectId: 119, projectName: 'test' };
		record = { ...record, id };
		expectRefusal(await run({ credential }), 'no Hopsworks at this address');
		expect(posts()).toEqual([]);
	});
});
