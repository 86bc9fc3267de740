/** A streamed chat completion: pieces as they come, and in the end the reply that would have come without streaming. */
import { CUT_REPLY } from '../failure/connectionFailure';
import { readErrorReply } from '../failure/errorReply';
import { excerpt } from '../failure/excerpt';
import { withWords } from '../failure/meaning';
import { badReply, failed, success, type Failed, type Outcome } from '../failure/outcome';
import { isRecord, type Json, type JsonObject } from '../json/json';
import type { Reply } from '../json/reply';
import { choiceStream, NO_PIECE, type ChoiceStream, type Piece } from './choiceStream';
import { eventReader, type ServerEvent } from './eventStream';

interface ChatStreamReader {
	/** The events that a text from the stream completes, each for `read`. */
	push(text: string): ServerEvent[];
	/** Whether the server has said that no more comes. */
	isDone(): boolean;
	/** Whether every choice that has begun has ended: whatever happens to the stream now, the answer is there. */
	isWhole(): boolean;
	/** The event that the end of the stream completes. */
	end(): ServerEvent[];
	/** The piece that an event brings, given its type and its data; a failure where the server says in the stream that it failed. */
	read(type: string, data: Reply): Outcome<Piece>;
	/** The whole reply, once the stream has ended. Fails where it ended too early. */
	whole(): Outcome<Json>;
}

const DONE = '[DONE]';

/** The failure of an answer that had begun. */
export function brokenOff(detail: string): Failed {
	return badReply(
		`The answer broke off: ${detail}`,
		"The deployment's logs in Hopsworks may say why. Nothing is sent again once an answer has begun.",
	);
}

/** The failure of a stream that ended before it showed anything: it can be asked for again. */
function endedUnseen(detail: string): Failed {
	return failed({
		kind: 'connection',
		message: `The answer broke off: ${detail}`,
		description: 'The deployment may have restarted, or ran out of memory. Check its state and logs in Hopsworks.',
		code: CUT_REPLY,
	});
}

/** Reads the events of one reply. */
export function chatStreamReader(): ChatStreamReader {
	const events = eventReader();
	const choices = new Map<number, ChoiceStream>();
	const head = new Map<string, Json>();
	let usage: Json | undefined;
	let isDone = false;
	/** What came that is no part of an answer. */
	let stray = '';

	function choiceAt(index: number): ChoiceStream {
		const choice = choices.get(index) ?? choiceStream();
		choices.set(index, choice);
		return choice;
	}

	function isWhole(): boolean {
		return choices.size > 0 && [...choices.values()].every((choice) => choice.hasEnded());
	}

	function readChunk({ choices: parts, usage: counted, ...rest }: JsonObject): Piece {
		for (const [name, value] of Object.entries(rest)) if ((head.get(name) ?? null) === null) head.set(name, value);
		// vLLM sends it in a last chunk without choices, transformers serve in the last choice's.
		usage = counted ?? usage;
		const first = { text: '', reasoning: '' };
		for (const part of Array.isArray(parts) ? parts : []) {
			if (!isRecord(part)) continue;
			const index = typeof part.index === 'number' ? part.index : 0;
			const piece = choiceAt(index).push(part);
			if (index !== 0) continue;
			first.text += piece.text;
			first.reasoning += piece.reasoning;
		}
		return first;
	}

	function readEvent(type: string, data: Reply): Outcome<Piece> {
		if (isDone) return success(NO_PIECE);
		if (data.text.trim() === DONE) {
			isDone = true;
			return success(NO_PIECE);
		}
		const chunk = data.json;
		const isFailure = !isRecord(chunk) || (chunk.error ?? false) !== false || chunk.object === 'error';
		if (!isFailure && type !== 'error') {
			if (!Array.isArray(chunk.choices)) stray ||= excerpt(data.text);
			return success(readChunk(chunk));
		}
		if (!isWhole()) return brokenOff(readErrorReply(200, data).text || excerpt(data.text));
		isDone = true;
		return success(NO_PIECE);
	}

	return {
		push: (text) => events.push(text),
		end: () => events.end(),
		read: readEvent,
		isDone: () => isDone,
		isWhole,
		whole() {
			// Some servers end without saying so (transformers serve); a finish reason says it too.
			if (!isWhole() && !(isDone && choices.size > 0)) {
				const text = choices.get(0)?.text() ?? '';
				const detail =
					choices.size === 0
						? withWords('the stream ended before an answer began', stray)
						: `the stream ended after '${excerpt(text)}'`;
				const isOther = choices.size === 0 && stray !== '';
				return isDone || text !== '' || isOther ? brokenOff(detail) : endedUnseen(detail);
			}
			// The first choice is the answer, even where another began before it.
			const inOrder = [...choices].toSorted(([one], [other]) => Number(other === 0) - Number(one === 0));
			return success({
				...Object.fromEntries(head),
				object: 'chat.completion',
				choices: inOrder.map(([index, choice]) => ({ index, ...choice.whole() })),
				...(usage !== undefined && { usage }),
			});
		},
	};
}
