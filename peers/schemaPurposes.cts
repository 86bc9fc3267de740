/**
 * Why the node refuses values that Hopsworks' check lets pass: the model would get another value than the item holds, or one
 * that is nested deeper than the node walks.
 */
import { DateTime } from 'luxon';

/** Whether the type of a column and a value anywhere in the cell are such a case. */
type Purpose = (type: string, value: unknown) => boolean;

const MOST_LEVELS = 500;

function levelsOf(value: unknown): number {
	return typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(levelsOf)) : 0;
}

function isWhole(value: unknown): value is number {
	return typeof value === 'number' && Number.isInteger(value);
}

const PURPOSES: Record<string, Purpose> = {
	'a number beyond 2^53, which n8n rounded': (type, value) =>
		type.includes('int') && isWhole(value) && !Number.isSafeInteger(value),
	'a number that is no time of the years 1 to 9999': (type, value) =>
		(type.includes('date') && isWhole(value) && (value < -719_162 || value > 2_932_896)) ||
		(type.includes('timestamp') && isWhole(value) && (value < -62_135_596_800_000 || value > 253_402_300_799_999)),
	'NaN or Infinity, which JSON would make null': (_type, value) => typeof value === 'number' && !Number.isFinite(value),
	'a date that is none, which JSON would make null': (_type, value) =>
		(value instanceof Date && Number.isNaN(value.getTime())) || (value instanceof DateTime && !value.isValid),
	'base64 with a line break in the place of its padding': (type, value) =>
		type.includes('binary') && typeof value === 'string' && value.endsWith('\n'),
	'nested more than 500 levels deep': (_type, value) => Array.isArray(value) && levelsOf(value) > MOST_LEVELS,
};

export const purposes = Object.keys(PURPOSES);

function holds(type: string, value: unknown, purpose: Purpose): boolean {
	if (purpose(type, value)) return true;
	if (typeof value !== 'object' || value === null || value instanceof DateTime) return false;
	return Object.values(value).some((member) => holds(type, member, purpose));
}

/** The case that a cell is, if any. */
export function purposeOf(type: string | null, cell: unknown): string | undefined {
	return Object.entries(PURPOSES).find(([, purpose]) => holds((type ?? '').toLowerCase(), cell, purpose))?.[0];
}
