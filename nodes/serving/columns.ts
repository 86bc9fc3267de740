/** The 'Columns' field: names and paths as typed, or as n8n's editor inserts a dragged field. */
import { isRecord } from './json';
import { badInput, success, type Outcome } from './outcome';

export interface Column {
	/** The name that the model is told. */
	name: string;
	/** The way to the value, where the item has no field of that very name. */
	path: string[];
}

/** One step of a path: `.name`, `['any name']`, `["any name"]` or `[0]`. */
const STEP = /^(?:\.?([^.[\]'",]+)|\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\d+))\s*\])/;
const LIST = /(?:[^,[]|\[\s*'(?:[^'\\]|\\.)*'\s*\]|\[\s*"(?:[^"\\]|\\.)*"\s*\]|\[)+/g;

/** The steps of a path such as `geo.lat`, `['Amount USD']` or `items[0].price`; `undefined` where it is none. */
export function parsePath(text: string): string[] | undefined {
	const path: string[] = [];
	let rest = text;
	while (rest !== '') {
		const step = STEP.exec(rest);
		if (!step) return undefined;
		const [whole, plain, single, double, index] = step;
		path.push(plain ?? index ?? (single ?? double ?? '').replace(/\\(.)/g, '$1'));
		rest = rest.slice(whole.length);
	}
	return path;
}

/** `amount, age, geo.lat, ['Amount USD']` as columns. Fails where one cannot be read or none is named. */
export function parseColumns(text: string): Outcome<Column[]> {
	const columns: Column[] = [];
	for (const part of text.match(LIST) ?? []) {
		const typed = part.trim();
		if (typed === '') continue;
		// A name that is no path, such as `Amount (USD)`, can still be a field of that very name.
		const path = parsePath(typed) ?? [typed];
		columns.push({ name: path.length === 1 ? (path[0] ?? typed) : typed, path });
	}
	if (columns.length > 0) return success(columns);
	return badInput("'Columns' names no column", "Name the fields that the model reads, e.g. 'amount, age'.");
}

/** A column's value in an item; `undefined` where the item has none. A field of the very name beats a path. */
export function readColumn(item: Record<string, unknown>, { name, path }: Column): unknown {
	if (Object.hasOwn(item, name)) return item[name];
	let value: unknown = item;
	for (const step of path) {
		if (Array.isArray(value)) value = value[Number(step)];
		else if (isRecord(value) && Object.hasOwn(value, step)) value = value[step];
		else return undefined;
	}
	return value;
}

const SHOWN_FIELDS = 20;

/** What an item has, as a sentence for one that lacks something. */
export function fieldsOf(item: Record<string, unknown>): string {
	const fields = Object.keys(item);
	const more = fields.length > SHOWN_FIELDS ? ', …' : '';
	return `The item has ${fields.length === 0 ? 'no fields' : `the fields ${fields.slice(0, SHOWN_FIELDS).join(', ')}${more}`}.`;
}

export function missingColumn(item: Record<string, unknown>, name: string): Outcome<never> {
	return badInput(
		`The field '${name}' is missing`,
		`${fieldsOf(item)} Check the names in 'Columns'; capital letters count.`,
	);
}
