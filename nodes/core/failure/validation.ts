/**
 * vLLM's validation errors, which come as a text of Python dictionaries, and in 0.28 quote the whole request: where each
 * problem is and what it is, without the rest.
 */
import { excerpt } from './excerpt';

interface Problem {
	place: string;
	/** What it is called, such as `string_type`. */
	type: string;
	message: string;
}

const HEADER = /^(\d{1,9}) validation errors?(?::| for [^\n]{0,200})\n/;
/** Further lines are not looked at, nor is more of one. */
const MOST_LINES = 200;
const LONGEST_LINE = 4096;
/** More would not fit into a message. */
const MOST_SHOWN = 3;
const LONGEST_SHOWN = 200;

/**
 * The problems that a text lists, in words; `undefined` for any other text. `param` is the one field that the server names
 * by itself: where it has problems of its own, the others come of reading the request in other ways.
 */
export function problemsIn(text: string, param: string): string | undefined {
	const [header] = HEADER.exec(text.slice(0, LONGEST_LINE)) ?? [];
	if (header === undefined) return undefined;
	const lines = text
		.slice(header.length)
		.split('\n', MOST_LINES)
		.map((line) => line.slice(0, LONGEST_LINE));
	const problems = lines.flatMap((line, index) => problemIn(line, lines[index - 1] ?? '') ?? []);
	const place = placeIn(param.split('.'));
	const ownOrAll = preferred(problems, (problem) => problem.place === place);
	// What a value is not counts only where nothing says what is wrong with it.
	const telling = preferred(ownOrAll, ({ type }) => !/_type$|^is_instance_of$/.test(type));
	const words = new Set(
		telling.map((one) => excerpt(one.place === '' ? one.message : `${one.place}: ${one.message}`, LONGEST_SHOWN)),
	);
	if (words.size === 0) return 'The request does not have the form that the server reads';
	const shown = [...words].slice(0, MOST_SHOWN);
	return `${shown.join('; ')}${words.size > MOST_SHOWN ? `; and ${words.size - MOST_SHOWN} more` : ''}`;
}

/** Those that are preferred, or all where none is. */
function preferred(problems: Problem[], isPreferred: (problem: Problem) => boolean): Problem[] {
	const some = problems.filter(isPreferred);
	return some.length > 0 ? some : problems;
}

/** The problem on a line: a dictionary, or a text below the line of its place as pydantic writes it, or alone. */
function problemIn(line: string, before: string): Problem | undefined {
	if (line.startsWith("  {'type': ")) return dictionaryIn(line);
	const at = line.indexOf(' [type=');
	if (at === -1) {
		const isAlone = before === '' && /^ {2}\w/.test(line);
		return isAlone ? { place: '', type: '', message: line.trim() } : undefined;
	}
	const type = /^\w{1,60}/.exec(line.slice(at + ' [type='.length))?.[0] ?? '';
	return { place: placeIn(before.trim().split('.')), type, message: line.slice(0, at).trim() };
}

/** `{'type': …, 'loc': …, 'msg': …, 'input': …}`: the first three come before anything of the user's. */
function dictionaryIn(line: string): Problem | undefined {
	const type = literalAfter(line, "'type': ", 0);
	const place = type && literalAfter(line, "'loc': ", type.end);
	const message = place && literalAfter(line, "'msg': ", place.end);
	if (!message) return undefined;
	const { parts } = place;
	const named = parts.length === 1 ? (parts[0] ?? '').split('.') : parts;
	return { place: placeIn(named), type: type.parts.join(''), message: message.parts.join('') };
}

interface Literal {
	/** The texts and numbers of a tuple, or the one that stands alone. */
	parts: string[];
	end: number;
}

/** The Python text or tuple of texts behind a key. */
function literalAfter(line: string, key: string, from: number): Literal | undefined {
	const at = line.indexOf(key, from);
	if (at === -1) return undefined;
	const start = at + key.length;
	return line[start] === '(' ? tupleAt(line, start + 1) : textAt(line, start);
}

function tupleAt(line: string, start: number): Literal | undefined {
	const parts: string[] = [];
	for (let at = start; at < line.length; ) {
		const char = line[at] ?? '';
		if (char === ')') return { parts, end: at + 1 };
		const text = textAt(line, at);
		const number = /^\d{1,12}/.exec(line.slice(at, at + 12))?.[0];
		if (text) parts.push(...text.parts);
		else if (number !== undefined) parts.push(number);
		at = text?.end ?? at + (number?.length ?? 1);
	}
	return undefined;
}

function textAt(line: string, start: number): Literal | undefined {
	const quote = line[start];
	if (quote !== "'" && quote !== '"') return undefined;
	let text = '';
	for (let at = start + 1; at < line.length; at++) {
		const char = line[at] ?? '';
		if (char === quote) return { parts: [text], end: at + 1 };
		// Of an escape what it stands for is enough here.
		if (char === '\\') at++;
		text += line[at] ?? '';
	}
	return undefined;
}

/** A place without the names of the library's own types, and without `body`, in which all of it is. */
function placeIn(parts: string[]): string {
	const named = parts.filter((part) => /^(?:[a-z_][\w-]*|\d+)$/.test(part) && !PYTHON_TYPES.has(part));
	const place = named[0] === 'body' ? named.slice(1) : named;
	// Where the body is no JSON, a position in it tells nobody anything.
	return place.length === 1 && /^\d/.test(place[0] ?? '') ? '' : place.join('.');
}

const PYTHON_TYPES = new Set(['str', 'int', 'float', 'bool', 'dict', 'list']);
