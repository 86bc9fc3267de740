/** A call to a deployment or to Hopsworks, made again where that can help. */
import { sleep } from 'n8n-workflow';
import type { Target } from '../serving/address';
import { failed, type Failure, type Outcome } from '../serving/outcome';
import type { Reply } from '../serving/reply';
import { isRetryable, retryWait } from '../serving/retry';
import { failureOf } from '../serving/statusFailure';
import { Window } from '../serving/window';
import { CANCELLED, isCancelled, pause } from './cancel';
import type { CallContext, Connection, Context } from './connection';
import { proxyGuard } from './proxyGuard';
import { sendOnce, type Call } from './request';
import type { SendSettings } from './sendSettings';
import type { OnPiece } from './stream';

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
}

export type Send = (target: Target, write: () => string, onPiece?: OnPiece) => Promise<Sent>;

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
	const guard = proxyGuard(context, settings);
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
			const place = await window.enter();
			await ownTurn();
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

function gaveUp(failure: Failure, tries: number, advice = ''): { ok: false; failure: Failure } {
	return failed({
		...failure,
		message: tries > 1 ? `${failure.message} (after ${tries} tries)` : failure.message,
		description: advice === '' ? failure.description : `${advice} ${failure.description}`,
	});
}

function tooLong(wanted: number, allowed: number): string {
	return `The server asked to wait ${Math.ceil(wanted)} s, and 'Max Retry Wait (Seconds)' allows ${allowed} s.`;
}
