/** Short texts of anything, for messages: bounded in length and depth, whatever a server or a user sent. */

const LONGEST_TEXT = 500;
/** Deeper members are left out. */
const DEEPEST_SHOWN = 20;

/** A text on one line, cut where it has more than `longest` characters. */
export function excerpt(text: string, longest = LONGEST_TEXT): string {
	// Cut before the spaces are counted: the text may have any length.
	const begin = text.slice(0, 4 * longest);
	// With a space for what no screen shows.
	const line = begin.replace(/[\s\p{Cc}]+/gu, ' ').trim();
	const isCut = line.length > longest || text.length > begin.length;
	return isCut ? `${line.slice(0, longest)}…` : line;
}

/** A text in quotes, on one line and cut where it gets long. */
export function quoted(text: string): string {
	const start = text.slice(0, 4 * LONGEST_TEXT + 1).toWellFormed();
	return `'${excerpt(start)}'`;
}

/** A value as JSON text, on one line and cut where it gets long or deep. Never throws. */
export function show(value: unknown): string {
	return excerpt(write(value, LONGEST_TEXT + 1, 0));
}

/** The JSON text of a value, as far as the first `budget` characters need it. */
function write(value: unknown, budget: number, depth: number): string {
	switch (typeof value) {
		case 'string':
			return JSON.stringify(value.slice(0, budget).toWellFormed());
		case 'object':
			return value === null ? 'null' : writeMembers(value, budget, depth);
		case 'function':
		case 'symbol':
			return 'null';
		default:
			return String(value);
	}
}

function writeMembers(value: object, budget: number, depth: number): string {
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'null' : `"${value.toISOString()}"`;
	const isList = Array.isArray(value);
	// The names of all members are gathered before the first is seen, and a list may be long.
	const members = isList ? value.slice(0, budget + 1) : value;
	let text = isList ? '[' : '{';
	let separator = '';
	for (const name in members) {
		if (text.length > budget || depth === DEEPEST_SHOWN) {
			text += '…';
			break;
		}
		const key = isList ? '' : `${JSON.stringify(name.slice(0, budget))}:`;
		text += separator + key + write(Reflect.get(members, name), budget - text.length, depth + 1);
		separator = ',';
	}
	return text + (isList ? ']' : '}');
}
