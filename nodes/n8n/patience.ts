/** When a request is given up: where somebody waits for it, a host that has not answered at all is given up sooner. */
import type { Outcome } from '../core/failure/outcome';
import type { CallContext } from './connection';

/** How it shows that nothing is there to answer, now or at all. */
const UNREACHED = new Set(['ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Milliseconds after which somebody who waits hears of a host that has not answered: three or four tries. */
const LONGEST_SILENCE = 2500;

/** Whether a person waits in the editor, at a run or at the panel, which n8n calls internal; all other runs begin by themselves. */
function isWatched(context: CallContext): boolean {
	return ['manual', 'internal'].includes(context.getMode?.() ?? 'internal');
}

interface End {
	/** Whether the request is not sent again. */
	isOver: boolean;
	/** What the user should know of the number of tries. */
	remark: string;
}

/** A function that takes note of a request's outcome, and tells whether that was its last try (docs/decisions/0029). */
export function patience(
	context: CallContext,
	maxTries: number,
): (url: string, outcome: Outcome<unknown>, tries: number) => End {
	const isHurried = isWatched(context);
	const alive = new Set<string>();
	/** By host, when it was first found not to answer. */
	const silentSince = new Map<string, number>();
	return (url, outcome, tries) => {
		const { host } = new URL(url);
		const isUnreached = !outcome.ok && UNREACHED.has(outcome.failure.code ?? '');
		if (!isUnreached) alive.add(host);
		if (tries >= maxTries || !isHurried || alive.has(host)) return { isOver: tries >= maxTries, remark: '' };
		const since = silentSince.get(host) ?? Date.now();
		silentSince.set(host, since);
		return {
			isOver: Date.now() - since >= LONGEST_SILENCE,
			remark: ` In the editor, a host that has not answered yet is given up after a few seconds; a workflow that runs by itself tries ${maxTries} times.`,
		};
	};
}
