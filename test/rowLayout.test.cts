/** What a row looks like in a request, in every format, and that wide rows cost no more than their width. */
import fc from 'fast-check';
import type { Outcome } from '../nodes/core/failure/outcome';
import { fillTemplate, givenRowText, rowsText, rowTemplate, rowWriter, type RowShape } from '../nodes/core/predict/rowLayout';

/** The text, or the message of a failure. */
function said(outcome: Outcome<string>): string {
	return outcome.ok ? outcome.value : outcome.failure.message;
}

const FORMATS = ['values', 'columnar', 'lists', 'value', 'object', 'given'] as const;

describe('a template', () => {
	test.each<[(typeof FORMATS)[number], string]>([
		['values', '[1,2]'],
		['columnar', '1\n2'],
		['lists', '{"a":[1],"b \\"x\\"":[2]}'],
		['object', '{"a":1,"b \\"x\\"":2}'],
		['given', '{"a":1,"b \\"x\\"":2}'],
	])('of %s', (format, text) => {
		const template = rowTemplate(['a', 'b "x"'], { format });
		expect(template.ok && fillTemplate(template.value, (index) => String(index + 1))).toBe(text);
	});

	test('of a single value takes one column', () => {
		const template = rowTemplate(['a'], { format: 'value' });
		expect(template.ok && fillTemplate(template.value, () => '5')).toBe('5');
		expect(rowTemplate(['a', 'b'], { format: 'value' })).toEqual({
			ok: false,
			failure: {
				kind: 'input',
				message: "'Row Format' 'Single Value' takes one column, and this row has 2",
				description: "Name one column, or choose another 'Row Format'.",
			},
		});
		expect(rowTemplate([], { format: 'value' }).ok).toBe(false);
	});

	test('of no columns is empty', () => {
		const texts = FORMATS.map((format) => rowTemplate([], { format })).map(
			(template) => template.ok && fillTemplate(template.value, () => 'x'),
		);
		expect(texts).toEqual(['[]', '', '{}', false, '{}', '{}']);
	});
});

describe('rows of several items', () => {
	const rows: Array<[names: string[], cells: string[]]> = [
		[
			['a', 'b'],
			['1', '2'],
		],
		[
			['b', 'a'],
			['4', '3'],
		],
		[
			['a', 'b'],
			['5', '6'],
		],
	];

	test.each<[RowShape, string[]]>([
		[{ format: 'values' }, ['[1,2]', '[3,4]', '[5,6]']],
		[{ format: 'columnar' }, ['1\n2', '3\n4', '5\n6']],
		[{ format: 'object' }, ['{"a":1,"b":2}', '{"b":4,"a":3}', '{"a":5,"b":6}']],
		[{ format: 'lists' }, ['{"a":[1],"b":[2]}', '{"b":[4],"a":[3]}', '{"a":[5],"b":[6]}']],
		[{ format: 'values', columns: ['b', 'a'] }, ['[2,1]', '[4,3]', '[6,5]']],
	])('%j are lined up by name where a column is told by its place', (shape, texts) => {
		const write = rowWriter(shape);
		expect(rows.map(([names, cells]) => said(write(names, cells)))).toEqual(texts);
	});

	test('may each have columns of their own where a row names them', () => {
		const write = rowWriter({ format: 'object' });
		const all = [['a'], ['a', 'b'], ['b'], ['a'], []].map((names) =>
			said(
				write(
					names,
					names.map(() => '1'),
				),
			),
		);
		expect(all).toEqual(['{"a":1}', '{"a":1,"b":1}', '{"b":1}', '{"a":1}', '{}']);
	});

	test('are each too wide by themselves for a single value', () => {
		const write = rowWriter({ format: 'value' });
		expect(['a', 'b c', 'd'].map((names) => said(write(names.split(' '), ['1', '2'])))).toEqual([
			'1',
			"'Row Format' 'Single Value' takes one column, and this row has 2",
			'1',
		]);
	});

	test('keep the order of the first, which later ones share', () => {
		const shape: RowShape = { format: 'values' };
		rowWriter(shape)(['a'], ['1']);
		expect(shape.columns).toEqual(['a']);
		expect(said(rowWriter(shape)(['b'], ['1']))).toBe("The field 'a' is missing");
		const named: RowShape = { format: 'object' };
		rowWriter(named)(['a'], ['1']);
		expect(named.columns).toBeUndefined();
	});

	test('a cell that is not there is null', () => {
		const write = rowWriter({ format: 'values' });
		expect(said(write(['a', 'b'], ['1']))).toBe('[1,null]');
		expect(said(write(['b', 'a'], ['1']))).toBe('[null,1]');
	});

	test.each<[string[], string, string]>([
		[
			['a'],
			"The field 'b' is missing",
			"The first item has it, and 'Row Format' tells columns by their position. Give every item the same fields.",
		],
		[
			['b', 'c', 'a'],
			"The field 'c' is not in the first item",
			"'Row Format' tells columns by their position, so every item needs the same fields. Pick the columns by name to leave others out.",
		],
		[
			['a', 'c'],
			"The field 'b' is missing",
			"The first item has it, and 'Row Format' tells columns by their position. Give every item the same fields.",
		],
		[
			['a', 'b', 'toString'],
			"The field 'toString' is not in the first item",
			"'Row Format' tells columns by their position, so every item needs the same fields. Pick the columns by name to leave others out.",
		],
	])('the columns %j fail beside a and b', (names, message, description) => {
		const write = rowWriter({ format: 'values' });
		write(['a', 'b'], ['1', '2']);
		expect(
			write(
				names,
				names.map(() => '1'),
			),
		).toEqual({ ok: false, failure: { kind: 'input', message, description } });
	});

	test('of any order come out in one', () => {
		const orders = fc
			.uniqueArray(fc.string(), { minLength: 1 })
			.chain((names) =>
				fc.array(fc.shuffledSubarray(names, { minLength: names.length }), { minLength: 1, maxLength: 5 }),
			);
		fc.assert(
			fc.property(orders, (rowsOfNames) => {
				const write = rowWriter({ format: 'values' });
				for (const names of rowsOfNames) {
					const cells = names.map((name) => JSON.stringify(name));
					expect(said(write(names, cells))).toBe(JSON.stringify(rowsOfNames[0]));
				}
			}),
		);
	});

	test('cost no more than their width, in whatever order', () => {
		const names = Array.from({ length: 5000 }, (_, index) => `column${index}`);
		const cells = names.map(() => '1');
		const write = rowWriter({ format: 'values' });
		write(names, cells);
		const turned = names.toReversed();
		for (let row = 0; row < 500; row++) expect(write(turned, cells).ok).toBe(true);
		expect(said(write([...turned.slice(1), 'other'], cells))).toBe("The field 'column4999' is missing");
		expect(said(write([...turned, 'other'], cells))).toBe("The field 'other' is not in the first item");
	}, 30_000);
});

describe('a row that was given whole', () => {
	const given = (row: unknown, shape: RowShape) => said(givenRowText(row, shape, rowWriter(shape)));
	const misfit = (kind: string) => `The row is ${kind}, which does not fit 'Row Format'`;

	test.each<[unknown, RowShape['format'], string]>([
		[{ a: [1] }, 'given', '{"a":[1]}'],
		[[1, 'x'], 'given', '[1,"x"]'],
		[5n, 'given', '5'],
		[{ a: 1, b: { toString: 1 } }, 'object', '{"a":1,"b":{"toString":1}}'],
		[{ a: 1 }, 'lists', '{"a":[1]}'],
		[{ a: 1, b: 2 }, 'values', '[1,2]'],
		[{ a: 1, b: 2 }, 'columnar', '1\n2'],
		[{ a: 1 }, 'value', '1'],
		[[1, 2], 'values', '[1,2]'],
		[[1, 2], 'columnar', '[1,2]'],
		[5, 'value', '5'],
		[[1], 'value', misfit('a list')],
		[[1], 'object', misfit('a list')],
		[[1], 'lists', misfit('a list')],
		[5, 'values', misfit('a single value')],
		[5, 'columnar', misfit('a single value')],
		[null, 'object', misfit('a single value')],
		['x', 'lists', misfit('a single value')],
	])('%p as %s', (row, format, text) => {
		expect(given(row, { format })).toBe(text);
	});

	test('is refused with advice where it does not fit', () => {
		const shape: RowShape = { format: 'object' };
		expect(givenRowText([1], shape, rowWriter(shape))).toMatchObject({
			failure: {
				kind: 'input',
				description:
					"Give an object such as {\"amount\": 10}, or set 'Row Format' to 'Automatic' to send the row as it is.",
			},
		});
	});

	test('without names leaves none to the rows after it, nor takes theirs', () => {
		const values: RowShape = { format: 'values' };
		expect(given([1], values)).toBe('[1]');
		expect(given({ a: 1 }, values)).toBe("The field 'a' is not in the first item");
		const columnar: RowShape = { format: 'columnar' };
		expect(given({ a: 1 }, columnar)).toBe('1');
		expect(given([1], columnar)).toBe(misfit('a list'));
		const object: RowShape = { format: 'value' };
		given(1, object);
		expect(object.columns).toBeUndefined();
	});
});

test('rows of a request stand in one list, or in one a column', () => {
	expect(rowsText(['[1]', '[2]'], { format: 'values', columns: ['a'] })).toBe('[[1],[2]]');
	expect(rowsText([], { format: 'values' })).toBe('[]');
	expect(rowsText(['1\n2', '3\n4'], { format: 'columnar', columns: ['a', 'b'] })).toBe('{"a":[1,3],"b":[2,4]}');
	expect(rowsText(['[1]', '[2]'], { format: 'columnar', columns: [] })).toBe('[[1],[2]]');
	expect(rowsText(['[1]'], { format: 'columnar' })).toBe('[[1]]');
	expect(rowsText([], { format: 'columnar', columns: ['a'] })).toBe('{"a":[]}');
});
