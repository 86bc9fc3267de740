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

function areSame(names: string[], others: string[]): boolean {
	if (names === others) return true;
	return names.length === others.length && names.every((name, index) => name === others[index]);
}

/** The cells in the order of `columns`. Fails where a row has other columns than the first one. */
function reordered(names: string[], cells: string[], columns: string[]): Outcome<string[]> {
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

// Stands between the cells of a columnar row: encoded JSON holds no bare line break.
const CELL_BREAK = '\n';

/** What stands around the cells of a row. */
export interface RowTemplate {
	open: string;
	/** Before each cell. */
	before: string[];
	/** After every cell. */
	after: string;
	close: string;
}

/**
 * The template of rows with these columns: a list of values, an object, an object of one-element lists, or a single
 * value. Rows of a `columnar` shape are for `rowsText` to turn into columns.
 */
export function rowTemplate(names: string[], { format }: RowShape): Outcome<RowTemplate> {
	const keys = names.map((name, index) => `${index === 0 ? '' : ','}${encode(name)}:`);
	const separators = (separator: string): string[] => names.map((_name, index) => (index === 0 ? '' : separator));
	switch (format) {
		case 'values':
			return success({ open: '[', before: separators(','), after: '', close: ']' });
		case 'columnar':
			return success({ open: '', before: separators(CELL_BREAK), after: '', close: '' });
		case 'lists':
			return success({ open: '{', before: keys.map((key) => `${key}[`), after: ']', close: '}' });
		case 'value':
			if (names.length === 1) return success({ open: '', before: [''], after: '', close: '' });
			return badInput(
				`${FORMAT_LABEL} 'Single Value' takes one column, and this row has ${names.length}`,
				`Name one column, or choose another ${FORMAT_LABEL}.`,
			);
		default:
			return success({ open: '{', before: keys, after: '', close: '}' });
	}
}

/** Writes a row: `cellAt` gives the JSON text of each cell. */
export function fillTemplate({ open, before, after, close }: RowTemplate, cellAt: (index: number) => string): string {
	let text = open; // appending is twice as fast as joining a list, and this runs for every row
	for (let index = 0; index < before.length; index++) text += before[index] + cellAt(index) + after;
	return text + close;
}

/** A writer of rows that may have different columns; where a shape tells them by position, the first row sets their order. */
export function rowWriter(shape: RowShape): RowWriter {
	const isPositional = shape.format === 'values' || shape.format === 'columnar';
	/** The template of the last row: nearly always the next one has the same columns. */
	let last: { columns: string[]; template: Outcome<RowTemplate> } | undefined;
	return (names, cells) => {
		const columns = isPositional ? (shape.columns ??= names) : names;
		const ordered = areSame(names, columns) ? success(cells) : reordered(names, cells, columns);
		if (!ordered.ok) return ordered;
		if (!last || !areSame(columns, last.columns)) last = { columns, template: rowTemplate(columns, shape) };
		const { template } = last;
		return template.ok ? success(fillTemplate(template.value, (index) => ordered.value[index] ?? 'null')) : template;
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
