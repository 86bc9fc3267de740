/** The 'Columns' field: names and paths as typed, or as n8n's editor inserts a dragged field. */
import { isRecord } from '../json/json';
import { badInput, success, type Failed, type Outcome } from '../failure/outcome';

export interface Column {
	/** The name that the model is told. */
	name: string;
	/** The way to the value, where the item has no field of that very name. */
	path: string[];
}

/** What a name without brackets cannot hold. */
const NOT_PLAIN = '.[]\'",';

function behindSpaces(text: string, at: number): number {
	while (/\s/.test(text.charAt(at))) at++;
	return at;
}

function behindDigits(text: string, at: number): number {
	while (/\d/.test(text.charAt(at))) at++;
	return at;
}

function behindPlain(text: string, at: number): number {
	while (at < text.length && !NOT_PLAIN.includes(text.charAt(at))) at++;
	return at;
}

/** The position behind the closing quote of a name whose opening quote is given; undefined where none closes it. */
function behindQuoted(text: string, opening: number): number | undefined {
	for (let at = opening + 1; at < text.length; at++) {
		if (text[at] === text[opening]) return at + 1;
		// A backslash takes the next character with it, unless that is a line break or the end.
		if (text[at] === '\\' && !/./.test(text.charAt(++at))) return undefined;
	}
	return undefined;
}

interface Step {
	name: string;
	/** The position behind it. */
	end: number;
}

/** The step `['any name']`, `["any name"]` or `[0]` whose bracket is given; undefined where there is none. */
function bracketStep(text: string, opening: number): Step | undefined {
	const start = behindSpaces(text, opening + 1);
	const isQuoted = text[start] === "'" || text[start] === '"';
	const end = isQuoted ? behindQuoted(text, start) : behindDigits(text, start);
	if (end === undefined || end === start) return undefined;
	const closing = behindSpaces(text, end);
	if (text[closing] !== ']') return undefined;
	const name = isQuoted ? text.slice(start + 1, end - 1).replace(/\\(.)/g, '$1') : text.slice(start, end);
	return { name, end: closing + 1 };
}

/** The step `.name`, or `name` at the beginning of a path; undefined where there is none. */
function plainStep(text: string, at: number): Step | undefined {
	const start = text[at] === '.' ? at + 1 : at;
	const end = behindPlain(text, start);
	return end === start ? undefined : { name: text.slice(start, end), end };
}

/** The steps of a path such as `geo.lat`, `['Amount USD']` or `items[0].price`; `undefined` where it is none. */
export function parsePath(text: string): string[] | undefined {
	const path: string[] = [];
	for (let at = 0; at < text.length; ) {
		const step = text[at] === '[' ? bracketStep(text, at) : plainStep(text, at);
		if (!step) return undefined;
		path.push(step.name);
		at = step.end;
	}
	return path;
}

/** A list cut at its commas, those of quoted names in brackets aside. */
function partsOf(list: string): string[] {
	const parts: string[] = [];
	let start = 0;
	for (let at = 0; at < list.length; ) {
		if (list[at] === ',') {
			parts.push(list.slice(start, at));
			start = at + 1;
		}
		at = (list[at] === '[' ? bracketStep(list, at)?.end : undefined) ?? at + 1;
	}
	return [...parts, list.slice(start)];
}

/** `amount, age, geo.lat, ['Amount USD']` as columns. Fails where one cannot be read or none is named. */
export function parseColumns(text: string): Outcome<Column[]> {
	const columns: Column[] = [];
	for (const part of partsOf(text)) {
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
export function columnValue(item: Record<string, unknown>, { name, path }: Column): unknown {
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

export function missingColumn(item: Record<string, unknown>, name: string): Failed {
	return badInput(
		`The field '${name}' is missing`,
		`${fieldsOf(item)} Check the names in 'Columns'; capital letters count.`,
	);
}
