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

/** A record as it stands in the file, to which cells can be added behind a delimiter. */
export function openRecord({ cells, text }: CsvRow, delimiter: string): string {
	const [only] = cells;
	// In a file with one cell a line the delimiter is part of the text.
	const isOneCell = cells.length === 1 && only !== undefined && !text.startsWith('"') && text.includes(delimiter);
	return isOneCell ? csvCell(only, delimiter) : text;
}

/**
 * The JSON text of an object without its last brace, to which members can be added. `record` is what the text holds: its
 * members stay as they are written, without those of `names`.
 */
export function openObject(text: string, record: Record<string, unknown>, names: readonly string[]): string {
	const isKept = !names.some((name) => Object.hasOwn(record, name));
	if (isKept) return text.trimEnd().slice(0, -1);
	return encode(Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))).slice(0, -1);
}

/** An object with further members, whose values are JSON text. */
export function closeObject(open: string, added: ReadonlyArray<readonly [name: string, json: string]>): string {
	const members = added.map(([name, json]) => `${encode(name)}:${json}`).join(',');
	const isEmpty = open.trim() === '{';
	return `${open}${isEmpty || members === '' ? '' : ','}${members}}`;
}
