/** Replies that n8n's HTTP helper hands over as streams: read to the end, or piece by piece, never waiting for ever. */
import { chatStreamReader, type Piece } from '../serving/chatStream';
import { isRecord } from '../serving/json';
import type { Outcome } from '../serving/outcome';

/** What the helper gives with `encoding: 'stream'`, as far as it is used here. */
export type ByteStream = AsyncIterable<Uint8Array>;

export function isByteStream(value: unknown): value is ByteStream {
	return isRecord(value) && Symbol.asyncIterator in value;
}

/** Called for every piece of a streamed chat completion; false ends the reading. */
export type OnPiece = (piece: Piece) => Promise<boolean | void>;

/** Aborts `signal` once a stream has been silent for `seconds`: n8n's own time-out ends with a reply's head. */
export class SilenceWatch {
	private readonly controller = new AbortController();
	private lastHeard = 0;
	private hasEnded = false;

	constructor(private readonly seconds: number) {}

	get signal(): AbortSignal {
		return this.controller.signal;
	}

	begin(): void {
		this.heard();
		this.watch();
	}

	heard(): void {
		this.lastHeard = Date.now();
	}

	end(): void {
		this.hasEnded = true;
	}

	private watch(): void {
		if (this.hasEnded) return;
		const rest = this.lastHeard + this.seconds * 1000 - Date.now();
		if (rest <= 0) return this.controller.abort();
		// One timer at a time rather than one for each piece, and none that keeps a process alive.
		AbortSignal.timeout(Math.ceil(rest)).addEventListener('abort', () => this.watch(), { once: true });
	}
}

/** Text as it arrives. */
async function* textsOf(stream: ByteStream, silence: SilenceWatch): AsyncGenerator<string> {
	const decoder = new TextDecoder();
	silence.begin();
	try {
		for await (const bytes of stream) {
			silence.heard();
			yield decoder.decode(bytes, { stream: true });
		}
		yield decoder.decode();
	} finally {
		silence.end();
	}
}

export async function readText(stream: ByteStream, silence: SilenceWatch): Promise<string> {
	let whole = '';
	for await (const text of textsOf(stream, silence)) whole += text;
	return whole;
}

/** Reads a streamed chat completion. Gives the whole reply as JSON text, as it would have come without streaming. */
export async function readStream(
	stream: ByteStream,
	silence: SilenceWatch,
	onPiece: OnPiece,
): Promise<Outcome<string>> {
	const reader = chatStreamReader();
	for await (const text of textsOf(stream, silence)) {
		for (const piece of reader.push(text)) {
			if (!piece.ok) return piece;
			if ((await onPiece(piece.value)) === false) return reader.end();
		}
		if (reader.isDone()) break;
	}
	return reader.end();
}
