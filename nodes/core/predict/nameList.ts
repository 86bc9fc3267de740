/** A list of names as people type or paste it: cut into its parts, which may be quoted. */
import { asText } from '../json/json';
import { behindQuoted, behindSpaces, bracketStep } from './columns';

const SEPARATORS = ',;\t\n\r';

/**
 * The parts of a list as they stand there, none of them empty: with commas, semicolons, tabs or line breaks between, or as
 * a list of Python or JSON.
 */
export function listParts(list: string): string[] {
	return cutUp(list).parts;
}

/** The parts, and whether there is a place among them with nothing in it, as in `a, , b`. */
function cutUp(list: string): { parts: string[]; hasGap: boolean } {
	const { parts, hasGap } = partsOf(withoutBrackets(list.trim()));
	const trimmed = parts.map((part) => part.trim());
	return { parts: withoutBullets(trimmed.filter((part) => part !== '')), hasGap };
}

/**
 * The names that a user gave, typed or as a list that an expression returned; undefined where one of these is no name. An
 * empty place is none either: left out, it would give each name behind it the place of another one.
 */
export function readNames(given: unknown): string[] | undefined {
	if (typeof given === 'object' && given !== null && !Array.isArray(given)) return undefined;
	const names = Array.isArray(given) ? given.map((name) => asText(name).trim()) : namesIn(asText(given));
	return names?.includes('') ? undefined : names;
}

function namesIn(list: string): string[] | undefined {
	const { parts, hasGap } = cutUp(list);
	return hasGap ? undefined : parts.map((part) => (isQuoted(part) ? unescaped(part.slice(1, -1)) : part));
}

/** Whether all of a part stands in quotes. */
export function isQuoted(part: string): boolean {
	return /['"]/.test(part.charAt(0)) && behindQuoted(part, 0) === part.length;
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r' };

/** What stands between the quotes of a name, as Python and JSON write it. */
export function unescaped(quoted: string): string {
	return quoted.replace(/\\(?:u([\dA-Fa-f]{4})|([\\'"/ntr]))/g, (_whole, code?: string, character = '') =>
		code === undefined ? (ESCAPES[character] ?? String(character)) : String.fromCharCode(parseInt(code, 16)),
	);
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

/** Of the separators only these stand between two names at any rate: a line break may follow them. */
const MARKS = ',;';

/** A list cut at its separators, those of quoted names aside. */
function partsOf(list: string): { parts: string[]; hasGap: boolean } {
	const parts: string[] = [];
	let start = 0;
	let isBlank = true;
	/** Whether no name came since the last mark. */
	let isVacant = true;
	let hasGap = false;
	const cut = (end: number, next: number): void => {
		parts.push(list.slice(start, end));
		start = next;
		isBlank = true;
	};
	for (let at = 0; at < list.length; ) {
		const character = list.charAt(at);
		const end = isBlank ? behindName(list, at) : undefined;
		if (end !== undefined) {
			isVacant = false;
			cut(end, end);
			at = end;
		} else if (SEPARATORS.includes(character)) {
			isVacant &&= isBlank;
			if (MARKS.includes(character)) {
				hasGap ||= isVacant;
				isVacant = true;
			}
			cut(at, ++at);
		} else if (list.startsWith('}}', at)) {
			at += 2;
			cut(at, at);
		} else {
			isBlank &&= character.trim() === '';
			at = (character === '[' ? bracketStep(list, at)?.end : undefined) ?? at + 1;
		}
	}
	return { parts: [...parts, list.slice(start)], hasGap };
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
