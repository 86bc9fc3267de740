/** The body of a request as Python reads it: integers of any length stay exact. */
import { isInteger, isSafeNumber, parse } from 'lossless-json';
import { findFlaw, type Flaw } from './flaw.cts';

export function readJson(
	text: string,
	refused: Parameters<typeof findFlaw>[1] = [],
): { value: unknown } | { flaw: Flaw } {
	const flaw = findFlaw(text, refused);
	if (flaw) return { flaw };
	const value = parse(text, null, {
		parseNumber: (digits) => (isInteger(digits) && !isSafeNumber(digits) ? BigInt(digits) : Number(digits)),
		// The last of several members of one name wins.
		onDuplicateKey: ({ newValue }) => newValue,
	});
	return { value };
}
