/** Random tables, read as csv-parse reads them, whatever the delimiter, the quotes, the line ends, and where the pieces are cut. */
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvRecord, openRecord } from '../../nodes/core/table/tableWriter';
import { readCsv } from '../support/csv.cts';

/** Tables in one run; `npm run test:faults` takes more. */
const CASES = Number(process.env.CSV_CASES ?? 3000);

const DELIMITERS = [',', ';', '\t', '|'];
const LINE_ENDS = ['\n', '\r\n', '\r'];

/** Cells made of what makes trouble, and a few that are long or like any other. */
const cell = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.constantFrom('', '0', '1.50', '-3e7', 'amount', '007', 'Ünïcode', '日本', '😀', '__proto__'),
	},
	{
		weight: 4,
		arbitrary: fc
			.array(fc.constantFrom('"', ',', ';', '\t', '|', '\n', '\r', ' ', 'a', '1', '""', "'", '\\', 'é'), {
				maxLength: 8,
			})
			.map((characters) => characters.join('')),
	},
	{ weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
);

const cases = fc
	.record({
		width: fc.integer({ min: 2, max: 6 }),
		cells: fc.array(cell, { minLength: 2, maxLength: 80 }),
		/** Cells in quotes that do not need them, and quotes in the middle of cells that are not in quotes. */
		quotes: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
		delimiter: fc.constantFrom(...DELIMITERS),
		lineEnd: fc.constantFrom(...LINE_ENDS),
		isEnded: fc.boolean(),
		blanks: fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }),
		ragged: fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 1, maxLength: 9 }),
		isRagged: fc.boolean(),
		pieces: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }),
		isGiven: fc.boolean(),
	})
	.map((made) => {
		const { width, cells, quotes, delimiter, lineEnd, isEnded, blanks, ragged, isRagged } = made;
		const written = (text: string, place: number): string => {
			const isBare = !text.startsWith('"') && !/[\r\n]/.test(text) && !text.includes(delimiter);
			return isBare && !quotes[place % quotes.length] ? text : `"${text.replaceAll('"', '""')}"`;
		};
		const rows: string[][] = [Array.from({ length: width }, (_, column) => `column ${column}`)];
		for (let at = 0; at < cells.length; ) {
			const more = isRagged ? (ragged[rows.length % ragged.length] ?? 0) : 0;
			rows.push(cells.slice(at, at + width + more));
			at += width + more;
		}
		const lines = rows.map((row) => row.map(written).join(delimiter));
		const text = lines
			.map((line, place) => (line === '' ? '""' : line) + lineEnd.repeat(1 + (blanks[place % blanks.length] ?? 0)))
			.join('');
		return { ...made, rows, text: isEnded ? text : text.replace(/[\r\n]+$/, '') };
	});

test(`${CASES.toLocaleString('en-US')} random tables are read as csv-parse reads them`, () => {
	let tables = 0;
	let records = 0;
	let found = 0;
	fc.assert(
		fc.property(cases, ({ text, rows, delimiter, lineEnd, isGiven, isRagged, pieces }) => {
			const isNamed = isGiven || isRagged;
			const read = readCsv(text, { pieces, ...(isNamed && { delimiter }) });
			const expected = parse(text, {
				delimiter,
				record_delimiter: lineEnd,
				relax_quotes: true,
				relax_column_count: true,
				skip_empty_lines: true,
			});
			expect(read.rows.map(({ cells }) => cells)).toEqual(expected);
			expect(read.rows.length).toBe(rows.length);
			expect(read.lineEnd).toBe(lineEnd);
			expect(read.delimiter).toBe(delimiter);
			for (const row of read.rows) {
				// What is written reads back the same, and what is kept is what stands there.
				const own = `${csvRecord(row.cells, delimiter)}${lineEnd}${openRecord(row, delimiter)}${delimiter}${csvRecord(['new', 'a"b'], delimiter)}`;
				const again = readCsv(own, { pieces: [text.length + 1], delimiter }).rows.map(({ cells }) => cells);
				expect(again).toEqual([row.cells, [...row.cells, 'new', 'a"b']]);
			}
			tables++;
			records += expected.length;
			if (!isNamed) found++;
		}),
		{ numRuns: CASES },
	);
	console.log(
		`${tables.toLocaleString('en-US')} tables, ${records.toLocaleString('en-US')} records; the delimiter found in ${found.toLocaleString('en-US')}`,
	);
	expect(tables).toBeGreaterThanOrEqual(CASES);
}, 900_000);
