/** The rows of a file: unpacked, decoded, and cut by the format that it is in. */
import { badInput } from '../../core/failure/outcome';
import { CsvTable } from '../../core/table/csvTable';
import { gunzip, isGzip } from '../../core/table/gzip';
import { JsonLinesTable } from '../../core/table/jsonLinesTable';
import type { Table, TableOutput, TableRow } from '../../core/table/table';
import { checkTable, tableFormatOf, type TableFormat } from '../../core/table/tableFormat';
import { TableText, type Encoding } from '../../core/table/tableText';
import { take } from '../../n8n/unusable';

/** What is known of a file before it is read. */
export interface FileDescription {
	fileName?: string;
	mediaType?: string;
	/** 'auto' where the file has to tell. */
	format: TableFormat | 'auto';
	/** Undefined where the file has to tell. */
	delimiter?: string;
	encoding: Encoding;
}

export interface FileSource {
	table: Table<TableRow>;
	format: TableFormat;
	isPacked: boolean;
	/** All rows in their order, some at a time. Throws `unusable`. */
	rows: AsyncGenerator<TableRow[]>;
}

/** Reads the beginning of a file, which tells what it is. Throws `unusable`. */
export async function readSource(
	chunks: AsyncIterable<Uint8Array>,
	{ fileName, mediaType, format, delimiter, encoding }: FileDescription,
	output: TableOutput,
): Promise<FileSource> {
	const packed = await begun(chunks);
	if (!packed.first) return take(badInput('The file is empty', 'Choose the field that holds the table.'));
	const isPacked = isGzip(packed.first);
	const { first, all } = isPacked ? await begun(unpacked(packed.all)) : packed;
	if (!first) return take(badInput('The file is empty', 'What was compressed has nothing in it.'));
	take(checkTable(first));
	const text = new TableText(encoding);
	const pieces = await begun(decoded(all, text));
	const found = format === 'auto' ? take(tableFormatOf({ fileName, mediaType }, pieces.first ?? '')) : format;
	const table: Table<TableRow> =
		found === 'csv' ? new CsvTable(output, delimiter, () => text.hasMark) : new JsonLinesTable(output);
	return { table, format: found, isPacked, rows: rowsOf(pieces.all, table) };
}

/** What comes, with the first of it at hand. */
async function begun<Piece extends { length: number }>(
	pieces: AsyncIterable<Piece>,
): Promise<{ first: Piece | undefined; all: AsyncIterable<Piece> }> {
	const iterator = pieces[Symbol.asyncIterator]();
	let next = await iterator.next();
	while (!next.done && next.value.length === 0) next = await iterator.next();
	const first = next.done ? undefined : next.value;
	async function* all(): AsyncGenerator<Piece> {
		if (first !== undefined) yield first;
		for (let rest = await iterator.next(); !rest.done; rest = await iterator.next()) yield rest.value;
	}
	return { first, all: all() };
}

async function* unpacked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	for await (const bytes of gunzip(chunks)) yield take(bytes);
}

async function* decoded(chunks: AsyncIterable<Uint8Array>, text: TableText): AsyncGenerator<string> {
	for await (const bytes of chunks) yield take(text.push(bytes));
	yield take(text.end());
}

async function* rowsOf(pieces: AsyncIterable<string>, table: Table<TableRow>): AsyncGenerator<TableRow[]> {
	for await (const piece of pieces) yield take(table.push(piece));
	yield take(table.end());
}

/** The first `most` rows, or fewer where they have so many characters; `all` begins with them as one piece. Throws `unusable`. */
export async function readHead(
	rows: AsyncGenerator<TableRow[]>,
	most: number,
	mostCharacters: number,
): Promise<{ head: TableRow[]; all: AsyncGenerator<TableRow[]> }> {
	const head: TableRow[] = [];
	let characters = 0;
	while (head.length < most && characters < mostCharacters) {
		const next = await rows.next();
		if (next.done) break;
		for (const row of next.value) characters += row.text.length;
		head.push(...next.value);
	}
	const behind = head.splice(most);
	async function* all(): AsyncGenerator<TableRow[]> {
		// Not held any longer than they take.
		yield head.splice(0);
		yield behind.splice(0);
		yield* rows;
	}
	return { head, all: all() };
}
