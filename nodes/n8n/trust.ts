/** Whose certificates are trusted, as the credential says: read once, and said to n8n in the words of each of its helpers. */
import type { IDataObject, IHttpRequestOptions } from 'n8n-workflow';
import { WRONG_NAME } from '../core/failure/certificateFailure';
import { REST_PANEL } from '../core/failure/panel';
import { success, type Outcome } from '../core/failure/outcome';
import type { Target } from '../core/hopsworks/address';
import { readTrustedCa } from '../core/hopsworks/trustedCa';
import { asText } from '../core/json/json';
import { networkFailure } from './networkFailure';

export interface Trust {
	/** Whether any certificate will do. */
	ignoresIssues: boolean;
	/** The only authorities that are trusted, as PEM; '' for those that n8n trusts. */
	authority: string;
	/** Gateways by number that were seen to have a certificate for the number, and none for the `Host` header. */
	byNumber: Set<string>;
}

type Tls = Pick<IHttpRequestOptions, 'skipSslCertificateValidation' | 'agentOptions'>;

/** Where any certificate will do, none is looked at: the panel then shows no 'CA Certificate'. */
export function readTrust({ ignoreSslIssues, trustedCa }: IDataObject): Outcome<Trust> {
	const ignoresIssues = ignoreSslIssues === true;
	const authority = ignoresIssues ? success('') : readTrustedCa(asText(trustedCa));
	return authority.ok ? success({ ignoresIssues, authority: authority.value, byNumber: new Set() }) : authority;
}

/** For the helpers of a run; `servername` is what n8n is to ask for in place of the `Host` header. */
export function tlsOptions({ ignoresIssues, authority }: Trust, servername?: string): Tls {
	const agentOptions = {
		...(authority !== '' && { ca: authority }),
		...(servername !== undefined && { servername }),
	};
	return { skipSslCertificateValidation: ignoresIssues, agentOptions };
}

/** For the helper of a credential's test. */
export function requestTls({ ignoresIssues, authority }: Trust): {
	rejectUnauthorized: boolean;
	agentOptions?: { ca: string };
} {
	return { rejectUnauthorized: !ignoresIssues, ...(authority !== '' && { agentOptions: { ca: authority } }) };
}

/** The code in an exception of n8n's helper. */
export function codeIn(error: unknown, url: string): string {
	return networkFailure(error, { url, panel: REST_PANEL }, { hasHead: false }, (text) => text).code ?? '';
}

/** Whether a URL's host is a number. */
function isNumber({ hostname }: URL): boolean {
	return hostname.startsWith('[') || /^\d+(?:\.\d+){3}$/.test(hostname);
}

/**
 * Sends a request with what its connection trusts. Where an address is a number and the request names a host, Node asks for
 * that host's certificate; a gateway with one for its number is asked again for that, which is what the credential says.
 * Until a certificate has passed, nothing of a request leaves.
 */
export async function trusting<Response>(
	trust: Trust,
	{ url, host }: Pick<Target, 'url' | 'host'>,
	send: (tls: Tls) => Promise<Response>,
): Promise<Response> {
	const address = new URL(url);
	const byNumber = tlsOptions(trust, '');
	if (trust.byNumber.has(address.origin)) return await send(byNumber);
	const sending = send(tlsOptions(trust));
	if (host === undefined || address.protocol !== 'https:' || !isNumber(address)) return await sending;
	const isForAnother = await sending.then(
		() => false,
		(error: unknown) => codeIn(error, url) === WRONG_NAME,
	);
	if (!isForAnother) return await sending;
	const response = await send(byNumber);
	trust.byNumber.add(address.origin);
	return response;
}
