/** The tool calls of a stream, put together from their parts, however a server tells these apart. */
import { encode, isRecord, type Json, type JsonObject } from '../json/json';

/** A call as far as its parts have come; '' where none has told it yet. */
interface PartialCall {
	id: string;
	name: string;
	arguments: string;
	/** Where in its arguments the last character stands: how many brackets are open, and whether a text or an escape is. */
	place: { open: number; isText: boolean; isEscaped: boolean };
}

export interface ToolCallStream {
	/** Adds the calls of one delta. */
	push(parts: Json | undefined): void;
	/** The calls as they would have come without streaming. */
	whole(): JsonObject[];
}

function textOf(value: Json | undefined): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function toolCallStream(): ToolCallStream {
	const calls: PartialCall[] = [];
	/** The call of each index that came last. */
	const byIndex = new Map<number, PartialCall>();
	const byId = new Map<string, PartialCall>();

	function begin(index: number | undefined): PartialCall {
		const call = { id: '', name: '', arguments: '', place: { open: 0, isText: false, isEscaped: false } };
		calls.push(call);
		if (index !== undefined) byIndex.set(index, call);
		return call;
	}

	/**
	 * The call that a part belongs to. With an index it is the one of that index, else the one of its id, else the last. A part
	 * that names a tool begins another where that one has another id, or is whole already: some servers write every call
	 * under one index. An id that changes without a name says nothing (vLLM before 0.8).
	 */
	function callOf(index: number | undefined, id: string, name: string): PartialCall {
		const known = index === undefined ? (byId.get(id) ?? calls.at(-1)) : byIndex.get(index);
		if (!known) return begin(index);
		if (name === '' || known.name === '') return known;
		const isOther = id !== '' && known.id !== '' ? id !== known.id : isWhole(known);
		return isOther ? begin(index) : known;
	}

	return {
		push(parts) {
			for (const part of Array.isArray(parts) ? parts : []) {
				if (!isRecord(part)) continue;
				const called = isRecord(part.function) ? part.function : part;
				const id = textOf(part.id);
				const name = textOf(called.name);
				const call = callOf(typeof part.index === 'number' ? part.index : undefined, id, name);
				if (call.id === '') call.id = id;
				if (id !== '') byId.set(id, call);
				// Some servers repeat the name in every part.
				if (call.name === '') call.name = name;
				const given = called.arguments;
				if (given !== null && given !== undefined) add(call, typeof given === 'string' ? given : encode(given));
			}
		},
		whole: () =>
			calls.map(({ id, name, arguments: given }) => ({ id, type: 'function', function: { name, arguments: given } })),
	};
}

/** Adds to the arguments of a call, and goes through what is added once, however often is asked whether they are whole. */
function add(call: PartialCall, given: string): void {
	const { place } = call;
	for (const character of given) {
		if (place.isEscaped) place.isEscaped = false;
		else if (character === '\\') place.isEscaped = place.isText;
		else if (character === '"') place.isText = !place.isText;
		else if (place.isText) continue;
		else if (character === '{' || character === '[') place.open++;
		else if (character === '}' || character === ']') place.open--;
	}
	call.arguments += given;
}

/** Whether the arguments of a call have all come. */
function isWhole({ arguments: given, place }: PartialCall): boolean {
	return given !== '' && !place.isText && place.open === 0;
}
