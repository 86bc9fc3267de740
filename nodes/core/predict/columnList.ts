/** The 'Columns' field: a list of names and paths, as people type, drag or paste it, or as an expression returns it. */
import { show } from '../failure/excerpt';
import { badInput, success, type Failed, type Outcome } from '../failure/outcome';
import { asText } from '../json/json';
import { insertedName, insertedPath, parsePath, type Column } from './columns';
import { isQuoted, listParts, unescaped } from './nameList';

type Fields = Record<string, unknown>;

/**
 * `amount, age, geo.lat, ['Amount USD']` as columns: names with commas, semicolons, tabs or line breaks between, a list of
 * Python or JSON, or a list that an expression returned. `item` is the first one of the run, whose fields tell which of
 * two readings is meant. Fails where one cannot be read or none is named.
 */
export function parseColumns(given: unknown, item: Fields = {}): Outcome<Column[]> {
	if (Array.isArray(given)) return namesIn(given);
	if (typeof given !== 'string' && (given ?? '') !== '') return noNames(given);
	const columns = listParts(asText(given)).flatMap((part) => columnsOf(part, item));
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

/** What an expression says before the path: the item itself. */
const OF_ITEM = /^(?:\$json|\$input\.item\.json)(?=[.[])\.?/;

function columnsOf(part: string, item: Fields): Column[] {
	if (isQuoted(part)) {
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
