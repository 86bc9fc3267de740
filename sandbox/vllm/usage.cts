/** What an answer cost in tokens. */
import type { Server } from './server.cts';
import type { Prompt } from './tokens.cts';

interface Counts {
	prompt_tokens: number;
	total_tokens: number;
	completion_tokens: number;
}

export interface Usage extends Counts {
	prompt_tokens_details: object | null;
	completion_tokens_details: object | null;
}

/** Prompts are kept in blocks of so many tokens. */
const BLOCK = 128;

/** What a server has been asked, as far as it keeps it. */
export class Cache {
	private readonly prompts = new Set<string>();

	/** How many tokens of a prompt were there already. */
	take({ text, tokens }: Prompt): number {
		const isKnown = this.prompts.has(text);
		this.prompts.add(text);
		return isKnown ? Math.floor((tokens - 1) / BLOCK) * BLOCK : 0;
	}
}

export function countsOf(promptTokens: number, completionTokens: number): Counts {
	return {
		prompt_tokens: promptTokens,
		total_tokens: promptTokens + completionTokens,
		completion_tokens: completionTokens,
	};
}

export function usageOf(server: Server, counts: Counts, cached: number, reasoningTokens: number): Usage {
	return {
		...counts,
		prompt_tokens_details: server.tellsCached
			? { cached_tokens: cached, created_cache_tokens: 0, multimodal_tokens: null }
			: null,
		completion_tokens_details: server.isReasoner ? { reasoning_tokens: reasoningTokens } : null,
	};
}

/** A stream leaves out what is null. */
export function withoutNull(value: object): object {
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, member]) => member !== null)
			.map(([name, member]: [string, unknown]) => [
				name,
				typeof member === 'object' && member !== null ? withoutNull(member) : member,
			]),
	);
}
