/** What a row looks like in a request, in every format, and that wide rows cost no more than their width. */
import fc from 'fast-check';
import type { Outcome } from '../nodes/core/failure/outcome';
import { rowsText } from '../nodes/core/predict/requestBody';
import { givenRowWriter, rowWriter, type Row, type RowLayout } from '../nodes/core/predict/rowLayout';

/** The text, the cells of a columnar row one below the other, or the message of a failure. */
function said(outcome: Outcome<Row>): string {
	if (!outcome.ok) return outcome.failure.message;
	return typeof outcome.value === 'string' ? outcome.value : outcome.value.cells.join('\n');
}

const LAYOUTS = ['values', 'columnar', 'lists', 'value', 'object', 'given'] as const;

describe('a row', () => {
	test.each<[(typeof LAYOUTS)[number], string]>([
		['values', '[1,2]'],
		['columnar', '1\n2'],
		['lists', '{"a":[1],"b \\"x\\"":[2]}'],
		['object', '{"a":1,"b \\"x\\"":2}'],
		['given', '{"a":1,"b \\"x\\"":2}'],
	])('of %s', (layout, text) => {
		expect(said(rowWriter(layout)(['a', 'b "x"'], ['1', '2']))).toBe(text);
	});

	test('of a single value takes one column', () => {
		expect(said(rowWriter('value')(['a'], ['5']))).toBe('5');
		expect(rowWriter('value')(['a', 'b'], ['5', '6'])).toEqual({
			ok: false,
			failure: {
				kind: 'input',
				message: "'Row Format' 'Single Value' takes one column, and this row has 2",
				description: "Name one column, or choose another 'Row Format' in the options.",
			},
		});
		expect(rowWriter('value')([], []).ok).toBe(false);
	});

	test('of no columns is empty where it names them, and else no row', () => {
		expect(LAYOUTS.map((layout) => said(rowWriter(layout)([], [])))).toEqual([
			'The row has no values',
			'The row has no values',
			'{}',
			"'Row Format' 'Single Value' takes one column, and this row has 0",
			'{}',
			'{}',
		]);
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

	test.each<[RowLayout, string[], string[] | undefined]>([
		['values', ['[1,2]', '[3,4]', '[5,6]'], undefined],
		['columnar', ['1\n2', '3\n4', '5\n6'], undefined],
		['object', ['{"a":1,"b":2}', '{"b":4,"a":3}', '{"a":5,"b":6}'], undefined],
		['lists', ['{"a":[1],"b":[2]}', '{"b":[4],"a":[3]}', '{"a":[5],"b":[6]}'], undefined],
		['values', ['[2,1]', '[4,3]', '[6,5]'], ['b', 'a']],
	])('%s are lined up by name where a column is told by its place', (layout, texts, columns) => {
		const write = rowWriter(layout, columns);
		expect(rows.map(([names, cells]) => said(write(names, cells)))).toEqual(texts);
	});

	test('may each have columns of their own where a row names them', () => {
		const write = rowWriter('object');
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
		const write = rowWriter('value');
		expect(['a', 'b c', 'd'].map((names) => said(write(names.split(' '), ['1', '2'])))).toEqual([
			'1',
			"'Row Format' 'Single Value' takes one column, and this row has 2",
			'1',
		]);
	});

	test('keep the order of the first', () => {
		const write = rowWriter('values');
		write(['a'], ['1']);
		expect(said(write(['b'], ['1']))).toBe("The field 'a' is missing");
		const columnar = rowWriter('columnar');
		columnar(['a', 'b'], ['1', '2']);
		expect(columnar(['b', 'a'], ['3', '4'])).toEqual({ ok: true, value: { columns: ['a', 'b'], cells: ['4', '3'] } });
	});

	test('a cell that is not there is null', () => {
		const write = rowWriter('values');
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
		const write = rowWriter('values');
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
				const write = rowWriter('values');
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
		const write = rowWriter('values');
		write(names, cells);
		const turned = names.toReversed();
		for (let row = 0; row < 500; row++) expect(write(turned, cells).ok).toBe(true);
		expect(said(write([...turned.slice(1), 'other'], cells))).toBe("The field 'column4999' is missing");
		expect(said(write([...turned, 'other'], cells))).toBe("The field 'other' is not in the first item");
	}, 30_000);
});

describe('a row that was given whole', () => {
	const misfit = (kind: string) => `The row is ${kind}, which does not fit 'Row Format'`;

	test.each<[unknown, RowLayout, string]>([
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
	])('%p as %s', (row, layout, text) => {
		expect(said(givenRowWriter(layout)(row))).toBe(text);
	});

	test('is refused with advice where it does not fit', () => {
		expect(givenRowWriter('object')([1])).toMatchObject({
			failure: {
				kind: 'input',
				description:
					"Give an object such as {\"amount\": 10}, or set 'Row Format' in the options to 'Automatic' to send the row as it is.",
			},
		});
	});

	test('without names leaves none to the rows after it, nor takes theirs', () => {
		const values = givenRowWriter('values');
		expect(said(values([1]))).toBe('[1]');
		expect(said(values({ a: 1 }))).toBe("The field 'a' is not in the first item");
		expect(said(values([2]))).toBe('[2]');
		const columnar = givenRowWriter('columnar');
		expect(said(columnar({ a: 1 }))).toBe('1');
		expect(said(columnar([1]))).toBe(misfit('a list'));
		const unnamed = givenRowWriter('columnar');
		expect(said(unnamed([1]))).toBe('[1]');
		expect(said(unnamed({ a: 1 }))).toBe("The field 'a' is not in the first item");
	});
});

test('rows of a request stand in one list, or in one per column', () => {
	const columns = ['a', 'b'];
	expect(rowsText(['[1]', '[2]'])).toBe('[[1],[2]]');
	expect(rowsText([])).toBe('[]');
	expect(
		rowsText([
			{ columns, cells: ['1', '"x\\n"'] },
			{ columns, cells: ['3', '4'] },
		]),
	).toBe('{"a":[1,3],"b":["x\\n",4]}');
});
