/** The tool calls of a stream, put together from their parts, however a server tells these apart. */
import { encode, isRecord, type Json, type JsonObject } from '../json/json';

/** A call as far as its parts have come; '' where none has told it yet. */
interface PartialCall {
	id: string;
	name: string;
	arguments: string;
	/** How far its arguments have been looked through; how many brackets are open there, and whether a text or an escape is. */
	seen: { length: number; open: number; isText: boolean; isEscaped: boolean };
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
		const call = { id: '', name: '', arguments: '', seen: { length: 0, open: 0, isText: false, isEscaped: false } };
		calls.push(call);
		if (index !== undefined) byIndex.set(index, call);
		return call;
	}

	/**
	 * The call that a part belongs to. With an index it is the one of that index, else the one of its id, else the last. A part
	 * that names a tool begins another where that one has another id, or is whole already: some servers write every call
	 * under one index. An id that changes without a name says nothing: others make a new one for every part.
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
				if (given !== null && given !== undefined) call.arguments += typeof given === 'string' ? given : encode(given);
			}
		},
		whole: () =>
			calls.map(({ id, name, arguments: given }) => ({ id, type: 'function', function: { name, arguments: given } })),
	};
}

/** Whether the arguments of a call have all come. What has been looked through is not looked through again. */
function isWhole({ arguments: given, seen }: PartialCall): boolean {
	for (; seen.length < given.length; seen.length++) {
		const character = given[seen.length];
		if (seen.isEscaped) seen.isEscaped = false;
		else if (character === '\\') seen.isEscaped = seen.isText;
		else if (character === '"') seen.isText = !seen.isText;
		else if (seen.isText) continue;
		else if (character === '{' || character === '[') seen.open++;
		else if (character === '}' || character === ']') seen.open--;
	}
	return given !== '' && !seen.isText && seen.open === 0;
}
