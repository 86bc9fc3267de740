/** How fast tables are parsed: text in pieces in, cells out, in turn with csv-parse in one process. `npm run bench:csv`. */
import { parse } from 'csv-parse/sync';
import { CsvReader } from '../nodes/core/table/csvReader';
import { JsonLinesReader, readJsonLine, type JsonLine } from '../nodes/core/table/jsonLinesReader';
import type { Outcome } from '../nodes/core/failure/outcome';
import { markdownTable } from '../tools/markdownTable.cts';
import { processorTime } from '../test/support/processorTime.cts';
import { median, spread } from './median.cts';

const MEGABYTES = 20;
const TURNS = 5;
/** What a stream of a file hands out at a time. */
const PIECE = 64 * 1024;

function take<Value>(outcome: Outcome<Value>): Value {
	if (!outcome.ok) throw new Error(outcome.failure.message);
	return outcome.value;
}

function tableOf(head: string, row: (number: number) => string): string {
	const rows = [head];
	for (let size = 0; size < MEGABYTES * 1e6; ) {
		const text = row(rows.length);
		size += text.length + 1;
		rows.push(text);
	}
	return `${rows.join('\n')}\n`;
}

const COLUMNS = Array.from({ length: 10 }, (_, column) => column);
const value = (row: number, column: number): string => String(((row * 7919 + column * 104_729) % 1_000_003) / 1000);

const numbers = tableOf(COLUMNS.map((column) => `column${column}`).join(','), (row) =>
	COLUMNS.map((column) => value(row, column)).join(','),
);
const quoted = tableOf('id,text,label', (row) => {
	const text = `Order ${row}, sent on a Monday: "as it was" said ${value(row, 1)} times`;
	return `"${row}","${text.replaceAll('"', '""')}","label ${row % 7}"`;
});
const jsonLines = tableOf('{"begin":true}', (row) =>
	JSON.stringify(Object.fromEntries(COLUMNS.map((column) => [`column${column}`, Number(value(row, column))]))),
);

/** Hands a text over in pieces, and looks at what comes back as little as can be: its amount. */
function inPieces(text: string, push: (piece: string) => number, end: () => number): number {
	let rows = 0;
	for (let at = 0; at < text.length; at += PIECE) rows += push(text.slice(at, at + PIECE));
	return rows + end();
}

function readCsv(text: string): number {
	const reader = new CsvReader();
	return inPieces(
		text,
		(piece) => take(reader.push(piece)).length,
		() => take(reader.end()).length,
	);
}

function readLines(text: string): number {
	const reader = new JsonLinesReader();
	const read = (lines: Outcome<JsonLine[]>): number => take(lines).map((line) => take(readJsonLine(line))).length;
	return inPieces(
		text,
		(piece) => read(reader.push(piece)),
		() => read(reader.end()),
	);
}

const byLibrary = (text: string): number => parse(text, { delimiter: [',', ';', '\t', '|'] }).length;
const byPlatform = (text: string): number =>
	text
		.trimEnd()
		.split('\n')
		.filter((line) => JSON.parse(line)).length;

const tables: Array<[name: string, text: string, own: (text: string) => number, other: (text: string) => number]> = [
	['numbers in ten columns', numbers, readCsv, byLibrary],
	['quoted texts', quoted, readCsv, byLibrary],
	['JSON Lines, beside JSON.parse of each line', jsonLines, readLines, byPlatform],
];

function speed(text: string, read: (text: string) => number): { rows: number; speed: number } {
	const began = processorTime();
	const rows = read(text);
	return { rows, speed: text.length / 1000 / (processorTime() - began) };
}

const lines = tables.map(([name, text, own, other]) => {
	const ours: number[] = [];
	const theirs: number[] = [];
	for (let turn = 0; turn < TURNS; turn++) {
		const [one, another] = [speed(text, own), speed(text, other)];
		if (one.rows !== another.rows) throw new Error(`${name}: ${one.rows} rows, and ${another.rows} by the other`);
		ours.push(one.speed);
		theirs.push(another.speed);
	}
	return [name, spread(ours), spread(theirs), `${(median(ours) / median(theirs)).toFixed(1)} ×`];
});
console.log(markdownTable(['parsed alone, MB/s', 'this package', 'csv-parse', 'faster'], lines));
