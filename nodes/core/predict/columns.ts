/** Columns and their values in an item: names and paths as typed, or as n8n's editor inserts a dragged field. */
import { isRecord } from '../json/json';
import { badInput, type Failed } from '../failure/outcome';
import { lookAlike, withOddities, type LookAlike } from './lookAlike';

export interface Column {
	/** The name that the model is told. */
	name: string;
	/** The way to the value, where the item has no field of that very name. */
	path: string[];
	/** The way as n8n's editor would have inserted it, tried first; absent where it is the same. */
	inserted?: string[];
}

/** What a name without brackets cannot hold. */
const NOT_PLAIN = '.[]\'",';

export function behindSpaces(text: string, at: number): number {
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
export function behindQuoted(text: string, opening: number): number | undefined {
	for (let at = opening + 1; at < text.length; at++) {
		if (text[at] === text[opening]) return at + 1;
		// A backslash takes the next character with it, unless that is a line break or the end.
		if (text[at] === '\\' && !/./.test(text.charAt(++at))) return undefined;
	}
	return undefined;
}

/** No name of a field is longer. */
const LONGEST_NAME = 1000;

/** The same for a dragged name that ends with a backslash: n8n's editor puts one before each quote in a name, and before nothing else. */
function behindInserted(text: string, opening: number): number | undefined {
	const most = Math.min(text.length, opening + LONGEST_NAME);
	for (let at = opening + 1; at < most; at++) {
		if (text[at] !== "'") continue;
		if (text[at - 1] !== '\\') return undefined;
		if (text[behindSpaces(text, at + 1)] === ']') return at + 1;
	}
	return undefined;
}

interface Step {
	/** With each backslash before a quote or another backslash taken as the mark of an escape. */
	name: string;
	/** As n8n's editor would have inserted it, with every other backslash a character of the name. */
	inserted: string;
	/** The position behind it. */
	end: number;
}

/** A name as n8n's editor inserts it between single quotes, read back. */
export function insertedName(quoted: string): string {
	return quoted.replaceAll("\\'", "'");
}

/** The step `['any name']`, `["any name"]` or `[0]` whose bracket is given; undefined where there is none. */
export function bracketStep(text: string, opening: number): Step | undefined {
	const start = behindSpaces(text, opening + 1);
	const isQuoted = text[start] === "'" || text[start] === '"';
	const closedBy = (end: number | undefined): number | undefined =>
		end !== undefined && text[behindSpaces(text, end)] === ']' ? end : undefined;
	if (!isQuoted) {
		const end = closedBy(behindDigits(text, start));
		if (end === undefined || end === start) return undefined;
		const name = text.slice(start, end);
		return { name, inserted: name, end: behindSpaces(text, end) + 1 };
	}
	const escaped = closedBy(behindQuoted(text, start));
	const end = escaped ?? (text[start] === "'" ? behindInserted(text, start) : undefined);
	if (end === undefined) return undefined;
	const quoted = text.slice(start + 1, end - 1);
	const inserted = insertedName(quoted);
	const name = escaped === undefined ? inserted : quoted.replace(/\\([\\'"])/g, '$1');
	return { name, inserted, end: behindSpaces(text, end) + 1 };
}

/** The step `.name`, or `name` at the beginning of a path; undefined where there is none. */
function plainStep(text: string, at: number): Step | undefined {
	const start = text[at] === '.' ? at + 1 : at;
	const end = behindPlain(text, start);
	const name = text.slice(start, end);
	return end === start ? undefined : { name, inserted: name, end };
}

function stepsOf(text: string): Step[] | undefined {
	const steps: Step[] = [];
	for (let at = 0; at < text.length; ) {
		const step = text[at] === '[' ? bracketStep(text, at) : plainStep(text, at);
		if (!step) return undefined;
		steps.push(step);
		at = step.end;
	}
	return steps;
}

/** The steps of a path such as `geo.lat`, `['Amount USD']` or `items[0].price`; `undefined` where it is none. */
export function parsePath(text: string): string[] | undefined {
	return stepsOf(text)?.map(({ name }) => name);
}

/** The same as n8n's editor would have inserted it: a backslash in a dragged name stands there bare. */
export function insertedPath(text: string): string[] | undefined {
	return stepsOf(text)?.map(({ inserted }) => inserted);
}

function valueAt(item: Record<string, unknown>, path: string[]): unknown {
	let value: unknown = item;
	for (const step of path) {
		if (Array.isArray(value)) value = value[Number(step)];
		else if (isRecord(value) && Object.hasOwn(value, step)) value = value[step];
		else return undefined;
	}
	return value;
}

/** A column's value in an item; `undefined` where the item has none. A field of the very name beats a path. */
export function columnValue(item: Record<string, unknown>, { name, path, inserted }: Column): unknown {
	if (Object.hasOwn(item, name)) return item[name];
	const value = inserted && valueAt(item, inserted);
	return value === undefined ? valueAt(item, path) : value;
}

const SHOWN_FIELDS = 20;

/** What an item has, as a sentence for one that lacks something. What no eye sees in a name is told beside it. */
export function fieldsOf(item: Record<string, unknown>): string {
	const fields = Object.keys(item);
	const more = fields.length > SHOWN_FIELDS ? ', …' : '';
	const shown = fields.slice(0, SHOWN_FIELDS).map(withOddities).join(', ');
	return `The item has ${fields.length === 0 ? 'no fields' : `the fields ${shown}${more}`}.`;
}

/** The failure of an item that lacks a column; `advice` comes first in what to do. */
export function missingColumn(item: Record<string, unknown>, { name, path }: Column, advice = ''): Failed {
	const alike = lookAlike(item, name) ?? lookAlikeOnWay(item, path);
	const missing = `The field '${name}' is missing`;
	if (alike) return badInput(`${missing}; ${alike.has}`, `${advice}${alike.description}`);
	return badInput(missing, `${advice}${fieldsOf(item)} Check the names in 'Columns'; capital letters count.`);
}

/** The look-alike of the first step of a path that leads nowhere. */
function lookAlikeOnWay(item: Record<string, unknown>, path: string[]): LookAlike | undefined {
	let value: unknown = item;
	for (const step of path) {
		if (Array.isArray(value)) value = value[Number(step)];
		else if (!isRecord(value)) return undefined;
		else if (Object.hasOwn(value, step)) value = value[step];
		else return lookAlike(value, step);
	}
	return undefined;
}
