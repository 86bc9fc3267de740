/** Rows by the deployment's own schema, and the request field by its record. */
import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node';
import { readDeploymentSchema } from '../nodes/core/predict/deploymentSchema';
import { cellWriter } from '../nodes/core/predict/schemaCells';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { panelContext, runModel, type RunResult } from './support/engine.cts';
import { recordOf } from './support/json.cts';
import { firstValues, startServer, type TestServer } from './support/server.cts';

let sandbox: Sandbox;
beforeEach(async () => {
	sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

/** An item with a field for every column of the sandbox's `payments`, as a CSV file would hold it, and more. */
const payment = (id: number, more: IDataObject = {}): IDataObject => ({
	id,
	cc_num: `46410252209537${String(2 * id).padStart(2, '0')}`,
	amount: String(10 * id),
	budget: '25.0',
	merchant_hint: 'a',
	...more,
});

interface Ask {
	rows?: IDataObject[];
	columns?: INodeParameters;
	deployment?: string;
	credential?: IDataObject;
	parameters?: INodeParameters;
	settings?: Partial<INode>;
}

function score({ rows, columns, deployment = 'payments', credential, parameters, settings }: Ask): Promise<RunResult> {
	const schemaColumns = columns
		? { mappingMode: 'defineBelow', value: columns }
		: { mappingMode: 'autoMapInputData', value: null };
	return runModel({
		credential: { hopsworksUrl: sandbox.url, ...credential },
		rows: rows ?? [payment(1), payment(2), payment(3)],
		settings,
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'list', value: deployment },
			rows: 'schema',
			schemaColumns,
			...parameters,
		},
	});
}

function predictions({ success }: RunResult): unknown[] {
	return success.map(({ json }) => json.prediction);
}

test('no request has more rows than the schema allows, whatever the node finds', async () => {
	const rows = Array.from({ length: 3000 }, (_, id) => payment(id));
	const { success, hints } = await score({ rows });
	expect(success).toHaveLength(3000);
	// A larger one would have been refused, which the hint tells.
	expect(JSON.stringify(hints)).not.toContain('too large');
});

describe('automatically', () => {
	test('fields of the same name go out as the schema’s types, whatever else an item has', async () => {
		expect(predictions(await score({}))).toEqual([0, 0, 1]);
		expect(sandbox.traffic.requests).toBe(1);
	});

	test('types win over the conversion of text: text stays text, numbers become numbers', async () => {
		const gateway = await startServer(firstValues);
		await score({
			credential: { servingUrl: gateway.url },
			rows: [payment(1, { channel: '007', merchant_hint: '5' })],
		});
		await gateway.close();
		expect(gateway.requests[0]?.text).toBe(
			'{"instances":[{"cc_num":"4641025220953702","amount":10,"budget":25.0,"merchant_hint":"5","channel":"007"}]}',
		);
	});

	test('as a list of values every column has its place', async () => {
		const gateway = await startServer(firstValues);
		await score({
			credential: { servingUrl: gateway.url },
			rows: [payment(1)],
			parameters: { options: { rowFormat: 'values' } },
		});
		await gateway.close();
		expect(gateway.requests[0]?.body).toEqual({ instances: [['4641025220953702', 10, 25, 'a', null]] });
	});

	test('without names an optional column that is missing has to take null', async () => {
		const gateway = await startServer(firstValues);
		const hopsworks = await startServer(({ path }) => {
			if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
			if (!path.includes('/schema')) return { body: { id: 1, name: 'payments', status: 'Running' } };
			return { body: { extraLoggingFeatures: [{ name: 'channel', type: 'string', nullable: false }] } };
		});
		const ask = { rows: [{ other: 1 }], credential: { servingUrl: gateway.url, hopsworksUrl: hopsworks.url } };
		const { error } = await score({ ...ask, parameters: { options: { rowFormat: 'values' } } });
		expect(error?.message).toContain("The item lacks the column 'channel' of the deployment's schema");
		expect((await score(ask)).success).toHaveLength(1);
		expect(gateway.requests.map(({ body }) => body)).toEqual([{ instances: [{}] }]);
		await Promise.all([gateway.close(), hopsworks.close()]);
	});

	test('missing columns are named together, before anything is sent', async () => {
		const { error } = await score({ rows: [payment(1), { cc_num: 2, Amount: 1 }] });
		expect(error?.message).toContain(
			"lacks the columns 'amount', 'budget', 'merchant_hint' of the deployment's schema",
		);
		expect(error?.description).toContain('cc_num, Amount');
		expect(error).toMatchObject({ context: { itemIndex: 1 } });
		expect(sandbox.traffic.requests).toBe(0);
	});

	test('a value of another type fails its own item, by the column’s name', async () => {
		const run = await score({
			rows: [payment(1), payment(2, { amount: 'much' }), payment(3), payment(4, { cc_num: '' })],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(predictions(run)).toEqual([0, 1]);
		expect(run.failed.map(({ json }) => [json.id, json.error])).toEqual([
			[2, expect.stringContaining(`'amount' is "much", and the deployment's schema wants 'double' or null`)],
			[4, expect.stringContaining("'cc_num' is empty, and the deployment's schema wants 'bigint'")],
		]);
	});

	test('rows that the deployment itself refuses are named by it', async () => {
		const run = await score({
			rows: [payment(1), payment(2, { cc_num: 7 }), payment(3)],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(predictions(run)).toEqual([0, 1]);
		expect(run.failed.map(({ json }) => [json.id, json.error])).toEqual([
			[2, expect.stringContaining('no entity with these serving keys')],
		]);
	});

	test('no request holds more rows than the schema allows', async () => {
		const rows = Array.from({ length: 1200 }, (_, id) => payment(id, { cc_num: 2 * id }));
		const run = await score({ rows, parameters: { options: { rowsPerRequest: 1000 } } });
		expect(run.success).toHaveLength(1200);
		expect(sandbox.traffic.requests).toBe(3);
		expect(sandbox.traffic.restApi).toHaveLength(4);
	});
});

describe('mapped by hand', () => {
	const columns = {
		cc_num: '={{ $json.card.number }}',
		amount: '={{ $json["Amount USD"] }}',
		budget: '={{ $json.limit * 2 }}',
		merchant_hint: 'fixed',
	};
	const item = (limit: number): IDataObject => ({ card: { number: 2 }, 'Amount USD': '12.50', limit });

	test('a plain path, an expression and a fixed value each give a column', async () => {
		const gateway = await startServer(firstValues);
		await score({ credential: { servingUrl: gateway.url }, rows: [item(1), item(3)], columns });
		await gateway.close();
		expect(gateway.requests[0]?.text).toBe(
			'{"instances":[{"cc_num":2,"amount":12.50,"budget":2,"merchant_hint":"fixed"},{"cc_num":2,"amount":12.50,"budget":6,"merchant_hint":"fixed"}]}',
		);
	});

	test.each<[string, string, string | number | undefined]>([
		['the length of a list', '={{ $json.items.length }}', 3],
		['the length of a text', '={{ $json.text.length }}', 4],
		['the length of a nested text', '={{ $json["items"][0].length }}', 3],
		['a list in a list', '={{ $json.items[2][0] }}', 7],
		['the length of what stands in a list', '={{ $json.items[2].length }}', 2],
		['a field that is called length', '={{ $json.box.length }}', 9],
		['a date’s own', '={{ $json.at.year }}', undefined],
		['a name with an escape', "={{ $json['a\\x62'] }}", 5],
		['an element of a text', '={{ $json.text[1] }}', '2'],
	])('%s is what the expression says', async (_name, channel, value) => {
		const gateway = await startServer(firstValues);
		const items = ['one', 'two', [7, 8]];
		const row = { ...item(1), items, text: '1234', box: { length: 9 }, at: '2026-11-24', ab: 5 };
		const run = await score({ credential: { servingUrl: gateway.url }, rows: [row], columns: { ...columns, channel } });
		await gateway.close();
		expect(run.error).toBeUndefined();
		const sent = recordOf(gateway.requests[0]?.body);
		expect(sent.instances).toEqual([
			{
				cc_num: 2,
				amount: 12.5,
				budget: 2,
				merchant_hint: 'fixed',
				...(value !== undefined && { channel: String(value) }),
			},
		]);
	});

	test.each(['$json.nothing', '$json.nothing.more', '$json.limit.more', '$json[""]'])(
		'%s leads to nothing, and an optional column is left out',
		async (path) => {
			const gateway = await startServer(firstValues);
			const { error } = await score({
				credential: { servingUrl: gateway.url },
				rows: [item(1)],
				columns: { ...columns, channel: `={{ ${path} }}` },
			});
			await gateway.close();
			expect([error?.message, gateway.requests.map(({ text }) => text.includes('channel'))]).toEqual([
				undefined,
				[false],
			]);
		},
	);

	test('a name that n8n forbids in expressions is left to n8n', async () => {
		const { error } = await score({
			rows: [item(1)],
			columns: { ...columns, channel: '={{ $json.card.constructor }}' },
		});
		expect(error?.message).toContain('constructor');
		expect(sandbox.traffic.requests).toBe(0);
	});

	test('a date of n8n goes out as its column wants it', async () => {
		const gateway = await startServer(firstValues);
		await score({
			credential: { servingUrl: gateway.url },
			rows: [item(1)],
			columns: {
				...columns,
				merchant_hint: '={{ new Date(0) }}',
				channel: '={{ DateTime.fromISO("2026-11-24", { zone: "utc" }) }}',
			},
		});
		await gateway.close();
		expect(recordOf(gateway.requests[0]?.body).instances).toMatchObject([
			{ merchant_hint: '1970-01-01T00:00:00.000Z', channel: '2026-11-24T00:00:00.000Z' },
		]);
	});

	test.each(['new Date("x")', 'DateTime.fromISO("x")'])('%s is no date, and named', async (date) => {
		const { error } = await score({ rows: [item(1)], columns: { ...columns, merchant_hint: `={{ ${date} }}` } });
		expect(error?.message).toContain("'merchant_hint' is not a valid date");
		expect(sandbox.traffic.requests).toBe(0);
	});

	test('an expression that cannot be evaluated fails its own item', async () => {
		const run = await score({
			columns: { ...columns, budget: '={{ $json.limit.toFixed(1) }}' },
			rows: [item(1), { ...item(2), limit: null }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(run.success).toHaveLength(1);
		expect(run.failed).toHaveLength(1);
	});

	test('columns left empty are missing, unless the schema lets a row leave them out', async () => {
		const { error } = await score({ columns: { ...columns, budget: '', amount: null }, rows: [item(1)] });
		expect(error?.message).toContain("lacks the columns 'amount', 'budget'");
	});

	test('columns that the schema no longer knows are named', async () => {
		const { error } = await score({ columns: { ...columns, colour: 'red' }, rows: [item(1)] });
		expect(error?.message).toContain("The deployment's schema does not know the column 'colour'");
		expect(error?.description).toContain('cc_num, amount, budget, merchant_hint, channel');
		expect(sandbox.traffic.requests).toBe(0);
	});
});

describe('what cannot be', () => {
	test('a deployment without a schema says so', async () => {
		const { error } = await score({ deployment: 'fraud' });
		expect(error?.message).toContain('The deployment has no schema');
	});

	test('a Row Format that a schema does not fit', async () => {
		const { error } = await score({ parameters: { options: { rowFormat: 'lists' } } });
		expect(error?.message).toContain("'Row Format' does not fit a deployment with a schema");
	});

	test('items for another deployment', async () => {
		const { error } = await score({
			deployment: '={{ $json.id === 2 ? "fraud" : "payments" }}',
		});
		expect(error?.message).toContain("The rows are made for the schema of 'payments', and this item is for 'fraud'");
	});

	test('a credential without a Hopsworks URL', async () => {
		const { error } = await score({ credential: { hopsworksUrl: '', servingUrl: sandbox.url } });
		expect(error?.message).toContain("'Hopsworks URL' in the credential is empty");
	});
});

describe('the panel', () => {
	const { getSchemaColumns } = new HopsworksModel().methods.resourceMapping;
	const columnsOf = (deployment: string, credential: IDataObject = {}) =>
		getSchemaColumns.call(
			panelContext({
				credential: { hopsworksUrl: sandbox.url, ...credential },
				parameters: { operation: 'predict', deployment: { __rl: true, mode: 'list', value: deployment } },
			}),
		);

	test('offers the columns with their types', async () => {
		const { fields } = await columnsOf('payments');
		expect(fields.map(({ id, displayName, type, required }) => [id, displayName, type, required])).toEqual([
			['cc_num', 'cc_num (bigint)', 'string', true],
			['amount', 'amount (double)', 'number', true],
			['budget', 'budget (double)', 'number', true],
			['merchant_hint', 'merchant_hint', 'string', true],
			['channel', 'channel (string, optional)', 'string', false],
		]);
	});

	test('says where there is no schema, or no deployment', async () => {
		expect(await columnsOf('fraud')).toEqual({
			fields: [],
			emptyFieldsNotice: expect.stringContaining('no schema'),
		});
		expect(await columnsOf('')).toEqual({
			fields: [],
			emptyFieldsNotice: expect.stringContaining('Pick a deployment'),
		});
	});

	test('a refused key is an error, never no columns', async () => {
		await expect(columnsOf('payments', { apiKey: 'PREFIX.WRONG' })).rejects.toThrow('The API key was refused');
	});

	test('a schema that cannot be had is an error too', async () => {
		const hopsworks = await startServer(({ path }) => {
			if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
			if (path.includes('/schema')) return { status: 500, body: { errorCode: 240005, errorMsg: 'No status' } };
			return { body: { id: 1, name: 'payments', status: 'Running' } };
		});
		const columns = columnsOf('payments', { hopsworksUrl: hopsworks.url });
		await expect(columns).rejects.toThrow('Hopsworks could not carry out the request (status 500): No status');
		await hopsworks.close();
	});
});

describe('types', () => {
	const cell = (type: string | null, value: unknown, nullable = false): unknown => {
		const [column] = readDeploymentSchema({ servingKeys: [{ name: 'x', type, nullable }] }).columns;
		if (!column) throw new Error('no column');
		const made = cellWriter(column)(value);
		return made.ok ? made.value : 'refused';
	};

	test.each<[string | null, unknown, string]>([
		['tinyint', 5, '5'],
		['smallint', 5.5, 'refused'],
		['INT', '5', '5'],
		['Integer', '5', '5'],
		['int', ' 5 ', '5'],
		['int', 5.5, 'refused'],
		['int', '5.5', 'refused'],
		['int', true, 'refused'],
		['bigint', '7615917337495251231', '"7615917337495251231"'],
		['bigint', 12, '12'],
		['bigint', 7615917337495251231n, '"7615917337495251231"'],
		['bigint', 2 ** 53, 'refused'],
		['bigint', '007', '"007"'],
		['double', '1e5', '1e5'],
		['double', '1e999', 'refused'],
		['decimal(400,0)', '1e399', 'refused'],
		['float', 1.5, '1.5'],
		['double', 'NaN', 'refused'],
		['double', '', 'refused'],
		['decimal(10,2)', '12.50', '"12.50"'],
		['decimal(10,2)', 12.5, '12.5'],
		['string', '12.50', '"12.50"'],
		['varchar(20)', 5, '"5"'],
		['char(2)', 5, '"5"'],
		['string', '', '""'],
		['string', { a: 1 }, 'refused'],
		['boolean', 'TRUE', 'true'],
		['boolean', false, 'false'],
		['boolean', 1, 'refused'],
		['timestamp', '2026-11-24T02:00:00Z', '"2026-11-24T02:00:00Z"'],
		['timestamp', 1764000000000, '1764000000000'],
		['timestamp', '1764000000000', '1764000000000'],
		['timestamp', new Date(Date.UTC(2026, 10, 24)), '"2026-11-24T00:00:00.000Z"'],
		['date', '2026-11-24', '"2026-11-24"'],
		['binary', 'AQI=', '"AQI="'],
		['array<int>', [1, null], '[1,null]'],
		['array<int>', '[1, 2]', '[1,2]'],
		['array<int>', { a: 1 }, 'refused'],
		['struct<a:int>', { a: 1 }, '{"a":1}'],
		['map<string,int>', '{"a": 1}', '{"a":1}'],
		['map<string,int>', 'a', 'refused'],
		[null, 'anything', '"anything"'],
		[null, 5, '5'],
		[null, '', '""'],
	])('%s takes %p as %s', (type, value, text) => {
		expect(cell(type, value)).toBe(text);
	});

	test('null and an empty cell are null where the column may be, else refused', () => {
		expect([cell('double', null, true), cell('double', '', true), cell('string', '', true)]).toEqual([
			'null',
			'null',
			'""',
		]);
		expect([cell('double', null), cell('string', null)]).toEqual(['refused', 'refused']);
	});

	test('a schema that tells no limit has the documented one', () => {
		expect([
			readDeploymentSchema({}),
			readDeploymentSchema({ maxBatchRows: 0 }),
			readDeploymentSchema({ maxBatchRows: 8.5 }),
		]).toEqual([
			{ columns: [], maxBatchRows: 512 },
			{ columns: [], maxBatchRows: 512 },
			{ columns: [], maxBatchRows: 8 },
		]);
	});
});

describe('Rows Sent Under by the deployment’s record', () => {
	test('an agent that fails is not asked again under the other name', async () => {
		record = { modelServer: 'PYTHON', predictor: 'agent.py' };
		gateway.answer = () => ({ status: 500, body: { error: 'KeyError : 0' } });
		const { error } = await runModel({
			credential: { hopsworksUrl: hopsworks.url, servingUrl: gateway.url },
			rows: [{ a: 1 }],
			parameters: { operation: 'predict', deployment: { __rl: true, mode: 'list', value: 'fraud' }, columns: 'a' },
		});
		expect(error?.message).toContain('KeyError : 0');
		expect(gateway.requests).toHaveLength(1);
	});

	let gateway: TestServer;
	let hopsworks: TestServer;
	let record: IDataObject;
	beforeEach(async () => {
		gateway = await startServer(firstValues);
		hopsworks = await startServer(({ path }) =>
			path.includes('getProjectInfo')
				? { body: { projectId: 1, projectName: 'test' } }
				: { body: { id: 1, name: 'fraud', status: 'Running', projectNamespace: 'test', ...record } },
		);
	});
	afterEach(() => Promise.all([gateway.close(), hopsworks.close()]));

	const batcher = { batchingConfiguration: { batchingEnabled: true } };
	const tensorFlow = { modelServer: 'TENSORFLOW_SERVING' };
	test.each<[string, IDataObject, INodeParameters, string]>([
		['a Python deployment', { modelServer: 'PYTHON', modelName: 'fraud' }, {}, 'inputs'],
		['an agent', { modelServer: 'PYTHON', predictor: 'agent.py' }, {}, 'instances'],
		['a feature view', { predictorEnvVars: ['SERVING_FEATURE_VIEW_NAME=transactions'] }, {}, 'instances'],
		['a transformer', { modelServer: 'PYTHON', modelName: 'fraud', transformer: 'rank.py' }, {}, 'instances'],
		['a batcher', batcher, {}, 'instances'],
		['a batcher that is off', { batchingConfiguration: { batchingEnabled: false } }, {}, 'inputs'],
		['TensorFlow Serving by rows', tensorFlow, {}, 'instances'],
		['TensorFlow Serving by columns', tensorFlow, { options: { rowFormat: 'columnar' } }, 'inputs'],
		['a batcher, when the user says otherwise', batcher, { options: { requestField: 'inputs' } }, 'inputs'],
	])('%s', async (_name, fields, parameters, expected) => {
		record = fields;
		await runModel({
			credential: { hopsworksUrl: hopsworks.url, servingUrl: gateway.url },
			rows: [{ a: 1 }],
			parameters: {
				operation: 'predict',
				deployment: { __rl: true, mode: 'list', value: 'fraud' },
				columns: 'a',
				...parameters,
			},
		});
		expect(Object.keys(recordOf(gateway.requests[0]?.body))).toEqual([expected]);
		expect(gateway.requests).toHaveLength(1);
	});
});
