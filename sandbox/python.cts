/** How Python writes values: in messages, as JSON, and as a number that is a float. */
import { isObject } from './reply.cts';

/** As `repr` writes a JSON value. */
export function repr(value: unknown): string {
	if (value === null || value === undefined) return 'None';
	if (typeof value === 'boolean') return value ? 'True' : 'False';
	if (typeof value === 'string') return quoted(value);
	if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
	if (typeof value === 'number' || typeof value === 'bigint') return String(value);
	const members: Array<[string, unknown]> = isObject(value) ? Object.entries(value) : [];
	return `{${members.map(([name, member]) => `${quoted(name)}: ${repr(member)}`).join(', ')}}`;
}

/** In double quotes only where that saves escaping. */
function quoted(text: string): string {
	const escaped = text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t');
	return text.includes("'") && !text.includes('"') ? `"${escaped}"` : `'${escaped.replace(/'/g, "\\'")}'`;
}

/** As `json.dumps` writes it: with a blank after each comma and colon. */
export function dumps(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(dumps).join(', ')}]`;
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	return `{${Object.entries(value)
		.map(([name, member]) => `${JSON.stringify(name)}: ${dumps(member)}`)
		.join(', ')}}`;
}

/** A number as a float: 3 is `3.0`. */
export function float(number: number): string {
	return Number.isInteger(number) ? `${number}.0` : String(number);
}
