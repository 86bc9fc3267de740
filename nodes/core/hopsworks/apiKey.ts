/** The API key as it goes out, and whatever a server sends back of it taken out again. */
import type { Json } from '../json/json';
import type { Failure } from '../failure/outcome';
import { SLICE, Turns, type GiveWay } from '../turns';

/**
 * The key out of what a user pasted: without the word `ApiKey` before it, white space, and characters that the HTTP layer
 * drops from a header on its way, so that what is taken out of replies is what was sent.
 */
export function apiKeyIn(pasted: string): string {
	return pasted
		.replace(/[^\x21-\x7e]+/g, ' ')
		.trim()
		.replace(/^apikey(?= )/i, '')
		.replaceAll(' ', '');
}

/** No key is this short, nor is the half that is secret; taking so little out of replies would only spoil them. */
const SHORTEST_KEY = 8;
const SHORTEST_HALF = 6;

const BLOT = '***';

/** Takes a key out of a text. */
export type Remove = (text: string) => string;

/** What must not be seen again: the key, and the half behind its dot, which is the secret one. */
function secretsIn(key: string): string[] {
	const half = key.slice(key.indexOf('.') + 1);
	const hasHalf = half !== key && half.length >= SHORTEST_HALF;
	return [...(key.length >= SHORTEST_KEY ? [key] : []), ...(hasHalf ? [half] : [])];
}

/** The most backslashes before an escaped character. */
const MOST_BACKSLASHES = 8;
const LONGEST_FORM = MOST_BACKSLASHES + 'u0041'.length;

/** A character as it is, or escaped as in JSON, or in JSON within JSON a few times over: `A`, `\u0041`, `\\u0041`. */
function anyForm(character: string): string {
	const plain = character.replace(/[^A-Za-z0-9]/, '\\$&');
	const code = character.charCodeAt(0).toString(16).padStart(4, '0');
	const digits = code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
	return `(?:${plain}|\\\\{1,${MOST_BACKSLASHES}}u${digits})`;
}

interface Search {
	/** Whether a text may hold a secret: most do not, which is seen at a glance. */
	mayHold(text: string): boolean;
	/** Every form of the secrets; made when it is asked for, as that takes longer than most replies need. */
	forms(): RegExp;
}

function searchFor(secrets: string[]): Search {
	let forms: RegExp | undefined;
	return {
		mayHold: (text) => secrets.some((secret) => text.includes(secret)) || text.includes('u00'),
		forms: () => (forms ??= new RegExp(secrets.map((one) => Array.from(one, anyForm).join('')).join('|'), 'g')),
	};
}

/** A function that takes a key out of texts that a server sent, JSON or not, should it have echoed it. */
export function keyRemover(key: string): Remove {
	const secrets = secretsIn(key);
	if (secrets.length === 0) return (text) => text;
	const { mayHold, forms } = searchFor(secrets);
	return (text) => (mayHold(text) ? text.replace(forms(), BLOT) : text);
}

/**
 * Takes a key out of a text of any length as `keyRemover` does, giving way now and then. `slice` tells how many characters
 * are searched at one go.
 */
export async function removeInTurns(text: string, key: string, giveWay: GiveWay, slice = SLICE): Promise<string> {
	const secrets = secretsIn(key);
	if (secrets.length === 0) return text;
	const { mayHold, forms } = searchFor(secrets);
	// What begins in a piece ends in it or in this much more.
	const longest = LONGEST_FORM * Math.max(...secrets.map(({ length }) => length));
	const turns = new Turns(giveWay);
	const kept: string[] = [];
	let done = 0;
	for (let begin = 0; begin < text.length; ) {
		if (turns.isOver()) await turns.next();
		const piece = text.slice(begin, begin + slice + longest);
		let end = Math.min(begin + slice, text.length);
		for (const { 0: found, index } of mayHold(piece) ? piece.matchAll(forms()) : []) {
			if (index >= slice) break;
			kept.push(text.slice(done, begin + index), BLOT);
			done = begin + index + found.length;
			end = Math.max(end, done);
		}
		begin = end;
	}
	return kept.length === 0 ? text : kept.join('') + text.slice(done);
}

/** A failure without the key in its words. */
export function failureWithout(failure: Failure, remove: Remove): Failure {
	const { message, description, blame } = failure;
	const clean = { ...failure, message: remove(message), description: remove(description) };
	if (blame?.kind !== 'rows') return clean;
	const named = new Map([...blame.named].map(([row, words]) => [row, remove(words)]));
	return { ...clean, blame: { ...blame, message: remove(blame.message), named } };
}

/** A value without the key in its texts and names. */
export function jsonWithout(value: Json, remove: Remove): Json {
	if (typeof value === 'string') return remove(value);
	if (Array.isArray(value)) return value.map((element) => jsonWithout(element, remove));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, member]) => [remove(name), jsonWithout(member, remove)]));
}

interface PieceCleaner {
	/** What of the text so far may be shown: the end that may be the key's beginning is kept back. */
	push(text: string): string;
	/** What was kept back, once no more comes. */
	end(): string;
}

/** Takes a key out of a text that comes in pieces, also where it is spread over several. */
export function pieceCleaner(key: string): PieceCleaner {
	const secrets = secretsIn(key);
	const remove = keyRemover(key);
	const longest = Math.max(0, ...secrets.map(({ length }) => length)) - 1;
	let kept = '';
	return {
		push(text) {
			const clean = remove(kept + text);
			let from = Math.max(0, clean.length - longest);
			while (from < clean.length && !secrets.some((secret) => secret.startsWith(clean.slice(from)))) from++;
			kept = clean.slice(from);
			return clean.slice(0, from);
		},
		end() {
			const last = kept;
			kept = '';
			return last;
		},
	};
}
