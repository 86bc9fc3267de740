/** How often a request is sent: where somebody waits for it, a host that has not answered at all is given up sooner. */
import type { Outcome } from '../core/failure/outcome';
import type { CallContext } from './connection';

/** How it shows that nothing is there to answer, now or at all. */
const UNREACHED = new Set(['ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Tries at a host that has not answered, where somebody waits: about a second. */
const FEW_TRIES = 2;

/** Whether a person waits in the editor, at a run or at the panel, which n8n calls internal; all other runs begin by themselves. */
function isWatched(context: CallContext): boolean {
	return ['manual', 'internal'].includes(context.getMode?.() ?? 'internal');
}

export interface Tries {
	most: number;
	/** What the user should know of the number. */
	remark: string;
}

/** A function that takes note of a request's outcome, and returns how often such a one is sent (docs/decisions/0029). */
export function patience(context: CallContext, maxTries: number): (url: string, outcome: Outcome<unknown>) => Tries {
	const hasFewer = maxTries > FEW_TRIES && isWatched(context);
	const alive = new Set<string>();
	return (url, outcome) => {
		const { host } = new URL(url);
		const isUnreached = !outcome.ok && UNREACHED.has(outcome.failure.code ?? '');
		if (!isUnreached) alive.add(host);
		if (!hasFewer || !isUnreached || alive.has(host)) return { most: maxTries, remark: '' };
		return {
			most: FEW_TRIES,
			remark: ` In the editor, a host that has not answered yet is given up after ${FEW_TRIES} tries; a workflow that runs by itself tries ${maxTries} times.`,
		};
	};
}
