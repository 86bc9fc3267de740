/** The 'Columns' field: a list of names and paths, as people type, drag or paste it, or as an expression returns it. */
import { show } from '../failure/excerpt';
import { badInput, success, type Failed, type Outcome } from '../failure/outcome';
import { asText } from '../json/json';
import { behindQuoted, behindSpaces, bracketStep, insertedName, insertedPath, parsePath, type Column } from './columns';

type Fields = Record<string, unknown>;

const SEPARATORS = ',;\t\n\r';

/**
 * `amount, age, geo.lat, ['Amount USD']` as columns: names with commas, semicolons, tabs or line breaks between, a list of
 * Python or JSON, or a list that an expression returned. `item` is the first one of the run, whose fields tell which of
 * two readings is meant. Fails where one cannot be read or none is named.
 */
export function parseColumns(given: unknown, item: Fields = {}): Outcome<Column[]> {
	if (Array.isArray(given)) return namesIn(given);
	if (typeof given !== 'string' && (given ?? '') !== '') return noNames(given);
	const parts = partsOf(withoutBrackets(asText(given).trim())).map((part) => part.trim());
	const named = withoutBullets(parts.filter((part) => part !== ''));
	const columns = named.flatMap((part) => columnsOf(part, item));
	if (columns.length > 0) return success(columns);
	return badInput("'Columns' names no column", "Name the fields that the model reads, e.g. 'amount, age'.");
}

function noNames(given: unknown): Failed {
	return badInput(
		`'Columns' is ${show(given)}, and not names of fields`,
		"Its expression returns what a field holds. Switch 'Columns' to 'Fixed' and drag the fields in again, or return a list of their names. To send every field, set 'Rows From' to 'All Fields'.",
	);
}

/** Names that come one by one need no reading. */
function namesIn(given: unknown[]): Outcome<Column[]> {
	const wrong = given.find((name) => asText(name) === '');
	if (wrong !== undefined || given.length === 0) return noNames(given.length === 0 ? given : wrong);
	const names = given.map(asText);
	return success(names.map((name) => ({ name, path: parsePath(name) ?? [name] })));
}

/** Lists stand in one another no deeper, as in `frame[["amount", "age"]]`. */
const MOST_BRACKETS = 3;

/** A list of Python or JSON without the brackets around it. `['Amount USD']` is no list, but a field that was dragged. */
function withoutBrackets(text: string): string {
	let list = text;
	for (let taken = 0; taken < MOST_BRACKETS && isInBrackets(list); taken++) list = list.slice(1, -1).trim();
	return list;
}

function isInBrackets(text: string): boolean {
	if (text.startsWith('(')) return text.endsWith(')') && /['"]/.test(text.charAt(behindSpaces(text, 1)));
	if (!text.startsWith('[') || !text.endsWith(']') || bracketStep(text, 0)) return false;
	let depth = 0;
	for (let at = 0; at < text.length - 1; at++) {
		if (text[at] === '[') depth++;
		else if (text[at] === ']') depth--;
		if (depth === 0) return false;
	}
	return true;
}

/** A list cut at its separators, those of quoted names aside. */
function partsOf(list: string): string[] {
	const parts: string[] = [];
	let start = 0;
	let isBlank = true;
	const cut = (end: number, next: number): void => {
		parts.push(list.slice(start, end));
		start = next;
		isBlank = true;
	};
	for (let at = 0; at < list.length; ) {
		const character = list.charAt(at);
		const end = isBlank ? behindName(list, at) : undefined;
		if (end !== undefined) {
			cut(end, end);
			at = end;
		} else if (SEPARATORS.includes(character)) {
			cut(at, ++at);
		} else if (list.startsWith('}}', at)) {
			at += 2;
			cut(at, at);
		} else {
			isBlank &&= character.trim() === '';
			at = (character === '[' ? bracketStep(list, at)?.end : undefined) ?? at + 1;
		}
	}
	return [...parts, list.slice(start)];
}

/** The position behind a name that is wholly quoted; undefined where there is none. NumPy writes only spaces between. */
function behindName(list: string, at: number): number | undefined {
	const end = /['"]/.test(list.charAt(at)) ? behindQuoted(list, at) : undefined;
	if (end === undefined) return undefined;
	const next = behindSpaces(list, end);
	const isEnd = next === list.length || `${SEPARATORS}'"`.includes(list.charAt(next));
	return isEnd || /[\t\n\r]/.test(list.slice(end, next)) ? end : undefined;
}

const BULLET = /^[-*•]\s+/;

/** A list of bullets has one in every line. */
function withoutBullets(parts: string[]): string[] {
	return parts.every((part) => BULLET.test(part)) ? parts.map((part) => part.replace(BULLET, '')) : parts;
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r' };

/** A quoted name of a list, as Python and JSON write it. */
function unescaped(quoted: string): string {
	return quoted.replace(/\\(?:u([\dA-Fa-f]{4})|([\\'"/ntr]))/g, (_whole, code?: string, character = '') =>
		code === undefined ? (ESCAPES[character] ?? String(character)) : String.fromCharCode(parseInt(code, 16)),
	);
}

/** What an expression says before the path: the item itself. */
const OF_ITEM = /^(?:\$json|\$input\.item\.json)(?=[.[])\.?/;

function columnsOf(part: string, item: Fields): Column[] {
	if (behindQuoted(part, 0) === part.length && /['"]/.test(part.charAt(0))) {
		const quoted = part.slice(1, -1);
		return [columnAt([unescaped(quoted)], [insertedName(quoted)], part, item)];
	}
	const text = part
		.replace(/^\{\{([^]*)\}\}$/, '$1')
		.trim()
		.replace(OF_ITEM, '');
	const path = parsePath(text);
	// A name that is no path, such as `Amount (USD)`, can still be a field of that very name.
	if (!path || path.length === 0) return [{ name: part, path: [part] }];
	const words = path.length === 1 && !text.startsWith('[') ? wordsOf(text, item) : [];
	if (words.length > 1) return words.map((name) => ({ name, path: [name] }));
	return [columnAt(path, insertedPath(text) ?? path, text, item)];
}

/** Lines that were pasted come with spaces between, since the field has one line. They are names where the item has all of them. */
function wordsOf(text: string, item: Fields): string[] {
	const words = text.split(/\s+/);
	return !Object.hasOwn(item, text) && words.every((word) => Object.hasOwn(item, word)) ? words : [];
}

/** A column by its two readings. What was inserted is meant where the item has a field of that very name. */
function columnAt(path: string[], inserted: string[], text: string, item: Fields): Column {
	const [name = text, deeper] = path;
	if (inserted.every((step, index) => step === path[index])) return { name: deeper === undefined ? name : text, path };
	const [field = name] = inserted;
	const isField = deeper === undefined && Object.hasOwn(item, field);
	return { name: deeper !== undefined ? text : isField ? field : name, path, inserted };
}
