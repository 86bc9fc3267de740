/** The body of a request as Python reads it: integers of any length stay exact. */
import { isInteger, isSafeNumber, parse } from 'lossless-json';
import { findFlaw, type Excess, type Flaw } from './flaw.cts';

/** Half a character's escape, or a number that may be too large for a double. */
const RARE = /\\u[dD][89a-fA-F]|\d[eE]\+?\d{3}|\d{309}/;

function parsed(text: string): unknown {
	return parse(text, null, {
		parseNumber: (digits) => (isInteger(digits) && !isSafeNumber(digits) ? BigInt(digits) : Number(digits)),
		// The last of several members of one name wins.
		onDuplicateKey: ({ newValue }) => newValue,
	});
}

/** The value, or the first flaw; some parsers refuse values that JSON allows. */
export function readJson(text: string, refused: Excess[] = []): { value: unknown } | { flaw: Flaw } {
	// Looked through only where that may find something: it takes as long as the reading.
	if (refused.length > 0 && RARE.test(text)) {
		const flaw = findFlaw(text, refused);
		if (flaw) return { flaw };
	}
	try {
		return { value: parsed(text) };
	} catch (error) {
		const flaw = findFlaw(text);
		if (flaw) return { flaw };
		throw error;
	}
}
