/** Exact JSON: what JavaScript's own reader and writer would change on the way stays as it is. */

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a JSON text, or `undefined` where the text is not JSON. */
function parse(text: string, reviver?: (name: string, value: unknown) => unknown): Json | undefined {
	try {
		const value: Json = JSON.parse(text, reviver);
		return value;
	} catch {
		return undefined;
	}
}

// An integer of 16 digits or more may lie beyond ±(2^53 - 1), where a JavaScript number changes it.
const LONG_INTEGER = /(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/;
const LONG_INTEGERS = new RegExp(LONG_INTEGER, 'g');
// Python's `json` and TensorFlow Serving's `json_tensor.cc` write these bare; JSON has no word for them.
const NOT_FINITE = /-?\b(?:NaN|Infinity)\b/;
const NOT_FINITES = new RegExp(NOT_FINITE, 'g');

/** Replaces parts of a JSON text, leaving everything inside its strings alone. Takes time linear in the text. */
function replaceOutsideStrings(text: string, replace: (part: string) => string): string {
	let result = '';
	let position = 0;
	while (position < text.length) {
		const opening = text.indexOf('"', position);
		if (opening === -1) return result + replace(text.slice(position));
		let closing = opening + 1;
		while (closing < text.length && text[closing] !== '"') closing += text[closing] === '\\' ? 2 : 1;
		result += replace(text.slice(position, opening)) + text.slice(opening, closing + 1);
		position = closing + 1;
	}
	return result;
}

function isUnsafe(digits: string): boolean {
	return !Number.isSafeInteger(Number(digits));
}

/**
 * Reads what a server sent. Integers beyond ±(2^53 - 1) come out as text with every digit; bare `NaN` and `Infinity`
 * become null. `undefined` where the text is not JSON.
 */
export function parseReply(text: string): Json | undefined {
	if (!LONG_INTEGER.test(text) && !NOT_FINITE.test(text)) return parse(text);
	return parse(
		replaceOutsideStrings(text, (part) =>
			part.replace(LONG_INTEGERS, (digits) => (isUnsafe(digits) ? `"${digits}"` : digits)).replace(NOT_FINITES, 'null'),
		),
	);
}

/**
 * Reads JSON text that a user wrote, to be sent on by `encode`. Integers beyond ±(2^53 - 1) become a `bigint`, so that
 * they go out with every digit. `undefined` where the text is not JSON.
 */
export function parseGiven(text: string): unknown {
	if (!LONG_INTEGER.test(text)) return parse(text);
	const mark = '\uE000'; // private use: marks the digits on their way through the reader
	const marked = replaceOutsideStrings(text, (part) =>
		part.replace(LONG_INTEGERS, (digits) => (isUnsafe(digits) ? `"${mark}${digits}"` : digits)),
	);
	return parse(marked, (_name, value) =>
		typeof value === 'string' && /^\uE000-?\d{16,}$/.test(value) ? BigInt(value.slice(1)) : value,
	);
}

const NUMBER_TEXT = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Whether a text is a number in JSON's own grammar that a server can hold: `1.0` and `1e5` are, `007`, `+1` and `1e999` are not. */
function isNumberText(text: string): boolean {
	return NUMBER_TEXT.test(text) && Number.isFinite(Number(text));
}

/** JSON text that `encode` writes as it is. */
export class Verbatim {
	constructor(public text: string) {}
}

/**
 * Writes a value as JSON text. With `convertText`, text in JSON's number grammar is written as that number, digit for
 * digit. Lone surrogates become U+FFFD, since KServe refuses a whole body for one. Dates are written as ISO text.
 * Give it only what `findUnsendable` passed: it writes null for a number that is not finite.
 */
export function encode(value: unknown, convertText = false): string {
	switch (typeof value) {
		case 'string':
			return convertText && isNumberText(value) ? value : JSON.stringify(value.toWellFormed());
		case 'number':
			return Number.isFinite(value) ? String(value) : 'null';
		case 'boolean':
		case 'bigint':
			return String(value);
		case 'object':
			return value === null ? 'null' : encodeObject(value, convertText);
		default:
			return 'null';
	}
}

function encodeObject(value: object, convertText: boolean): string {
	if (value instanceof Verbatim) return value.text;
	if (Array.isArray(value)) return `[${value.map((element) => encode(element, convertText)).join(',')}]`;
	if ('toJSON' in value && typeof value.toJSON === 'function') return encode(value.toJSON(), convertText);
	const members = Object.entries(value)
		.filter(([, member]) => member !== undefined && typeof member !== 'function')
		.map(([name, member]) => `${encode(name)}:${encode(member, convertText)}`);
	return `{${members.join(',')}}`;
}

/** Where in a value a number stands that JSON cannot carry (`NaN`, `Infinity`): a path such as `geo.lat`, '' for the value itself. */
export function findUnsendable(value: unknown): { path: string; found: number } | undefined {
	if (typeof value === 'number') return Number.isFinite(value) ? undefined : { path: '', found: value };
	if (typeof value !== 'object' || value === null) return undefined;
	for (const [name, member] of Object.entries(value)) {
		const inside = findUnsendable(member);
		if (inside) return { ...inside, path: inside.path === '' ? name : `${name}.${inside.path}` };
	}
	return undefined;
}
