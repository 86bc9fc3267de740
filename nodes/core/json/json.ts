/** Exact JSON: what JavaScript's own reader and writer would change on the way stays as it is. */
import { mayBeInexact, mayBeRewritten, rewriteInexact, rewriteNumbers, WrittenNumber } from './inexact';

export type Json = string | number | boolean | null | Json[] | JsonObject;

export type JsonObject = { [name: string]: Json };

export function isRecord(value: Json | undefined): value is Record<string, Json>;
export function isRecord(value: unknown): value is Record<string, unknown>;
export function isRecord(value: unknown): boolean {
	return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof WrittenNumber);
}

/** A record as it is; an empty one for anything else. */
export function asRecord(value: unknown): Record<string, unknown> {
	return isRecord(value) ? value : {};
}

/** The text of a text, number or boolean; '' for anything else. JSON may hold objects that `String()` cannot read. */
export function asText(value: unknown): string {
	if (typeof value === 'string') return value;
	return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' ? String(value) : '';
}

/** Deeper values are neither read nor sent: what walks over them would overflow the stack. Python's `json` ends near 1,000 levels. */
export const MOST_LEVELS = 500;

/** Whether lists and objects stand in one another more than `levels` deep, as they do without end in a circle. */
export function isDeeperThan(value: unknown, levels: number): boolean {
	if (typeof value !== 'object' || value === null) return false;
	if (levels === 0) return true;
	for (const member of Array.isArray(value) ? value : Object.values(value)) {
		if (typeof member === 'object' && isDeeperThan(member, levels - 1)) return true;
	}
	return false;
}

/** The value of a JSON text as JavaScript has it, or `undefined` where the text is not JSON. */
export function parse(text: string, reviver?: (name: string, value: unknown) => unknown): Json | undefined {
	try {
		const value: Json = JSON.parse(text, reviver);
		return value;
	} catch {
		return undefined;
	}
}

/**
 * Reads what a server sent. Integers beyond ±(2^53 - 1) come out as text with every digit; bare `NaN` and `Infinity`
 * become null. `undefined` where the text is not JSON, or nested deeper than `MOST_LEVELS`.
 */
export function parseReply(text: string): Json | undefined {
	const value = parseExactly(text);
	return isDeeperThan(value, MOST_LEVELS) ? undefined : value;
}

/**
 * The same at any depth. What a member becomes does not depend on what stands around it, so a long text may be read in
 * parts that hold whole ones.
 */
export function parseExactly(text: string): Json | undefined {
	const exact = mayBeInexact(text)
		? rewriteInexact(
				text,
				(digits) => `"${digits}"`,
				() => 'null',
			)
		: text;
	return parse(exact);
}

/** The characters for private use, as they are or escaped. */
const PRIVATE = /([\uE000-\uF8FF])|\\u([EF][\dA-F]{3})/gi;

/** Marks digits on their way through the reader: the first character for private use that a text does not hold. */
function markFor(text: string): string {
	const held = new Set<number>();
	for (const [, plain, escaped = ''] of text.matchAll(PRIVATE)) held.add(plain?.charCodeAt(0) ?? parseInt(escaped, 16));
	let code = 0xe000;
	while (held.has(code)) code++;
	return String.fromCharCode(code);
}

/**
 * Reads JSON text that a user wrote, to be sent on by `encode`. Integers beyond ±(2^53 - 1) become a `bigint`, so that
 * they go out with every digit. `undefined` where the text is not JSON.
 */
export function parseGiven(text: string): unknown {
	if (!mayBeInexact(text)) return parse(text);
	const mark = markFor(text);
	const marked = rewriteInexact(
		text,
		(digits) => `"${mark}${digits}"`,
		(word) => word,
	);
	return parse(marked, (_name, value) =>
		typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
	);
}

/**
 * The same, with every number as it was written: one that JavaScript would write in another way becomes a
 * `WrittenNumber`, of which only `encode` knows what to do with it.
 */
export function parseWritten(text: string): unknown {
	if (!mayBeRewritten(text)) return parse(text);
	let mark: string | undefined;
	const marked = rewriteNumbers(text, (number) => {
		if (KEPT_NUMBER.test(number) || !isNumberText(number) || String(Number(number)) === number) return undefined;
		mark ??= markFor(text);
		return `"${mark}${number}"`;
	});
	// Most texts hold no such number, and a reader that looks at every value takes many times as long.
	if (mark === undefined) return parse(text);
	const begin = mark;
	return parse(marked, (_name, value) =>
		typeof value === 'string' && value.startsWith(begin) ? new WrittenNumber(value.slice(begin.length)) : value,
	);
}

/** Numbers that JavaScript writes as they are, told without reading them: few digits, the last of a fraction no zero. */
const KEPT_NUMBER = /^(?:0|-?[1-9]\d{0,8})(?:\.\d{0,4}[1-9])?$/;

/** A number in JSON's own grammar. */
export const NUMBER_TEXT = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const EXPONENT = /e/i;

/** As many digits as every number has that is written with them and not too large for a double. */
const MOST_DIGITS = 308;

/** Whether a text is a number in JSON's own grammar that a server can hold: `1.0` and `1e5` are, `007`, `+1` and `1e999` are not. */
export function isNumberText(text: string): boolean {
	if (!NUMBER_TEXT.test(text)) return false;
	// Only so many digits or an exponent can be too much for a double, and reading a number takes longer than looking at it.
	return (text.length <= MOST_DIGITS && !EXPONENT.test(text)) || Number.isFinite(Number(text));
}

/** Whether a text goes out as the number that it is. `place` is where it stands: members after a dot, elements as `[]`. */
export type IsNumber = (place: string, text: string) => boolean;

/**
 * Writes a value as JSON text. A text that `isNumber` takes for a number in JSON's grammar is written as that number, digit
 * for digit. Lone surrogates become U+FFFD, since KServe refuses a whole body for one. Dates are written as ISO text.
 * Give it only what `excessOf` and `findNotFinite` passed: it writes null for a number that is not finite.
 */
export function encode(value: unknown, isNumber?: IsNumber, place = ''): string {
	switch (typeof value) {
		case 'string':
			return isNumber?.(place, value) ? value : JSON.stringify(value.toWellFormed());
		case 'number':
			return Number.isFinite(value) ? String(value) : 'null';
		case 'boolean':
		case 'bigint':
			return String(value);
		case 'object':
			return value === null ? 'null' : encodeObject(value, isNumber, place);
		default:
			return 'null';
	}
}

function encodeObject(value: object, isNumber: IsNumber | undefined, place: string): string {
	if (Array.isArray(value)) {
		const elements = isNumber && `${place}[]`;
		return `[${value.map((element) => encode(element, isNumber, elements)).join(',')}]`;
	}
	if (value instanceof WrittenNumber) return value.text;
	if ('toJSON' in value && typeof value.toJSON === 'function') return encode(value.toJSON(), isNumber, place);
	const members = Object.entries(value)
		.filter(([, member]) => member !== undefined && typeof member !== 'function')
		.map(([name, member]) => `${encode(name)}:${encode(member, isNumber, isNumber && `${place}.${name}`)}`);
	return `{${members.join(',')}}`;
}

/** Where in a value a number stands that JSON cannot carry (`NaN`, `Infinity`): a path such as `geo.lat`, '' for the value itself. */
export function findNotFinite(value: unknown): { path: string; found: number } | undefined {
	if (typeof value === 'number' || typeof value === 'bigint') {
		// Servers read a number with more digits than a double holds as infinite, and refuse it.
		return Number.isFinite(Number(value)) ? undefined : { path: '', found: Number(value) };
	}
	if (typeof value !== 'object' || value === null) return undefined;
	for (const [name, member] of Object.entries(value)) {
		const inside = findNotFinite(member);
		if (inside) return { ...inside, path: inside.path === '' ? name : `${name}.${inside.path}` };
	}
	return undefined;
}
