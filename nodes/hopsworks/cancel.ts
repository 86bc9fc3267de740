/** A run that is cancelled: how that is known, and waits that it ends. */
import { sleep } from 'n8n-workflow';
import type { Failure } from '../serving/outcome';
import type { CallContext } from './connection';

export const CANCELLED: Failure = {
	kind: 'cancelled',
	message: 'The run was canceled', // n8n knows a cancelled run by this spelling
	description: 'Start it again to score the rest.',
};

export function cancelSignal(context: CallContext): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}

export function isCancelled(context: CallContext): boolean {
	return cancelSignal(context)?.aborted ?? false;
}

/** Waits, but not beyond a cancel. */
export async function pause(context: CallContext, seconds: number): Promise<void> {
	const signal = cancelSignal(context);
	if (!signal) return await sleep(seconds * 1000);
	let wake = (): void => {};
	const cancelled = new Promise<void>((resolve) => {
		wake = resolve;
		signal.addEventListener('abort', wake, { once: true });
	});
	await Promise.race([sleep(seconds * 1000), cancelled]);
	signal.removeEventListener('abort', wake);
}
