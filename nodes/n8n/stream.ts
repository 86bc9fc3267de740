/** Replies that n8n's HTTP helper hands over as streams: read to the end, to a bound, or piece by piece. */
import { brokenOff, chatStreamReader } from '../core/language/chatStream';
import type { Piece } from '../core/language/choiceStream';
import { EVENTS_BEGIN, type ServerEvent } from '../core/language/eventStream';
import { tooLargeReply } from '../core/failure/connectionFailure';
import { isRecord, type Json } from '../core/json/json';
import { failed, type Outcome } from '../core/failure/outcome';
import type { Panel } from '../core/failure/panel';
import { replyInTurns } from '../core/json/reply';
import { giveWay, type Watch } from './cancel';

/** What the helper returns with `encoding: 'stream'`, as far as it is used here. */
export type ByteStream = AsyncIterable<Uint8Array>;

export function isByteStream(value: unknown): value is ByteStream {
	return isRecord(value) && Symbol.asyncIterator in value;
}

/** Called for every piece of a streamed chat completion; false ends the reading. */
export type OnPiece = (piece: Piece) => Promise<boolean | void>;

/** Has a stream end with its request: older n8n do not end it by the signal, nor does a server that is silent. */
export function endWith(watch: Watch, stream: ByteStream): void {
	watch.signal.addEventListener(
		'abort',
		() => {
			if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy(new Error('ended'));
		},
		{ once: true },
	);
}

export interface Body {
	text: string;
	/** Whether the stream had more to give than was allowed. */
	isCut: boolean;
}

/** The text of a stream, read to `mostBytes` of it. */
export async function readText(stream: ByteStream, mostBytes: number): Promise<Body> {
	const decoder = new TextDecoder();
	const pieces: string[] = [];
	let size = 0;
	for await (const chunk of stream) {
		// Each as it comes: all of a long reply at one go would hold up n8n.
		pieces.push(decoder.decode(chunk.subarray(0, mostBytes - size), { stream: true }));
		size += chunk.length;
		if (size > mostBytes) break;
	}
	pieces.push(decoder.decode());
	return { text: pieces.join(''), isCut: size > mostBytes };
}

/** A stream whose first bytes have been looked at. */
interface Begun {
	/** All of it. */
	stream: ByteStream;
	/** Whether it is one of server-sent events, by what it begins with: types are left out, or wrong. */
	isEvents: boolean;
}

/** Characters in which every field of an event can be told. */
const FIELD = 6;

/** Looks at the beginning of a stream of the given media type. */
export async function begin(stream: ByteStream, type: string): Promise<Begun> {
	const rest = stream[Symbol.asyncIterator]();
	const decoder = new TextDecoder();
	const chunks: Uint8Array[] = [];
	let head = '';
	while (head.trimStart().length < FIELD) {
		const { done, value } = await rest.next();
		if (done) break;
		chunks.push(value);
		head += decoder.decode(value, { stream: true });
	}
	const isTold = /^\s*text\/event-stream\b/i.test(type) && !/^\s*[[{<]/.test(head);
	return { stream: resumed(chunks, rest), isEvents: isTold || EVENTS_BEGIN.test(head) };
}

async function* resumed(chunks: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
	try {
		yield* chunks;
		for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
	} finally {
		await rest.return?.();
	}
}

/** Seconds for which an answer that has come waits for what a server sends behind it: its tokens, and that it is done. */
const AFTERWARDS = 5;

/** Reads a streamed chat completion. Returns the reply as it would have come without streaming. */
export async function readStream(
	stream: ByteStream,
	{ mostReplyBytes, panel, watch }: { mostReplyBytes: number; panel: Panel; watch: Watch },
	onPiece: OnPiece,
): Promise<Outcome<Json>> {
	const reader = chatStreamReader();
	const decoder = new TextDecoder();

	/** Reads events and hands their pieces on. Returns what ends the reading, if something does. */
	async function read(events: ServerEvent[]): Promise<Outcome<Json> | undefined> {
		for (const { type, data } of events) {
			const piece = reader.read(type, await replyInTurns(data, giveWay));
			if (!piece.ok) return piece;
			const { text, reasoning } = piece.value;
			const isSilent = text === '' && reasoning === '';
			if (isSilent || (await onPiece(piece.value)) !== false) continue;
			// What is left may not look like a connection that was lost: it would be asked for again.
			return reader.isWhole() ? reader.whole() : brokenOff('nobody reads it any more');
		}
		return undefined;
	}

	async function readAll(): Promise<Outcome<Json>> {
		let size = 0;
		let wasWhole = false;
		for await (const chunk of stream) {
			if (!wasWhole) watch.restart();
			size += chunk.length;
			if (size > mostReplyBytes) return failed(tooLargeReply(mostReplyBytes, panel));
			const ended = await read(reader.push(decoder.decode(chunk, { stream: true })));
			if (ended) return ended;
			if (reader.isDone()) break;
			const isWhole = reader.isWhole();
			if (isWhole && !wasWhole) watch.restart(AFTERWARDS);
			wasWhole = isWhole;
		}
		return (await read(reader.end())) ?? reader.whole();
	}

	const reading = readAll();
	// Whatever became of the connection: an answer that has ended is there.
	return await reading.catch(() => (reader.isWhole() && !watch.isCancelled() ? reader.whole() : reading));
}
