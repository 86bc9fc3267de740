/** What made a request with several rows fail, where sending fewer of them together can help. */
import { errorCodeOf } from './errorText';
import { excerpt } from './excerpt';
import { asText, isRecord } from './json';
import type { Reply } from './reply';

export type Blame =
	/** One row or more; `named` holds the message of each that the server names, by its position in the request from 0. */
	| { kind: 'rows'; named: ReadonlyMap<number, string> }
	/** The size of the request; `mostRows` where the server says how many it takes. */
	| { kind: 'size'; mostRows?: number }
	/** The deployment answers another number of predictions than it gets rows. */
	| { kind: 'count' };

const ROW_STATUS = new Set([400, 422, 500]);

/** Hopsworks' own proxy could not reach the deployment (codes 250001 to 250003, 250005, 250009, 250012), whatever the rows. */
const NOT_REACHED = new Set([250001, 250002, 250003, 250005, 250009, 250012]);

/** TensorFlow Serving: `json_tensor.cc`. It names the first bad row and stops reading there. */
const ELEMENT = /^Failed to process element: (\d+)(?: key: (\S+))? of '\w+' list\. (?:Error: )?/;

/** KServe's batcher, `pkg/batcher/handler.go`. */
const BATCHER_COUNT = /^size of prediction is not equal to the size of instances/;

/**
 * What a failed reply blames. `text` holds the server's words as `errorText` found them in it; `say` makes a failure's
 * message out of the part of them that is about one row.
 */
export function blameOf(
	status: number,
	reply: Reply,
	text: string,
	say: (reason: string) => string,
): Blame | undefined {
	const { json } = reply;
	const detail = isRecord(json) && isRecord(json.detail) ? json.detail : {};
	if (status === 413) return { kind: 'size', mostRows: mostRowsIn(text) };
	if (detail.code === 'CONTRACT_VIOLATION' || BATCHER_COUNT.test(text)) return { kind: 'count' };
	const named = new Map([...reasonsIn(detail.errors, text)].map(([row, reason]) => [row, say(excerpt(reason))]));
	if (named.size > 0) return { kind: 'rows', named };
	const isReached = !NOT_REACHED.has(errorCodeOf(reply) ?? 0);
	return ROW_STATUS.has(status) && isReached ? { kind: 'rows', named } : undefined;
}

/** Schema deployments say "accepts at most 512" with the code `BATCH_TOO_LARGE`. */
function mostRowsIn(text: string): number | undefined {
	const most = /accepts at most (\d+)/.exec(text)?.[1];
	return most === undefined ? undefined : Number(most);
}

/** Reasons by row: those that a schema deployment lists in `detail.errors`, or the one in TensorFlow Serving's text. */
function reasonsIn(errors: unknown, text: string): Map<number, string> {
	const reasons = new Map<number, string>();
	for (const error of Array.isArray(errors) ? errors : []) {
		if (!isRecord(error) || typeof error.row !== 'number') continue;
		const reason = [error.field, error.reason].map(asText).filter(Boolean).join(': ');
		const before = reasons.get(error.row);
		reasons.set(error.row, before === undefined ? reason : `${before}; ${reason}`);
	}
	const element = ELEMENT.exec(text);
	if (reasons.size === 0 && element) {
		const [head, row, key] = element;
		const reason = text.slice(head.length);
		reasons.set(Number(row), key === undefined ? reason : `${key}: ${reason}`);
	}
	return reasons;
}
