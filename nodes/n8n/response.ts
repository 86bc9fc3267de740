/** A response that has come through n8n's HTTP helper: its body read to a bound or piece by piece, without the key. */
import { tooLargeReply } from '../core/failure/connectionFailure';
import { failed, success, type Failure, type Outcome } from '../core/failure/outcome';
import type { Panel } from '../core/failure/panel';
import { retryAfter } from '../core/failure/retry';
import { jsonWithout, pieceCleaner, removeInTurns, type Remove } from '../core/hopsworks/apiKey';
import { asText, encode, isRecord } from '../core/json/json';
import { replyInTurns, replyOf, type Reply } from '../core/json/reply';
import type { GiveWay } from '../core/turns';
import type { Watch } from './cancel';
import { REQUEST_ID } from './requestId';
import { begin, endWith, isByteStream, readStream, readText, type OnPiece } from './stream';

export interface Response {
	status: number;
	/** The media type. */
	type: string;
	body: unknown;
	/** Where a redirect leads; '' for none. */
	location: string;
	/** The id that it gives the request; '' for none. */
	requestId: string;
	/** Seconds that the server asked to wait. */
	wanted?: number;
}

/** How a reply is read. */
export interface ReplyReading {
	/** The failure of a reply whose status is outside 200 to 299. */
	failureOf: (status: number, reply: Reply) => Failure;
	/** Who asked for it. */
	panel: Panel;
	/** Receives the pieces of a reply that streams. */
	onPiece?: OnPiece;
}

/** What the reading of a body needs besides. */
interface ReadingTools {
	apiKey: string;
	mostReplyBytes: number;
	watch: Watch;
	remove: Remove;
	/** Lets others have their turn while a reply is read; throws after a cancel. */
	rest: GiveWay;
	/** Told that a piece was shown. */
	progress: { hasBegun: boolean };
}

/** What a server says about a failure is read no further than this. */
const MOST_ERROR_BYTES = 256 * 1024;

export function readResponse(response: unknown): Response {
	if (!isRecord(response)) return { status: 0, type: '', body: '', location: '', requestId: '' };
	const headers = isRecord(response.headers) ? response.headers : {};
	return {
		status: Number(response.statusCode),
		type: asText(headers['content-type']),
		body: response.body,
		location: asText(headers.location),
		requestId: asText(headers[REQUEST_ID]),
		wanted: retryAfter(asText(headers['retry-after']), asText(headers.date), Date.now()),
	};
}

/** Reads the body of a response that has come. */
export async function readOutcome(
	{ status, type, body }: Response,
	{ failureOf, panel, onPiece }: ReplyReading,
	tools: ReadingTools,
): Promise<Outcome<Reply>> {
	const { apiKey, mostReplyBytes, watch, remove, rest } = tools;
	const isGood = status >= 200 && status < 300;
	if (!isByteStream(body)) {
		const reply = replyOf(remove(typeof body === 'string' ? body : encode(body)));
		return isGood ? success(reply) : failed(failureOf(status, reply));
	}
	endWith(watch, body);
	const begun = isGood && onPiece ? await begin(body, type) : undefined;
	if (onPiece && begun?.isEvents) {
		const { put, end } = withoutKey(onPiece, tools);
		const streamed = await readStream(begun.stream, { mostReplyBytes, panel, watch }, put);
		if (!streamed.ok) return streamed;
		await end();
		return success({ text: '', json: jsonWithout(streamed.value, remove) });
	}
	const whole = begun?.stream ?? body;
	const { text, isCut } = await readText(whole, isGood ? mostReplyBytes : Math.min(mostReplyBytes, MOST_ERROR_BYTES));
	if (!isGood) return failed(failureOf(status, replyOf(remove(text))));
	if (isCut) return failed(tooLargeReply(mostReplyBytes, panel));
	return success(await replyInTurns(await removeInTurns(text, apiKey, rest), rest));
}

/**
 * Hands pieces on without the key; `end` hands on what was kept back of the last. Thoughts are kept back until there is
 * text to go with them: an answer that is lost before it shows any can be asked for again.
 */
function withoutKey(
	onPiece: OnPiece,
	{ apiKey, progress }: ReadingTools,
): { put: OnPiece; end: () => Promise<unknown> } {
	const texts = pieceCleaner(apiKey);
	const reasonings = pieceCleaner(apiKey);
	let reasoning = '';
	const hand = async (text: string): Promise<boolean | void> => {
		// Also where nothing is to be shown: it tells whether anyone still listens.
		if (text === '') return await onPiece({ text, reasoning: '' });
		progress.hasBegun = true;
		const piece = { text, reasoning };
		reasoning = '';
		return await onPiece(piece);
	};
	return {
		async put(piece) {
			reasoning += reasonings.push(piece.reasoning);
			return await hand(texts.push(piece.text));
		},
		async end() {
			reasoning += reasonings.end();
			const piece = { text: texts.end(), reasoning };
			if (piece.text !== '' || piece.reasoning !== '') await onPiece(piece);
		},
	};
}
