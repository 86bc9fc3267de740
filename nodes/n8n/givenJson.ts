/** JSON that a user gave as data, by an expression, or as text. */
import { excerpt } from '../core/failure/excerpt';
import { excessOf } from '../core/json/extent';
import { asText, encode, isRecord, parseGiven, parseWritten } from '../core/json/json';
import { unusable } from './unusable';

/** Fails by the field's label where it is neither data nor JSON text. */
export function asJson(value: unknown, label: string): unknown {
	return asJsonBy(parseGiven, value, label);
}

/** The same, to be sent on by `encode` with every number as the user wrote it, and not to be looked into before. */
export function asWrittenJson(value: unknown, label: string): unknown {
	return asJsonBy(parseWritten, value, label);
}

function asJsonBy(parse: (text: string) => unknown, value: unknown, label: string): unknown {
	const isBlank = typeof value === 'string' && value.trim() === '';
	if (value === undefined || value === null || isBlank) unusable(`'${label}' is empty`, 'Give it a JSON value.');
	const parsed = typeof value === 'string' ? parse(value) : value;
	const excess = excessOf(parsed);
	if (excess !== undefined) unusable(`'${label}' ${excess}`, 'No model server reads that. Give it less.');
	if (parsed !== undefined) return parsed;
	return unusable(
		`'${label}' is not valid JSON: ${excerpt(asText(value))}`,
		'Text must be JSON: names and texts in double quotes, no comma after the last value.',
	);
}

/** A JSON object to be sent on in the same way; an empty one where nothing is set. */
export function asJsonObject(value: unknown, label: string): Record<string, unknown> {
	if (value === undefined || value === null || value === '') return {};
	const given = asWrittenJson(value, label);
	if (isRecord(given)) return given;
	return unusable(`'${label}' is not a JSON object`, 'Give it names and values in braces, e.g. {"name": 1}.');
}

/** A text as it is, and data as the JSON that it is: an expression may return either. '' where nothing is set. */
export function asPrompt(value: unknown, label: string): string {
	if (typeof value !== 'object' || value === null) return asText(value);
	const excess = excessOf(value);
	if (excess !== undefined) unusable(`'${label}' ${excess}`, 'No model reads that. Give it less.');
	const written = encode(value);
	// What has a form of its own as text, as dates do, is no object any more.
	return written.startsWith('"') ? asText(parseGiven(written)) : written;
}
