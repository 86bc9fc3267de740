/** The header of a CSV file, and rows that do not fit it. */
import type { Outcome } from '../nodes/core/failure/outcome';
import type { CsvRow } from '../nodes/core/table/csvRecords';
import { readHeader, TableHeader } from '../nodes/core/table/tableHeader';
import { readCsv, valueOf } from './support/csv.cts';

const header = (text: string): TableHeader => new TableHeader(text.split(','));
const row = (...cells: string[]): CsvRow => ({ cells, text: cells.join(','), line: 7 });
const failure = (outcome: Outcome<unknown>): string | undefined =>
	outcome.ok ? undefined : `${outcome.failure.message}. ${outcome.failure.description}`;

test('a row becomes an object of all columns, whatever their names', () => {
	const record = valueOf(header('amount,__proto__,constructor').recordOf(row('1.50', 'x', '')));
	expect(Object.entries(record)).toEqual([
		['amount', '1.50'],
		['__proto__', 'x'],
		['constructor', ''],
	]);
	expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
});

test.each([
	[row('1'), 'Line 7 has 1 cell, and the header has 3'],
	[row('1', '2', '3', '4'), 'Line 7 has 4 cells, and the header has 3'],
	[{ ...row('1', '2', '3'), isMisquoted: true as const }, 'In line 7 text stands behind a closing quote'],
])('a row that does not fit fails alone', (given, message) => {
	const found = header('a,b,c');
	expect(failure(found.cellsOf(given))).toContain(message);
	expect(failure(found.recordOf(given))).toContain(message);
	expect(valueOf(found.cellsOf(row('1', '2', '3')))).toEqual(['1', '2', '3']);
});

test('a column is chosen by its name', () => {
	const found = header('id,amount,,amount,Amount,toString');
	expect(['id', 'Amount', 'toString'].map((name) => valueOf(found.placeOf(name)))).toEqual([0, 4, 5]);
	expect(failure(found.placeOf('amount'))).toMatch(
		/^The file has more than one column 'amount'. They are the columns 2, 4\./,
	);
	expect(failure(found.placeOf('age'))).toMatch(/^The file has no column 'age'. Its columns are 'id', 'amount', '', /);
	expect(failure(found.placeOf('__proto__'))).toMatch(/no column '__proto__'/);
});

test.each([
	['a,b', undefined],
	[',a', /^Column 1 of the file has no name. pandas' to_csv .* index=False/],
	['a,,b', /^Column 2 of the file has no name. Give it a name/],
	['a,b,a', /^The file has more than one column 'a'. .* Or choose the columns by name\.$/],
])('whether all columns of %j have names of their own', (names, words) => {
	const found = failure(header(names).checkNames());
	if (words) expect(found).toMatch(words);
	else expect(found).toBeUndefined();
});

test('the header is read from the first record', () => {
	expect(valueOf(readHeader(readCsv('\n"a;b", c\n', { pieces: [1] }).rows[0])).names).toEqual(['a;b', ' c']);
	expect(failure(readHeader(undefined))).toContain('The file is empty');
	expect(failure(readHeader(readCsv('"a"x,b\n', { pieces: [1] }).rows[0]))).toContain('In line 1 text stands');
});
