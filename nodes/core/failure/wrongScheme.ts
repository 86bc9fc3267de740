/** http:// in place of https://, or the other way round: how it shows, and the line that says which of them to use. */
import type { Meaning } from './meaning';
import type { Failure } from './outcome';

/** How OpenSSL reads an answer that is no TLS, in its versions of the last years. */
const NO_TLS = /wrong.version.number|packet.length.too.long|unknown.protocol|http.request/i;

/** How a server that speaks TLS answers a request without (nginx and Envoy; Go; Apache; Tomcat and Payara). */
const TLS_WANTED =
	/plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled|host and port requires TLS/i;

/** Such answers are short. */
const LONGEST_ANSWER = 4096;

/** Whether the words of a reply say that the server speaks TLS at this port. */
export function wantsTls(status: number, body: string): boolean {
	return (status === 400 || status === 426) && TLS_WANTED.test(body.slice(0, LONGEST_ANSWER));
}

export const TLS_NEEDED: Meaning = {
	message: 'The server speaks TLS at this port: use https:// in place of http://',
	description: "Change the address in the credential, or the deployment's URL, to begin with https://.",
	blames: 'nothing',
};

/** The other spelling of an origin that begins with http:// or https://. */
function otherScheme(origin: string): string {
	return origin.startsWith('https:') ? origin.replace('https:', 'http:') : origin.replace('http:', 'https:');
}

function wrongScheme(origin: string, message: string, code?: string): Failure {
	return {
		kind: 'connection',
		message,
		description: `Write ${otherScheme(origin)} in the credential, or in the deployment's URL.${code === undefined ? '' : ` If that fails too, something else listens at this port (${code}).`}`,
		...(code !== undefined && { code }),
	};
}

/** The failure of a request whose scheme the server does not speak; `undefined` where the error does not show that. */
export function schemeFailure(origin: string, code: string, detail: string): Failure | undefined {
	const host = origin.replace(/^https?:\/\//, '');
	if (origin.startsWith('https:') && (code === 'EPROTO' || code.startsWith('ERR_SSL_')) && NO_TLS.test(code + detail)) {
		return wrongScheme(origin, `${host} does not speak TLS: use http:// in place of https://`, code);
	}
	if (origin.startsWith('http:') && code === 'HPE_INVALID_CONSTANT') {
		return wrongScheme(origin, `${host} does not speak plain HTTP: use https:// in place of http://`, code);
	}
	return undefined;
}

/** The failure of a request by http:// to a port that was seen to speak TLS. */
export function tlsSpoken(origin: string): Failure {
	return wrongScheme(origin, `${origin.replace('http://', '')} speaks TLS: use https:// in place of http://`);
}

/** What else to try where a connection was closed before any answer, as a port does that speaks the other one. */
export function schemeAdvice(origin: string, detail: string): string {
	if (origin.startsWith('http:')) return ` If this port speaks TLS, write ${otherScheme(origin)}.`;
	const isBeforeTls = origin.startsWith('https:') && detail.includes('before secure TLS connection');
	return isBeforeTls ? ` If this port speaks plain HTTP, write ${otherScheme(origin)}.` : '';
}

/** The failure of a request that was sent on to https:// at the same host; `undefined` for any other reply. */
export function sentOnToTls(url: string, status: number, location: string): Failure | undefined {
	if (status < 300 || status >= 400 || !URL.canParse(location, url)) return undefined;
	const [from, to] = [new URL(url), new URL(location, url)];
	if (from.protocol !== 'http:' || to.protocol !== 'https:' || from.hostname !== to.hostname) return undefined;
	return {
		...wrongScheme(
			from.origin,
			`${from.host} sends requests on to https:// (status ${status}): use https:// in place of http://`,
		),
		description: `Write ${to.origin} in the credential, or in the deployment's URL. Redirects are not followed.`,
		kind: 'status',
		status,
	};
}
