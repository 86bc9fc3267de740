/** A streamed chat completion: pieces as they come, and in the end the reply that would have come without streaming. */
import { readErrorReply } from '../failure/errorReply';
import { eventReader } from './eventStream';
import { excerpt } from '../failure/excerpt';
import { isRecord, type Json, type JsonObject } from '../json/json';
import { badReply, success, type Failed, type Outcome } from '../failure/outcome';
import type { Reply } from '../json/reply';

/** What one piece adds to the first choice; '' where nothing. */
export interface Piece {
	text: string;
	reasoning: string;
}

interface ChatStreamReader {
	/** The data of the events that a text from the stream completes, each for `read`. */
	push(text: string): string[];
	/** Whether the server has said that no more comes. */
	isDone(): boolean;
	/** The data of an event that the end of the stream completes. */
	end(): string[];
	/** The piece that an event's data brings; a failure where the server says in the stream that it failed. */
	read(event: Reply): Outcome<Piece>;
	/** The whole reply, once the stream has ended. Fails where it ended too early. */
	whole(): Outcome<Json>;
}

/** A call as far as its parts have come; null where none has told it yet. */
interface PartialToolCall {
	id: Json;
	name: Json;
	arguments: string;
}

interface Choice {
	texts: { content?: string; refusal?: string; reasoning?: string; reasoning_content?: string };
	toolCalls: Map<number, PartialToolCall>;
	/** Null as long as the server has told none. */
	finishReason: string | null;
	stopReason?: Json;
}

const DONE = '[DONE]';
const TEXTS = ['content', 'refusal', 'reasoning', 'reasoning_content'] as const;

/** The failure of an answer that had begun. */
export function brokenOff(detail: string): Failed {
	return badReply(
		`The answer broke off: ${detail}`,
		"The deployment's logs in Hopsworks may say why. Nothing is sent again once an answer has begun.",
	);
}

/** Reads the events of one reply. */
export function chatStreamReader(): ChatStreamReader {
	const events = eventReader();
	const choices = new Map<number, Choice>();
	const head = new Map<string, Json>();
	let usage: Json | undefined;
	let isDone = false;

	function choiceAt(index: number): Choice {
		const choice = choices.get(index) ?? { texts: {}, toolCalls: new Map(), finishReason: null };
		choices.set(index, choice);
		return choice;
	}

	function readEvent(event: Reply): Outcome<Piece> {
		const nothing = success({ text: '', reasoning: '' });
		if (isDone) return nothing;
		if (event.text.trim() === DONE) {
			isDone = true;
			return nothing;
		}
		const chunk = event.json;
		if (!isRecord(chunk) || (chunk.error ?? false) !== false || chunk.object === 'error') {
			return brokenOff(readErrorReply(200, event).text || excerpt(event.text));
		}
		const { choices: parts, usage: counted, ...rest } = chunk;
		for (const [name, value] of Object.entries(rest)) if (!head.has(name)) head.set(name, value);
		// vLLM sends it in a last chunk without choices, transformers serve in the last choice's.
		usage = counted ?? usage;
		const first = { text: '', reasoning: '' };
		for (const part of Array.isArray(parts) ? parts : []) {
			if (!isRecord(part)) continue;
			const index = typeof part.index === 'number' ? part.index : 0;
			const piece = readChoice(choiceAt(index), part);
			if (index !== 0) continue;
			first.text += piece.text;
			first.reasoning += piece.reasoning;
		}
		return success(first);
	}

	return {
		push: (text) => events.push(text),
		end: () => events.end(),
		read: readEvent,
		isDone: () => isDone,
		whole() {
			if (choices.size === 0) return brokenOff('the stream ended before an answer began');
			// Some servers end without saying so (transformers serve); a finish reason says it too.
			const isWhole = isDone || [...choices.values()].every(({ finishReason }) => finishReason !== null);
			if (!isWhole) return brokenOff(`the stream ended after '${excerpt(choices.get(0)?.texts.content ?? '')}'`);
			// The first choice is the answer, even where another began before it.
			const inOrder = [...choices].toSorted(([one], [other]) => Number(other === 0) - Number(one === 0));
			const whole = inOrder.map(([index, choice]) => ({ index, ...wholeChoice(choice) }));
			return success({
				...Object.fromEntries(head),
				object: 'chat.completion',
				choices: whole,
				...(usage !== undefined && { usage }),
			});
		},
	};
}

/** Adds a chunk's part to its choice. */
function readChoice(choice: Choice, part: JsonObject): Piece {
	const delta = isRecord(part.delta) ? part.delta : {};
	for (const name of TEXTS) {
		const added = delta[name];
		if (typeof added === 'string') choice.texts[name] = (choice.texts[name] ?? '') + added;
	}
	for (const call of Array.isArray(delta.tool_calls) ? delta.tool_calls : []) addToolCall(choice.toolCalls, call);
	// Some servers write '' until there is one.
	if (typeof part.finish_reason === 'string' && part.finish_reason !== '') choice.finishReason = part.finish_reason;
	choice.stopReason = part.stop_reason ?? choice.stopReason;
	const reasoning = delta.reasoning ?? delta.reasoning_content;
	return {
		text: typeof delta.content === 'string' ? delta.content : '',
		reasoning: typeof reasoning === 'string' ? reasoning : '',
	};
}

/** The first part of a call has its id and name; the arguments come in parts, told apart by the call's index. */
function addToolCall(calls: Map<number, PartialToolCall>, part: Json): void {
	if (!isRecord(part)) return;
	const index = typeof part.index === 'number' ? part.index : calls.size;
	const call = calls.get(index) ?? { id: null, name: null, arguments: '' };
	calls.set(index, call);
	const called = isRecord(part.function) ? part.function : {};
	call.id ??= part.id ?? null;
	call.name ??= called.name ?? null;
	if (typeof called.arguments === 'string') call.arguments += called.arguments;
}

function wholeChoice({ texts, toolCalls, finishReason, stopReason }: Choice): JsonObject {
	const calls = [...toolCalls.values()].map(({ id, ...called }) => ({ id, type: 'function', function: called }));
	return {
		message: {
			role: 'assistant',
			...texts,
			content: texts.content || null,
			...(calls.length > 0 && { tool_calls: calls }),
		},
		finish_reason: finishReason,
		...(stopReason !== undefined && { stop_reason: stopReason }),
	};
}
