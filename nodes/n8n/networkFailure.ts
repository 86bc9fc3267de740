/** What an exception of n8n's HTTP helper tells of the network. */
import { connectionFailure, CUT_REPLY } from '../core/failure/connectionFailure';
import type { Failure } from '../core/failure/outcome';
import type { Panel } from '../core/failure/panel';
import type { Remove } from '../core/hopsworks/apiKey';
import { asText, isRecord } from '../core/json/json';

/** The request that an exception ended. */
interface Broken {
	url: string;
	/** The value of a `Host` header of its own. */
	host?: string;
	/** Whether the credential names the authorities to trust. */
	hasAuthority?: boolean;
	panel: Panel;
}

interface Progress {
	/** Whether the reply had begun. */
	hasHead: boolean;
	/** The length of the request's body. */
	bytes?: number;
}

/**
 * The failure behind a request function's exception.
 * n8n's network errors carry the request, key included, so only their code and message are read.
 */
export function networkFailure(
	error: unknown,
	{ url, host: hostHeader, hasAuthority, panel }: Broken,
	{ hasHead, bytes }: Progress,
	remove: Remove,
): Failure {
	let code = '';
	let detail = '';
	for (let cause = error, depth = 0; isRecord(cause) && depth < 5; cause = cause.cause, depth++) {
		const name = asText(cause.name);
		// n8n's guard against server-side request forgery has names for its errors, and no codes.
		if (code === '') code = asText(cause.code) || codeKept(cause) || (name.startsWith('SsrfBlocked') ? name : '');
		detail = asText(cause.message);
	}
	// A reply that cannot be unpacked is told apart from one that was cut off.
	if (hasHead && !code.startsWith('Z_')) code = CUT_REPLY;
	return connectionFailure(new URL(url).origin, code, remove(detail), { hostHeader, hasAuthority, bytes, panel });
}

/** n8n 1 and early 2 keep the code of a connection where others have the status of a reply, and drop the exception that had it. */
function codeKept({ httpCode }: Record<string, unknown>): string {
	const kept = asText(httpCode);
	return /^[A-Z][A-Z\d_]+$/.test(kept) ? kept : '';
}
