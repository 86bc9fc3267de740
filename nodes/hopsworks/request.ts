/** One request through n8n's HTTP helper: credential, bounds and cancel, ending in an outcome without the key in it. */
import type { IHttpRequestOptions } from 'n8n-workflow';
import { failureWithout, jsonWithout, keyRemover, pieceCleaner, removeInTurns, type Remove } from '../serving/apiKey';
import { brokenOff, type Piece } from '../serving/chatStream';
import { connectionFailure, CUT_REPLY, timeoutFailure, tooLargeReply } from '../serving/connectionFailure';
import { asText, encode, isRecord } from '../serving/json';
import { failed, success, type Failure, type Outcome } from '../serving/outcome';
import { replyInTurns, replyOf, type Reply } from '../serving/reply';
import { retryAfter } from '../serving/retry';
import type { GiveWay } from '../serving/turns';
import { CANCELLED, giveWay, isCancelled, Watch } from './cancel';
import { CREDENTIAL, type CallContext, type Connection } from './connection';
import type { SendSettings } from './sendSettings';
import { endWith, isByteStream, readStream, readText, type OnPiece } from './stream';

/** A request as it goes out, and the reading of a reply whose status is outside 200 to 299. */
export interface Call {
	method: 'GET' | 'POST';
	url: string;
	/** Value of the `Host` header, where it is not the URL's. */
	host?: string;
	/** Writes the body when its turn comes. */
	write?: () => string;
	failureOf: (status: number, reply: Reply) => Failure;
	onPiece?: OnPiece;
}

export interface Answer {
	outcome: Outcome<Reply>;
	/** Seconds that the server asked to wait. */
	wanted?: number;
}

/** What a server says about a failure is read no further than this. */
const MOST_ERROR_BYTES = 256 * 1024;

/** Makes a call once. */
export async function sendOnce(
	context: CallContext,
	connection: Connection,
	settings: SendSettings,
	call: Call,
): Promise<Answer> {
	const remove = keyRemover(connection.apiKey);
	const watch = new Watch(() => isCancelled(context), settings.timeout);
	const progress = { hasHead: false, hasBegun: false };
	// Not beyond a cancel; but what came in time is read.
	const rest = async (): Promise<void> => {
		await giveWay();
		if (isCancelled(context)) throw new Error('canceled');
	};
	let isReadToEnd = false;
	try {
		const sending = post(context, connection, settings, call, watch.signal);
		// Where the request ends first, what becomes of it then is nobody's business.
		sending.catch(() => {});
		const response = readResponse(await watch.within(sending));
		progress.hasHead = true;
		const outcome = await readOutcome(response, { connection, settings, call, watch, remove, rest, progress });
		isReadToEnd = outcome.ok;
		return { outcome: outcome.ok ? outcome : failed(failureWithout(outcome.failure, remove)), wanted: response.wanted };
	} catch (error) {
		if (isCancelled(context)) return { outcome: failed(CANCELLED) };
		const failure = watch.isLate
			? timeoutFailure(settings.timeout)
			: connectionTrouble(error, new URL(call.url).host, progress.hasHead, remove, call.host);
		return { outcome: progress.hasBegun ? brokenOff(failure.message) : failed(failure) };
	} finally {
		watch.stop(isReadToEnd);
	}
}

/** The request through n8n's helper, which `signal` ends. */
async function post(
	context: CallContext,
	{ decrypted, ignoreSslIssues }: Connection,
	{ timeout }: SendSettings,
	{ method, url, host, write, onPiece }: Call,
	signal: AbortSignal,
): Promise<unknown> {
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
		// So that a reply is read no further than it may be.
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		// n8n's own ends with a reply's head, and has another default.
		timeout: (timeout + 1) * 1000,
		skipSslCertificateValidation: ignoreSslIssues,
		abortSignal: signal,
	};
	// n8n's helper takes its signal from the context that it is called on, where that has one.
	const endable: CallContext = Object.create(context, { getExecutionCancelSignal: { value: () => signal } });
	return await endable.helpers.httpRequestWithAuthentication.call(endable, CREDENTIAL, request, {
		credentialsDecrypted: decrypted,
	});
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

interface Reading {
	connection: Connection;
	settings: SendSettings;
	call: Call;
	watch: Watch;
	remove: Remove;
	/** Lets others have their turn while a reply is read; throws after a cancel. */
	rest: GiveWay;
	progress: { hasBegun: boolean };
}

/** Reads the body of a response that has come. */
async function readOutcome({ status, type, body }: Response, reading: Reading): Promise<Outcome<Reply>> {
	const { connection, settings, call, watch, remove, rest } = reading;
	const isGood = status >= 200 && status < 300;
	if (!isByteStream(body)) {
		const reply = replyOf(remove(typeof body === 'string' ? body : encode(body)));
		return isGood ? success(reply) : failed(call.failureOf(status, reply));
	}
	endWith(watch, body);
	const most = settings.mostReplyBytes;
	if (isGood && call.onPiece && type.startsWith('text/event-stream')) {
		const { put, end } = withoutKey(call.onPiece, reading);
		const streamed = await readStream(body, most, watch, put);
		if (!streamed.ok) return streamed;
		await end();
		return success({ text: '', json: jsonWithout(streamed.value, remove) });
	}
	const { text, isCut } = await readText(body, isGood ? most : Math.min(most, MOST_ERROR_BYTES));
	if (!isGood) return failed(call.failureOf(status, replyOf(remove(text))));
	if (isCut) return failed(tooLargeReply(most));
	return success(await replyInTurns(await removeInTurns(text, connection.apiKey, rest), rest));
}

/** Hands pieces on without the key; `end` gives what was kept back of the last. */
function withoutKey(
	onPiece: OnPiece,
	{ connection, progress }: Reading,
): { put: OnPiece; end: () => Promise<unknown> } {
	const texts = pieceCleaner(connection.apiKey);
	const reasonings = pieceCleaner(connection.apiKey);
	const hand = async (piece: Piece): Promise<boolean | void> => {
		if (piece.text !== '' || piece.reasoning !== '') return await onPiece(piece);
	};
	return {
		async put({ text, reasoning }) {
			progress.hasBegun = true;
			return await hand({ text: texts.push(text), reasoning: reasonings.push(reasoning) });
		},
		end: async () => await hand({ text: texts.end(), reasoning: reasonings.end() }),
	};
}

/**
 * The failure behind a request function's exception; `hasHead` tells whether the reply had begun.
 * n8n's network errors carry the request, key included, so only their code and message are read.
 */
export function connectionTrouble(
	error: unknown,
	host: string,
	hasHead: boolean,
	remove: Remove,
	hostHeader?: string,
): Failure {
	let code = '';
	let detail = '';
	for (let cause = error, depth = 0; isRecord(cause) && depth < 5; cause = cause.cause, depth++) {
		const name = asText(cause.name);
		// n8n's guard against server-side request forgery has names for its errors, and no codes.
		if (code === '') code = asText(cause.code) || (name.startsWith('SsrfBlocked') ? name : '');
		detail = asText(cause.message);
	}
	// A reply that cannot be unpacked is told apart from one that was cut off.
	if (hasHead && !code.startsWith('Z_')) code = CUT_REPLY;
	return connectionFailure(host, code, remove(detail), hostHeader);
}
