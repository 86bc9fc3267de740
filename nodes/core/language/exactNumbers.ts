/** Numbers of answers and schemas, compared as they were written: no digit of a long one is lost. */

/** More digits would take long to read, and no schema has a bound that needs them. */
const MOST_DIGITS = 5000;

/** Integers beyond ±(2^53 - 1) in an answer are read as text, which a text of the same digits cannot be told from. */
export function isLongInteger(value: unknown): value is string {
	return typeof value === 'string' && /^-?[1-9]\d{15,}$/.test(value) && !Number.isSafeInteger(Number(value));
}

export function longIntegerOf(digits: string): bigint {
	return BigInt(digits.slice(0, MOST_DIGITS));
}

/** A number of a schema; undefined for anything else. */
export function exactNumber(value: unknown): number | bigint | undefined {
	return typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value)) ? value : undefined;
}

/** The same number for all ways to write it, so that a set finds it. */
export function asOneNumber(value: number | bigint): number | bigint {
	if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
	return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value;
}

/** A number as the integer of its digits times a power of ten. */
function decimalOf(value: number | bigint): { digits: bigint; power: number } {
	const [, whole = '', fraction = '', power = '0'] = /^(-?\d+)(?:\.(\d+))?(?:e(.+))?$/.exec(String(value)) ?? [];
	return { digits: BigInt(whole + fraction), power: Number(power) - fraction.length };
}

/** Whether one number is another one times an integer, in their decimals: 0.07 is seven times 0.01. */
export function isMultipleOf(value: number | bigint, divisor: number | bigint): boolean {
	if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return Number(value) % Number(divisor) === 0;
	if (exactNumber(value) === undefined) return true;
	const [left, right] = [decimalOf(value), decimalOf(divisor)];
	const least = Math.min(left.power, right.power);
	const scaled = ({ digits, power }: typeof left): bigint => digits * 10n ** BigInt(power - least);
	return scaled(left) % scaled(right) === 0n;
}
