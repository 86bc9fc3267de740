/** Whatever is thrown on the way: no item leaves as if it had been scored. In n8n's engine, with all three settings of 'On Error'. */
import type { INodeParameters, NodeParameterValueType } from 'n8n-workflow';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node.ts';
import * as items from '../nodes/n8n/items';
import { runModel, type RunOptions } from './support/engine.cts';
import { recordOf } from './support/json.cts';
import { firstValues, type Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);
const rows = Array.from({ length: 8 }, (_, id) => ({ id }));

const OPERATIONS: Record<string, INodeParameters> = {
	predict: { columns: 'id', options: { rowsPerRequest: 2 } },
	chat: { prompt: 'Hello {{ $json.id }}' },
	embed: { text: '=text {{ $json.id }}', options: { rowsPerRequest: 2 } },
	rerank: { query: 'x', text: '=text {{ $json.id }}', options: { rowsPerRequest: 2 } },
};

/** Runs an operation on eight items. */
async function run(operation: string, parameters: INodeParameters, more: Partial<RunOptions> = {}) {
	const { options, ...others } = { options: {}, ...OPERATIONS[operation] };
	const { options: given, ...rest } = { options: {}, ...parameters };
	return await runModel({
		rows,
		credential: { servingUrl: server.url },
		settings: { onError: 'continueErrorOutput' },
		...more,
		parameters: {
			operation,
			deployment: { __rl: true, mode: 'name', value: 'm' },
			...others,
			...rest,
			options: { maxTries: 1, ...recordOf(options), ...recordOf(given) },
		},
	});
}

/** Eight errors on the error output, each with its row. */
const allFail = (words: RegExp | string) =>
	rows.map((row, item) => ({
		json: { ...row, error: typeof words === 'string' ? expect.stringContaining(words) : expect.stringMatching(words) },
		pairedItem: { item },
	}));

describe.each(Object.keys(OPERATIONS))('%s', (operation) => {
	test.each<NodeParameterValueType>(['soon', -5, 0, 1e9, true, { toString: 1 }, '={{ "late" }}'])(
		"'Wait at Most' %j for a deployment that may be started fails every item by the field's name",
		async (maxWait) => {
			const { success, failed, error } = await run(operation, { options: { whenStopped: 'start', maxWait } });
			expect({ success, error }).toEqual({ success: [], error: undefined });
			expect(failed).toEqual(allFail("'Wait at Most (Seconds)' is"));
			expect(server.requests).toEqual([]);
		},
	);

	test.each([
		['a hidden failure', '{"predictions":null,"detail":[{"msg":{"toString":1}}]}', 200],
		['an error', '{"error":{"toString":1,"valueOf":2}}', 200],
		['a validation problem', '{"detail":[{"loc":[{"toString":1}],"msg":{"valueOf":{}}}]}', 422],
		['a named row', '{"detail":{"errors":[{"row":{"toString":1},"field":{},"reason":[]}]}}', 400],
		['an error code', '{"errorCode":{"toString":1},"usrMsg":["x"]}', 500],
		['usage', '{"usage":{"prompt_tokens":{"valueOf":1}},"choices":[{"message":{},"finish_reason":{}}]}', 200],
		[
			'a tool call',
			'{"choices":[{"message":{"tool_calls":[{"id":{"toString":1},"function":{"name":{},"arguments":[]}}]}}]}',
			200,
		],
		['an index', '{"data":[{"index":{"valueOf":1},"embedding":[{"toString":1}]},{"embedding":[1]}]}', 200],
		['3,000 lists in one another', `{"predictions":${'['.repeat(3000)}${']'.repeat(3000)}}`, 200],
		['3,000 objects in one another', `{"error":${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}}`, 500],
	])('a reply with objects for %s leaves no item without its value or its error', async (_what, body, status) => {
		server.answer = () => ({ status, body });
		for (const onError of ['continueErrorOutput', 'continueRegularOutput', 'stopWorkflow'] as const) {
			const { success, failed, error } = await run(operation, {}, { settings: { onError } });
			const added = success.map(({ json }) => Object.keys(json).filter((name) => name !== 'id'));
			expect(added.filter((names) => names.length === 0)).toEqual([]);
			expect(error === undefined ? success.length + failed.length : 8).toBe(8);
			expect(JSON.stringify(failed)).not.toContain('could not go on');
		}
	});
});

test('one of four requests with a reply that cannot be read costs its own rows', async () => {
	server.answer = (request): Reply =>
		/\[[23]\]/.test(request.text)
			? { body: '{"predictions":null,"detail":[{"msg":{"toString":1}}]}' }
			: firstValues(request);
	const { success, failed } = await run('predict', { options: { concurrency: 1 } });
	expect(success.map(({ json }) => json.prediction)).toEqual(['of 0', 'of 1', 'of 4', 'of 5', 'of 6', 'of 7']);
	expect(failed.map(({ json }) => json.id)).toEqual([2, 3]);
});

test.each([
	['columns', { columns: 'id' }],
	['allFields', {}],
	['json', { rowJson: '={{ $json }}' }],
	['json', { rowJson: '={{ $json.id }}' }],
	['body', { bodyJson: '={{ ({ instances: [$json.id] }) }}' }],
])('of rows from %s, one that is nested 3,000 levels deep fails alone', async (source, parameters) => {
	let deep: object = [1];
	for (let level = 1; level < 3000; level++) deep = [deep];
	const { success, failed } = await run(
		'predict',
		{ rows: source, ...parameters, options: { concurrency: 1 } },
		{ items: [{ json: { id: 1 } }, { json: { id: deep } }, { json: { id: 3 } }] },
	);
	expect(success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
	// n8n itself cannot evaluate an expression on such an item.
	expect(failed.map(({ json }) => json.error)).toEqual([
		expect.stringMatching(/nested more than 500 levels deep|nested too deep to be read/),
	]);
});

test('an operation that no node knows scores nothing', async () => {
	const { success, failed } = await run('chat', { operation: 'forecast' });
	expect(success).toEqual([]);
	expect(failed).toEqual(allFail('\'Operation\' is "forecast", which this node does not know'));
	const { failed: deployments } = await run('chat', { operation: 'forecast' }, { node: new HopsworksDeployment() });
	expect(deployments).toEqual(allFail('\'Operation\' is "forecast", which this node does not know'));
	expect(server.requests).toEqual([]);
});

test('a throw that nobody foresaw fails what has no outcome yet, and keeps what has', async () => {
	const { outgoing } = items;
	const spy = jest.spyOn(items, 'outgoing').mockImplementation((all, item, keeps) => {
		if (item === 3) throw new TypeError('Cannot read properties of undefined');
		return outgoing(all, item, keeps);
	});
	const { success, failed } = await run('predict', { options: { concurrency: 1 } });
	spy.mockRestore();
	expect(success.map(({ json }) => json.prediction)).toEqual(['of 0', 'of 1', 'of 2']);
	expect(failed.map(({ json }) => json.error)).toEqual(
		Array(5).fill('The node could not go on: Cannot read properties of undefined'),
	);
});
