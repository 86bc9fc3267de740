/** What a request met that got no reply, and what a user can do about it. */
import { certificateFailure } from './certificateFailure';
import { excerpt } from './excerpt';
import { type Failure } from './outcome';
import { capitalized, shorterWork, smallerRequest, type Panel } from './panel';
import { pluralize } from './pluralize';
import { schemeAdvice, schemeFailure } from './wrongScheme';

/** The code of a reply that ended before it was whole, whatever ended it. */
export const CUT_REPLY = 'CUT_REPLY';

/** What is known of the request besides. */
interface Sent {
	/** The value of a `Host` header of its own. */
	hostHeader?: string;
	/** Whether the credential names the authorities to trust. */
	hasAuthority?: boolean;
	/** The length of its body. */
	bytes?: number;
	panel: Panel;
}

/** Bytes from which a request may be what a deployment's memory was too small for. */
const LARGE = 256 * 1024;

/** What to do where a deployment may have been ended for want of memory. */
function memoryAdvice(bytes: number, panel: Panel): string {
	return bytes < LARGE
		? ''
		: ` The request had ${pluralize(Math.round(bytes / 1024), 'kilobyte')}: if the deployment ran out of memory, ${smallerRequest(panel)}. Or give it more memory in Hopsworks.`;
}

/** Where to look when a connection was closed. */
function restarted({ asks }: Panel, code = ''): string {
	const words = code === '' ? '' : ` (${code})`;
	return asks === 'hopsworks'
		? `The server, or a proxy in front of it, may have restarted${words}. Run it again.`
		: `The deployment may have restarted, or ran out of memory. Check its state and logs in Hopsworks${words}.`;
}

/**
 * The failure of a request that got no reply, or half of one. `origin` is where it went, `code` the system's error code, or
 * the name of n8n's own error.
 */
export function connectionFailure(
	origin: string,
	code: string,
	detail: string,
	{ hostHeader, hasAuthority, bytes = 0, panel }: Sent,
): Failure {
	const host = origin.replace(/^https?:\/\//, '');
	const failure = (message: string, description: string): Failure => ({
		kind: 'connection',
		message,
		description,
		code,
	});
	const words = [code, excerpt(detail)].filter(Boolean).join(': ');
	const wrongScheme = schemeFailure(origin, code, detail);
	if (wrongScheme) return wrongScheme;
	const certificate = certificateFailure(code, detail, { host, hostHeader, hasAuthority });
	if (certificate) return failure(certificate.message, certificate.description);
	switch (code) {
		case 'ECONNREFUSED':
			return failure(
				`${host} refused the connection`,
				`Nothing listens there. Check the address and port in the credential (${code}).`,
			);
		case 'ENOTFOUND':
		case 'EAI_AGAIN':
			return failure(
				`The host name of ${host} was not found`,
				`Check the address in the credential, and that n8n can reach it from where it runs (${code}).`,
			);
		case CUT_REPLY:
			return failure(
				`${host} closed the connection in the middle of its reply`,
				`${restarted(panel)}${memoryAdvice(bytes, panel)}`,
			);
		case 'ECONNRESET':
		case 'EPIPE':
			return failure(
				`${host} closed the connection before it answered`,
				`${restarted(panel, code)}${memoryAdvice(bytes, panel)}${schemeAdvice(origin, detail)}`,
			);
		case 'Z_DATA_ERROR':
		case 'Z_BUF_ERROR':
			return failure(
				`The reply of ${host} could not be read`,
				`It is marked as compressed, but could not be unpacked (${words}).`,
			);
		case 'SsrfBlockedIpError':
		case 'SsrfBlockedHostnameError':
			return failure(
				`n8n itself blocked the request to ${host}`,
				"n8n's protection against server-side request forgery is on. Its administrator can allow an address with N8N_SSRF_ALLOWED_IP_RANGES, or a host name with N8N_SSRF_ALLOWED_HOSTNAMES.",
			);
		default:
			return failure(
				`${host} was not reached`,
				`Check the address in the credential, and that n8n can reach it from where it runs (${words}).`,
			);
	}
}

export function timeoutFailure(seconds: number, panel: Panel): Failure {
	if (panel.asks === 'hopsworks') {
		return {
			kind: 'timeout',
			message: `Hopsworks did not answer within ${seconds} seconds`,
			description: 'It may be busy or restarting. Run it again later.',
		};
	}
	return {
		kind: 'timeout',
		message: `The deployment did not answer within ${seconds} seconds`,
		description: `Raise 'Timeout (Seconds)' in the options. Or ${shorterWork(panel)}. A request that ran out of time is sent again only with 'Send Again After a Timeout'.`,
	};
}

/** The failure of a reply that had more than `mostBytes`, and was not read further. */
export function tooLargeReply(mostBytes: number, panel: Panel): Failure {
	const { asks, hasBatches } = panel;
	const raise = asks === 'hopsworks' ? '' : " Raise 'Reply Size Limit (MB)' in the options.";
	return {
		kind: 'reply',
		message: `The reply is larger than ${pluralize(mostBytes / 1024 / 1024, 'megabyte')}`,
		description: `The rest of it was not read, so that n8n does not run out of memory.${hasBatches ? ` ${capitalized(smallerRequest(panel))}, or raise 'Reply Size Limit (MB)' there.` : raise}`,
	};
}
