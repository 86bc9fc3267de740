/** One request through n8n's HTTP helper: credential, time-out and cancel, ending in an outcome without the key in it. */
import type { IHttpRequestOptions } from 'n8n-workflow';
import { brokenOff } from '../serving/chatStream';
import { connectionFailure, timeoutFailure } from '../serving/connectionFailure';
import { isRecord } from '../serving/json';
import { failed, success, type Failure, type Outcome } from '../serving/outcome';
import { retryAfter } from '../serving/retry';
import { CANCELLED, cancelSignal, isCancelled } from './cancel';
import { CREDENTIAL, type CallContext, type Connection } from './connection';
import { asText } from './parameters';
import type { SendSettings } from './sendSettings';
import { isByteStream, readStream, readText, SilenceWatch, type OnPiece } from './stream';

/** A request as it goes out, and the reading of a reply whose status is outside 200 to 299. */
export interface Call {
	method: 'GET' | 'POST';
	url: string;
	/** Value of the `Host` header, where it is not the URL's. */
	host?: string;
	/** Writes the body when its turn comes. */
	write?: () => string;
	failureOf: (status: number, body: string) => Failure;
	onPiece?: OnPiece;
}

export interface Answer {
	outcome: Outcome<string>;
	/** Seconds that the server asked to wait. */
	wanted?: number;
}

/** Makes a call once. */
export async function sendOnce(
	context: CallContext,
	connection: Connection,
	{ timeout }: SendSettings,
	{ method, url, host, write, failureOf: readFailure, onPiece }: Call,
): Promise<Answer> {
	// A fresh object for every call: n8n changes it.
	const request: IHttpRequestOptions = {
		method,
		url,
		headers: {
			// Exactly this: with a charset KServe hands the raw bytes to the model (kserve PR 2524).
			...(write && { 'Content-Type': 'application/json' }),
			Accept: onPiece ? 'text/event-stream, application/json' : 'application/json',
			...(host === undefined ? {} : { Host: host }),
		},
		// As bytes: n8n's HTTP library would parse a text first, to see that it is JSON.
		...(write && { body: Buffer.from(write()) }),
		encoding: onPiece ? 'stream' : 'text',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout: timeout * 1000,
		skipSslCertificateValidation: connection.ignoreSslIssues,
	};
	const clean = (text: string): string => withoutKey(text, connection.apiKey);
	let hasBegun = false;
	const forward: OnPiece = async (piece) => {
		hasBegun = true;
		return await onPiece?.({ text: clean(piece.text), reasoning: clean(piece.reasoning) });
	};
	const silence = new SilenceWatch(timeout);
	const breakable = onPiece ? abortedToo(context, silence.signal) : context;
	try {
		const response: unknown = await breakable.helpers.httpRequestWithAuthentication.call(
			breakable,
			CREDENTIAL,
			request,
			{ credentialsDecrypted: connection.decrypted },
		);
		const { status, type, body: answer, wanted } = readResponse(response);
		const isGood = status >= 200 && status < 300;
		if (isGood && isByteStream(answer) && type.startsWith('text/event-stream')) {
			const streamed = await readStream(answer, silence, forward);
			return { outcome: streamed.ok ? success(clean(streamed.value)) : streamed };
		}
		const text = clean(isByteStream(answer) ? await readText(answer, silence) : asText(answer));
		return { outcome: isGood ? success(text) : failed(readFailure(status, text)), wanted };
	} catch (error) {
		if (isCancelled(context)) return { outcome: failed(CANCELLED) };
		const failure = silence.signal.aborted
			? timeoutFailure(timeout)
			: connectionTrouble(error, new URL(url).host, timeout, connection.apiKey);
		return { outcome: hasBegun ? brokenOff(failure.message) : failed(failure) };
	}
}

/** The context for one request that `signal` aborts too: n8n's helper takes its signal from the context it is called on. */
function abortedToo(context: CallContext, signal: AbortSignal): CallContext {
	const cancel = cancelSignal(context);
	const either = cancel ? AbortSignal.any([cancel, signal]) : signal;
	const derived: CallContext = Object.create(context, { getExecutionCancelSignal: { value: () => either } });
	return derived;
}

interface Response {
	status: number;
	/** The media type. */
	type: string;
	body: unknown;
	/** Seconds that the server asked to wait. */
	wanted?: number;
}

function readResponse(response: unknown): Response {
	if (!isRecord(response)) return { status: 0, type: '', body: '' };
	const headers = isRecord(response.headers) ? response.headers : {};
	const header = headers['retry-after'];
	return {
		status: Number(response.statusCode),
		type: asText(headers['content-type']),
		body: response.body,
		wanted: retryAfter(typeof header === 'string' ? header : undefined, Date.now()),
	};
}

/**
 * The failure behind a request function's exception.
 * n8n's network errors carry the request, key included, so only their code and message are read.
 */
export function connectionTrouble(error: unknown, host: string, timeoutSeconds: number, key: string): Failure {
	let code = '';
	let detail = '';
	for (let cause = error, depth = 0; isRecord(cause) && depth < 5; cause = cause.cause, depth++) {
		const name = asText(cause.name);
		// n8n's guard against server-side request forgery has names for its errors, and no codes.
		if (code === '') code = asText(cause.code) || (name.startsWith('SsrfBlocked') ? name : '');
		detail = asText(cause.message);
	}
	const isTimeout = code === 'ECONNABORTED' || (code === 'ETIMEDOUT' && detail.startsWith('timeout'));
	if (isTimeout) return timeoutFailure(timeoutSeconds);
	return connectionFailure(host, code, withoutKey(detail, key));
}

/** No key is this short; taking so little out of replies would only spoil them. */
const SHORTEST_KEY = 8;

/** Takes the key out of a text that a server sent, should it have echoed it. */
export function withoutKey(text: string, key: string): string {
	const secret = key.trim();
	return secret.length < SHORTEST_KEY ? text : text.replaceAll(secret, '***');
}
