/** Looks ahead in a JSON text, no further than it is told: where something ends, and how far whole members reach. */

// Not exported: compiled, an exported constant is looked up each time, and these are asked for every character.
const TAB = 9;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const ZERO = 48;
const NINE = 57;
const LIST = 91;
const BACKSLASH = 92;
const END_OF_LIST = 93;
const SMALL_U = 117;
const RECORD = 123;
const END_OF_RECORD = 125;

/** Numbers and words up to the last comma between them: the longest lists hold nothing else, and this is passed at one go. */
const WORDS = /[^"[\]{}]*,/y;

/** Characters without a string or bracket after which that is tried; for fewer it would take longer than it saves. */
const MANY = 64;

/** Where white space ends, or `stop`. */
export function endOfSpace(text: string, from: number, stop: number): number {
	let at = from;
	for (; at < stop; at++) {
		const code = text.charCodeAt(at);
		if (code !== SPACE && code !== LINE_FEED && code !== CARRIAGE_RETURN && code !== TAB) break;
	}
	return at;
}

/** Where digits end, or `stop`. */
export function endOfDigits(text: string, from: number, stop: number): number {
	let at = from;
	for (; at < stop; at++) {
		const code = text.charCodeAt(at);
		if (code < ZERO || code > NINE) break;
	}
	return at;
}

/** Where a number, `true`, `false`, `null` or `NaN` ends, or `stop`. */
export function endOfWord(text: string, from: number, stop: number): number {
	let at = from;
	for (; at < stop; at++) {
		const code = text.charCodeAt(at);
		if (code <= SPACE || code === COMMA || code === END_OF_LIST || code === END_OF_RECORD) break;
	}
	return at;
}

/** The position of the quote that closes a string, or one from `stop` on that is inside no escape. */
export function endOfString(text: string, from: number, stop: number): number {
	let at = from;
	while (at < stop) {
		const code = text.charCodeAt(at);
		if (code === QUOTE) break;
		if (code !== BACKSLASH) at++;
		else at += text.charCodeAt(at + 1) === SMALL_U ? 6 : 2;
	}
	return at;
}

interface Ahead {
	/** The position of the bracket that closes the list or object; -1 where it is out of sight. */
	end: number;
	/** The last comma in sight between the members, -1 for none; and so on in each list or object that is still open then. */
	commas: number[];
	/** How many levels deep the members are, as far as they are in sight. */
	levels: number;
}

/**
 * Looks ahead from a position between the members of a list or object. What is not JSON is seen here as little as which
 * bracket closes which: whoever reads it sees it.
 */
export function lookAhead(text: string, from: number, stop: number): Ahead {
	const sight = text.slice(from, stop);
	const commas: number[] = [];
	let comma = -1;
	let levels = 0;
	let trial = from + MANY;
	for (let at = from; at < stop; at++) {
		const code = text.charCodeAt(at);
		if (code === COMMA) {
			comma = at;
		} else if (code === QUOTE) {
			at = endOfString(text, at + 1, stop);
			trial = at + MANY;
		} else if (code === LIST || code === RECORD) {
			commas.push(comma);
			comma = -1;
			if (commas.length > levels) levels = commas.length;
			trial = at + MANY;
		} else if (code === END_OF_LIST || code === END_OF_RECORD) {
			if (commas.length === 0) return { end: at, commas: [comma], levels };
			comma = commas.pop() ?? -1;
			trial = at + MANY;
		} else if (at >= trial) {
			trial = stop;
			WORDS.lastIndex = at - from;
			if (WORDS.test(sight)) comma = at = from + WORDS.lastIndex - 1;
		}
	}
	commas.push(comma);
	return { end: -1, commas, levels };
}
