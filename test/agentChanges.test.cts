/** An agent's tool only reads, unless its author allows more. */
import { NodeHelpers, type INodeParameters } from 'n8n-workflow';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node';
import { operations } from '../nodes/HopsworksDeployment/operations';
import { runModel, type RunResult } from './support/engine.cts';
import { quickenWaits } from './support/polls.cts';
import { startServer, type TestServer } from './support/server.cts';

quickenWaits();

let server: TestServer;
beforeEach(async () => {
	server = await startServer(({ path, method }) => {
		if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
		if (path.includes('/logs?')) return { body: [] };
		if (path.includes('/schema?')) return { body: { columns: [] } };
		if (path.includes('/versions?')) {
			const versions = [2, 1].map((version) => ({ version, active: version === 2 }));
			return { body: { count: 2, items: versions } };
		}
		return method === 'POST' ? {} : { body: { id: 1, name: 'fraud', status: 'Running', version: 2 } };
	});
});
afterEach(() => server.close());

function run(operation: string, more: INodeParameters, tool = true): Promise<RunResult> {
	return runModel({
		node: new HopsworksDeployment(),
		tool,
		credential: { hopsworksUrl: server.url },
		rows: [{ leave: true }],
		parameters: {
			operation,
			deployment: { __rl: true, mode: 'name', value: 'fraud' },
			waitUntilDone: false,
			...more,
		},
	});
}

const CHANGING = ['start', 'stop', 'rollBack'];
const READING = operations.map(({ value }) => value).filter((value) => !CHANGING.includes(value));

test.each(READING)('%s works as a tool as it is', async (operation) => {
	expect((await run(operation, {})).error).toBeUndefined();
});

test.each(CHANGING)('%s is refused before anything is sent', async (operation) => {
	const name = operations.find(({ value }) => value === operation)?.name ?? '';
	// An agent could say what an expression says.
	for (const more of [
		{},
		{ allowChanges: false },
		{ allowChanges: '={{ $json.leave }}' },
		{ allowChanges: '={{ true }}' },
	]) {
		const { error } = await run(operation, more);
		expect(error?.message).toBe(`An agent may not use '${name}' here: 'Allow Changes' of the tool is off`);
		expect(error?.description).toContain('Nothing was sent.');
	}
	expect(server.requests).toEqual([]);
});

test.each(CHANGING)('%s goes on where the author allows it, and in a workflow without an agent', async (operation) => {
	const posts = (): number => server.requests.filter(({ method }) => method === 'POST').length;
	await run(operation, { allowChanges: true });
	const asTool = posts();
	await run(operation, {}, false);
	// What runs is not started again.
	expect([asTool, posts() - asTool]).toEqual(operation === 'start' ? [0, 0] : [1, 1]);
	expect(server.requests.length).toBeGreaterThan(0);
});

test('the switch is shown where it counts, and offers no expression', () => {
	const { description } = new HopsworksDeployment();
	const field = description.properties.find(({ name }) => name === 'allowChanges');
	expect(field).toMatchObject({ default: false, noDataExpression: true });
	const shownIn = (operation: string, isTool: boolean): boolean => {
		const type = isTool ? { ...description, name: `${description.name}Tool` } : description;
		return field !== undefined && NodeHelpers.displayParameter({ operation }, field, null, type);
	};
	for (const { value } of operations) {
		expect([shownIn(value, true), shownIn(value, false)]).toEqual([CHANGING.includes(value), false]);
	}
});
