/** Outcomes: a failure is a value that says what happened and what to do. */
import type { Blame } from './blame';
import { excerpt } from './excerpt';

/** Advice may list what there is to choose from. */
const LONGEST_ADVICE = 2000;

export type Outcome<Value> = { ok: true; value: Value } | { ok: false; failure: Failure };

export interface Failure {
	/** Where it happened: in what the user gave, on the way, in the server's status, in a reply that is no answer, or in this node. */
	kind: 'input' | 'connection' | 'timeout' | 'status' | 'reply' | 'cancelled' | 'notSent' | 'node';
	/** What happened, without a final full stop. */
	message: string;
	/** What to do next, in whole sentences. */
	description: string;
	/** HTTP status, with kind `status`. */
	status?: number;
	/** System error code such as `ECONNREFUSED`, or the name of n8n's own error, with kind `connection`. */
	code?: string;
	/** Hopsworks' own error code, where its REST API gave one. */
	errorCode?: number;
	/** Set where sending fewer rows together can help. */
	blame?: Blame;
}

export function success<Value>(value: Value): { ok: true; value: Value } {
	return { ok: true, value };
}

export function failed(failure: Failure): { ok: false; failure: Failure } {
	return { ok: false, failure };
}

/** The failure of what a user gave. It may be of any length, and goes into the words about it. */
export function badInput(message: string, description: string): { ok: false; failure: Failure } {
	return failed({ kind: 'input', message: excerpt(message), description: excerpt(description, LONGEST_ADVICE) });
}

/** `1 row`, `10,000 rows`. */
export function count(amount: number, noun: string): string {
	return `${amount.toLocaleString('en-US')} ${noun}${amount === 1 ? '' : 's'}`;
}

/** The failure of one row of a request, in the server's words about this row where it named it. */
export function failureOfRow(failure: Failure, row: number): Failure {
	const message = failure.blame?.kind === 'rows' ? failure.blame.named.get(row) : undefined;
	return message === undefined ? failure : { ...failure, message };
}
