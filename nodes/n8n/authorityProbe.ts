/** Whether this n8n uses 'CA Certificate': one before 2.20 passes over it in silence. No error says so, so it is asked: once a run, without the key. */
import { authorityIgnored, isAboutCertificate, WRONG_NAME } from '../core/failure/certificateFailure';
import type { Failure, Outcome } from '../core/failure/outcome';
import { isCancelled, Watch } from './cancel';
import type { CallContext, Connection } from './connection';
import { codeIn, tlsOptions, type Trust } from './trust';

/** No cipher has this name, so a connection that should use it fails before it begins. */
const IMPOSSIBLE_CIPHER = 'NO-SUCH-CIPHER';
const REFUSED = 'ERR_SSL_NO_CIPHER_MATCH';
const PROBE_SECONDS = 5;

/** A function that looks at outcomes, and returns the failure of a certificate that n8n never compared with the authority. */
export function authorityProbe(
	context: CallContext,
	{ trust }: Connection,
): (url: string, outcome: Outcome<unknown>) => Promise<Failure | undefined> {
	let asked: Promise<boolean> | undefined;
	return async (url, outcome) => {
		if (outcome.ok || trust.authority === '') return undefined;
		const { code = '' } = outcome.failure;
		// Names are compared once an authority has passed.
		if (!isAboutCertificate(code) || code === WRONG_NAME) return undefined;
		const { origin, host } = new URL(url);
		asked ??= isIgnored(context, trust, `${origin}/`);
		return (await asked) ? { kind: 'connection', code, ...authorityIgnored(host, code) } : undefined;
	};
}

/** Whether n8n goes on to compare certificates, where what it was told of the connection leaves it no way to begin. */
async function isIgnored(context: CallContext, trust: Trust, url: string): Promise<boolean> {
	const watch = new Watch(() => isCancelled(context), PROBE_SECONDS);
	const { agentOptions } = tlsOptions(trust);
	try {
		const sending = context.helpers.httpRequest({
			method: 'HEAD',
			url,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			agentOptions: { ...agentOptions, ciphers: IMPOSSIBLE_CIPHER },
			timeout: 2 * PROBE_SECONDS * 1000,
			abortSignal: watch.signal,
		});
		sending.catch(() => {});
		await watch.within(sending);
		return true;
	} catch (error) {
		const code = codeIn(error, url);
		return code !== REFUSED && isAboutCertificate(code);
	} finally {
		watch.stop(false);
	}
}
