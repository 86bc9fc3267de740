/** What a row looks like in a request: cells of JSON text, put together as the model server reads them. */
import { encode, isRecord } from './json';
import { badInput, success, type Outcome } from './outcome';

export type RowFormat = 'auto' | 'values' | 'object' | 'lists' | 'value' | 'columnar';

/** How the rows of a run are written. */
export interface RowShape {
	format: Exclude<RowFormat, 'auto'> | 'given';
	/** The order of the columns where a format tells them by position; empty where the first row named none. */
	columns?: string[];
}

/** Writes one row out of its cells, which are JSON text, under their names. */
export type RowWriter = (names: string[], cells: string[]) => Outcome<string>;

const FORMAT_LABEL = "'Row Format'";

/** The cells in the order of `columns`. Fails where a row has other columns than the first one. */
function inOrder(names: string[], cells: string[], columns: string[]): Outcome<string[]> {
	if (names === columns) return success(cells);
	const texts = new Map(names.map((name, index) => [name, cells[index] ?? 'null']));
	const missing = columns.find((column) => !texts.has(column));
	if (missing !== undefined) {
		return badInput(
			`The field '${missing}' is missing`,
			`The first item has it, and ${FORMAT_LABEL} tells columns by their position. Give every item the same fields.`,
		);
	}
	const unknown = names.find((name) => !columns.includes(name));
	if (unknown !== undefined) {
		return badInput(
			`The field '${unknown}' is not in the first item`,
			`${FORMAT_LABEL} tells columns by their position, so every item needs the same fields. Pick the columns by name to leave others out.`,
		);
	}
	return success(columns.map((column) => texts.get(column) ?? 'null'));
}

// Stands between the cells of a columnar row: encoded JSON holds no bare line break.
const CELL_BREAK = '\n';

/**
 * A writer of rows in a shape: a list of values, an object, an object of one-element lists, or a single value. It learns
 * the order of columns from the first row. Rows of a `columnar` shape are for `rowsText` to turn into columns.
 */
export function rowWriter(shape: RowShape): RowWriter {
	const keys = new Map<string, string>();
	const keyOf = (name: string): string => {
		const key = keys.get(name) ?? `${encode(name)}:`;
		keys.set(name, key);
		return key;
	};
	const objectOf = (names: string[], cells: string[], open: string, close: string): string =>
		`{${names.map((name, index) => keyOf(name) + open + cells[index] + close).join()}}`;
	const positional = (names: string[], cells: string[], join: (cells: string[]) => string): Outcome<string> => {
		shape.columns ??= names;
		const ordered = inOrder(names, cells, shape.columns);
		return ordered.ok ? success(join(ordered.value)) : ordered;
	};
	return (names, cells) => {
		switch (shape.format) {
			case 'values':
				return positional(names, cells, (ordered) => `[${ordered.join()}]`);
			case 'columnar':
				return positional(names, cells, (ordered) => ordered.join(CELL_BREAK));
			case 'lists':
				return success(objectOf(names, cells, '[', ']'));
			case 'value': {
				const [cell] = cells;
				if (cell !== undefined && cells.length === 1) return success(cell);
				return badInput(
					`${FORMAT_LABEL} 'Single Value' takes one column, and this row has ${cells.length}`,
					`Name one column, or choose another ${FORMAT_LABEL}.`,
				);
			}
			default:
				return success(objectOf(names, cells, '', ''));
		}
	};
}

/** One row that was given whole, as JSON: named values are shaped, anything else must already have the shape. */
export function givenRowText(row: unknown, shape: RowShape, write: RowWriter): Outcome<string> {
	if (shape.format === 'given') return success(encode(row));
	if (isRecord(row)) {
		const cells = Object.values(row).map((value) => encode(value));
		return write(Object.keys(row), cells);
	}
	const isList = Array.isArray(row);
	if (shape.format === 'values' || shape.format === 'columnar') shape.columns ??= [];
	const isUnnamed = isList && shape.columns?.length === 0;
	const fits = { values: isList, columnar: isUnnamed, value: !isList, object: false, lists: false }[shape.format];
	if (fits) return success(encode(row));
	return badInput(
		`The row is ${isList ? 'a list' : 'a single value'}, which does not fit ${FORMAT_LABEL}`,
		`Give an object such as {"amount": 10}, or set ${FORMAT_LABEL} to 'Automatic' to send the row as it is.`,
	);
}

/** The rows of a request: one list of rows, or one list a column. */
export function rowsText(rows: string[], { format, columns }: RowShape): string {
	if (format !== 'columnar' || !columns?.length) return `[${rows.join()}]`;
	const cells = rows.map((row) => row.split(CELL_BREAK));
	const lists = columns.map((column, index) => `${encode(column)}:[${cells.map((row) => row[index]).join()}]`);
	return `{${lists.join()}}`;
}
