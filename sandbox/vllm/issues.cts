/** What pydantic finds wrong with a body, and how vLLM tells it. */
import { isObject } from '../reply.cts';
import { repr } from '../python.cts';
import type { Refusal } from './refusal.cts';
import { isBefore, type Server } from './server.cts';

export type Place = ReadonlyArray<string | number>;

export interface Issue {
	type: string;
	/** The way to the value, below `body`; in it the library's own words for what it tried, such as `list[str]`. */
	place: Place;
	says: string;
	input: unknown;
	context?: Record<string, unknown>;
}

export const issue = (
	type: string,
	place: Place,
	says: string,
	input: unknown,
	context?: Record<string, unknown>,
): Issue => ({ type, place, says, input, ...(context && { context }) });

export const missing = (place: Place, input: unknown): Issue => issue('missing', place, 'Field required', input);

export const notA = (kind: 'list' | 'string', place: Place, input: unknown): Issue =>
	issue(`${kind}_type`, place, `Input should be a valid ${kind}`, input);

export function notOneOf(place: Place, choices: string[], input: unknown): Issue {
	const expected = choices
		.map((choice) => `'${choice}'`)
		.join(', ')
		.replace(/, ([^,]*)$/, ' or $1');
	return issue('literal_error', place, `Input should be ${expected}`, input, { expected });
}

/** A step that no client knows: what the library tried there. */
const LIBRARY_WORD = /[[(]|^(?:str|int|float|bool|bytes)$/;

const pathOf = (place: Place): string =>
	['body', ...place].filter((step) => !LIBRARY_WORD.test(String(step))).join('.');

/** What a value is, without what is in it. */
function described(value: unknown): string {
	if (typeof value === 'string') return value.slice(0, 200);
	if (Array.isArray(value)) return `<list of ${value.length} items>`;
	if (isObject(value)) return `<dict of ${Object.keys(value).length} items>`;
	return repr(value);
}

const tuple = (place: Place): string => `(${place.map(repr).join(', ')}${place.length === 1 ? ',' : ''})`;

function lineOf({ type, place, says, input, context }: Issue, isWhole: boolean): string {
	const members = [
		`'type': ${repr(type)}`,
		`'loc': ${isWhole ? tuple(['body', ...place]) : repr(pathOf(place))}`,
		`'msg': ${repr(says)}`,
		`'input': ${repr(isWhole ? input : described(input))}`,
		...(context ? [`'ctx': ${repr(context)}`] : []),
	];
	return `{${members.join(', ')}}`;
}

const MOST_LINES = 10;
const LONGEST_LINE = 1000;

/** Since 0.32 values are described and lines are few; before, everything that was sent came back. */
export function invalid(server: Server, issues: readonly Issue[]): Refusal {
	const isWhole = isBefore(server, '0.32');
	const lines = issues.slice(0, isWhole ? Infinity : MOST_LINES).map((one) => lineOf(one, isWhole));
	const left = issues.length - lines.length;
	const message = [
		`${issues.length} validation error${issues.length === 1 ? '' : 's'}:`,
		...lines.map((line) => `  ${isWhole ? line : line.slice(0, LONGEST_LINE)}`),
		...(left > 0 ? [`  ...and ${left} more errors`] : []),
	].join('\n');
	return { status: 400, type: 'Bad Request', message, param: pathOf(issues[0]?.place ?? []) };
}
