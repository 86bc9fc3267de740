/** A call to a deployment or to Hopsworks through n8n's HTTP helper, made again where that can help. */
import { sleep, type IHttpRequestOptions } from 'n8n-workflow';
import { AdaptiveLimiter } from '../core/batching/adaptiveLimiter';
import { timeoutFailure } from '../core/failure/connectionFailure';
import { failed, type Outcome } from '../core/failure/outcome';
import type { Asked } from '../core/failure/panel';
import { gaveUp, isRetryable, retryWait, waitTooLong } from '../core/failure/retry';
import { statusFailure } from '../core/failure/statusFailure';
import { sentOnToTls } from '../core/failure/wrongScheme';
import { failureWithout, keyRemover } from '../core/hopsworks/apiKey';
import type { Target } from '../core/hopsworks/address';
import type { Reply } from '../core/json/reply';
import { brokenOff } from '../core/language/chatStream';
import { CANCELLED, giveWay, isCancelled, pause, Watch } from './cancel';
import { CREDENTIAL, type CallContext, type Connection, type Context } from './connection';
import { networkFailure } from './networkFailure';
import { patience } from './patience';
import { proxyGuard } from './proxyGuard';
import { awaitRoute, PROBE_TIMEOUT } from './routeWait';
import { readOutcome, readResponse, type ReplyReading } from './response';
import { schemeProbe } from './schemeProbe';
import type { SendSettings } from './sendOptions';
import type { OnPiece } from './stream';

/** What a run has cost so far, for its hint. */
export interface Tally {
	requests: number;
	retries: number;
}

/** A request as it goes out, and how its reply is read. */
export interface Call extends ReplyReading {
	method: 'GET' | 'POST';
	url: string;
	/** Value of the `Host` header, where it is not the URL's. */
	host?: string;
	/** Writes the body when its turn comes. */
	write?: () => string;
	/** In seconds; that of the settings where it is longer. */
	leastTimeout?: number;
}

/** How a request went. */
export interface Sent {
	outcome: Outcome<Reply>;
	/** How often it was sent. */
	tries: number;
	/** Milliseconds from sending it for the last time to its reply. */
	latency: number;
}

/** What is called, with what its record says of a call. */
export interface Callee extends Target {
	/** Whether it has just been started, so that its gateway may not know it yet. */
	isFresh?: boolean;
	/** The shortest time-out, in seconds: it sleeps, and takes so long to wake up. */
	leastTimeout?: number;
}

export type Send = (callee: Callee, asked: Asked, write: () => string, onPiece?: OnPiece) => Promise<Sent>;

/** Statuses by which a server says that it has more to do than it can: fewer requests are then in flight. */
const CONGESTED = new Set([429, 503]);

/**
 * A function that posts a JSON text to a deployment and returns its reply, trying again where that can help. The text is
 * written when its turn comes, and dropped with the reply. With `onPiece` the text must ask for a stream; what is returned
 * is then the whole reply, and nothing is sent again once a piece has come.
 */
export function sender(context: Context, connection: Connection, settings: SendSettings, tally: Tally): Send {
	const call = caller(context, connection, settings, tally);
	const probe = caller(context, connection, { ...settings, timeout: PROBE_TIMEOUT, maxTries: 1 }, tally);
	const routes = new Map<string, Promise<Outcome<boolean>>>();

	return async (callee, asked, write, onPiece) => {
		const { url, host, isFresh, leastTimeout } = callee;
		const { panel } = asked;
		const failureOf: Call['failureOf'] = (status, reply) => statusFailure(status, reply, asked);
		const post: Call = { method: 'POST', url, host, write, failureOf, panel, onPiece, leastTimeout };
		const sent = await call(post);
		if (!isFresh || sent.outcome.ok || sent.outcome.failure.reason !== 'noRoute') return sent;
		const route = routes.get(url) ?? awaitRoute(context, callee, probe);
		routes.set(url, route);
		const awaited = await route;
		if (!awaited.ok) return { ...sent, outcome: awaited };
		if (!awaited.value) return sent;
		const again = await call(post);
		return { ...again, tries: sent.tries + again.tries };
	};
}

/** A function that makes a call and returns its reply, trying again where that can help. */
export function caller(
	context: CallContext,
	connection: Connection,
	settings: SendSettings,
	tally: Tally,
): (call: Call) => Promise<Sent> {
	const limiter = new AdaptiveLimiter(settings.concurrency);
	const guard = proxyGuard(context, settings);
	const endOf = patience(context, settings.maxTries);
	const wrongSchemeOf = schemeProbe(context);
	let turn: Promise<void> = Promise.resolve();

	/** n8n opens a connection for each request, and its bytes leave when the event loop turns: of many made at one go, with the last. */
	async function ownTurn(): Promise<void> {
		turn = turn.then(async () => await sleep(0));
		await turn;
	}

	return async (call) => {
		const refused = await guard(call);
		if (refused) return { outcome: failed(refused), tries: 0, latency: 0 };
		for (let tries = 1; ; tries++) {
			const place = await limiter.enter();
			await ownTurn();
			const began = Date.now();
			if (isCancelled(context)) {
				limiter.leave(place, false);
				return { outcome: failed(CANCELLED), tries, latency: 0 };
			}
			tally.requests++;
			const { outcome, wanted } = await sendOnce(context, connection, settings, call);
			limiter.leave(place, !outcome.ok && CONGESTED.has(outcome.failure.status ?? 0));
			const sent = { tries, latency: Date.now() - began };
			const { isOver, remark } = endOf(call.url, outcome, tries);
			const wrongScheme = await wrongSchemeOf(call.url, outcome);
			if (wrongScheme) return { ...sent, outcome: failed(wrongScheme) };
			if (outcome.ok || !isRetryable(outcome.failure, settings.retryTimeouts)) return { ...sent, outcome };
			if (wanted !== undefined && wanted > settings.maxRetryWait) {
				const reason = waitTooLong(wanted, settings.maxRetryWait, call.panel);
				return { ...sent, outcome: gaveUp(outcome.failure, tries, reason) };
			}
			if (isOver) return { ...sent, outcome: gaveUp(outcome.failure, tries, '', remark) };
			// A server that asks for less than a busy one needs gets no more requests for it.
			await pause(context, Math.max(wanted ?? 0, retryWait(tries, settings.maxRetryWait, Math.random())));
			tally.retries++;
		}
	};
}

/** Makes a call once; `wanted` is how many seconds the server asked to wait. No word of the key is in what it returns. */
async function sendOnce(
	context: CallContext,
	connection: Connection,
	settings: SendSettings,
	call: Call,
): Promise<{ outcome: Outcome<Reply>; wanted?: number }> {
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
		const failureOf: ReplyReading['failureOf'] = (status, reply) =>
			sentOnToTls(call.url, status, response.location) ?? call.failureOf(status, reply);
		const { mostReplyBytes } = settings;
		const tools = { apiKey: connection.apiKey, mostReplyBytes, watch, remove, rest, progress };
		const outcome = await readOutcome(response, { ...call, failureOf }, tools);
		isReadToEnd = outcome.ok;
		return { outcome: outcome.ok ? outcome : failed(failureWithout(outcome.failure, remove)), wanted: response.wanted };
	} catch (error) {
		if (isCancelled(context)) return { outcome: failed(CANCELLED) };
		const failure = watch.isLate ? timeoutFailure(timeout, call.panel) : networkFailure(error, call, progress, remove);
		return { outcome: progress.hasBegun ? brokenOff(failure.message) : failed(failure) };
	} finally {
		watch.stop(isReadToEnd);
	}
}

/** The request through n8n's helper, which `signal` ends. */
async function post(
	context: CallContext,
	{ decrypted, ignoreSslIssues }: Connection,
	timeout: number,
	{ method, url, host, body, onPiece }: Call & { body?: Buffer },
	signal: AbortSignal,
): Promise<unknown> {
	// A fresh object for every call: n8n changes it.
	const request: IHttpRequestOptions = {
		method,
		url,
		headers: {
			// Exactly this: with a charset KServe hands the raw bytes to the model (kserve PR 2524).
			...(body && { 'Content-Type': 'application/json' }),
			Accept: onPiece ? 'text/event-stream, application/json' : 'application/json',
			...(host === undefined ? {} : { Host: host }),
		},
		// As bytes: n8n's HTTP library would parse a text first, to see that it is JSON.
		...(body && { body }),
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
