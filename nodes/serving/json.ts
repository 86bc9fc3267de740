/** Exact JSON: what JavaScript's own reader and writer would change on the way stays as it is. */

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

export function isRecord(value: Json | undefined): value is Record<string, Json>;
export function isRecord(value: unknown): value is Record<string, unknown>;
export function isRecord(value: unknown): boolean {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
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

// An integer of 16 digits or more may lie beyond ±(2^53 - 1), where a JavaScript number changes it. Nothing repeats without
// a bound here: that would overflow the stack on a text of millions of digits.
const LONG_INTEGER = /(?:^|[[,:\s])-?\d{16}/;

/** Whether a JSON text may hold what a JavaScript number cannot: looked for first, as most texts do not. */
function mayBeInexact(text: string): boolean {
	return LONG_INTEGER.test(text) || text.includes('NaN') || text.includes('Infinity');
}

const NOT_FINITE = ['NaN', 'Infinity'];
const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;
const MINUS = 45;
const COLON = 58;
const CAPITAL_N = 78;
const CAPITAL_I = 73;

function isDigit(code: number): boolean {
	return code >= 48 && code <= 57;
}

/** Whether a character beside digits makes them a fraction or an exponent: one of `.eE+`. */
function isPartOfNumber(code: number): boolean {
	return code === 46 || code === 101 || code === 69 || code === 43;
}

/** The position behind the string whose opening quote is given. */
function endOfString(text: string, opening: number): number {
	for (let quote = text.indexOf('"', opening + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
		let backslashes = 0;
		while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
		if (backslashes % 2 === 0) return quote + 1;
	}
	return text.length;
}

function isUnsafe(digits: string): boolean {
	return digits.length > 17 || !Number.isSafeInteger(Number(digits));
}

/** Whether what ends at a position is the name of a member, which digits cannot be. */
function isName(text: string, end: number): boolean {
	let at = end;
	while (text.charCodeAt(at) <= SPACE) at++;
	return text.charCodeAt(at) === COLON;
}

/**
 * Rewrites, outside strings, the integers that a JavaScript number cannot hold, and the bare words NaN and Infinity that
 * Python's `json` and TensorFlow Serving's `json_tensor.cc` write. Takes time linear in the text.
 */
function rewriteInexact(
	text: string,
	integer: (digits: string) => string,
	notFinite: (word: string) => string,
): string {
	const pieces: string[] = [];
	let done = 0;
	let at = 0;
	const put = (start: number, piece: string): void => {
		pieces.push(text.slice(done, start), piece);
		done = at;
	};
	while (at < text.length) {
		const start = at++;
		const code = text.charCodeAt(start);
		if (code === QUOTE) {
			at = endOfString(text, start);
		} else if (isDigit(code) || code === MINUS) {
			while (isDigit(text.charCodeAt(at))) at++;
			if (at - start < 16 || isPartOfNumber(text.charCodeAt(start - 1)) || isPartOfNumber(text.charCodeAt(at)))
				continue;
			const digits = text.slice(start, at);
			if (isUnsafe(digits) && !isName(text, at)) put(start, integer(digits));
		} else if (code === CAPITAL_N || code === CAPITAL_I) {
			const word = NOT_FINITE.find((one) => text.startsWith(one, start));
			if (word === undefined) continue;
			at = start + word.length;
			put(text.charCodeAt(start - 1) === MINUS ? start - 1 : start, notFinite(word));
		}
	}
	return pieces.join('') + text.slice(done);
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

/** Marks digits on their way through the reader: the first character of those for private use that a text does not hold. */
function markFor(text: string): string {
	const lower = text.toLowerCase();
	let code = 0xe000;
	while (text.includes(String.fromCharCode(code)) || lower.includes(`\\u${code.toString(16)}`)) code++;
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

/** A number in JSON's own grammar. */
export const NUMBER_TEXT = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Whether a text is a number in JSON's own grammar that a server can hold: `1.0` and `1e5` are, `007`, `+1` and `1e999` are not. */
export function isNumberText(text: string): boolean {
	return NUMBER_TEXT.test(text) && Number.isFinite(Number(text));
}

/**
 * Writes a value as JSON text. With `convertText`, text in JSON's number grammar is written as that number, digit for
 * digit. Lone surrogates become U+FFFD, since KServe refuses a whole body for one. Dates are written as ISO text.
 * Give it only what `isDeeperThan` and `findNotFinite` passed: it writes null for a number that is not finite.
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
	if (Array.isArray(value)) return `[${value.map((element) => encode(element, convertText)).join(',')}]`;
	if ('toJSON' in value && typeof value.toJSON === 'function') return encode(value.toJSON(), convertText);
	const members = Object.entries(value)
		.filter(([, member]) => member !== undefined && typeof member !== 'function')
		.map(([name, member]) => `${encode(name)}:${encode(member, convertText)}`);
	return `{${members.join(',')}}`;
}

/** Where in a value a number stands that JSON cannot carry (`NaN`, `Infinity`): a path such as `geo.lat`, '' for the value itself. */
export function findNotFinite(value: unknown): { path: string; found: number } | undefined {
	if (typeof value === 'number') return Number.isFinite(value) ? undefined : { path: '', found: value };
	if (typeof value !== 'object' || value === null) return undefined;
	for (const [name, member] of Object.entries(value)) {
		const inside = findNotFinite(member);
		if (inside) return { ...inside, path: inside.path === '' ? name : `${name}.${inside.path}` };
	}
	return undefined;
}
