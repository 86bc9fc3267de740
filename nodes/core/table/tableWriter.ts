/** Rows of a table written: cells of CSV that read back the same, and members put into a line of JSON. */
import { encode } from '../json/json';
import type { CsvRow } from './csvRecords';

/** A cell as it is written: in quotes where it would not read back the same without, and otherwise as it is. */
export function csvCell(text: string, delimiter: string): string {
	const isPlain = !/^\s|["\r\n]|\s$/.test(text) && !text.includes(delimiter);
	return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}

/** Cells as one record, without a line end. A single empty one is in quotes: a blank line is no record. */
export function csvRecord(cells: readonly string[], delimiter: string): string {
	const text = cells.map((cell) => csvCell(cell, delimiter)).join(delimiter);
	return text === '' ? '""' : text;
}

/** A record with cells added behind its own, which stay as they stand in the file. */
export function extendRecord(row: CsvRow, added: readonly string[], delimiter: string): string {
	const { cells, text } = row;
	const [only] = cells;
	// In a file with one cell a line the delimiter is part of the text.
	const isOneCell = cells.length === 1 && only !== undefined && !text.startsWith('"') && text.includes(delimiter);
	return [isOneCell ? csvCell(only, delimiter) : text, ...added.map((cell) => csvCell(cell, delimiter))].join(
		delimiter,
	);
}

/** `record` is what the JSON text `text` of an object holds. Its members stay as they are written; those in `added` are put behind them, or in the place of those with their names. */
export function extendObject(
	text: string,
	record: Record<string, unknown>,
	added: ReadonlyArray<readonly [name: string, json: string]>,
): string {
	const names = new Set(added.map(([name]) => name));
	const isNew = ![...names].some((name) => Object.hasOwn(record, name));
	const kept = isNew ? text.trimEnd().slice(0, -1) : encode(without(record, names)).slice(0, -1);
	const members = added.map(([name, json]) => `${encode(name)}:${json}`).join(',');
	const isEmpty = kept.trim() === '{';
	return `${kept}${isEmpty || members === '' ? '' : ','}${members}}`;
}

function without(record: Record<string, unknown>, names: ReadonlySet<string>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(record).filter(([name]) => !names.has(name)));
}
