/** The choices that a schema's `enum` leaves, and whether a value is one of them. */
import { isRecord } from '../json/json';
import { asOneNumber, isLongInteger, longIntegerOf } from './exactNumbers';

function isNumber(value: unknown): value is number | bigint {
	return typeof value === 'number' || typeof value === 'bigint';
}

/**
 * Whether a value out of a schema and one out of an answer are the same JSON, whatever the order of their members. An
 * integer beyond 2^53 is a `bigint` in the one and text in the other. Goes as deep as the answer, which `parseReply` bounds.
 */
export function isEqual(one: unknown, other: unknown): boolean {
	if (one === other) return true;
	if (isNumber(one)) {
		const number = isLongInteger(other) ? longIntegerOf(other) : other;
		return isNumber(number) && asOneNumber(one) === asOneNumber(number);
	}
	if (Array.isArray(one)) {
		const isAlike = Array.isArray(other) && one.length === other.length;
		return isAlike && one.every((element, index) => isEqual(element, other[index]));
	}
	if (!isRecord(one) || !isRecord(other)) return false;
	const names = Object.keys(one);
	if (names.length !== Object.keys(other).length) return false;
	return names.every((name) => Object.hasOwn(other, name) && isEqual(one[name], other[name]));
}

function isCompound(value: unknown): boolean {
	return typeof value === 'object' && value !== null;
}

/** Tells whether a value is among some choices, without going through all of them for every value. */
export function choiceTester(choices: unknown[]): (value: unknown) => boolean {
	const comparable = (value: unknown): unknown => (isNumber(value) ? asOneNumber(value) : value);
	const compounds = choices.filter(isCompound);
	const plain = new Set(choices.filter((choice) => !isCompound(choice)).map(comparable));
	return (value) =>
		isCompound(value) ? compounds.some((choice) => isEqual(choice, value)) : plain.has(comparable(value));
}
