/** One call to a deployment: credential, time-out, retries and cancel, ending in an outcome. */
import {
	sleep,
	type IExecuteFunctions,
	type IHttpRequestOptions,
	type ILoadOptionsFunctions,
	type INodeProperties,
	type ISupplyDataFunctions,
} from 'n8n-workflow';
import type { Target } from '../serving/address';
import { brokenOff } from '../serving/chatStream';
import { isRecord } from '../serving/json';
import { connectionFailure, timeoutFailure } from '../serving/connectionFailure';
import { failed, success, type Failure, type Outcome } from '../serving/outcome';
import { isRetryable, retryAfter, retryWait, type RetryPolicy } from '../serving/retry';
import { failureOf } from '../serving/statusFailure';
import { Window } from '../serving/window';
import { asText, readNumber } from './parameters';
import { isByteStream, readStream, readText, SilenceWatch, type OnPiece } from './stream';

const CREDENTIAL = 'hopsworksApi';

/** What a request needs of n8n: a run of a node, or a model that is handed to another one. */
export type Context = IExecuteFunctions | ISupplyDataFunctions;

/** The same, or the panel as it offers choices: it has no run that could be cancelled, and streams nothing. */
export type CallContext = Context | ILoadOptionsFunctions;

/** The credential's fields, '' where not filled in. */
export interface Connection {
	apiKey: string;
	servingUrl: string;
	hopsworksUrl: string;
	project: string;
	ignoreSslIssues: boolean;
}

export async function readConnection(context: CallContext): Promise<Connection> {
	const fields = await context.getCredentials(CREDENTIAL);
	return {
		apiKey: asText(fields.apiKey),
		servingUrl: asText(fields.servingUrl),
		hopsworksUrl: asText(fields.hopsworksUrl),
		project: asText(fields.project),
		ignoreSslIssues: fields.ignoreSslIssues === true,
	};
}

export interface SendSettings extends RetryPolicy {
	/** Longest wait for a reply, in seconds. */
	timeout: number;
	/** Requests in flight at once. */
	concurrency: number;
}

/** The options that every operation has, read by `readSendSettings`. */
export const sendOptions: INodeProperties[] = [
	{
		displayName: 'Max Concurrent Requests',
		name: 'concurrency',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 4,
		description: 'How many requests are under way at the same time',
	},
	{
		displayName: 'Max Retry Wait (Seconds)',
		name: 'maxRetryWait',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 60,
		description: 'Longest wait before a request is sent again',
	},
	{
		displayName: 'Max Tries',
		name: 'maxTries',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 6,
		description:
			'How often a request is sent before it fails. Sent again are those that met a busy, starting or unreachable deployment.',
	},
	{
		displayName: 'Retry Timeouts',
		name: 'retryTimeouts',
		type: 'boolean',
		default: false,
		description: 'Whether to send a request again that ran out of time, although its work may still be going on',
	},
	{
		displayName: 'Timeout (Seconds)',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 0.1, numberPrecision: 1 },
		default: 300,
		description: 'How long to wait for a reply. The first call after a sleep can take minutes.',
	},
];

export function readSendSettings(options: Record<string, unknown>): SendSettings {
	return {
		concurrency: readNumber(options, sendOptions, 'concurrency'),
		maxRetryWait: readNumber(options, sendOptions, 'maxRetryWait'),
		maxTries: readNumber(options, sendOptions, 'maxTries'),
		retryTimeouts: options.retryTimeouts === true,
		timeout: readNumber(options, sendOptions, 'timeout'),
	};
}

/** What a run has cost so far, for its hint. */
export interface Tally {
	requests: number;
	retries: number;
}

/** How a request went. */
export interface Sent {
	outcome: Outcome<string>;
	/** How often it was sent. */
	tries: number;
	/** Milliseconds from sending it for the last time to its reply. */
	latency: number;
}

export type Send = (target: Target, write: () => string, onPiece?: OnPiece) => Promise<Sent>;

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

/** Statuses by which a server says that it has more to do than it can: the window narrows. */
const CONGESTED = new Set([429, 503]);

/**
 * A function that posts a JSON text to a deployment and gives the reply's text, trying again where that can help. The
 * text is written when its turn comes, and dropped with the reply. With `onPiece` the text must ask for a stream; what is
 * given is then the whole reply, and nothing is sent again once a piece has come.
 */
export function sender(context: Context, connection: Connection, settings: SendSettings, tally: Tally): Send {
	const call = caller(context, connection, settings, tally);
	return async ({ url, host }, write, onPiece) => await call({ method: 'POST', url, host, write, failureOf, onPiece });
}

/** A function that makes a call and gives the reply's text, trying again where that can help. */
export function caller(
	context: CallContext,
	connection: Connection,
	settings: SendSettings,
	tally: Tally,
): (call: Call) => Promise<Sent> {
	const window = new Window(settings.concurrency);
	return async (call) => {
		for (let tries = 1; ; tries++) {
			const place = await window.enter();
			const began = Date.now();
			if (isCancelled(context)) {
				window.leave(place, false);
				return { outcome: failed(CANCELLED), tries, latency: 0 };
			}
			tally.requests++;
			const { outcome, wanted } = await sendOnce(context, connection, settings, call);
			window.leave(place, !outcome.ok && CONGESTED.has(outcome.failure.status ?? 0));
			const sent = { tries, latency: Date.now() - began };
			if (outcome.ok || !isRetryable(outcome.failure, settings.retryTimeouts)) return { ...sent, outcome };
			if (wanted !== undefined && wanted > settings.maxRetryWait) {
				return { ...sent, outcome: gaveUp(outcome.failure, tries, tooLong(wanted, settings.maxRetryWait)) };
			}
			if (tries >= settings.maxTries) return { ...sent, outcome: gaveUp(outcome.failure, tries) };
			await pause(context, wanted ?? retryWait(tries, settings.maxRetryWait, Math.random()));
			tally.retries++;
		}
	};
}

const CANCELLED: Failure = {
	kind: 'cancelled',
	message: 'The run was canceled', // n8n knows a cancelled run by this spelling
	description: 'Start it again to score the rest.',
};

function gaveUp(failure: Failure, tries: number, advice = ''): Outcome<string> {
	return failed({
		...failure,
		message: tries > 1 ? `${failure.message} (after ${tries} tries)` : failure.message,
		description: advice === '' ? failure.description : `${advice} ${failure.description}`,
	});
}

function tooLong(wanted: number, allowed: number): string {
	return `The server asked to wait ${Math.ceil(wanted)} s, and 'Max Retry Wait (Seconds)' allows ${allowed} s.`;
}

function cancelSignal(context: CallContext): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}

function isCancelled(context: CallContext): boolean {
	return cancelSignal(context)?.aborted ?? false;
}

/** Waits, but not beyond a cancel. */
export async function pause(context: CallContext, seconds: number): Promise<void> {
	const signal = cancelSignal(context);
	if (!signal) return await sleep(seconds * 1000);
	let wake = (): void => {};
	const cancelled = new Promise<void>((resolve) => {
		wake = resolve;
		signal.addEventListener('abort', wake, { once: true });
	});
	await Promise.race([sleep(seconds * 1000), cancelled]);
	signal.removeEventListener('abort', wake);
}

/** No key is this short; taking so little out of replies would only spoil them. */
const SHORTEST_KEY = 8;

/** Takes the key out of a text that a server sent, should it have echoed it. */
export function withoutKey(text: string, key: string): string {
	const secret = key.trim();
	return secret.length < SHORTEST_KEY ? text : text.replaceAll(secret, '***');
}

interface Answer {
	outcome: Outcome<string>;
	/** Seconds that the server asked to wait. */
	wanted?: number;
}

async function sendOnce(
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
