/** A call to a deployment or to Hopsworks through n8n's HTTP helper, made again where that can help. */
import { sleep } from 'n8n-workflow';
import { AdaptiveLimiter } from '../core/batching/adaptiveLimiter';
import { CUT_REPLY } from '../core/failure/connectionFailure';
import { failed, type Outcome } from '../core/failure/outcome';
import type { Asked } from '../core/failure/panel';
import { requestPlace, type RequestPlace } from '../core/failure/requestPlace';
import { gaveUp, isRetryable, retryWait, waitTooLong } from '../core/failure/retry';
import { statusFailure } from '../core/failure/statusFailure';
import type { Target } from '../core/hopsworks/address';
import type { Reply } from '../core/json/reply';
import { authorityProbe } from './authorityProbe';
import { CANCELLED, endedBy, isCancelled, pause } from './cancel';
import type { CallContext, Connection, Context } from './connection';
import { patience } from './patience';
import { proxyGuard } from './proxyGuard';
import { newRequestId } from './requestId';
import { awaitRoute, PROBE_TIMEOUT } from './routeWait';
import { schemeProbe } from './schemeProbe';
import type { SendSettings } from './sendOptions';
import { sendOnce, type Call } from './sendOnce';

/** What a run has cost so far, for its hint. */
export interface Tally {
	requests: number;
	retries: number;
}

/** How a request went. */
export interface Sent {
	outcome: Outcome<Reply>;
	/** How often it was sent. */
	tries: number;
	/** Milliseconds from sending it for the last time to its reply. */
	latency: number;
	/** Undefined where no server can have seen it. */
	request?: RequestPlace;
}

/** What is called, with what its record says of a call. */
export interface Callee extends Target {
	/** Whether it has just been started, so that its gateway may not know it yet. */
	isFresh?: boolean;
	/** The shortest time-out, in seconds: it sleeps, and takes so long to wake up. */
	leastTimeout?: number;
}

export type Send = (
	callee: Callee,
	asked: Asked,
	write: () => string,
	sending?: Pick<Call, 'onPiece' | 'signal' | 'mayBeTooLarge'>,
) => Promise<Sent>;

/** Statuses by which a server says that it has more to do than it can: fewer requests are then in flight. */
const CONGESTED = new Set([429, 503]);

/** Codes of connections that were lost, and not refused. */
const LOST = new Set(['ECONNRESET', 'EPIPE', CUT_REPLY]);

/** Whether a server can have seen a request, and so can have logged it. */
function mayHaveArrived(outcome: Outcome<unknown>): boolean {
	return outcome.ok || outcome.failure.kind !== 'connection' || LOST.has(outcome.failure.code ?? '');
}

/**
 * A function that posts a JSON text to a deployment and returns its reply, trying again where that can help. The text is
 * written when its turn comes, and dropped with the reply. With `onPiece` the text must ask for a stream; what is returned
 * is then the whole reply, and nothing is sent again once text was shown. `signal` ends the call before its time.
 */
export function sender(context: Context, connection: Connection, settings: SendSettings, tally: Tally): Send {
	const call = caller(context, connection, settings, tally);
	const probe = caller(context, connection, { ...settings, timeout: PROBE_TIMEOUT, maxTries: 1 }, tally);
	const routes = new Map<string, Promise<Outcome<boolean>>>();

	return async (callee, asked, write, sending) => {
		const { url, host, isFresh, leastTimeout } = callee;
		const { panel } = asked;
		const failureOf: Call['failureOf'] = (status, reply) => statusFailure(status, reply, asked);
		const requestId = newRequestId();
		const post: Call = { method: 'POST', url, host, requestId, write, failureOf, panel, leastTimeout, ...sending };
		const sent = await call(post);
		if (!isFresh || sent.outcome.ok || sent.outcome.failure.reason !== 'noRoute') return sent;
		// By host name, deployments of one name in two projects have the same URL.
		const place = `${host ?? ''} ${url}`;
		const route = routes.get(place) ?? awaitRoute(context, callee, probe);
		routes.set(place, route);
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
	const ignoredAuthorityOf = authorityProbe(context, connection);
	const endable = new WeakMap<AbortSignal, CallContext>();
	let turn: Promise<void> = Promise.resolve();

	/** The context whose calls a signal ends. Once for each signal: one made anew for each call would hold its connection in memory. */
	function contextOf(signal: AbortSignal | undefined): CallContext {
		if (!signal) return context;
		const ended = endable.get(signal) ?? endedBy(context, signal);
		endable.set(signal, ended);
		return ended;
	}

	/** n8n opens a connection for each request, and its bytes leave when the event loop turns: of many made at one go, with the last. */
	async function ownTurn(): Promise<void> {
		turn = turn.then(async () => await sleep(0));
		await turn;
	}

	return async (call) => {
		const ended = contextOf(call.signal);
		const { requestId = newRequestId() } = call;
		const refused = await guard(call);
		if (refused) return { outcome: failed(refused), tries: 0, latency: 0 };
		let request: RequestPlace | undefined;
		for (let tries = 1; ; tries++) {
			const place = await limiter.enter();
			await ownTurn();
			const began = Date.now();
			if (isCancelled(ended)) {
				limiter.leave(place, false);
				return { outcome: failed(CANCELLED), tries, latency: 0, request };
			}
			tally.requests++;
			const { outcome: came, wanted, replied } = await sendOnce(ended, connection, settings, { ...call, requestId });
			if (mayHaveArrived(came)) request = requestPlace(requestId, replied);
			const outcome = came.ok || !request ? came : failed({ ...came.failure, request });
			limiter.leave(place, !outcome.ok && CONGESTED.has(outcome.failure.status ?? 0));
			const sent = { tries, latency: Date.now() - began, request };
			if (!outcome.ok && outcome.failure.kind === 'cancelled') return { ...sent, outcome };
			const { isOver, remark } = endOf(call.url, outcome, tries);
			const explained = (await wrongSchemeOf(call.url, outcome)) ?? (await ignoredAuthorityOf(call.url, outcome));
			if (explained) return { ...sent, outcome: failed(explained) };
			if (outcome.ok || !isRetryable(outcome.failure, settings.retryTimeouts)) return { ...sent, outcome };
			if (wanted !== undefined && wanted > settings.maxRetryWait) {
				const reason = waitTooLong(wanted, settings.maxRetryWait, call.panel);
				return { ...sent, outcome: gaveUp(outcome.failure, tries, reason) };
			}
			if (isOver) return { ...sent, outcome: gaveUp(outcome.failure, tries, '', remark) };
			// A server that asks for less than a busy one needs gets no more requests for it.
			await pause(ended, Math.max(wanted ?? 0, retryWait(tries, settings.maxRetryWait, Math.random())));
			tally.retries++;
			// A server that has too much to do may take it yet.
			if (call.mayBeTooLarge && (outcome.failure.status !== 429 || tries > 1)) return { ...sent, outcome };
		}
	};
}
