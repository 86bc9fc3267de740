/** A streamed chat completion: pieces as they come, and in the end the reply that would have come without streaming. */
import { encode, isRecord, parseReply, type Json } from './json';
import { errorText, excerpt } from './errorText';
import { failed, success, type Failure, type Outcome } from './outcome';
import { eventReader } from './eventStream';

/** What one piece adds to the first choice; '' where nothing. */
export interface Piece {
	text: string;
	reasoning: string;
}

export interface ChatStreamReader {
	/** The pieces that a text from the stream brings; a failure where the server says in the stream that it failed. */
	push(text: string): Iterable<Outcome<Piece>>;
	/** Whether the server has said that no more comes. */
	isDone(): boolean;
	/** The whole reply as JSON text, once the stream has ended. Fails where it ended too early. */
	end(): Outcome<string>;
}

type Fields = { [name: string]: Json };

interface ToolCall {
	id?: Json;
	type: Json;
	function: { name?: Json; arguments: string };
}

interface Choice {
	texts: { content?: string; refusal?: string; reasoning?: string; reasoning_content?: string };
	toolCalls: Map<number, ToolCall>;
	finishReason: Json;
	stopReason?: Json;
}

const DONE = '[DONE]';
const TEXTS = ['content', 'refusal', 'reasoning', 'reasoning_content'] as const;

/** The failure of an answer that had begun. */
export function brokenOff(detail: string): { ok: false; failure: Failure } {
	return failed({
		kind: 'reply',
		message: `The answer broke off: ${detail}`,
		description: "The deployment's logs in Hopsworks may say why. Nothing is sent again once an answer has begun.",
	});
}

/** Reads the events of one reply. */
export function chatStreamReader(): ChatStreamReader {
	const events = eventReader();
	const choices = new Map<number, Choice>();
	let head: Fields = {};
	let usage: Json | undefined;
	let isDone = false;

	function choiceAt(index: number): Choice {
		const choice = choices.get(index) ?? { texts: {}, toolCalls: new Map(), finishReason: null };
		choices.set(index, choice);
		return choice;
	}

	function readEvent(data: string): Outcome<Piece> {
		const nothing = success({ text: '', reasoning: '' });
		if (isDone) return nothing;
		if (data.trim() === DONE) {
			isDone = true;
			return nothing;
		}
		const chunk = parseReply(data);
		if (!isRecord(chunk) || (chunk.error ?? null) !== null || chunk.object === 'error') {
			return brokenOff(errorText(data) || excerpt(data));
		}
		const { choices: parts, usage: counted, ...rest } = chunk;
		head = { ...rest, ...head };
		// vLLM sends it in a last chunk without choices, transformers serve in the last choice's.
		usage = counted ?? usage;
		const first = { text: '', reasoning: '' };
		for (const part of Array.isArray(parts) ? parts : []) {
			if (!isRecord(part)) continue;
			const index = typeof part.index === 'number' ? part.index : 0;
			const piece = readChoice(choiceAt(index), part);
			if (index === 0) Object.assign(first, piece);
		}
		return success(first);
	}

	return {
		*push(text) {
			for (const data of events.push(text)) {
				const piece = readEvent(data);
				if (!piece.ok || piece.value.text !== '' || piece.value.reasoning !== '') yield piece;
			}
		},
		isDone: () => isDone,
		end() {
			for (const data of events.end()) {
				const piece = readEvent(data);
				if (!piece.ok) return piece;
			}
			if (choices.size === 0) return brokenOff('the stream ended before an answer began');
			// Some servers end without saying so (transformers serve); a finish reason says it too.
			const isWhole = isDone || [...choices.values()].every(({ finishReason }) => finishReason !== null);
			if (!isWhole) return brokenOff(`the stream ended after '${excerpt(choices.get(0)?.texts.content ?? '')}'`);
			const whole = [...choices].map(([index, choice]) => ({ index, ...wholeChoice(choice) }));
			return success(
				encode({ ...head, object: 'chat.completion', choices: whole, ...(usage !== undefined && { usage }) }),
			);
		},
	};
}

/** Adds a chunk's part to its choice. */
function readChoice(choice: Choice, part: Fields): Piece {
	const delta = isRecord(part.delta) ? part.delta : {};
	for (const name of TEXTS) {
		const added = delta[name];
		if (typeof added === 'string') choice.texts[name] = (choice.texts[name] ?? '') + added;
	}
	for (const call of Array.isArray(delta.tool_calls) ? delta.tool_calls : []) addToolCall(choice.toolCalls, call);
	choice.finishReason = part.finish_reason ?? choice.finishReason;
	choice.stopReason = part.stop_reason ?? choice.stopReason;
	const reasoning = delta.reasoning ?? delta.reasoning_content;
	return {
		text: typeof delta.content === 'string' ? delta.content : '',
		reasoning: typeof reasoning === 'string' ? reasoning : '',
	};
}

/** The first part of a call has its id and name; the arguments come in parts, told apart by the call's index. */
function addToolCall(calls: Map<number, ToolCall>, part: Json): void {
	if (!isRecord(part)) return;
	const index = typeof part.index === 'number' ? part.index : calls.size;
	const call = calls.get(index) ?? { type: 'function', function: { arguments: '' } };
	calls.set(index, call);
	const called = isRecord(part.function) ? part.function : {};
	call.id ??= part.id;
	call.function.name ??= called.name;
	if (typeof called.arguments === 'string') call.function.arguments += called.arguments;
}

function wholeChoice({ texts, toolCalls, finishReason, stopReason }: Choice): Record<string, unknown> {
	return {
		message: {
			role: 'assistant',
			...texts,
			content: texts.content || null,
			...(toolCalls.size > 0 && { tool_calls: [...toolCalls.values()] }),
		},
		finish_reason: finishReason,
		...(stopReason !== undefined && { stop_reason: stopReason }),
	};
}
