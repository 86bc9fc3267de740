/** CSV as people have it: what comes out is the same wherever the file was cut into pieces. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { CsvReader, LONGEST_RECORD } from '../nodes/core/table/csvReader';
import { readHeader } from '../nodes/core/table/tableHeader';
import { at, read } from './support/json.cts';
import { piecesOf, readCsv, valueOf } from './support/csv.cts';

const PIECES = [[1], [2], [3], [5], [7, 1], [64], [100_000]];

const kinds: Array<[kind: string, text: string, rows: Record<number, string[]>, delimiter: string | undefined]> = [
	['a comma between cells', 'a,b\n1,2\n', { 1: ['a', 'b'], 2: ['1', '2'] }, ','],
	[
		'a semicolon beside decimal commas',
		'a;b\n1,5;2,5\n3,5;4,5\n',
		{ 1: ['a', 'b'], 2: ['1,5', '2,5'], 3: ['3,5', '4,5'] },
		';',
	],
	['a tab', 'a\tb\n1, 2\t3;4\n', { 1: ['a', 'b'], 2: ['1, 2', '3;4'] }, '\t'],
	['a bar', 'a|b\n1|2\n', { 1: ['a', 'b'], 2: ['1', '2'] }, '|'],
	['a comma beside a name with a bar', 'a|b,c\n1,2\n3,4\n', { 1: ['a|b', 'c'], 2: ['1', '2'], 3: ['3', '4'] }, ','],
	['delimiters in quotes', '"a;b;c",d\n"1;2;3",4\n', { 1: ['a;b;c', 'd'], 2: ['1;2;3', '4'] }, ','],
	['a header alone', 'a;b;c', { 1: ['a', 'b', 'c'] }, ';'],
	['one column', 'text\nHello, you\nand; you\n', { 1: ['text'], 2: ['Hello, you'], 3: ['and; you'] }, undefined],
	['no row', '', {}, undefined],
	['nothing but blank lines', '\n\r\n\n', {}, undefined],
	["Excel's line with the delimiter", 'sep=;\r\na;b\r\n1,5;2\r\n', { 2: ['a', 'b'], 3: ['1,5', '2'] }, ';'],
	['CRLF', 'a,b\r\n1,2\r\n', { 1: ['a', 'b'], 2: ['1', '2'] }, ','],
	['CR alone', 'a,b\r1,2\r\r3,4', { 1: ['a', 'b'], 2: ['1', '2'], 4: ['3', '4'] }, ','],
	[
		'line ends of all kinds',
		'a,b\r\n1,2\n3,4\r5,6',
		{ 1: ['a', 'b'], 2: ['1', '2'], 3: ['3', '4'], 4: ['5', '6'] },
		',',
	],
	['a last line without its end', 'a,b\n1,2', { 1: ['a', 'b'], 2: ['1', '2'] }, ','],
	['a last cell that is empty', 'a,b\n1,', { 1: ['a', 'b'], 2: ['1', ''] }, ','],
	['blank lines', '\na,b\n\n\n1,2\n\n', { 2: ['a', 'b'], 5: ['1', '2'] }, ','],
	['an empty cell in quotes on its line', 'a\n""\n1\n', { 1: ['a'], 2: [''], 3: ['1'] }, undefined],
	['quotes twice', 'a,b\n"a ""b"" c",""""\n', { 1: ['a', 'b'], 2: ['a "b" c', '"'] }, ','],
	[
		'line breaks in quotes',
		'a,b\n"1\n2","3\r\n4\r5"\n6,7\n',
		{ 1: ['a', 'b'], 2: ['1\n2', '3\r\n4\r5'], 6: ['6', '7'] },
		',',
	],
	['a line break in the header', '"a\nb",c\r\n1,2\r\n', { 1: ['a\nb', 'c'], 3: ['1', '2'] }, ','],
	['quotes in the middle of a cell', 'a,b\n5\' 11" tall,x"y"\n', { 1: ['a', 'b'], 2: ['5\' 11" tall', 'x"y"'] }, ','],
	['a space before a quote', 'a,b\n1, "2"\n', { 1: ['a', 'b'], 2: ['1', ' "2"'] }, ','],
	['a space behind a quote', 'a,b\n"1" ,"2"  \n', { 1: ['a', 'b'], 2: ['1', '2'] }, ','],
	['ragged rows', 'a,b\n1\n1,2,3\n1,2\n', { 1: ['a', 'b'], 2: ['1'], 3: ['1', '2', '3'], 4: ['1', '2'] }, ','],
	[
		'numbers as they are written',
		'a,b\n1.50,007\n1e5,12345678901234567890\n',
		{ 1: ['a', 'b'], 2: ['1.50', '007'], 3: ['1e5', '12345678901234567890'] },
		',',
	],
];

test.each(kinds)('%s', (_kind, text, rows, delimiter) => {
	for (const pieces of PIECES) {
		const { rows: found, ...rest } = readCsv(text, { pieces });
		expect(Object.fromEntries(found.map(({ line, cells }) => [line, cells]))).toEqual(rows);
		expect(rest.delimiter).toBe(delimiter);
		if (delimiter !== undefined) expect(readCsv(text, { pieces, delimiter })).toEqual({ rows: found, ...rest });
	}
});

test.each([
	['a,b\r\n1,2\r\n', '\r\n'],
	['"a\nb",c\r\n', '\r\n'],
	['a\rb\n', '\r'],
	['a', '\n'],
	['sep=,\r\na', '\r\n'],
])('how the first line of %j ends', (text, lineEnd) => {
	for (const pieces of PIECES) {
		expect(readCsv(text, { pieces }).lineEnd).toBe(lineEnd);
		expect(readCsv(text, { pieces, delimiter: ',' }).lineEnd).toBe(lineEnd);
	}
});

test('a record is kept exactly as it stands in the file', () => {
	const records = ['a,b', '"x ""y""\r\n" , z', '1,"2"', '5" x,'];
	expect(readCsv(records.join('\r\n'), { pieces: [4] }).rows.map(({ text }) => text)).toEqual(records);
	expect(readCsv('SEP=|\na|b', { pieces: [1] })).toMatchObject({ separatorLine: 'SEP=|', delimiter: '|' });
});

test('text behind a closing quote spoils its record, and no other', () => {
	const text = 'a,b\n"12" wide",1\n2,"x"y\n3," inch\n4," inch\n5,6\n';
	for (const pieces of PIECES) {
		const { rows } = readCsv(text, { pieces });
		expect(rows.map(({ line, isMisquoted = false }) => [line, isMisquoted])).toEqual([
			[1, false],
			[2, true],
			[3, true],
			[4, true],
			[6, false],
		]);
	}
});

test('a quote that is not closed fails with its line', () => {
	const text = 'a,b\n1,2\n3,"x\ny",z\n5,"6\n7,8\n';
	for (const pieces of PIECES) {
		expect(() => readCsv(text, { pieces })).toThrow('The quote that opens in line 5 of the file is never closed');
	}
	expect(() => readCsv('"a\nb","c', { pieces: [3], delimiter: ',' })).toThrow('line 2 ');
});

test('a quote that is not closed gathers no endless file', () => {
	const reader = new CsvReader();
	let pushed = 0;
	let outcome = reader.push('a,b\n1,"2\n');
	for (; outcome.ok && pushed < 10 * LONGEST_RECORD; pushed += 65_536) outcome = reader.push('1,2,3,4\n'.repeat(8192));
	expect(outcome).toMatchObject({
		failure: { message: expect.stringMatching(/^The row that begins in line 2 .* 8,388,608/) },
	});
	expect(outcome).toMatchObject({ failure: { description: expect.stringContaining('A quote opens in line 2') } });
	expect(pushed).toBeLessThanOrEqual(2 * LONGEST_RECORD + 3 * 65_536);
});

test('the delimiter is found by the first 64 KB, and records go out as they come', () => {
	const reader = new CsvReader();
	const lines = Array.from({ length: 30_000 }, (_, row) => `${row};${row},5`);
	const counts = [...piecesOf(`a;b\n${lines.join('\n')}\n`, [10_000])].map(
		(piece) => valueOf(reader.push(piece)).length,
	);
	expect(reader.delimiter).toBe(';');
	expect(counts.reduce((sum, count) => sum + count, 0) + valueOf(reader.end()).length).toBe(30_001);
	expect(counts.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
	expect(Math.min(...counts.slice(7, -1))).toBeGreaterThan(500);
});

test('a header may be longer than what is looked at to find the delimiter', () => {
	const names = Array.from({ length: 20_000 }, (_, column) => `column ${column}`);
	const { rows, delimiter } = readCsv(`${names.join(';')}\n1\n`, { pieces: [50_000] });
	expect([delimiter, rows[0]?.cells, rows[1]?.cells]).toEqual([';', names, ['1']]);
});

const SPECTRUM = dirname(require.resolve('csv-spectrum/package.json'));

test.each(readdirSync(join(SPECTRUM, 'csvs')))('csv-spectrum: %s', (file) => {
	const text = readFileSync(join(SPECTRUM, 'csvs', file), 'utf8');
	const expected = read(readFileSync(join(SPECTRUM, 'json', file.replace('.csv', '.json')), 'utf8'));
	for (const pieces of PIECES) {
		const { rows } = readCsv(text, { pieces });
		const header = valueOf(readHeader(rows[0]));
		const records = rows.slice(1).map((row) => valueOf(header.recordOf(row)));
		expect(records).toEqual(parse(text, { columns: true, relax_quotes: true }));
		// The one file whose own expectation has another telephone number, and is no list.
		if (file === 'location_coordinates.csv')
			expect({ ...records[0], 'Contact Phone Number': '1234567890' }).toEqual(expected);
		else expect(records).toEqual(expected);
		expect(at(records, 0)).toBeDefined();
	}
});
