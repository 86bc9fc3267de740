/** What made a request with several rows fail, where sending fewer of them together can help. */
import { asText, isRecord } from '../json/json';
import type { ErrorReply } from './errorReply';
import { excerpt } from './excerpt';
import type { Blame } from './outcome';

/** Statuses that a row can cause; a failure behind a status of 200 may be of any kind. */
const ROW_STATUS = new Set([200, 400, 422, 500]);

/** Hopsworks' own proxy could not reach the deployment (codes 250001 to 250003, 250005, 250009, 250012), whatever the rows. */
const NOT_REACHED = new Set([250001, 250002, 250003, 250005, 250009, 250012]);

/** TensorFlow Serving: `json_tensor.cc`. It names the first bad row and stops reading there. */
const ELEMENT = /^Failed to process element: (\d+)(?: key: (\S+))? of '\w+' list\. (?:Error: )?/;

/** KServe's batcher, `pkg/batcher/handler.go`. */
const BATCHER_COUNT = /^size of prediction is not equal to the size of instances/;

/** What a failed reply blames. `message` is what happened, without the server's words. */
export function blameOf({ status, text, code, detail }: ErrorReply, message: string): Blame | undefined {
	if (status === 413) return { kind: 'size', mostRows: mostRowsIn(text) };
	if (detail.code === 'CONTRACT_VIOLATION' || BATCHER_COUNT.test(text)) return { kind: 'count' };
	const named = reasonsIn(detail.errors, text);
	const isOfRows = ROW_STATUS.has(status) && !NOT_REACHED.has(code ?? 0);
	return isOfRows || named.size > 0 ? { kind: 'rows', message, named } : undefined;
}

/** Schema deployments say "accepts at most 512" with the code `BATCH_TOO_LARGE`. */
function mostRowsIn(text: string): number | undefined {
	const most = /accepts at most (\d+)/.exec(text)?.[1];
	return most === undefined ? undefined : Number(most);
}

/** Reasons by row: those that a schema deployment lists in `detail.errors`, or the one in TensorFlow Serving's text. */
function reasonsIn(errors: unknown[], text: string): Map<number, string> {
	const reasons = new Map<number, string>();
	for (const error of errors) {
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
	return new Map([...reasons].map(([row, reason]) => [row, excerpt(reason)]));
}
