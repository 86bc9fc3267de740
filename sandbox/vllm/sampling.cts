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

const CHECKS: Check[] = [
	({ n }) =>
		numberOf(n) === undefined || Number(n) >= 1 ? undefined : badRequest(`n must be at least 1, got ${Number(n)}.`),
	outside('presence_penalty', (value) => value >= -2 && value <= 2, 'in [-2, 2]'),
	outside('frequency_penalty', (value) => value >= -2 && value <= 2, 'in [-2, 2]'),
	outside('repetition_penalty', (value) => value > 0, 'greater than zero'),
	outside('temperature', (value) => value >= 0, 'non-negative', true),
	outside('temperature', (value) => value <= 2, 'in [0, 2]', true),
	outside('top_p', (value) => value > 0 && value <= 1, 'in (0, 1]', true),
	outside('min_p', (value) => value >= 0 && value <= 1, 'in [0, 1]'),
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

/** The first setting that is out of its range; `limit` is how many tokens the answer may have. */
export function refusalOfSampling(fields: Fields, limit: number): Refusal | undefined {
	for (const check of CHECKS) {
		const refusal = check(fields);
		if (refusal) return refusal;
	}
	return limit >= 1 ? undefined : badRequest(`max_tokens must be at least 1, got ${limit}.`, 'max_tokens', limit);
}
