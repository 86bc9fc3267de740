/** The probabilities of an answer's tokens, as their natural logarithms. */
import { isRecord, type Json } from '../json/json';

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

/** Those of a choice; undefined where the server sent none. */
export function readLogprobs(logprobs: Json | undefined): TokenLogprob[] | undefined {
	const tokens = isRecord(logprobs) && Array.isArray(logprobs.content) ? readTokens(logprobs.content) : [];
	return tokens.length > 0 ? tokens : undefined;
}
