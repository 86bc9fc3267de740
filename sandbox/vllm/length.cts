/** How long prompt and answer may be together, and what is said where they are longer. */
import { badRequest, type Refusal } from './refusal.cts';
import { isBefore, type Server } from './server.cts';
import type { Prompt } from './tokens.cts';

/** The longest token of a vocabulary; so a long prompt is refused before its tokens are counted. */
const LONGEST_TOKEN = 13;

/** As of 0.32 only the prompt counts: the answer gets what is left. */
function tooLongToday({ contextLength }: Server, { tokens, characters }: Prompt): Refusal | undefined {
	const start = `This model's maximum context length is ${contextLength} tokens. However, your prompt contains`;
	const most = LONGEST_TOKEN * contextLength;
	if (characters > most) {
		const long = `${start} ${characters} characters (more than ${most} characters, which is the upper bound for ${contextLength} input tokens). Please reduce the length of the input prompt.`;
		return badRequest(long, 'input_text', characters);
	}
	if (tokens <= contextLength) return undefined;
	// Counting stops at the first token too many.
	const counted = contextLength + 1;
	const long = `${start} at least ${counted} input tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input prompt.`;
	return badRequest(long, 'input_tokens', counted);
}

function tooLongTogether(
	{ contextLength }: Server,
	{ tokens, characters }: Prompt,
	asked: number,
): Refusal | undefined {
	const start = `This model's maximum context length is ${contextLength} tokens. However, you requested ${asked} output tokens and your prompt contains`;
	const end = 'Please reduce the length of the input prompt or the number of requested output tokens.';
	const room = contextLength - asked;
	const most = LONGEST_TOKEN * room;
	if (characters > most) {
		const long = `${start} ${characters} characters (more than ${most} characters, which is the upper bound for ${room} input tokens). ${end}`;
		return badRequest(long, 'input_text', characters);
	}
	if (tokens <= room) return undefined;
	const long = `${start} at least ${room + 1} input tokens, for a total of at least ${contextLength + 1} tokens. ${end}`;
	return badRequest(long, 'input_tokens', room + 1);
}

function tooLongOnce({ contextLength }: Server, { tokens }: Prompt, asked: number): Refusal | undefined {
	if (tokens + asked <= contextLength) return undefined;
	return badRequest(
		`This model's maximum context length is ${contextLength} tokens. However, you requested ${tokens + asked} tokens (${tokens} in the messages, ${asked} in the completion). Please reduce the length of the messages or completion.`,
	);
}

/** Undefined where the prompt, and before 0.32 the answer with it, has room. */
export function tooLong(server: Server, prompt: Prompt, asked = 0): Refusal | undefined {
	if (isBefore(server, '0.10.1')) return tooLongOnce(server, prompt, asked);
	if (asked > server.contextLength) {
		const length = isBefore(server, '0.32') ? 'max_model_len=max_total_tokens' : 'max_model_len';
		return badRequest(
			`max_tokens=${asked} cannot be greater than ${length}=${server.contextLength}. Please request fewer output tokens.`,
			'max_tokens',
			asked,
		);
	}
	// Fewer than one are refused later, in words of their own.
	return isBefore(server, '0.32') ? tooLongTogether(server, prompt, Math.max(asked, 0)) : tooLongToday(server, prompt);
}

/** How many tokens the answer may have. */
export function roomFor({ contextLength }: Server, { tokens }: Prompt, asked = Infinity): number {
	return Math.min(asked, contextLength - tokens);
}
