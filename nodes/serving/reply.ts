/** The body of a reply, read once: whoever looks into it shares one reading of its JSON. */
import { parseReply, type Json } from './json';

export interface Reply {
	text: string;
	/** `undefined` where the text is not JSON. */
	json: Json | undefined;
}

export function replyOf(text: string): Reply {
	return { text, json: parseReply(text) };
}
