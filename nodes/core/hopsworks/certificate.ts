/** What bytes hold, as far as their shape in DER (X.690) tells: a certificate, a key, or neither. Nothing is checked of what it says. */

export type Shape = 'certificate' | 'key' | 'incomplete' | 'other';

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const SEQUENCE = 0x30;
const VERSION = 0xa0;
/** The bit of a tag whose content is elements in their turn. */
const CONSTRUCTED = 0x20;

/** Certificates are about ten deep. */
const DEEPEST = 32;
/** More bytes than these do not give a length. */
const LONGEST_LENGTH = 4;

interface Element {
	tag: number;
	content: Uint8Array;
	/** How many bytes it has with its head. */
	size: number;
}

/** The element that bytes begin with; undefined where they end too soon, or its length is in no form of DER. */
function elementIn(bytes: Uint8Array): Element | undefined {
	const [tag, first] = bytes;
	if (tag === undefined || first === undefined) return undefined;
	const digits = first < 0x80 ? 0 : first - 0x80;
	if (first === 0x80 || digits > LONGEST_LENGTH || bytes.length < 2 + digits) return undefined;
	const begin = 2 + digits;
	const length = digits === 0 ? first : bytes.slice(2, begin).reduce((sum, byte) => sum * 256 + byte, 0);
	return { tag, content: bytes.subarray(begin, begin + length), size: begin + length };
}

/** The elements that bytes are made of, down to the last byte; undefined where they are not. */
function elementsIn(bytes: Uint8Array): Element[] | undefined {
	const elements: Element[] = [];
	for (let begin = 0; begin < bytes.length; ) {
		const element = elementIn(bytes.subarray(begin));
		if (!element || begin + element.size > bytes.length) return undefined;
		elements.push(element);
		begin += element.size;
	}
	return elements;
}

/** Whether all that is in an element is whole, and in what that holds too. */
function isWhole({ tag, content }: Element, depth = 0): boolean {
	if ((tag & CONSTRUCTED) === 0) return true;
	const inner = depth === DEEPEST ? undefined : elementsIn(content);
	return inner?.every((one) => isWhole(one, depth + 1)) ?? false;
}

/** Whether an element holds elements of just these tags; where there are `more`, behind them what there may be. */
function holds({ tag, content }: Element, tags: number[], more = false): boolean {
	const inner = tag === SEQUENCE ? (elementsIn(content) ?? []) : [];
	const optional = inner[0]?.tag === VERSION && more ? 1 : 0;
	const rest = inner.slice(optional);
	return tags.every((one, place) => rest[place]?.tag === one) && (more || rest.length === tags.length);
}

/** Serial number, algorithm, issuer, validity, subject, key (RFC 5280, 4.1). */
const SIGNED = [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE];

export function shapeOf(bytes: Uint8Array): Shape {
	const outer = elementIn(bytes);
	if (outer?.tag !== SEQUENCE) return 'other';
	if (outer.size > bytes.length) return 'incomplete';
	if (outer.size < bytes.length || !isWhole(outer)) return 'other';
	const [first] = elementsIn(outer.content) ?? [];
	// Keys and key stores begin with their version (RFC 8017, 5208, 5915, 7292).
	if (first?.tag === INTEGER) return 'key';
	const isCertificate = holds(outer, [SEQUENCE, SEQUENCE, BIT_STRING]) && first && holds(first, SIGNED, true);
	return isCertificate ? 'certificate' : 'other';
}
