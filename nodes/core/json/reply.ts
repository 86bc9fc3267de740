/** The body of a reply, read once: whoever looks into it shares one reading of its JSON. */
import { parseReply, type Json } from './json';
import { parseLongReply } from './longJson';
import type { GiveWay } from '../turns';

export interface Reply {
	text: string;
	/** `undefined` where the text is not JSON. */
	json: Json | undefined;
}

/** Characters up to which a text is read at one go. */
const SHORT = 128 * 1024;

export function replyOf(text: string): Reply {
	return { text, json: parseReply(text) };
}

/** The same for a text of any length: where it is long, its reading gives way now and then. */
export async function replyInTurns(text: string, giveWay: GiveWay): Promise<Reply> {
	return text.length > SHORT ? { text, json: await parseLongReply(text, giveWay) } : replyOf(text);
}
