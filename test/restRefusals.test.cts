/** What Hopsworks refuses, does not know or is too busy for, and what the node Hopsworks Deployment says of it. */
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node';
import documented from './fixtures/error-bodies.json';
import { API_KEY, runModel, type RunResult } from './support/engine.cts';
import { read, recordOf } from './support/json.cts';
import { quickenWaits } from './support/polls.cts';
import { startServer } from './support/server.cts';

quickenWaits();

function run(operation: string, hopsworksUrl: string): Promise<RunResult> {
	return runModel({
		node: new HopsworksDeployment(),
		credential: { hopsworksUrl },
		parameters: { operation, deployment: { __rl: true, mode: 'list', value: 'screening' } },
	});
}

describe('every documented refusal of the REST API', () => {
	const refusals = documented.filter(({ case: name }) => name.startsWith('rest-'));
	const operations = ['get', 'getAll', 'getLogs', 'getSchema', 'getVersions', 'rollBack', 'start', 'stop'];

	test.each(refusals.flatMap((refusal) => operations.map((operation) => ({ ...refusal, operation }))))(
		'$case of $operation is said in the server’s words, with what to do',
		async ({ operation, status, body, contentType }) => {
			const other = await startServer(({ method, path }) => {
				if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
				const isCall =
					operation === 'get' || operation === 'getAll' || method === 'POST' || /\/(logs|schema|versions)\?/.test(path);
				if (isCall) return { status, body, headers: { 'content-type': contentType, 'retry-after': '0' } };
				return { body: { id: 1, name: 'screening', status: operation === 'start' ? 'Stopped' : 'Running' } };
			});
			const { error } = await run(operation, other.url);
			await other.close();
			const said = contentType.includes('json') ? recordOf(read(body)) : {};
			expect(error?.message).toContain(said.usrMsg ?? said.errorMsg ?? '502 Bad Gateway');
			expect(error?.description).toMatch(/\.$/);
			expect(JSON.stringify(error)).not.toContain(API_KEY);
		},
	);
});

test('a page that is no Hopsworks is no deployment', async () => {
	const other = await startServer(({ path }) =>
		path.includes('getProjectInfo') ? { body: { projectId: 1, projectName: 'test' } } : { body: [{ id: 'x' }] },
	);
	const { error } = await run('get', other.url);
	await other.close();
	expect(error?.message).toContain('no Hopsworks at this address');
});

test('a Hopsworks that is busy is asked again', async () => {
	const other = await startServer(({ path }, number) => {
		if (number < 3) return { status: 503, headers: { 'retry-after': '0' } };
		return path.includes('getProjectInfo')
			? { body: { projectId: 1, projectName: 'test' } }
			: { body: { id: 1, name: 'screening', status: 'RUNNING' } };
	});
	expect((await run('get', other.url)).success[0]?.json.status).toBe('Running');
	await other.close();
});
