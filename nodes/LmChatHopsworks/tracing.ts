/**
 * The tokens of streams in n8n's log. LangChain hands them over under other names than those of whole answers, which are
 * all that the model class of the AI node SDK reads, so that n8n would estimate them.
 */
import { isRecord } from '../core/json/json';

interface Tokens {
	promptTokens: number;
	completionTokens: number;
	totalTokens: number;
}

/** The tokens in LangChain's result of a stream; undefined in that of a whole answer. */
function streamedTokens(result: unknown): Tokens | undefined {
	const output = isRecord(result) && isRecord(result.llmOutput) ? result.llmOutput : {};
	const { promptTokens, completionTokens, totalTokens } = isRecord(output.tokenUsage) ? output.tokenUsage : {};
	const isCounted =
		typeof promptTokens === 'number' && typeof completionTokens === 'number' && typeof totalTokens === 'number';
	return isCounted ? { promptTokens, completionTokens, totalTokens } : undefined;
}

/** Lets n8n's log of a model's calls, one of its callbacks, read both. Leaves alone what it does not know. */
export function countStreamedTokens(callbacks: unknown): void {
	for (const callback of Array.isArray(callbacks) ? callbacks : []) {
		const options: unknown = isRecord(callback) ? callback.options : undefined;
		if (!isRecord(options) || typeof options.tokensUsageParser !== 'function') continue;
		const parse = options.tokensUsageParser;
		options.tokensUsageParser = (result: unknown): unknown => streamedTokens(result) ?? parse(result);
	}
}
