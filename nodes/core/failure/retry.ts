/** Which failures are worth another try, and how long to wait before it. */
import { CUT_REPLY } from './connectionFailure';
import { failed, type Failed, type Failure } from './outcome';
import type { Panel } from './panel';

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
export function isRetryable({ kind, status, code, reason }: Failure, retryTimeouts: boolean): boolean {
	if (reason === 'notReady') return true;
	if (kind === 'timeout' || status === 504) return retryTimeouts;
	return (status !== undefined && RETRIED_STATUS.has(status)) || (code !== undefined && RETRIED_CODE.has(code));
}

/** The date that HTTP writes, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7). Date.parse would read nearly anything. */
const HTTP_DATE =
	/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Milliseconds since the epoch; undefined where a text is no date of HTTP's form. */
function httpDate(text: string): number | undefined {
	const time = HTTP_DATE.test(text.trim()) ? Date.parse(text) : NaN;
	return Number.isNaN(time) ? undefined : time;
}

/**
 * What `Retry-After` asks for, in seconds: a whole number of them, or a date (RFC 9110, 10.2.3). A date is compared with
 * the reply's own `Date`, since the server's clock may be wrong, else with `now` (milliseconds since the epoch). Both are '' where
 * they did not come. Undefined where it asks for nothing, or in another form.
 */
export function retryAfter(header: string, replyDate: string, now: number): number | undefined {
	const text = header.trim();
	if (/^\d{1,15}$/.test(text)) return Number(text);
	const date = httpDate(text);
	return date === undefined ? undefined : Math.max(0, (date - (httpDate(replyDate) ?? now)) / 1000);
}

/** Seconds to wait after the given try (1 for the first): doubling from 1, spread between half and the whole of it. */
export function retryWait(tries: number, maxRetryWait: number, random: number): number {
	return Math.min(2 ** (tries - 1), maxRetryWait) * (0.5 + random / 2);
}

/** The failure of a request that is not sent again, with what goes before and behind its description. */
export function gaveUp(failure: Failure, tries: number, reason = '', remark = ''): Failed {
	return failed({
		...failure,
		message: tries > 1 ? `${failure.message} (after ${tries} tries)` : failure.message,
		description: `${reason}${failure.description}${remark}`,
	});
}

/** Why a request is not sent again whose server asked for a longer wait than the user allows, in seconds. */
export function waitTooLong(wanted: number, allowed: number, { asks }: Panel): string {
	const limit = asks === 'hopsworks' ? 'the node waits' : "'Longest Pause Between Tries (Seconds)' allows";
	return `The server asked to wait ${Math.ceil(wanted)} s, and ${limit} ${allowed} s. `;
}
