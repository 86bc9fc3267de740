/** The kinds of values that fields of a request take, as pydantic reads them: texts that hold a number are one. */
import { isObject } from '../reply.cts';
import { issue, missing, notA, notOneOf, type Issue, type Place } from './issues.cts';
import type { Fields } from './server.cts';

/** What is wrong with a value that is there. */
export type Kind = (value: unknown, place: Place) => Issue[];

const isNumeric = (text: string): boolean => text.trim() !== '' && !Number.isNaN(Number(text));

const float: Kind = (value, place) => {
	if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return [];
	if (typeof value !== 'string') return [issue('float_type', place, 'Input should be a valid number', value)];
	const says = 'Input should be a valid number, unable to parse string as a number';
	return isNumeric(value) ? [] : [issue('float_parsing', place, says, value)];
};

export const int: Kind = (value, place) => {
	const says = 'Input should be a valid integer';
	switch (typeof value) {
		case 'number': {
			const fraction = `${says}, got a number with a fractional part`;
			return Number.isInteger(value) ? [] : [issue('int_from_float', place, fraction, value)];
		}
		case 'string': {
			const parsing = `${says}, unable to parse string as an integer`;
			return /^\s*[-+]?\d+\s*$/.test(value) ? [] : [issue('int_parsing', place, parsing, value)];
		}
		case 'bigint':
		case 'boolean':
			return [];
		default:
			return [issue('int_type', place, says, value)];
	}
};

const LARGEST = 2n ** 63n - 1n;

const seed: Kind = (value, place) => {
	const issues = int(value, place);
	if (issues.length > 0 || typeof value === 'boolean') return issues;
	const number = typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : 0n;
	if (number > LARGEST) {
		const says = `Input should be less than or equal to ${LARGEST}`;
		return [issue('less_than_equal', place, says, value, { le: LARGEST })];
	}
	if (number >= -LARGEST - 1n) return [];
	const says = `Input should be greater than or equal to ${-LARGEST - 1n}`;
	return [issue('greater_than_equal', place, says, value, { ge: -LARGEST - 1n })];
};

const bool: Kind = (value, place) => {
	if (typeof value === 'boolean' || value === 0 || value === 1) return [];
	const says = 'Input should be a valid boolean';
	if (typeof value !== 'string' && typeof value !== 'number') return [issue('bool_type', place, says, value)];
	return [issue('bool_parsing', place, `${says}, unable to interpret input`, value)];
};

const string: Kind = (value, place) => (typeof value === 'string' ? [] : [notA('string', place, value)]);

const MOST_STOPS = 4;

const stop: Kind = (value, place) => {
	if (typeof value === 'string') return [];
	const text = notA('string', [...place, 'str'], value);
	const list = [...place, 'list[str]'];
	if (!Array.isArray(value)) return [text, notA('list', list, value)];
	if (value.length > MOST_STOPS) {
		const says = `List should have at most ${MOST_STOPS} items after validation, not ${value.length}`;
		const context = { field_type: 'List', max_length: MOST_STOPS, actual_length: value.length };
		return [text, issue('too_long', list, says, value, context)];
	}
	const wrong = value.flatMap((one, index) => string(one, [...list, index]));
	return wrong.length > 0 ? [text, ...wrong] : [];
};

const effort: Kind = (value, place) => {
	const choices = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
	return choices.includes(String(value)) ? [] : [notOneOf(place, choices, value)];
};

const tools: Kind = (value, place) => {
	if (!Array.isArray(value)) return [notA('list', place, value)];
	return value.flatMap((tool: unknown, index) => {
		if (!isObject(tool) || !isObject(tool.function)) return [missing([...place, index, 'function'], tool)];
		const name = [...place, index, 'function', 'name'];
		return 'name' in tool.function ? string(tool.function.name, name) : [missing(name, tool.function)];
	});
};

/** In the order in which they are declared, and so told. */
const KINDS: ReadonlyArray<[name: string, kind: Kind]> = [
	['model', string],
	['frequency_penalty', float],
	['logprobs', bool],
	['top_logprobs', int],
	['max_tokens', int],
	['max_completion_tokens', int],
	['n', int],
	['presence_penalty', float],
	['seed', seed],
	['stop', stop],
	['stream', bool],
	['temperature', float],
	['top_p', float],
	['tools', tools],
	['reasoning_effort', effort],
	['top_k', int],
	['min_p', float],
	['repetition_penalty', float],
	['min_tokens', int],
	['truncate_prompt_tokens', int],
];

/** What is wrong with fields that both chat and completions have; null is as good as absent. */
export function issuesOfFields(body: Fields): Issue[] {
	return KINDS.flatMap(([name, kind]) =>
		body[name] === undefined || body[name] === null ? [] : kind(body[name], [name]),
	);
}
