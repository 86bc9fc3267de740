/** What a deployment's schema says of its columns, and what each type makes of a value. */
import { kindOf, readDeploymentSchema, type SchemaColumn } from '../nodes/core/predict/deploymentSchema';
import { cellOf, missingColumns, unknownColumns } from '../nodes/core/predict/schemaCells';
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
	const made = cellOf(value, column(type, more));
	return made.ok ? made.value : made.failure.message;
}

test('a schema tells its columns group by group, in the order of a row without names', () => {
	const schema = readDeploymentSchema({
		extraLoggingFeatures: [{ name: 'e', type: 'string' }],
		requestParameters: [{ name: 'r', type: 'DOUBLE' }],
		passedFeatures: [{ name: 'p', type: null, nullable: 'yes', description: 5 }],
		servingKeys: [{ name: 's', type: 'bigint', nullable: true, description: 'key' }, null, 5, {}, { name: 5 }],
		maxBatchRows: 100.9,
	});
	expect(schema).toEqual({
		columns: [
			{ name: 's', type: 'bigint', isNullable: true, isOptional: false, description: 'key' },
			{ name: 'p', type: '', isNullable: false, isOptional: false, description: '' },
			{ name: 'r', type: 'double', isNullable: false, isOptional: false, description: '' },
			{ name: 'e', type: 'string', isNullable: false, isOptional: true, description: '' },
		],
		maxBatchRows: 100,
	});
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
	['tinyint smallint int int5', 'integer'],
	['bigint', 'bigint'],
	['float double', 'number'],
	['decimal decimal(10,2)', 'decimal'],
	['string varchar(20) char binary', 'text'],
	['boolean', 'boolean'],
	['timestamp date', 'time'],
	['array<int>', 'list'],
	['struct<a:int> map<string,int>', 'object'],
	['constructor tostring __proto__ 5int unknown', 'any'],
])('%s is %s', (types, kind) => {
	expect(new Set(types.split(' ').map((type) => kindOf(column(type))))).toEqual(new Set([kind]));
	expect(kindOf(column(''))).toBe('any');
});

const DEEP = read('['.repeat(501) + ']'.repeat(501));
const DEEP_TEXT = '['.repeat(100_000) + ']'.repeat(100_000);

test.each<[string, unknown, string]>([
	['int', 5, '5'],
	['int', 5n, '5'],
	['int', ' -0 ', '-0'],
	['int', 5.5, `'x' is 5.5, and the deployment's schema wants 'int'`],
	['int', '01', `'x' is "01", and the deployment's schema wants 'int'`],
	['int', '1x', `'x' is "1x", and the deployment's schema wants 'int'`],
	['int', 'x1', `'x' is "x1", and the deployment's schema wants 'int'`],
	['bigint', 9007199254740993n, '"9007199254740993"'],
	['bigint', ' 9007199254740993 ', '"9007199254740993"'],
	['bigint', 2 ** 53 - 1, '9007199254740991'],
	['bigint', 2 ** 53, `'x' is 9007199254740992, and the deployment's schema wants 'bigint'`],
	['bigint', 'x', `'x' is "x", and the deployment's schema wants 'bigint'`],
	['double', ' 1.50 ', '1.50'],
	['double', 5n, '5'],
	['double', Infinity, `'x' is Infinity, and the deployment's schema wants 'double'`],
	['double', '1e999', `'x' is "1e999", and the deployment's schema wants 'double'`],
	['decimal', ' 1e999 ', '"1e999"'],
	['decimal', 1.5, '1.5'],
	['decimal', 5n, '5'],
	['decimal', true, `'x' is true, and the deployment's schema wants 'decimal'`],
	['decimal', '1,5', `'x' is "1,5", and the deployment's schema wants 'decimal'`],
	['string', ' a ', '" a "'],
	['string', '', '""'],
	['string', 0, '"0"'],
	['string', false, '"false"'],
	['string', 5n, '"5"'],
	['string', { toString: 1 }, `'x' is {"toString":1}, and the deployment's schema wants 'string'`],
	['string', [{ valueOf: {} }], `'x' is [{"valueOf":{}}], and the deployment's schema wants 'string'`],
	['string', undefined, `'x' is undefined, and the deployment's schema wants 'string'`],
	['boolean', ' True ', 'true'],
	['boolean', 'FALSE', 'false'],
	['boolean', true, 'true'],
	['boolean', 'truely', `'x' is "truely", and the deployment's schema wants 'boolean'`],
	['boolean', 'untrue', `'x' is "untrue", and the deployment's schema wants 'boolean'`],
	['boolean', 1, `'x' is 1, and the deployment's schema wants 'boolean'`],
	['date', ' 5 ', '5'],
	['date', ' x ', '"x"'],
	['date', 5, '5'],
	['date', 5.5, `'x' is 5.5, and the deployment's schema wants 'date'`],
	['date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
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

test.each(['date', 'array<int>', ''])('%p takes no value that is too deep to be sent', (type) => {
	expect(cell(type, DEEP)).toMatch(/^'x' is \[{20,}.*, and the deployment's schema wants /);
	expect(cell(type, at(DEEP, 0))).toBe('['.repeat(500) + ']'.repeat(500));
	expect(cell('array<int>', DEEP_TEXT)).toMatch(/^'x' is "\[{99}…, and the deployment's schema wants /);
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
	const refused = cellOf(long, { ...column(`array<${long}>`), name: long });
	expect(refused).toMatchObject({
		ok: false,
		failure: {
			kind: 'input',
			description: 'Give the column a value of that type, for example with an Edit Fields node before this one.',
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
