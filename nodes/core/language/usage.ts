/** Tokens: what a reply says that it cost, and what they cost where Hopsworks knows their prices. */
import { isRecord, type Json, type JsonObject } from '../json/json';

export type Usage = {
	/** Null where the server does not count them, as are the other two. */
	promptTokens: number | null;
	completionTokens: number | null;
	totalTokens: number | null;
	/** Of the prompt's tokens, those that the server had in its cache. */
	cachedTokens?: number;
	/** Of the completion's tokens, those that the model thought with. */
	reasoningTokens?: number;
	/** In the currency of the prices that the deployment's record has. */
	cost?: number;
};

/** What a million tokens cost, in whatever currency. */
export interface TokenPrices {
	input: number;
	output: number;
}

/** What a reply says that it cost. */
export function readUsage({ usage }: JsonObject, prices?: TokenPrices): Usage | undefined {
	if (!isRecord(usage)) return undefined;
	const detail = (holder: Json | undefined, name: string): number | undefined => {
		const value = isRecord(holder) ? holder[name] : undefined;
		return typeof value === 'number' ? value : undefined;
	};
	const counted = (name: string): number | null => detail(usage, name) ?? null;
	const cachedTokens = detail(usage.prompt_tokens_details, 'cached_tokens');
	const reasoningTokens = detail(usage.completion_tokens_details, 'reasoning_tokens');
	const promptTokens = counted('prompt_tokens');
	const completionTokens = counted('completion_tokens');
	const cost = prices && costOf(promptTokens, completionTokens, prices);
	return {
		promptTokens,
		completionTokens,
		totalTokens: counted('total_tokens'),
		...(cachedTokens !== undefined && { cachedTokens }),
		...(reasoningTokens !== undefined && { reasoningTokens }),
		...(cost !== undefined && { cost }),
	};
}

/** Digits that a cost has; the ones behind them are the noise of binary fractions. */
const DIGITS = 12;

/** Undefined where the server did not count both. */
function costOf(prompt: number | null, completion: number | null, { input, output }: TokenPrices): number | undefined {
	if (prompt === null || completion === null) return undefined;
	return Number(((prompt * input + completion * output) / 1_000_000).toPrecision(DIGITS));
}
