/** The probabilities of an answer's tokens, as their natural logarithms. */
import { isRecord, type Json } from '../json/json';
import { Turns, type GiveWay } from '../turns';

export type TokenLogprob = {
	token: string;
	logprob: number;
	/** The likeliest tokens at this place, where they were asked for. */
	topLogprobs?: TokenLogprob[];
};

function readToken(value: Json): TokenLogprob | undefined {
	if (!isRecord(value) || typeof value.token !== 'string' || typeof value.logprob !== 'number') return undefined;
	const { token, logprob, top_logprobs: top } = value;
	const topLogprobs = Array.isArray(top) ? readTokens(top) : [];
	return { token, logprob, ...(topLogprobs.length > 0 && { topLogprobs }) };
}

function readTokens(values: Json[]): TokenLogprob[] {
	return values.map(readToken).filter((token) => token !== undefined);
}

/** Those of a choice; undefined where the server sent none. Gives way now and then where there are many. */
export async function readLogprobs(logprobs: Json | undefined, giveWay: GiveWay): Promise<TokenLogprob[] | undefined> {
	const given = isRecord(logprobs) && Array.isArray(logprobs.content) ? logprobs.content : [];
	const tokens: TokenLogprob[] = [];
	const turns = new Turns(giveWay);
	for (const value of given) {
		if (turns.isOver()) await turns.next();
		const token = readToken(value);
		if (token) tokens.push(token);
	}
	return tokens.length > 0 ? tokens : undefined;
}
