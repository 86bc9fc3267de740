/** The sandbox's deployment with a schema, held against what Hopsworks' own predictor and library said of the same schema. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { jsonSchema, schema, schemaAs } from '../sandbox/schema.cts';
import { rowCheck, type DeploymentSchema } from '../sandbox/schema/deploymentSchema.cts';
import { jsonSchemaOf } from '../sandbox/schema/publishedSchema.cts';
import { API_KEY } from './support/engine.cts';
import { at, listOf, read } from './support/json.cts';
import { recordedOfPredictor, withoutRequestId } from './support/recorded.cts';

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

function ask(body: string, headers: Record<string, string> = {}): Promise<Response> {
	return fetch(`${sandbox.url}/v1/test/payments/v1/models/payments:predict`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json', ...headers, authorization: `ApiKey ${API_KEY}` },
		body,
	});
}

const keys = (...given: unknown[]): string =>
	JSON.stringify({ instances: given.map((key) => ({ cc_num: key, amount: 2, budget: 1, merchant_hint: null })) });

describe('every recorded request', () => {
	/** The sandbox's model says whether an amount is above its budget, the recorded one adds two numbers: only how many there are is the same. */
	const PREDICTIONS = ['arrays', 'both', 'inputs', 'ok'];

	test.each(recordedOfPredictor)('$name', async ({ name, request, status, body }) => {
		const reply = await ask(String(request.bytes), request.headers);
		const text = await reply.text();
		expect([reply.status, reply.headers.get('content-type')]).toEqual([status, 'application/json']);
		if (PREDICTIONS.includes(name)) {
			const [said, recorded] = [read(text), read(body)].map((answer) => listOf(at(answer, 'predictions')).length);
			expect(said).toBe(recorded);
		} else expect(withoutRequestId(text)).toBe(withoutRequestId(body));
	});

	test('is one of nineteen', () => {
		expect(recordedOfPredictor).toHaveLength(19);
	});
});

describe('its predictor', () => {
	test('makes up another id for each request that brings none', async () => {
		const ids = [];
		for (const _time of [1, 2]) ids.push(at(await (await ask(keys(3))).json(), 'detail', 'request_id'));
		expect(new Set(ids).size).toBe(2);
		expect(at(await (await ask(keys(3), { 'x-request-id': 'mine' })).json(), 'detail', 'request_id')).toBe('mine');
	});

	test.each([
		[['2', 4], 200],
		[['13'], 422],
		[[2, 17], 503],
		[[2, 19], 500],
		[[13, 17, 19, 3], 422],
		[[17, 3], 503],
		[[19, 3], 404],
		[['٣'], 200],
	])('answers the keys %p with %p', async (given, status) => {
		expect((await ask(keys(...given))).status).toBe(status);
	});

	test('cannot read what KServe hands on as bytes', async () => {
		const reply = await ask(keys(2), { 'Content-Type': 'application/json; charset=utf-8' });
		expect([reply.status, await reply.json()]).toEqual([
			500,
			{ error: "TypeError : a bytes-like object is required, not 'str'" },
		]);
	});

	test('keeps integers of 64 bits, and takes larger ones for floating point numbers as KServe does', async () => {
		expect((await ask('{"instances":[[18446744073709551614,2,1,0,null]]}')).status).toBe(200);
		const tooLarge = await ask('{"instances":[[18446744073709551616,2,1,0,null]]}');
		expect(at(await tooLarge.json(), 'detail', 'errors', 0, 'reason')).toBe(
			'must be an integer or a decimal string (bigint)',
		);
	});
});

describe('its schema', () => {
	const fixture = (form: string): unknown =>
		read(readFileSync(join(__dirname, 'fixtures', `hopsworks-5.2.1-${form}.json`), 'utf8'));

	test('is written as the library writes it, to the order of its members', () => {
		for (const form of ['schema', 'jsonschema', 'openapi']) {
			expect(JSON.stringify(schemaAs(form, 'payments'))).toBe(JSON.stringify(fixture(form)));
		}
		expect([schemaAs(null, 'payments'), schemaAs('jsonschema', 'payments')]).toEqual([schema, jsonSchema]);
	});

	test('is given by the REST API in each of its formats', async () => {
		for (const form of ['schema', 'jsonschema', 'openapi']) {
			const url = `${sandbox.url}/hopsworks-api/api/project/119/serving/16/schema?format=${form}`;
			const reply = await fetch(url, { headers: { authorization: `ApiKey ${API_KEY}` } });
			expect(await reply.json()).toEqual(fixture(form));
		}
	});
});

/** A schema of one field. */
const of = (type: string | null, nullable = false): DeploymentSchema => ({
	...schema,
	servingKeys: [{ name: 'x', type, nullable }],
	passedFeatures: [],
	requestParameters: [],
	extraLoggingFeatures: [],
});

describe('types that the deployment has none of', () => {
	test.each<[type: string | null, taken: unknown[], refused: Array<[value: unknown, reason: string]>]>([
		[
			'int',
			[5n, -5n],
			[
				[5, 'must be an integer (int)'],
				[true, 'must be an integer (int)'],
			],
		],
		['double', [5n, 5.5], [['5', 'must be a number (double)']]],
		[
			'decimal(10,2)',
			[5n, 5.5, '-5.50', '007'],
			[
				['1e3', 'must be a number or a decimal string (decimal)'],
				[true, 'must be a number (decimal)'],
			],
		],
		[
			'bigint',
			[5n, '-5'],
			[
				[false, 'must be an integer (bigint)'],
				['5.0', 'must be an integer or a decimal string (bigint)'],
			],
		],
		['varchar(3)', ['', 'long'], [[5n, 'must be a string']]],
		['boolean', [true], [['true', 'must be a boolean']]],
		[
			'timestamp',
			[5n, '2026-11-25T22:30:00Z', '2026-11-25 22:30:00.5+0530'],
			[
				['2026-11-25', 'must be an RFC 3339 string or epoch milliseconds (timestamp)'],
				['2026-02-30T22:30:00Z', 'must be an RFC 3339 string or epoch milliseconds (timestamp)'],
			],
		],
		[
			'date',
			[5n, '2024-02-29'],
			[
				['2026-02-29', 'must be a YYYY-MM-DD string or days since epoch (date)'],
				['0000-01-01', 'must be a YYYY-MM-DD string or days since epoch (date)'],
			],
		],
		['binary', ['', 'AQI='], [['AQI', 'must be a base64 string (binary)']]],
		[
			'array<int>',
			[[], [1n, null]],
			[
				[{}, 'must be an array (array<int>)'],
				[[1n, 'a'], 'element 1 must be an integer (int)'],
			],
		],
		[
			'map<string,array<int>>',
			[{ a: [1n] }],
			[
				[[], 'must be an object (map<string,array<int>>)'],
				[{ a: [true] }, "value of 'a' element 0 must be an integer (int)"],
			],
		],
		[
			'struct<a:int,b:string>',
			[{ b: 'x', a: null }],
			[
				[{ a: 1n }, "is missing field 'b'"],
				[{ a: 1n, b: '', d: 1n, c: 1n }, "has unknown fields ['c', 'd']"],
				[{ a: '', b: '' }, "field 'a' must be an integer (int)"],
			],
		],
		['long', [5, {}, [true]], [[null, 'must not be null']]],
		[null, [5, {}, [true]], []],
	])('%s', (type, taken, refused) => {
		const check = rowCheck(of(type));
		expect(taken.flatMap((x) => check([{ x }]))).toEqual([]);
		for (const [x, reason] of refused) expect(check([{ x }])).toEqual([{ row: 0, field: 'x', reason }]);
	});

	test('have a JSON Schema each', () => {
		const types = ['decimal', 'date', 'timestamp', 'binary', 'array<date>', 'map<string,int>', 'struct<a:int>', 'long'];
		const schemas = types.map((type) =>
			at(jsonSchemaOf(of(type, true)), 'request', '$defs', 'row_array', 'prefixItems', 0),
		);
		expect(schemas).toMatchObject([
			{ type: ['number', 'string', 'null'] },
			{ oneOf: [{ format: 'date' }, { type: 'integer' }, { type: 'null' }] },
			{ oneOf: [{ format: 'date-time' }, { type: 'integer' }, { type: 'null' }] },
			{ type: ['string', 'null'], contentEncoding: 'base64' },
			{ type: ['array', 'null'], items: { oneOf: [{}, {}, { type: 'null' }] } },
			{ type: ['object', 'null'], additionalProperties: { type: ['integer', 'null'] } },
			{ type: ['object', 'null'], required: ['a'], additionalProperties: false },
			{ oneOf: [{}, { type: 'null' }] },
		]);
		expect(listOf(schemas)).toHaveLength(types.length);
	});
});
