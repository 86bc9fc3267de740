/** Finds in a JSON text what a JavaScript number cannot hold: long integers, `NaN` and `Infinity`. */

// An integer of 16 digits or more may lie beyond ±(2^53 - 1), where a JavaScript number changes it. Nothing repeats without
// a bound here: that would overflow the stack on a text of millions of digits.
const LONG_INTEGER = /(?:^|[[,:\s])-?\d{16}/;

/** Whether a JSON text may hold what a JavaScript number cannot: looked for first, as most texts do not. */
export function mayBeInexact(text: string): boolean {
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

/** A number as a user wrote it, where JavaScript would write it in another way: `1.0`, `2.50`, `1e2`, or more digits than it holds. */
export class WrittenNumber {
	constructor(readonly text: string) {}
}

/** Whether a JSON text may hold a number that JavaScript would write in another way. */
export function mayBeRewritten(text: string): boolean {
	return /\d[.eE]|\d{16}|-0/.test(text);
}

/** Rewrites, outside strings, the numbers for which `rewrite` returns a text. Takes time linear in the text. */
export function rewriteNumbers(text: string, rewrite: (number: string) => string | undefined): string {
	const pieces: string[] = [];
	let done = 0;
	for (let at = 0; at < text.length; ) {
		const start = at++;
		const code = text.charCodeAt(start);
		if (code === QUOTE) at = endOfString(text, start);
		if (!isDigit(code) && code !== MINUS) continue;
		for (let next = text.charCodeAt(at); isDigit(next) || isPartOfNumber(next) || next === MINUS; ) {
			next = text.charCodeAt(++at);
		}
		const rewritten = rewrite(text.slice(start, at));
		if (rewritten === undefined) continue;
		pieces.push(text.slice(done, start), rewritten);
		done = at;
	}
	return pieces.join('') + text.slice(done);
}

/**
 * Rewrites, outside strings, the integers that a JavaScript number cannot hold, and the bare words NaN and Infinity that
 * Python's `json` and TensorFlow Serving's `json_tensor.cc` write. Takes time linear in the text.
 */
export function rewriteInexact(
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
