/** Outcomes: a failure is a value that says what happened and what to do. */
import { excerpt } from './excerpt';
import { withWords } from './meaning';
import type { RequestPlace } from './requestPlace';

/** A description may list what there is to choose from. */
const LONGEST_DESCRIPTION = 2000;

export type Outcome<Value> = { ok: true; value: Value } | Failed;

/** The outcome of what went wrong. */
export interface Failed {
	ok: false;
	failure: Failure;
}

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
	/** The request that failed, where one was sent. */
	request?: RequestPlace;
	/** `noRoute`: the gateway does not know the deployment; `notReady`: said in words, whatever the status. */
	reason?: 'noRoute' | 'notReady';
}

/** What made a request with several rows fail. */
export type Blame =
	/**
	 * One row or more. `named` holds the server's words on each that it names, by its position in the request from 0, and
	 * `message` what happened without such words.
	 */
	| { kind: 'rows'; message: string; named: ReadonlyMap<number, string> }
	/** The size of the request; `mostRows` where the server says how many it takes. */
	| { kind: 'size'; mostRows?: number }
	/** The deployment answers another number of predictions than it gets rows. */
	| { kind: 'count' }
	/** Anything, in a request of more rows than anybody asked for; one of `smaller` may do. */
	| { kind: 'attempt'; smaller: number };

export function success<Value>(value: Value): { ok: true; value: Value } {
	return { ok: true, value };
}

export function failed(failure: Failure): Failed {
	return { ok: false, failure };
}

/** The failure of what a user gave. It may be of any length, and goes into the words about it. */
export function badInput(message: string, description: string): Failed {
	return failed({ kind: 'input', message: excerpt(message), description: excerpt(description, LONGEST_DESCRIPTION) });
}

/** The failure of a reply that is not what was asked for. */
export function badReply(message: string, description: string, blame?: Blame): Failed {
	return failed({ kind: 'reply', message, description, ...(blame && { blame }) });
}

/** Stands for a row that got no value among those that did, in a reply that is good otherwise. */
export class RowFailed {
	constructor(readonly failure: Failure) {}
}

/** One for each row of a request. */
export type RowValues<Value> = Array<Value | RowFailed>;

/** The failure of one row of a request, in the server's words about this row where it named it. */
export function failureOfRow(failure: Failure, row: number): Failure {
	const { blame } = failure;
	const words = blame?.kind === 'rows' ? blame.named.get(row) : undefined;
	return blame?.kind !== 'rows' || words === undefined
		? failure
		: { ...failure, message: withWords(blame.message, words) };
}
