/** One call through n8n's HTTP helper, made once. */
import type { IHttpRequestOptions } from 'n8n-workflow';
import { timeoutFailure } from '../core/failure/connectionFailure';
import { failed, type Outcome } from '../core/failure/outcome';
import { repliedId } from '../core/failure/requestPlace';
import { sentOnToTls } from '../core/failure/wrongScheme';
import { failureWithout, keyRemover } from '../core/hopsworks/apiKey';
import type { Reply } from '../core/json/reply';
import { brokenOff } from '../core/language/chatStream';
import { CANCELLED, giveWay, isCancelled, Watch } from './cancel';
import { CREDENTIAL, type CallContext, type Connection } from './connection';
import { networkFailure } from './networkFailure';
import { REQUEST_ID } from './requestId';
import { readOutcome, readResponse, type ReplyReading } from './response';
import type { SendSettings } from './sendOptions';
import { trusting } from './trust';

/** A request as it goes out, and how its reply is read. */
export interface Call extends ReplyReading {
	method: 'GET' | 'POST';
	url: string;
	/** Given where several calls are tries of one request; each call has its own unless set. */
	requestId?: string;
	/** Value of the `Host` header, where it is not the URL's. */
	host?: string;
	/** Writes the body when its turn comes. */
	write?: () => string;
	/** In seconds; that of the settings where it is longer. */
	leastTimeout?: number;
	/** Whether what it carries is sent again in smaller calls, and not in this one. */
	mayBeTooLarge?: boolean;
	/** Ends this call as a cancel ends its run. */
	signal?: AbortSignal;
}

/**
 * Makes a call once; `wanted` is how many seconds the server asked to wait, and `replied` the id that its reply gives the request.
 * No word of the key is in what it returns.
 */
export async function sendOnce(
	context: CallContext,
	connection: Connection,
	settings: SendSettings,
	call: Call & { requestId: string },
): Promise<{ outcome: Outcome<Reply>; wanted?: number; replied?: string }> {
	const remove = keyRemover(connection.apiKey);
	const timeout = Math.max(settings.timeout, call.leastTimeout ?? 0);
	const watch = new Watch(() => isCancelled(context), timeout);
	const progress = { hasHead: false, hasBegun: false, bytes: 0 };
	// Not beyond a cancel; but what came in time is read.
	const rest = async (): Promise<void> => {
		await giveWay();
		if (isCancelled(context)) throw new Error('canceled');
	};
	let isReadToEnd = false;
	try {
		const body = call.write && Buffer.from(call.write());
		progress.bytes = body?.length ?? 0;
		const sending = post(context, connection, timeout, { ...call, body }, watch.signal);
		// Where the request ends first, what becomes of it then is nobody's business.
		sending.catch(() => {});
		const response = readResponse(await watch.within(sending));
		progress.hasHead = true;
		const namedId = remove(response.requestId);
		let replied = repliedId(namedId);
		const failureOf: ReplyReading['failureOf'] = (status, reply) => {
			replied = repliedId(namedId, reply.json);
			return sentOnToTls(call.url, status, response.location) ?? call.failureOf(status, reply);
		};
		const { mostReplyBytes } = settings;
		const tools = { apiKey: connection.apiKey, mostReplyBytes, watch, remove, rest, progress };
		const outcome = await readOutcome(response, { ...call, failureOf }, tools);
		isReadToEnd = outcome.ok;
		const { wanted } = response;
		return { outcome: outcome.ok ? outcome : failed(failureWithout(outcome.failure, remove)), wanted, replied };
	} catch (error) {
		if (isCancelled(context)) return { outcome: failed(CANCELLED) };
		const broken = { ...call, hasAuthority: connection.trust.authority !== '' };
		const failure = watch.isLate
			? timeoutFailure(timeout, call.panel)
			: networkFailure(error, broken, progress, remove);
		return { outcome: progress.hasBegun ? brokenOff(failure.message) : failed(failure) };
	} finally {
		watch.stop(isReadToEnd);
	}
}

/** The headers of a request, but for the key, which the credential puts there. */
export function headersOf({
	host,
	requestId,
	hasBody,
	streams,
}: {
	host?: string;
	requestId: string;
	hasBody: boolean;
	streams: boolean;
}): Record<string, string> {
	return {
		// Exactly this: with a charset KServe hands the raw bytes to the model (kserve PR 2524).
		...(hasBody && { 'Content-Type': 'application/json' }),
		Accept: streams ? 'text/event-stream, application/json' : 'application/json',
		[REQUEST_ID]: requestId,
		...(host !== undefined && { Host: host }),
	};
}

/** The request through n8n's helper, which `signal` ends. */
async function post(
	context: CallContext,
	{ decrypted, trust }: Connection,
	timeout: number,
	{ method, url, host, requestId, body, onPiece }: Call & { requestId: string; body?: Buffer },
	signal: AbortSignal,
): Promise<unknown> {
	// n8n's helper takes its signal from the context that it is called on, where that has one.
	const endable: CallContext = Object.create(context, { getExecutionCancelSignal: { value: () => signal } });
	return await trusting(trust, { url, host }, async (tls) => {
		// A fresh object for every call: n8n changes it.
		const request: IHttpRequestOptions = {
			method,
			url,
			headers: headersOf({ host, requestId, hasBody: body !== undefined, streams: onPiece !== undefined }),
			// As bytes: n8n's HTTP library would parse a text first, to see that it is JSON.
			...(body && { body }),
			// So that a reply is read no further than it may be.
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			// n8n's own ends with a reply's head, and has another default.
			timeout: (timeout + 1) * 1000,
			abortSignal: signal,
			...tls,
		};
		return await endable.helpers.httpRequestWithAuthentication.call(endable, CREDENTIAL, request, {
			credentialsDecrypted: decrypted,
		});
	});
}
