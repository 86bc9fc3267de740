/** The door for JSON: what comes in has no type of its own, and gets one by being looked at. */
import type { Json } from '../../nodes/core/json/json';

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether JSON has such a value. */
function isJson(value: unknown): value is Json {
	if (typeof value === 'object' && value !== null) return Object.values(value).every(isJson);
	return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function unlike(what: string, value: unknown): Error {
	return new Error(`that is no ${what}: ${JSON.stringify(value)}`);
}

/** Whether a text is JSON. */
export function isJsonText(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** The value of a JSON text, which has to be one. */
export function read(text: string): Json {
	const value: unknown = JSON.parse(text);
	if (!isJson(value)) throw unlike('JSON', text);
	return value;
}

/** What is at the end of a way of names and positions; undefined where the way ends before. */
export function at(value: unknown, ...way: Array<string | number>): unknown {
	return way.reduce<unknown>(
		(inside, step) => (typeof inside === 'object' && inside !== null ? Reflect.get(inside, step) : undefined),
		value,
	);
}

/** A record, which it has to be. */
export function recordOf(value: unknown): Record<string, unknown> {
	if (!isRecord(value)) throw unlike('record', value);
	return value;
}

/** A list, which it has to be. */
export function listOf(value: unknown): unknown[] {
	if (!Array.isArray(value)) throw unlike('list', value);
	return value;
}

/** A text, which it has to be. */
export function textOf(value: unknown): string {
	if (typeof value !== 'string') throw unlike('text', value);
	return value;
}

/** A number, which it has to be. */
export function numberOf(value: unknown): number {
	if (typeof value !== 'number') throw unlike('number', value);
	return value;
}
