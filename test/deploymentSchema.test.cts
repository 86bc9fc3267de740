/** What a deployment's schema says of its columns, and what each type makes of a value. */
import { readDeploymentSchema, type SchemaColumn } from '../nodes/core/predict/deploymentSchema';
import { readColumnType } from '../nodes/core/predict/schemaTypes';
import { cellWriter, missingColumns, unknownColumns } from '../nodes/core/predict/schemaCells';
import { DateTime } from 'luxon';
import { at, read } from './support/json.cts';

const column = (type: string, more: Partial<SchemaColumn> = {}): SchemaColumn => ({
	name: 'x',
	type,
	isNullable: false,
	isOptional: false,
	description: '',
	...more,
});

/** The cell that a type makes of a value, or the words in which it refuses it. */
function cell(type: string, value: unknown, more: Partial<SchemaColumn> = {}): string {
	const made = cellWriter(column(type, more))(value);
	return made.ok ? made.value : made.failure.message;
}

test('a schema tells its columns group by group, in the order of a row without names', () => {
	const schema = readDeploymentSchema({
		extraLoggingFeatures: [{ name: 'e', type: 'string', nullable: false }],
		requestParameters: [{ name: 'r', type: 'DOUBLE', nullable: null }],
		passedFeatures: [{ name: 'p', type: null, nullable: true, description: 5 }],
		servingKeys: [{ name: 's', type: 'bigint', nullable: true, description: 'key' }, null, 5, {}, { name: 5 }],
		maxBatchRows: 100.9,
	});
	expect(schema).toEqual({
		columns: [
			{ name: 's', type: 'bigint', isNullable: true, isOptional: false, description: 'key' },
			{ name: 'p', type: '', isNullable: true, isOptional: false, description: '' },
			{ name: 'r', type: 'double', isNullable: false, isOptional: false, description: '' },
			{ name: 'e', type: 'string', isNullable: false, isOptional: true, description: '' },
		],
		maxBatchRows: 100,
	});
});

test('a column that does not say so takes null, but for a key', () => {
	const groups = ['servingKeys', 'passedFeatures', 'requestParameters', 'extraLoggingFeatures'];
	const schema = Object.fromEntries(groups.map((group) => [group, [{ name: group, type: 'int' }]]));
	expect(readDeploymentSchema(schema).columns.map(({ isNullable }) => isNullable)).toEqual([false, true, true, true]);
});

test.each([[undefined], [null], ['8'], [0], [0.9], [-1], [{ valueOf: 1 }]])(
	'the limit %p is the documented one',
	(limit) => {
		expect(readDeploymentSchema(limit === undefined ? {} : { maxBatchRows: limit })).toEqual({
			columns: [],
			maxBatchRows: 512,
		});
		expect(readDeploymentSchema({ maxBatchRows: 1, servingKeys: { length: 1 } })).toEqual({
			columns: [],
			maxBatchRows: 1,
		});
	},
);

test.each([
	['tinyint smallint int integer', 'integer'],
	['bigint', 'bigint'],
	['float double', 'number'],
	['decimal decimal(10,2)', 'decimal'],
	['string varchar(20) char char(2)', 'text'],
	['boolean', 'boolean'],
	['timestamp', 'timestamp'],
	['date', 'date'],
	['binary', 'binary'],
	['array<int> ARRAY<array<int>>', 'list'],
	['map<string,int> map<string,array<map<int,int>>>', 'map'],
	['struct<a:int> struct<>', 'struct'],
	['constructor tostring __proto__ int5 5int unknown long timestamp_ntz array array<int map<int> map<a,b,c>', 'any'],
])('%s is %s', (types, kind) => {
	expect(new Set(types.split(' ').map((type) => readColumnType(type).kind))).toEqual(new Set([kind]));
	expect(readColumnType('').kind).toBe('any');
});

test('types are read to their insides, spaces and capital letters aside', () => {
	const int = { text: 'int', kind: 'integer' };
	expect(readColumnType(' Struct< A : INT , b:Array< Decimal(10, 2) >,nothing> ')).toEqual({
		text: 'struct< a : int , b:array< decimal(10, 2) >,nothing>',
		kind: 'struct',
		fields: new Map<string, unknown>([
			['a', int],
			['b', { text: 'array< decimal(10, 2) >', kind: 'list', element: { text: 'decimal(10, 2)', kind: 'decimal' } }],
		]),
	});
	expect(readColumnType('map<struct<a:int,b:int>, int>')).toMatchObject({ kind: 'map', value: int });
	const deep = 'array<'.repeat(100_000) + 'int' + '>'.repeat(100_000);
	expect(readColumnType(deep).kind).toBe('list');
});

const DEEP = read('['.repeat(501) + ']'.repeat(501));
const DEEP_TEXT = '['.repeat(100_000) + ']'.repeat(100_000);

test.each<[string, unknown, string]>([
	['int', 5, '5'],
	['int', 5n, '5'],
	['int', ' -0 ', '-0'],
	['int', 5.5, `'x' is 5.5, and the deployment's schema wants 'int'`],
	['int', '5.0', '5'],
	['int', '-12.00', '-12'],
	['int', 2 ** 53, `'x' is 9007199254740992, and the deployment's schema wants 'int'`],
	['int', '01', `'x' is "01", and the deployment's schema wants 'int'`],
	['int', '1x', `'x' is "1x", and the deployment's schema wants 'int'`],
	['int', 'x1', `'x' is "x1", and the deployment's schema wants 'int'`],
	['bigint', 9007199254740993n, '"9007199254740993"'],
	['bigint', ' 9007199254740993 ', '"9007199254740993"'],
	['bigint', 2 ** 53 - 1, '9007199254740991'],
	['bigint', 2 ** 53, `'x' is 9007199254740992, and the deployment's schema wants 'bigint'`],
	['bigint', '007', '"007"'],
	['bigint', '5.0', '"5"'],
	['bigint', '+1', `'x' is "+1", and the deployment's schema wants 'bigint'`],
	['bigint', 1.5, `'x' is 1.5, and the deployment's schema wants 'bigint'`],
	['bigint', 'x', `'x' is "x", and the deployment's schema wants 'bigint'`],
	['double', ' 1.50 ', '1.50'],
	['double', 5n, '5'],
	['double', Infinity, `'x' is Infinity, and the deployment's schema wants 'double'`],
	['double', '1e999', `'x' is "1e999", and the deployment's schema wants 'double'`],
	['double', 10n ** 400n, `'x' is 1${'0'.repeat(99)}…, and the deployment's schema wants 'double'`],
	['decimal', 10n ** 400n, `"1${'0'.repeat(400)}"`],
	['decimal', ' -12.340 ', '"-12.340"'],
	['decimal', '1e3', `'x' is "1e3", and the deployment's schema wants 'decimal'`],
	['decimal', '.5', `'x' is ".5", and the deployment's schema wants 'decimal'`],
	['decimal', '1.', `'x' is "1.", and the deployment's schema wants 'decimal'`],
	['decimal', NaN, `'x' is NaN, and the deployment's schema wants 'decimal'`],
	['decimal', 1.5, '1.5'],
	['decimal', 5n, '"5"'],
	['decimal', '-٣.٥', '"-٣.٥"'],
	['bigint', '٣', '"٣"'],
	['int', '٣', `'x' is "٣", and the deployment's schema wants 'int'`],
	['int', 2n ** 64n - 1n, '18446744073709551615'],
	['int', '-9223372036854775808', '-9223372036854775808'],
	['int', '18446744073709551616', `'x' is "18446744073709551616", and the deployment's schema wants 'int'`],
	['int', -(2n ** 63n) - 1n, `'x' is -9223372036854775809, and the deployment's schema wants 'int'`],
	['bigint', 2n ** 64n, '"18446744073709551616"'],
	['decimal', true, `'x' is true, and the deployment's schema wants 'decimal'`],
	['decimal', '1,5', `'x' is "1,5", and the deployment's schema wants 'decimal'`],
	['string', ' a ', '" a "'],
	['string', '', '""'],
	['string', 0, '"0"'],
	['string', false, '"false"'],
	['string', 5n, '"5"'],
	['string', { toString: 1 }, `'x' is {"toString":1}, and the deployment's schema wants 'string'`],
	['string', [{ valueOf: {} }], `'x' is [{"valueOf":{}}], and the deployment's schema wants 'string'`],
	['string', new Date(0), '"1970-01-01T00:00:00.000Z"'],
	['string', Infinity, `'x' is Infinity, and the deployment's schema wants 'string'`],
	['string', undefined, `'x' is undefined, and the deployment's schema wants 'string'`],
	['boolean', ' True ', 'true'],
	['boolean', 'FALSE', 'false'],
	['boolean', true, 'true'],
	['boolean', 'truely', `'x' is "truely", and the deployment's schema wants 'boolean'`],
	['boolean', 'untrue', `'x' is "untrue", and the deployment's schema wants 'boolean'`],
	['boolean', 1, `'x' is 1, and the deployment's schema wants 'boolean'`],
	['date', ' 5 ', '5'],
	['date', ' x ', `'x' is " x ", and the deployment's schema wants 'date'`],
	['date', 5, '5'],
	['date', 5.5, `'x' is 5.5, and the deployment's schema wants 'date'`],
	['date', new Date(0), '"1970-01-01"'],
	['array<int>', [1], '[1]'],
	['array<int>', ' [9007199254740993] ', '[9007199254740993]'],
	['array<int>', '{}', `'x' is "{}", and the deployment's schema wants 'array<int>'`],
	['array<int>', 5, `'x' is 5, and the deployment's schema wants 'array<int>'`],
	['map<string,int>', '{"a": 1}', '{"a":1}'],
	['map<string,int>', [], `'x' is [], and the deployment's schema wants 'map<string,int>'`],
	['', { a: ['1'] }, '{"a":["1"]}'],
	['', '', '""'],
	['', null, `'x' is empty, and the deployment's schema wants anything`],
	['int', '', `'x' is empty, and the deployment's schema wants 'int'`],
	['string', null, `'x' is empty, and the deployment's schema wants 'string'`],
])('%s makes of %p %s', (type, value, made) => {
	expect(cell(type, value)).toBe(made);
});

test('no value is taken that is too deep to be sent', () => {
	const fits = at(DEEP, 0);
	const text = '['.repeat(500) + ']'.repeat(500);
	expect(cell('', DEEP)).toMatch(/^'x' is \[{20,}.*, and the deployment's schema wants anything$/);
	expect(cell('array<unknown>', [DEEP])).toMatch(/^Element 0 of 'x' is \[{20,}.*wants 'unknown' or null$/);
	expect([cell('', fits), cell('array<unknown>', [fits])]).toEqual([text, `[${text}]`]);
	expect(cell('array<int>', DEEP_TEXT)).toMatch(/^Element 0 of 'x' is \[{20,}.*wants 'int' or null$/);
});

describe('times', () => {
	const day = DateTime.fromISO('2026-11-25T00:00:00', { zone: 'Europe/Berlin' });
	const evening = new Date('2026-11-25T22:30:00Z');

	test.each<[string, unknown, string]>([
		['timestamp', evening, '"2026-11-25T22:30:00.000Z"'],
		['timestamp', day, '"2026-11-25T00:00:00.000+01:00"'],
		['timestamp', ' 2026-11-25t22:30:00z ', '"2026-11-25t22:30:00z"'],
		['timestamp', '2026-11-25 22:30:00', '"2026-11-25 22:30:00"'],
		['timestamp', '2024-02-29T23:59:59.123456789-0530', '"2024-02-29T23:59:59.123456789-0530"'],
		['timestamp', '2026-11-25T22:30:00+05:75', '"2026-11-25T22:30:00+05:75"'],
		['timestamp', '1764000000000', '1764000000000'],
		['timestamp', -1, '-1'],
		['timestamp', 253402300799999, '253402300799999'],
		// A date of JavaScript is in UTC, one of n8n in its own zone; both as they are written.
		['date', new Date('2026-11-25T00:00:00Z'), '"2026-11-25"'],
		['date', day, '"2026-11-25"'],
		['date', '2026-11-25T00:00:00.000Z', '"2026-11-25"'],
		['date', '2026-11-25 00:00:00', '"2026-11-25"'],
		['date', '2000-02-29', '"2000-02-29"'],
		['date', '-719162', '-719162'],
	])('%s makes of %p %s', (type, value, made) => {
		expect(cell(type, value)).toBe(made);
	});

	test.each<[string, unknown]>([
		['timestamp', 1.5],
		['timestamp', true],
		['timestamp', '2026-11-25'],
		['timestamp', '2026-11-25T22:30Z'],
		['timestamp', '2026-13-25T22:30:00Z'],
		['timestamp', '2026-02-29T22:30:00Z'],
		['timestamp', '1900-02-29T22:30:00Z'],
		['timestamp', '2026-11-00T22:30:00Z'],
		['timestamp', '0000-11-25T22:30:00Z'],
		['timestamp', '2026-11-25T24:00:00Z'],
		['timestamp', '2026-11-25T22:60:00Z'],
		['timestamp', '2026-11-25T22:30:60Z'],
		['timestamp', '2026-11-25T22:30:00+24:00'],
		['timestamp', '2026-11-25T22:30:00+23:60'],
		['timestamp', '2026-11-25T22:30:00.Z'],
		['timestamp', 'at 2026-11-25T22:30:00Z'],
		['timestamp', new Date(8.64e15)],
		// Microseconds, and days without their hyphens.
		['timestamp', 1764000000000000],
		['timestamp', '20261125'],
		['timestamp', '20261125223000'],
		['date', 20261125],
		['date', '20261125'],
		['date', evening],
		['date', '2026-11-25T22:30:00Z'],
		['date', '2026-11-31'],
		['date', '25.11.2026'],
		['date', -719163],
	])('%s refuses %p', (type, value) => {
		expect(cell(type, value)).toMatch(new RegExp(`^'x' is .*, and the deployment's schema wants '${type}'$`));
	});

	test('a date that is none is no time, and nothing else either', () => {
		for (const invalid of [new Date(NaN), DateTime.invalid('unparsable')]) {
			expect(cell('', invalid)).toBe("'x' is not a valid date, and the deployment's schema wants anything");
			expect(cell('array<date>', [invalid])).toMatch(/^Element 0 of 'x' is not a valid date, /);
		}
	});
});

describe('binary', () => {
	test.each<[unknown, string]>([
		['', '""'],
		['AQI=', '"AQI="'],
		[' AQ== ', '"AQ=="'],
		['a+/0', '"a+/0"'],
		[Buffer.from([1, 2]), '"AQI="'],
	])('is %p', (value, made) => {
		expect(cell('binary', value)).toBe(made);
	});

	test.each([['AQI'], ['A-_='], ['AA AA=='], ['A==='], ['===='], [5], [[1]]])('is not %p', (value) => {
		expect(cell('binary', value)).toContain("the deployment's schema wants 'binary'");
	});
});

describe('inside lists, maps and structs', () => {
	test.each<[string, unknown, string]>([
		['array<int>', [1, '2', null, undefined, '3.0'], '[1,2,null,null,3]'],
		['array<bigint>', '[9007199254740993, "007"]', '["9007199254740993","007"]'],
		['array<decimal(10,2)>', ['12.50', 1], '["12.50",1]'],
		['array<date>', [new Date(0), '2026-11-25'], '["1970-01-01","2026-11-25"]'],
		['array<array<double>>', [[1, '1.50'], [], null], '[[1,1.50],[],null]'],
		['map<string,int>', { a: 1, 'b"': '2', c: null }, '{"a":1,"b\\"":2,"c":null}'],
		['map<string,array<boolean>>', { a: ['TRUE'] }, '{"a":[true]}'],
		['struct<a:int,b:array<double>>', { b: [1.5], a: '1' }, '{"a":1,"b":[1.5]}'],
		['struct<a:int,b:int>', '{"b": null, "a": 1}', '{"a":1,"b":null}'],
		['struct<a:int>', { a: 1, b: undefined }, '{"a":1}'],
		['array<decimal>', '[18446744073709551617]', '["18446744073709551617"]'],
		['array< STRUCT<a: Int, b: map<string, date>> >', [{ a: 1, b: {} }], '[{"a":1,"b":{}}]'],
		['array<unknown>', [{ a: ['1'] }, 1], '[{"a":["1"]},1]'],
	])('%s makes of %p %s', (type, value, made) => {
		expect(cell(type, value)).toBe(made);
	});

	test.each<[string, unknown, string]>([
		['array<int>', [1, 'a'], `Element 1 of 'x' is "a", and the deployment's schema wants 'int' or null`],
		['array<int>', '[1.5]', `Element 0 of 'x' is 1.5, and the deployment's schema wants 'int' or null`],
		['array<double>', '[1e999]', `Element 0 of 'x' is Infinity, and the deployment's schema wants 'double' or null`],
		[
			'array<unknown>',
			`[${'1'.repeat(400)}]`,
			`Element 0 of 'x' is ${'1'.repeat(100)}…, and the deployment's schema wants 'unknown' or null`,
		],
		['array<unknown>', '[1e999]', `Element 0 of 'x' is Infinity, and the deployment's schema wants 'unknown' or null`],
		[
			'array<array<int>>',
			[[1], [2, {}]],
			`Element 1 of element 1 of 'x' is {}, and the deployment's schema wants 'int' or null`,
		],
		['map<string,int>', { a: 1.5 }, `The value of 'a' of 'x' is 1.5, and the deployment's schema wants 'int' or null`],
		[
			'struct<lat:double>',
			{ lat: 'a' },
			`Field 'lat' of 'x' is "a", and the deployment's schema wants 'double' or null`,
		],
		[
			'struct<a:int,b:int>',
			{ a: 1 },
			`'x' lacks the field 'b', and the deployment's schema wants 'struct<a:int,b:int>'`,
		],
		['struct<a:int>', { a: 1, c: 1 }, `'x' has a field 'c', and the deployment's schema wants 'struct<a:int>'`],
		[
			'struct<constructor:int>',
			{},
			`'x' lacks the field 'constructor', and the deployment's schema wants 'struct<constructor:int>'`,
		],
		[
			'array<struct<a:int>>',
			[{}],
			`Element 0 of 'x' lacks the field 'a', and the deployment's schema wants 'struct<a:int>' or null`,
		],
		['struct<a:int>', [1], `'x' is [1], and the deployment's schema wants 'struct<a:int>'`],
	])('%s refuses in %p its place', (type, value, message) => {
		expect(cell(type, value)).toBe(message);
	});

	test('elements are said to be counted from 0', () => {
		expect(cellWriter(column('array<int>'))(['a'])).toMatchObject({
			failure: { description: expect.stringMatching(/^Give it a whole number, .* Elements are counted from 0\.$/) },
		});
	});
});

test('an empty cell is null where it may be, but for text', () => {
	const nullable = { isNullable: true };
	expect(cell('int', null, nullable)).toBe('null');
	expect(cell('int', '', nullable)).toBe('null');
	expect(cell('string', null, nullable)).toBe('null');
	expect(cell('string', '', nullable)).toBe('""');
	expect(cell('', '', nullable)).toBe('""');
	expect(cell('int', 'x', nullable)).toBe(`'x' is "x", and the deployment's schema wants 'int' or null`);
});

test('what is refused is told in one short line, with advice', () => {
	const long = 'y'.repeat(2000);
	const refused = cellWriter({ ...column(`array<${long}>`), name: long })(long);
	expect(refused).toMatchObject({
		ok: false,
		failure: {
			kind: 'input',
			description: 'Give it a list, as data or as JSON text, for example with an Edit Fields node before this one.',
		},
	});
	expect(refused.ok ? '' : refused.failure.message).toBe(
		`'${long.slice(0, 100)}…' is "${long.slice(0, 99)}…, and the deployment's schema wants 'array<${long.slice(0, 94)}…'`,
	);
});

describe('columns that do not match', () => {
	test('are named where an item lacks them', () => {
		expect(missingColumns({ a: 1 }, ['b'])).toEqual({
			ok: false,
			failure: {
				kind: 'input',
				message: "The item lacks the column 'b' of the deployment's schema",
				description:
					'The item has the fields a. Capital letters count. Map the columns by hand, or rename the fields before this node.',
			},
		});
		expect(missingColumns({}, ['b', 'c'])).toMatchObject({
			failure: { message: "The item lacks the columns 'b', 'c' of the deployment's schema" },
		});
	});

	test('are named where the schema does not know them', () => {
		expect(unknownColumns(['b'], ['c', 'd'])).toEqual({
			ok: false,
			failure: {
				kind: 'input',
				message: "The deployment's schema does not know the column 'b'",
				description: 'It has c, d. Refresh the columns in the panel; the deployment may have changed since.',
			},
		});
		expect(unknownColumns(['b'], [])).toMatchObject({
			failure: { description: expect.stringMatching(/^It has no columns\. /) },
		});
	});

	test('are not all named where they are very many', () => {
		const names = Array.from({ length: 5000 }, (_, index) => `column${index}`);
		const lacking = missingColumns({}, names);
		const unknown = unknownColumns(names, names);
		for (const outcome of [lacking, unknown]) {
			expect(outcome.failure.message).toMatch(/^.{300,400}$/);
			expect(outcome.failure.description).toMatch(/^.{30,2001}$/);
		}
	});
});
