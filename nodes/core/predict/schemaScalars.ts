/** What a schema's types without others inside make of a value: the JSON text that the predictor accepts. */
import { asText, encode, findNotFinite, isDeeperThan, isNumberText, MOST_LEVELS } from '../json/json';
import { DAYS, dayIn, isTimestampText, MILLISECONDS } from './schemaTimes';
import type { ScalarKind } from './schemaTypes';

/** A whole number as a file or a database writes it: a column with gaps often has `5.0` for 5. */
const INTEGER = /^(-?(?:0|[1-9]\d*))(?:\.0+)?$/;
/** Larger ones the model server's JSON reader rounds to floating point numbers, which are no integers any more. */
const SMALLEST_INTEGER = -(2n ** 63n);
const LARGEST_INTEGER = 2n ** 64n - 1n;
/** Every integer with fewer characters is between the two. */
const SURELY_FITS = 18;
/** These go out as text: zeros before the number are kept, and digits are those of any script, as Python reads them. */
const BIG_INTEGER = /^(-?\p{Nd}+)(?:\.0+)?$/u;
const DECIMAL = /^-?\p{Nd}+(?:\.\p{Nd}+)?$/u;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** `20261124` and `20261124020000`, which would be read as milliseconds of 1970 and of the year 2612. */
const TIME_WITHOUT_MARKS = /^(?:\d{8}|\d{14})$/;

/** `undefined` where the type does not accept the value. */
type ScalarWriter = (value: unknown) => string | undefined;

/** A number or text in number form; a number beyond 2^53 was rounded before it came here. */
function writeInteger(value: unknown): string | undefined {
	if (typeof value === 'string') return INTEGER.exec(value.trim())?.[1];
	return typeof value === 'bigint' || Number.isSafeInteger(value) ? encode(value) : undefined;
}

function fits(text: string): boolean {
	if (text.length <= SURELY_FITS) return true;
	const integer = BigInt(text);
	return integer >= SMALLEST_INTEGER && integer <= LARGEST_INTEGER;
}

function writeIntegerWithin(value: unknown, { least, most }: { least: number; most: number }): string | undefined {
	const text = writeInteger(value);
	return text !== undefined && Number(text) >= least && Number(text) <= most ? text : undefined;
}

export const SCALARS: Record<ScalarKind, ScalarWriter> = {
	integer(value) {
		const text = writeInteger(value);
		return text !== undefined && fits(text) ? text : undefined;
	},
	bigint(value) {
		// As text no reader on the way can round it.
		const digits = typeof value === 'string' ? BIG_INTEGER.exec(value.trim())?.[1] : undefined;
		if (digits !== undefined) return encode(digits);
		return typeof value === 'bigint' ? encode(asText(value)) : writeInteger(value);
	},
	number(value) {
		if (typeof value === 'bigint') return Number.isFinite(Number(value)) ? encode(value) : undefined;
		if (typeof value !== 'string') return Number.isFinite(value) ? encode(value) : undefined;
		const text = value.trim();
		return isNumberText(text) ? text : undefined;
	},
	decimal(value) {
		if (typeof value !== 'string' && typeof value !== 'bigint') {
			return Number.isFinite(value) ? encode(value) : undefined;
		}
		const text = asText(value).trim();
		return DECIMAL.test(text) ? encode(text) : undefined;
	},
	text(value) {
		if (typeof value === 'number' && !Number.isFinite(value)) return undefined;
		return value === '' || asText(value) !== '' ? encode(asText(value)) : undefined;
	},
	boolean(value) {
		if (typeof value === 'boolean') return encode(value);
		const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
		return text === 'true' || text === 'false' ? text : undefined;
	},
	timestamp(value) {
		const text = typeof value === 'string' ? value.trim() : '';
		if (isTimestampText(text)) return encode(text);
		return TIME_WITHOUT_MARKS.test(text) ? undefined : writeIntegerWithin(value, MILLISECONDS);
	},
	date(value) {
		const day = typeof value === 'string' ? dayIn(value.trim()) : undefined;
		return day === undefined ? writeIntegerWithin(value, DAYS) : encode(day);
	},
	binary(value) {
		if (value instanceof Uint8Array) return encode(Buffer.from(value).toString('base64'));
		if (typeof value !== 'string') return undefined;
		const text = value.trim();
		return text.length % 4 === 0 && BASE64.test(text) ? encode(text) : undefined;
	},
	any(value) {
		return isDeeperThan(value, MOST_LEVELS) || findNotFinite(value) ? undefined : encode(value);
	},
};
