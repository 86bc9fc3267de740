/** A failure that what was sent may have caused, with what was sent: the words of a server seldom tell. */
import { excerpt } from './excerpt';
import type { Failure } from './outcome';

/** Statuses that the content of a request can cause. */
const OF_CONTENT = new Set([400, 406, 409, 413, 415, 422, 500, 504]);

/** Whether what was sent can have caused a failure. */
export function isOfContent({ kind, status }: Failure): boolean {
	return kind === 'reply' || kind === 'timeout' || OF_CONTENT.has(status ?? 0);
}

const LONGEST_SHOWN = 200;

/** The failure with an excerpt of what was sent; `sent` are the words before it. */
export function withSent(failure: Failure, sent: string, text: string): Failure {
	if (!isOfContent(failure)) return failure;
	const words = `${sent}: ${excerpt(text, LONGEST_SHOWN)}.`;
	return { ...failure, description: failure.description === '' ? words : `${failure.description} ${words}` };
}
