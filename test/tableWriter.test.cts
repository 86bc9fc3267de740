/** What is written reads back the same, and what is kept stays as it is. */
import { closeObject, csvCell, csvRecord, openObject, openRecord } from '../nodes/core/table/tableWriter';
import { readJsonLine } from '../nodes/core/table/jsonLinesReader';
import { isJsonText } from './support/json.cts';
import { readCsv, valueOf } from './support/csv.cts';

test.each([
	['10', ',', '10'],
	['', ',', ''],
	['a b', ',', 'a b'],
	['a,b', ',', '"a,b"'],
	['a,b', ';', 'a,b'],
	['a\tb', '\t', '"a\tb"'],
	['a"b', ',', '"a""b"'],
	['a\nb', ',', '"a\nb"'],
	['a\rb', ',', '"a\rb"'],
	[' a', ',', '" a"'],
	['a ', ',', '"a "'],
])('%j beside %j', (text, delimiter, written) => {
	expect(csvCell(text, delimiter)).toBe(written);
	expect(readCsv(csvRecord([text, 'x'], delimiter), { pieces: [1], delimiter }).rows[0]?.cells).toEqual([text, 'x']);
});

test('a single empty cell is no blank line', () => {
	expect([csvRecord([''], ','), csvRecord(['', ''], ',')]).toEqual(['""', ',']);
});

test.each([
	['a,b\n1.50," x ""y"""', ',', '1.50," x ""y""",0.5,"p;q,r"'],
	['a;b\n1,5;2', ';', '1,5;2;0.5;"p;q,r"'],
	['text\nHello, you', ',', '"Hello, you",0.5,"p;q,r"'],
	['text\n"Hello, you"', ',', '"Hello, you",0.5,"p;q,r"'],
	['text\n5" wide', ',', '5" wide,0.5,"p;q,r"'],
])('cells are added to the last record of %j', (text, delimiter, written) => {
	const [, row] = readCsv(text, { pieces: [3] }).rows;
	if (!row) throw new Error('no row');
	expect(`${openRecord(row, delimiter)}${delimiter}${csvRecord(['0.5', 'p;q,r'], delimiter)}`).toBe(written);
	expect(readCsv(written, { pieces: [3], delimiter }).rows[0]?.cells).toEqual([...row.cells, '0.5', 'p;q,r']);
});

test.each<[text: string, added: Array<[string, string]>, written: string]>([
	['{"a":1}', [['prediction', '0.5']], '{"a":1,"prediction":0.5}'],
	[
		'{ "a": 1.50, "b": "}" }  ',
		[
			['p', '[1]'],
			['q"', 'null'],
		],
		'{ "a": 1.50, "b": "}" ,"p":[1],"q\\"":null}',
	],
	['{}', [['p', '1']], '{"p":1}'],
	['{ }', [['p', '1']], '{ "p":1}'],
	['{"a":1}', [], '{"a":1}'],
	['{"p":1.50,"a":1.50,"p":2}', [['p', '3']], '{"a":1.50,"p":3}'],
	['{"p":1}', [['p', '3']], '{"p":3}'],
	['{"\\u0070":12345678901234567890,"b":12345678901234567890}', [['p', '3']], '{"b":12345678901234567890,"p":3}'],
	['{"__proto__":1}', [['p', '3']], '{"__proto__":1,"p":3}'],
	['{"a":1}', [['__proto__', '3']], '{"a":1,"__proto__":3}'],
	['{"__proto__":1,"a":2.0}', [['__proto__', '3']], '{"a":2.0,"__proto__":3}'],
])('members are put into %j', (text, added, written) => {
	const names = added.map(([name]) => name);
	expect(closeObject(openObject(text, valueOf(readJsonLine({ text, line: 1 })), names), added)).toBe(written);
	expect(isJsonText(written)).toBe(true);
});
