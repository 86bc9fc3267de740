/** The wait for a gateway that does not know a deployment yet: its route comes some seconds after its state is 'Running'. */
import { failed, success, type Failure, type Outcome } from '../core/failure/outcome';
import { REST_PANEL, type Panel } from '../core/failure/panel';
import type { Target } from '../core/hopsworks/address';
import { isRestApi } from '../core/hopsworks/route';
import type { Reply } from '../core/json/reply';
import { CANCELLED, isCancelled, pause } from './cancel';
import type { CallContext } from './connection';
import { newRequestId } from './requestId';

/** Makes one call, and does not try again. */
type Probe = (call: {
	method: 'GET';
	url: string;
	host?: string;
	requestId: string;
	failureOf: (status: number, reply: Reply) => Failure;
	panel: Panel;
}) => Promise<{ outcome: Outcome<Reply> }>;

/** Seconds, as Hopsworks' own client waits (5.2.1, `serving_engine._await_route`). */
const LONGEST = 60;
const PAUSES = [0.5, 1, 2];
const PAUSE = 4;
export const PROBE_TIMEOUT = 5;

/** Where a deployment tells of itself, beside the address that it is called at. */
function probeUrl(url: string): string {
	return url.replace(/(?::\w+|\/chat\/completions|\/embeddings)$/, (ending) =>
		ending.startsWith(':') ? '' : '/models',
	);
}

/** Whether a reply shows that there is a route: everything does but an empty 404 and no reply at all. */
function showsRoute(outcome: Outcome<Reply>): boolean {
	if (outcome.ok) return true;
	const { kind, status, message } = outcome.failure;
	return kind === 'status' ? status !== 404 || message !== '' : kind !== 'connection' && kind !== 'timeout';
}

/**
 * Waits until the gateway knows a deployment, a minute or `longest` seconds, and returns whether it does. Fails after a cancel
 * alone: whoever goes on without a route gets the gateway's own answer.
 */
export async function awaitRoute(
	context: CallContext,
	{ url, host }: Target,
	probe: Probe,
	longest = LONGEST,
): Promise<Outcome<boolean>> {
	// Hopsworks itself finds the way.
	if (isRestApi(new URL(url).pathname.split('/').slice(1))) return success(true);
	const end = Date.now() + Math.min(longest, LONGEST) * 1000;
	// One question, however often it is put.
	const requestId = newRequestId();
	for (let probes = 0; ; probes++) {
		const { outcome } = await probe({
			method: 'GET',
			url: probeUrl(url),
			host,
			requestId,
			// Nobody reads its failure.
			panel: REST_PANEL,
			failureOf: (status, { text }) => ({ kind: 'status', status, message: text.trim(), description: '' }),
		});
		if (isCancelled(context)) return failed(CANCELLED);
		if (showsRoute(outcome)) return success(true);
		if (Date.now() >= end) return success(false);
		await pause(context, PAUSES[probes] ?? PAUSE);
	}
}
