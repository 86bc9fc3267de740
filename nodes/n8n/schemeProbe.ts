/** Whether a port that closes connections speaks TLS. No error says so, so it is asked: once per host and run, without the key. */
import { tlsSpoken } from '../core/failure/wrongScheme';
import type { Failure, Outcome } from '../core/failure/outcome';
import { isCancelled, Watch } from './cancel';
import type { CallContext } from './connection';
import { newRequestId, REQUEST_ID } from './requestId';

const RESET = new Set(['ECONNRESET', 'EPIPE']);
const PROBE_SECONDS = 5;

/** Whether a failure is one that a port for https:// may give to a request by http://. */
export function mayWantTls(url: string, { code }: Failure): boolean {
	return url.startsWith('http:') && RESET.has(code ?? '');
}

/** A function that looks at a host's first outcome in a run, and returns the failure of a scheme that its port does not speak. */
export function schemeProbe(
	context: CallContext,
): (url: string, outcome: Outcome<unknown>) => Promise<Failure | undefined> {
	const probes = new Map<string, Promise<Failure | undefined>>();
	return async (url, outcome) => {
		const { origin, host } = new URL(url);
		const isDoubtful = !outcome.ok && mayWantTls(url, outcome.failure);
		// Requests that began together share the answer. A host that has answered by http:// is not asked.
		const probe = probes.get(host) ?? (isDoubtful ? probed(context, origin, host) : Promise.resolve(undefined));
		probes.set(host, probe);
		return isDoubtful ? await probe : undefined;
	};
}

async function probed(context: CallContext, origin: string, host: string): Promise<Failure | undefined> {
	const watch = new Watch(() => isCancelled(context), PROBE_SECONDS);
	try {
		const sending = context.helpers.httpRequest({
			method: 'HEAD',
			url: `https://${host}/`,
			headers: { [REQUEST_ID]: newRequestId() },
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			// Whoever owns the certificate: nothing is sent that could be read.
			skipSslCertificateValidation: true,
			timeout: 2 * PROBE_SECONDS * 1000,
			abortSignal: watch.signal,
		});
		sending.catch(() => {});
		await watch.within(sending);
		return tlsSpoken(origin);
	} catch {
		return undefined;
	} finally {
		watch.stop(false);
	}
}
