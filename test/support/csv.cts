/** CSV read in pieces of given sizes, one after another and over again. */
import type { Outcome } from '../../nodes/core/failure/outcome';
import type { CsvRow } from '../../nodes/core/table/csvRecords';
import { CsvReader } from '../../nodes/core/table/csvReader';

/** What must have succeeded. */
export function valueOf<Value>(outcome: Outcome<Value>): Value {
	if (!outcome.ok) throw new Error(outcome.failure.message);
	return outcome.value;
}

export interface ReadTable {
	rows: CsvRow[];
	delimiter: string | undefined;
	lineEnd: string;
	separatorLine: string | undefined;
}

/** A text in pieces. */
export function* piecesOf<Whole extends { length: number; slice: (from: number, to: number) => Whole }>(
	whole: Whole,
	sizes: readonly number[],
): Generator<Whole> {
	for (let at = 0, piece = 0; at < whole.length; piece++) {
		const size = sizes[piece % sizes.length] ?? 1;
		yield whole.slice(at, at + size);
		at += size;
	}
}

/** Throws the message of what fails. */
export function readCsv(text: string, { pieces, delimiter }: { pieces: number[]; delimiter?: string }): ReadTable {
	const reader = new CsvReader(delimiter);
	const rows: CsvRow[] = [];
	for (const piece of piecesOf(text, pieces)) rows.push(...valueOf(reader.push(piece)));
	rows.push(...valueOf(reader.end()));
	const { delimiter: found, lineEnd, separatorLine } = reader;
	return { rows, delimiter: found, lineEnd, separatorLine };
}
