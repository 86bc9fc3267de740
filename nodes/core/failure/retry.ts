/** Which failures are worth another try, and how long to wait before it. */
import { CUT_REPLY } from './connectionFailure';
import type { Failure } from './outcome';

export interface RetryPolicy {
	/** How often one request is sent at most. */
	maxTries: number;
	/** Longest wait before one more try, in seconds. */
	maxRetryWait: number;
	/** Whether 504 and time-outs are tried again: the work may still be going on. */
	retryTimeouts: boolean;
}

const RETRIED_STATUS = new Set([429, 502, 503]);
const RETRIED_CODE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'EPIPE', CUT_REPLY]);

/** Whether trying again can help. Never after 500: model servers report bad rows as 500. */
export function isRetryable({ kind, status, code }: Failure, retryTimeouts: boolean): boolean {
	if (kind === 'timeout' || status === 504) return retryTimeouts;
	return (status !== undefined && RETRIED_STATUS.has(status)) || (code !== undefined && RETRIED_CODE.has(code));
}

/** What `Retry-After` asks for, in seconds from `now` (milliseconds since the epoch); it is a number of seconds or a date. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
	const text = header?.trim() ?? '';
	if (/^\d+$/.test(text)) return Number(text);
	const date = Date.parse(text);
	return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

/** Seconds to wait after the given try (1 for the first): doubling from 1, spread between half and the whole of it. */
export function retryWait(tries: number, maxRetryWait: number, random: number): number {
	return Math.min(2 ** (tries - 1), maxRetryWait) * (0.5 + random / 2);
}
