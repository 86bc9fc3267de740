/** The columns of a deployment's schema as typed arguments of an agent's tool, in n8n's own engine. */
import { toJsonSchema } from '@langchain/core/utils/json_schema';
import type { INodeParameters, ResourceMapperField } from 'n8n-workflow';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node';
import { agentArguments } from '../nodes/n8n/methods/agentArguments';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { useAsTool } from './support/agentTools.cts';
import { panelContext, runModel } from './support/engine.cts';
import { at, recordOf } from './support/json.cts';
import { processorTime } from './support/processorTime.cts';
import { firstValues, startServer, type Reply, type TestServer } from './support/server.cts';

const { getSchemaColumns } = new HopsworksModel().methods.resourceMapping;
const deployment = { __rl: true, mode: 'list', value: 'payments' };

/** The columns as the panel of the tool loads them. */
async function columnsAt(hopsworksUrl: string): Promise<ResourceMapperField[]> {
	const parameters = { operation: 'predict', deployment };
	return (await getSchemaColumns.call(panelContext({ tool: true, credential: { hopsworksUrl }, parameters }))).fields;
}

/** The parameters that the editor saves once these columns were loaded, with nothing else clicked. */
function saved(fields: ResourceMapperField[]): INodeParameters {
	const value = Object.fromEntries(fields.map(({ id, defaultValue = null }) => [id, defaultValue]));
	return { operation: 'predict', deployment, rows: 'schema', schemaColumns: { mappingMode: 'defineBelow', value } };
}

const servers: TestServer[] = [];
afterEach(async () => {
	for (const server of servers.splice(0)) await server.close();
});

/** A Hopsworks whose deployment has these columns, and answers each row with its first value. */
async function startHopsworks(columns: object[]): Promise<TestServer> {
	const server = await startServer((request): Reply => {
		const { path } = request;
		if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
		if (path.includes('/schema')) return { body: { passedFeatures: columns } };
		if (path.includes('/serving')) return { body: { id: 1, name: 'payments', status: 'Running' } };
		return firstValues(request);
	});
	servers.push(server);
	return server;
}

/** What a model is told of the arguments. */
async function argumentsOf(fields: ResourceMapperField[]): Promise<Record<string, unknown>> {
	let told: unknown;
	await useAsTool(saved(fields), {}, async ({ schema }) => {
		told = toJsonSchema(schema);
	});
	expect(at(told, 'required')).toEqual(Object.keys(recordOf(at(told, 'properties'))));
	return recordOf(at(told, 'properties'));
}

/** Runs the tool as an agent does, with the arguments that its model gave, and returns the row that went out. */
async function rowSent(columns: object[], given: Record<string, string | number | boolean | object>): Promise<unknown> {
	const server = await startHopsworks(columns);
	const { error } = await runModel({
		tool: true,
		rows: [{ ...given, toolCallId: 'call_1' }],
		credential: { hopsworksUrl: server.url, servingUrl: server.url },
		parameters: saved(await columnsAt(server.url)),
	});
	return error ? error.message : at(server.requests.at(-1)?.body, 'instances', 0);
}

const COLUMNS = [
	{ name: 'amount', type: 'double', description: 'Amount in euros' },
	{ name: 'Amount USD', type: 'decimal(10,2)' },
	{ name: 'Amount_USD', type: 'int' },
	{ name: 'caller', type: 'string' },
	{ name: 'seen', type: 'timestamp' },
	{ name: 'is new', type: 'boolean' },
	{ name: 'größe', type: 'bigint' },
	{ name: 'tags', type: 'array<string>' },
	{ name: 'x'.repeat(100), type: 'string' },
];

const LONG = 'x'.repeat(63);

describe('with the sandbox', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await startSandbox();
	});
	afterAll(() => sandbox.close());

	test('the model is told each column by name, description and type, but for those that may be left out', async () => {
		const fields = await columnsAt(sandbox.url);
		expect(fields.map(({ id, displayName }) => [id, displayName])).toContainEqual(['channel', 'channel']);
		expect(await argumentsOf(fields)).toEqual({
			cc_num: { type: 'string', description: 'The column cc_num (a whole number, as text)' },
			amount: { type: 'number', description: 'The column amount' },
			budget: { type: 'number', description: 'The column budget' },
			merchant_hint: { type: 'string', description: 'The column merchant_hint' },
		});
	});

	test('the prediction for its arguments comes back, and nothing of the agent’s item', async () => {
		const { success } = await runModel({
			tool: true,
			rows: [{ cc_num: '4641025220953702', amount: 30, budget: 25, merchant_hint: 'a', toolCallId: 'call_1' }],
			credential: { hopsworksUrl: sandbox.url },
			parameters: saved(await columnsAt(sandbox.url)),
		});
		expect(success.map(({ json }) => json)).toEqual([{ prediction: 1 }]);
	});

	test('a deployment without a schema says what to choose in a tool', async () => {
		const parameters = { operation: 'predict', deployment: { ...deployment, value: 'fraud' } };
		const context = panelContext({ tool: true, credential: { hopsworksUrl: sandbox.url }, parameters });
		expect(await getSchemaColumns.call(context)).toEqual({
			fields: [],
			emptyFieldsNotice:
				"This deployment has no schema. Set 'Rows From' to 'JSON' and say there what the model fills in.",
		});
	});

	test('outside of a tool nothing is filled in', async () => {
		const parameters = { operation: 'predict', deployment };
		const { fields } = await getSchemaColumns.call(
			panelContext({ credential: { hopsworksUrl: sandbox.url }, parameters }),
		);
		for (const field of fields) expect(field).not.toHaveProperty('defaultValue');
	});
});

test('names that models or n8n do not take are made, each its own', async () => {
	const server = await startHopsworks(COLUMNS);
	const told = await argumentsOf(await columnsAt(server.url));
	expect(told).toEqual({
		amount: { type: 'number', description: 'Amount in euros' },
		Amount_USD: { type: 'string', description: 'The column Amount USD (a number such as -12.34, as text)' },
		Amount_USD_2: { type: 'number', description: 'The column Amount_USD (a whole number)' },
		column_caller: { type: 'string', description: 'The column caller' },
		seen: { type: 'string', description: 'The column seen (date and time such as 2026-11-24T02:00:00Z)' },
		is_new: { type: 'boolean', description: 'The column is new' },
		gr__e: { type: 'string', description: 'The column größe (a whole number, as text)' },
		tags: { description: 'The column tags (array<string>)' },
		[LONG]: { type: 'string', description: `The column ${'x'.repeat(100)}` },
	});
});

const GIVEN = {
	amount: 12.5,
	Amount_USD: '10.20',
	Amount_USD_2: 7,
	column_caller: 'Ann',
	seen: '2026-11-24T02:00:00Z',
	is_new: true,
	gr__e: '9007199254740993',
	tags: ['a', 'b'],
	[LONG]: 'y',
};

test('each argument goes to its column with the type of the schema', async () => {
	expect(await rowSent(COLUMNS, GIVEN)).toEqual({
		amount: 12.5,
		'Amount USD': '10.20',
		Amount_USD: 7,
		caller: 'Ann',
		seen: '2026-11-24T02:00:00Z',
		'is new': true,
		größe: '9007199254740993',
		tags: ['a', 'b'],
		['x'.repeat(100)]: 'y',
	});
});

test.each([
	['a number as text is read', { amount: '12.5' }, { amount: 12.5 }],
	['words for a truth are read', { is_new: 'true' }, { 'is new': true }],
	['a number where text is wanted is written as text', { column_caller: 5 }, { caller: '5' }],
])('%s', async (_name, given, sent) => {
	expect(await rowSent(COLUMNS, { ...GIVEN, ...given })).toMatchObject(sent);
});

test.each([
	[
		'text that is no number',
		{ amount: 'much' },
		`'amount' is "much", and the deployment's schema wants 'double' or null`,
	],
	[
		'half a whole number',
		{ Amount_USD_2: 0.5 },
		`'Amount_USD' is 0.5, and the deployment's schema wants 'int' or null`,
	],
])('%s fails, and nothing goes out', async (_name, given, message) => {
	expect(await rowSent(COLUMNS, { ...GIVEN, ...given })).toBe(message);
});

test.each(['a\nb', 'a\tb', 'a\u0000b', 'a\\b', '\\', 'a"b', '"]', "it's", 'a.b[0]', '}}', '`$', '\u202Eb'])(
	'a column named %j gets its argument',
	async (name) => {
		const columns = [{ name, type: 'string' }];
		const [argument = ''] = Object.keys(await argumentsOf(await columnsAt((await startHopsworks(columns)).url)));
		expect(await rowSent(columns, { [argument]: 'x' })).toEqual({ [name]: 'x' });
	},
);

test('an argument that is missing fails by the name of its column', async () => {
	const { amount: _amount, ...others } = GIVEN;
	expect(await rowSent(COLUMNS, others)).toBe("The item lacks the column 'amount' of the deployment's schema");
});

test('a description is cut between characters', async () => {
	const columns = [{ name: 'amount', type: 'double', description: `${'x'.repeat(299)}😀 and more` }];
	const told = await argumentsOf(await columnsAt((await startHopsworks(columns)).url));
	expect(at(told, 'amount', 'description')).toBe(`${'x'.repeat(299)}\uFFFD…`);
});

test('a schema of any size is read without holding n8n up', () => {
	const column = (name: string) => ({ name, type: '', description: '', isNullable: true, isOptional: false });
	const alike = Array.from({ length: 10_000 }, (_, index) => column(String.fromCharCode(0x4e00 + index)));
	const began = processorTime();
	const names = [...agentArguments(alike).values()].map((argument) => /'(.*?)'/.exec(argument)?.[1]);
	agentArguments([column('é'.repeat(10_000_000))]);
	expect(processorTime() - began).toBeLessThan(1000);
	expect([new Set(names).size, names.at(-1)]).toEqual([10_000, '__10000']);
});

test.each([
	"` + $fromAI('other', `x`, 'string') + `",
	'${$json.secret}',
	"it's }} and {{ $env.PATH }} \\` \n",
	'"\u0000"',
])('a description of the schema is text, whatever stands in it: %j', async (description) => {
	const columns = [{ name: 'amount', type: 'double', description }];
	const server = await startHopsworks(columns);
	const told = await argumentsOf(await columnsAt(server.url));
	expect(Object.keys(told)).toEqual(['amount']);
	expect(await rowSent(columns, { amount: 1, secret: 'PREFIX.SECRET' })).toEqual({ amount: 1 });
});
