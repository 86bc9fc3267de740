/** What a row looks like in a request: cells of JSON text, put together as the model server reads them. */
import { badInput, success, type Outcome } from '../failure/outcome';
import { encode, isRecord } from '../json/json';

export type RowFormat = 'auto' | 'values' | 'object' | 'lists' | 'value' | 'columnar';

/** How the rows of a run are written; `given` as they were given. */
export type RowLayout = Exclude<RowFormat, 'auto'> | 'given';

/** One row: its JSON text, or in a request that is columnar its cells, each the JSON text of the column in its place. */
export type Row = string | ColumnarRow;

interface ColumnarRow {
	columns: readonly string[];
	cells: readonly string[];
}

/** Writes one row out of its cells, which are JSON text, under their names. */
type RowWriter = (names: readonly string[], cells: readonly string[]) => Outcome<Row>;

const FORMAT_LABEL = "'Row Format'";

/** Whether a layout tells columns by their position, so that every row has to have the same ones. */
function isPositional(layout: RowLayout): boolean {
	return layout === 'values' || layout === 'columnar';
}

function areSame(names: readonly string[], others: readonly string[]): boolean {
	if (names === others) return true;
	return names.length === others.length && names.every((name, index) => name === others[index]);
}

/** The cells in the order of `columns`. Fails where a row has other columns than the first one. */
function reordered(
	names: readonly string[],
	cells: readonly string[],
	columns: readonly string[],
): Outcome<readonly string[]> {
	const texts = new Map(names.map((name, index) => [name, cells[index] ?? 'null']));
	const missing = columns.find((column) => !texts.has(column));
	if (missing !== undefined) {
		return badInput(
			`The field '${missing}' is missing`,
			`The first item has it, and ${FORMAT_LABEL} tells columns by their position. Give every item the same fields.`,
		);
	}
	const known = new Set(columns);
	const unknown = names.find((name) => !known.has(name));
	if (unknown !== undefined) {
		return badInput(
			`The field '${unknown}' is not in the first item`,
			`${FORMAT_LABEL} tells columns by their position, so every item needs the same fields. Pick the columns by name to leave others out.`,
		);
	}
	return success(columns.map((column) => texts.get(column) ?? 'null'));
}

/**
 * The pieces of a row that is text, each second one a cell: a list of values, an object, one of one-element lists, or a
 * single value.
 */
function piecesOf(names: readonly string[], layout: RowLayout): string[] {
	const commas = names.map((_name, index) => (index === 0 ? '' : ','));
	const keys = names.map((name, index) => `${commas[index]}${encode(name)}:`);
	const openings = keys.map((key) => `${key}[`);
	switch (layout) {
		case 'values':
			return around('[', commas, '', ']');
		case 'lists':
			return around('{', openings, ']', '}');
		case 'value':
			return ['', '', ''];
		default:
			return around('{', keys, '', '}');
	}
}

/** Room for cells, each of which has a text before it and the same one after it. */
function around(open: string, before: string[], after: string, close: string): string[] {
	const pieces = before.flatMap((text, index) => [index === 0 ? open + text : after + text, '']);
	return pieces.length === 0 ? [open + close] : [...pieces, after + close];
}

/** Writes a row into pieces that are used again for the next one. */
function fill(pieces: string[], cells: readonly string[]): string {
	for (let index = 0; 2 * index + 1 < pieces.length; index++) pieces[2 * index + 1] = cells[index] ?? 'null';
	// Appended, a text that waits for its request would be a chain of its pieces, in ten times the memory.
	return pieces.join('');
}

/**
 * A writer of rows that may have different columns. Where a layout tells them by position, `columns` are their order, or
 * those of the first row.
 */
export function rowWriter(layout: RowLayout, columns?: readonly string[]): RowWriter {
	let first = columns;
	/** The pieces of the last row: nearly always the next one has the same columns. */
	let last: { columns: readonly string[]; pieces: string[] } | undefined;
	return (names, cells) => {
		if (names.length === 0 && isPositional(layout)) {
			return badInput('The row has no values', 'Give every item the fields that the model reads.');
		}
		if (layout === 'value' && names.length !== 1) {
			return badInput(
				`${FORMAT_LABEL} 'Single Value' takes one column, and this row has ${names.length}`,
				`Name one column, or choose another ${FORMAT_LABEL} in the options.`,
			);
		}
		const wanted = isPositional(layout) ? (first ??= names) : names;
		const ordered = areSame(names, wanted) ? undefined : reordered(names, cells, wanted);
		if (ordered && !ordered.ok) return ordered;
		const inOrder = ordered?.value ?? cells;
		if (layout === 'columnar') return success({ columns: wanted, cells: inOrder });
		if (!last || !areSame(wanted, last.columns)) last = { columns: wanted, pieces: piecesOf(wanted, layout) };
		return success(fill(last.pieces, inOrder));
	};
}

/** A writer of rows that are given whole, as JSON: named values are laid out, anything else must already be so. */
export function givenRowWriter(layout: RowLayout): (row: unknown) => Outcome<Row> {
	let first: { write: RowWriter; isNamed: boolean } | undefined;
	return (row) => {
		if (layout === 'given') return success(encode(row));
		const isNamed = isRecord(row);
		// Behind a first row without names, no name has a position.
		first ??= { write: rowWriter(layout, isNamed ? undefined : []), isNamed };
		if (isNamed) {
			const cells = Object.values(row).map((value) => encode(value));
			return first.write(Object.keys(row), cells);
		}
		const isList = Array.isArray(row);
		const isUnnamedList = isList && !first.isNamed;
		const fits = { values: isList, columnar: isUnnamedList, value: !isList, object: false, lists: false }[layout];
		if (fits) return success(encode(row));
		return badInput(
			`The row is ${isList ? 'a list' : 'a single value'}, which does not fit ${FORMAT_LABEL}`,
			`Give an object such as {"amount": 10}, or set ${FORMAT_LABEL} in the options to 'Automatic' to send the row as it is.`,
		);
	};
}
