/** The ranges of the settings that choose an answer's tokens (vllm: `sampling_params.py`). */
import { float } from '../python.cts';
import { badRequest, type Refusal } from './refusal.cts';
import type { Fields } from './server.cts';

/** Of text too, which pydantic reads as a number. */
const numberOf = (value: unknown): number | undefined =>
	value === null || value === undefined ? undefined : Number(value);

const MOST_LOGPROBS = 20;

type Check = (fields: Fields) => Refusal | undefined;

/** A number outside of its range; the message ends with the field where `isNamed`. */
function outside(name: string, isInside: (value: number) => boolean, range: string, isNamed = false): Check {
	return (fields) => {
		const value = numberOf(fields[name]);
		if (value === undefined || isInside(value)) return undefined;
		const message = `${name} must be ${range}, got ${float(value)}.`;
		return isNamed ? badRequest(message, name, float(value)) : badRequest(message);
	};
}

/** A whole number below its least. */
function fewer(name: string, least: number, range: string): Check {
	return (fields) => {
		const value = numberOf(fields[name]);
		return value === undefined || value >= least ? undefined : badRequest(`${name} must be ${range}, got ${value}.`);
	};
}

/** `limit` is how many tokens the answer may have. */
const checksOf = (limit: number): Check[] => [
	fewer('n', 1, 'at least 1'),
	outside('presence_penalty', (value) => value >= -2 && value <= 2, 'in [-2, 2]'),
	outside('frequency_penalty', (value) => value >= -2 && value <= 2, 'in [-2, 2]'),
	outside('repetition_penalty', (value) => value > 0, 'greater than zero'),
	outside('temperature', (value) => value >= 0, 'non-negative', true),
	outside('temperature', (value) => value <= 2, 'in [0, 2]', true),
	outside('top_p', (value) => value > 0 && value <= 1, 'in (0, 1]', true),
	fewer('top_k', -1, '0 (disable), or at least 1'),
	outside('min_p', (value) => value >= 0 && value <= 1, 'in [0, 1]'),
	() => (limit >= 1 ? undefined : badRequest(`max_tokens must be at least 1, got ${limit}.`, 'max_tokens', limit)),
	fewer('min_tokens', 0, 'greater than or equal to 0'),
	({ min_tokens: least }) =>
		Number(least ?? 0) > limit
			? badRequest(`min_tokens must be less than or equal to max_tokens=${limit}, got ${Number(least)}.`)
			: undefined,
	({ stop }) => ([stop].flat().includes('') ? badRequest('stop cannot contain an empty string.') : undefined),
	({ n, temperature }) =>
		numberOf(temperature) === 0 && Number(n ?? 1) > 1
			? badRequest(`n must be 1 when using greedy sampling, got ${Number(n)}.`)
			: undefined,
	({ top_logprobs: asked }) =>
		Number(asked ?? 0) > MOST_LOGPROBS
			? badRequest(
					`Requested sample logprobs of ${Number(asked)}, which is greater than max allowed: ${MOST_LOGPROBS}`,
					'logprobs',
					Number(asked),
				)
			: undefined,
];

/** The first setting that is out of its range, in the order in which vLLM looks at them. */
export function refusalOfSampling(fields: Fields, limit: number): Refusal | undefined {
	for (const check of checksOf(limit)) {
		const refusal = check(fields);
		if (refusal) return refusal;
	}
	return undefined;
}
