/** One choice of a streamed chat completion, put together from the parts of its chunks. */
import { asText, isRecord, type Json, type JsonObject } from '../json/json';
import { partsBesideText, readContent } from './content';
import { toolCallStream } from './toolCallStream';

/** What one piece adds to a choice; '' where nothing. */
export interface Piece {
	text: string;
	reasoning: string;
}

export const NO_PIECE: Piece = { text: '', reasoning: '' };

export interface ChoiceStream {
	/** Adds a chunk's part, and returns what it brings. */
	push(part: JsonObject): Piece;
	/** The text so far. */
	text(): string;
	/** Whether the server has told its finish reason. */
	hasEnded(): boolean;
	/** The choice as it would have come without streaming. */
	whole(): JsonObject;
}

/** Members that are put together in a way of their own. */
const OF_CHOICE = new Set(['index', 'delta', 'message', 'finish_reason']);
const OF_DELTA = new Set(['role', 'content', 'tool_calls', 'function_call']);

/**
 * Members whose parts are put together once all have come: lists one behind the other, texts too where they come in
 * pieces, and of anything else the last.
 */
function memberParts(known: ReadonlySet<string>, areTextsPieces: boolean) {
	const parts = new Map<string, Json[]>();
	return {
		push(holder: JsonObject): void {
			for (const [name, value] of Object.entries(holder)) {
				if (known.has(name) || value === null) continue;
				const before = parts.get(name);
				if (before) before.push(value);
				else parts.set(name, [value]);
			}
		},
		whole: (): JsonObject =>
			Object.fromEntries([...parts].map(([name, values]) => [name, joined(values, areTextsPieces)])),
	};
}

function joined(values: Json[], areTextsPieces: boolean): Json {
	const last = values.at(-1) ?? null;
	if (areTextsPieces && values.every((value) => typeof value === 'string')) return values.join('');
	if (values.every((value) => Array.isArray(value))) return values.flat(1);
	if (!values.every((value) => isRecord(value))) return last;
	const members = memberParts(new Set(), areTextsPieces);
	for (const value of values) members.push(value);
	return members.whole();
}

export function choiceStream(): ChoiceStream {
	const texts: string[] = [];
	const besideText: Json[][] = [];
	const calls = toolCallStream();
	const ofMessage = memberParts(OF_DELTA, true);
	const ofChoice = memberParts(OF_CHOICE, false);
	let finishReason: string | null = null;
	let hasMessage = false;

	return {
		push(part) {
			// A server that does not write in pieces may send the message whole.
			const [delta = {}] = [part.delta, part.message].filter((one) => isRecord(one));
			hasMessage ||= isRecord(part.delta) || isRecord(part.message);
			const { text, reasoning: thought } = readContent(delta.content);
			if (text !== '') texts.push(text);
			const others = partsBesideText(delta.content);
			if (others.length > 0) besideText.push(others);
			calls.push(delta.tool_calls);
			if (isRecord(delta.function_call)) calls.push([{ index: 0, function: delta.function_call }]);
			ofMessage.push(delta);
			ofChoice.push(part);
			// Some servers write '' until there is one.
			if (typeof part.finish_reason === 'string' && part.finish_reason !== '') finishReason = part.finish_reason;
			return { text, reasoning: asText(delta.reasoning ?? delta.reasoning_content) || thought };
		},
		text: () => texts.join(''),
		hasEnded: () => finishReason !== null,
		whole() {
			const text = texts.join('');
			const parts = besideText.flat();
			const toolCalls = calls.whole();
			const message = {
				role: 'assistant',
				...ofMessage.whole(),
				content: parts.length === 0 ? text || null : [{ type: 'text', text }, ...parts],
				...(toolCalls.length > 0 && { tool_calls: toolCalls }),
			};
			return {
				...(hasMessage && { message }),
				finish_reason: finishReason,
				...ofChoice.whole(),
			};
		},
	};
}
