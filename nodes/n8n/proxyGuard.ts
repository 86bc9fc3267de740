/**
 * Keeps requests that name a host in their `Host` header away from proxies: for plain HTTP, n8n's proxy agent
 * (http-proxy-agent) asks the proxy for that host instead of the gateway, and the key would go there.
 */
import { isRecord } from '../core/json/json';
import type { Failure } from '../core/failure/outcome';
import type { Target } from '../core/hopsworks/address';
import { isCancelled, Watch } from './cancel';
import type { CallContext } from './connection';
import { newRequestId, REQUEST_ID } from './requestId';
import type { SendSettings } from './sendOptions';

/** Longest wait, in seconds, for a gateway that answers the question late: the request itself then shows what is wrong. */
const LONGEST_WAIT = 10;

/**
 * No URL can have this port, so the agent fails when it writes down what to ask the proxy for, before anything leaves.
 * A gateway takes it for the name of some host that it does not know.
 */
const IMPOSSIBLE_HOST = 'proxy-check.invalid:99999';

/**
 * No machine has this address (RFC 5737), so a connection that should come from it fails at once: where no proxy is in
 * between, the gateway hears nothing of the question. Before n8n 2.20 it gets a request that it does not know.
 */
const NO_ADDRESS = '192.0.2.1';

/** A function that returns the reason why a call must not be made, if there is one. It asks once for each gateway. */
export function proxyGuard(
	context: CallContext,
	{ timeout }: Pick<SendSettings, 'timeout'>,
): (call: Pick<Target, 'url' | 'host'>) => Promise<Failure | undefined> {
	const asked = new Map<string, Promise<boolean>>();
	return async ({ url, host }) => {
		if (host === undefined || !url.startsWith('http:')) return undefined;
		const { origin, host: gateway, hostname } = new URL(url);
		const answer = asked.get(origin) ?? goesThroughProxy(context, origin, Math.min(timeout, LONGEST_WAIT));
		asked.set(origin, answer);
		if (!(await answer)) return undefined;
		return {
			kind: 'input',
			message: `n8n sends requests to ${gateway} through a proxy, which would pass them on to ${host} instead`,
			description: `Nothing was sent. Put ${hostname} into the variable NO_PROXY where n8n runs, beside HTTP_PROXY. Or have the deployment found by path: set 'Routing' to 'By Path' in the options (Hopsworks 4.8 and later).`,
		};
	};
}

/** Whether n8n uses a proxy for an address, which it tells no node. The question goes out without the key. */
async function goesThroughProxy(context: CallContext, origin: string, seconds: number): Promise<boolean> {
	const watch = new Watch(() => isCancelled(context), seconds);
	try {
		const asking: Promise<unknown> = context.helpers.httpRequest({
			method: 'GET',
			url: `${origin}/`,
			headers: { Host: IMPOSSIBLE_HOST, [REQUEST_ID]: newRequestId() },
			agentOptions: { localAddress: NO_ADDRESS },
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: (seconds + 1) * 1000,
			abortSignal: watch.signal,
		});
		// Where the wait ends first, what becomes of the question then is nobody's business.
		asking.catch(() => {});
		const response = await watch.within(asking);
		const body = isRecord(response) ? response.body : undefined;
		// Whatever it says: nobody reads it.
		if (isRecord(body) && typeof body.destroy === 'function') body.destroy();
		return false;
	} catch (error) {
		return isAboutUrl(error);
	} finally {
		watch.stop(true);
	}
}

function isAboutUrl(error: unknown): boolean {
	for (let cause = error, depth = 0; isRecord(cause) && depth < 5; cause = cause.cause, depth++) {
		if (cause.code === 'ERR_INVALID_URL' || cause.message === 'Invalid URL') return true;
	}
	return false;
}
