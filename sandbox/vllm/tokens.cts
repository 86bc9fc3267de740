/** Tokens of the sandbox's models, and the template that makes one text of a conversation. */
import { createHash } from 'node:crypto';
import { isObject, shown } from '../reply.cts';
import { textOf } from '../rules.cts';
import type { Fields, Server } from './server.cts';

/** Up to four characters of a word, and the blank before them. */
export function tokensOf(text: string): string[] {
	return text.match(/\s?\S{1,4}|\s/gu) ?? [];
}

/** The place of a token in the vocabulary. */
export function numberOf(token: string): number {
	return createHash('sha256').update(token).digest().readUInt16LE(0);
}

export interface Prompt {
	tokens: number;
	characters: number;
	text: string;
}

const START = '<|bos|>';
const END = '<|eos|>';

/** What counts of a prompt that may be cut to so many tokens; below 0, to what the context holds. */
function truncated(
	tokens: number,
	characters: number,
	{ truncate_prompt_tokens: kept }: Fields,
	{ contextLength }: Server,
): Pick<Prompt, 'tokens' | 'characters'> {
	if (typeof kept !== 'number') return { tokens, characters };
	const fewer = Math.min(tokens, kept < 0 ? contextLength : kept);
	return { tokens: fewer, characters: Math.min(characters, fewer) };
}

/** A mark is one token. */
function promptOf(turns: Array<[mark: string, text: string]>, last: string, body: Fields, server: Server): Prompt {
	const text = [START, ...turns.map(([mark, said]) => mark + said + END), last].join('');
	const tokens = turns.reduce((sum, [, said]) => sum + 2 + tokensOf(said).length, 2);
	return { ...truncated(tokens, text.length, body, server), text };
}

function turnOf(message: unknown): [mark: string, text: string] {
	const role = isObject(message) ? message.role : '';
	return [`<|${shown(role)}|>`, textOf(message)];
}

export function promptOfChat(body: Fields, messages: unknown[], server: Server): Prompt {
	const tools: Array<[string, string]> =
		Array.isArray(body.tools) && body.tools.length > 0 ? [['<|system|>', JSON.stringify(body.tools)]] : [];
	return promptOf([...tools, ...messages.map(turnOf)], '<|assistant|>', body, server);
}

/** Without a template: the text alone. */
export function promptOfText(text: string, body: Fields, server: Server): Prompt {
	return { ...truncated(tokensOf(text).length, text.length, body, server), text };
}
