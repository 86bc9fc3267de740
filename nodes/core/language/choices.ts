/** The choices that a schema's `enum` leaves, and whether a value is one of them. */
import { asText, isRecord } from '../json/json';

/**
 * Whether a value out of a schema and one out of an answer are the same JSON, whatever the order of their members. An
 * integer beyond 2^53 is a `bigint` in the one and text in the other. Goes as deep as the answer, which `parseReply` bounds.
 */
export function isEqual(one: unknown, other: unknown): boolean {
	if (typeof one === 'bigint' || typeof other === 'bigint') return asText(one) === asText(other);
	if (Array.isArray(one)) {
		const isAlike = Array.isArray(other) && one.length === other.length;
		return isAlike && one.every((element, index) => isEqual(element, other[index]));
	}
	if (!isRecord(one)) return one === other;
	if (!isRecord(other)) return false;
	const names = Object.keys(one);
	if (names.length !== Object.keys(other).length) return false;
	return names.every((name) => Object.hasOwn(other, name) && isEqual(one[name], other[name]));
}

function isCompound(value: unknown): boolean {
	return typeof value === 'object' && value !== null;
}

/** Tells whether a value is among some choices, without going through all of them for every value. */
export function choiceTester(choices: unknown[]): (value: unknown) => boolean {
	const compounds = choices.filter(isCompound);
	const others = choices.filter((choice) => !isCompound(choice));
	const plain = new Set(others.map((choice) => (typeof choice === 'bigint' ? asText(choice) : choice)));
	return (value) => (isCompound(value) ? compounds.some((choice) => isEqual(choice, value)) : plain.has(value));
}
