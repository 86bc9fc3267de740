/** Requests that have more rows than anybody asked for: which of their failures their size may be to blame for. */
import type { Failure } from './outcome';

/** Statuses that say nothing of the size of a request. */
const WHATEVER_SIZE = new Set([401, 403, 404, 405, 501]);

/** Whether a smaller request need not have failed so. What a row is blamed for is one where so many were answered before. */
export function mayBeOfSize({ kind, status = 0, blame }: Failure, isAttempt: boolean): boolean {
	if (blame) return isAttempt && blame.kind === 'rows' && blame.named.size === 0;
	if (kind === 'status') return status >= 400 && !WHATEVER_SIZE.has(status);
	return kind === 'timeout' || kind === 'connection' || kind === 'reply';
}

/** Whether a failure may have another reason after all: a row, or a server that is busy. */
export function mayHaveOtherReason({ status, blame }: Failure): boolean {
	return blame !== undefined || status === 429 || status === 503;
}
