/** OpenAI's chat completions as vLLM speaks them: messages and options into request text, reply text into an answer. */
import { encode, isRecord, parseReply, type Json } from './json';
import { errorText, excerpt } from './errorText';
import { badInput, failed, success, type Failure, type Outcome } from './outcome';

/** One message of a conversation; vLLM reads further members such as `name` or `tool_calls`. */
export type Message = Record<string, unknown>;

export interface ChatRequest {
	model: string;
	messages: Message[];
	/** Only what the user set: servers refuse or ignore fields they do not know. */
	settings: Record<string, unknown>;
}

/** The request text; `settings` are top-level fields, and win where they name `model` or `messages`. */
export function chatBody({ model, messages, settings }: ChatRequest): string {
	return encode({ model, messages, ...settings });
}

/** A conversation that was given whole: a list of messages, or an object that holds one under `messages`. */
export function readMessages(given: unknown): Outcome<Message[]> {
	const list = isRecord(given) && Array.isArray(given.messages) ? given.messages : given;
	const advice = 'Give a list such as [{"role": "user", "content": "Hello"}].';
	if (!Array.isArray(list) || list.length === 0) return badInput("'Messages' is not a list of messages", advice);
	const messages: Message[] = [];
	for (const [index, message] of list.entries()) {
		if (!isRecord(message) || typeof message.role !== 'string') {
			return badInput(`Message ${index + 1} of 'Messages' has no role`, advice);
		}
		messages.push(message);
	}
	return success(messages);
}

/** What a reply holds, under names that read like the rest of n8n; members that are absent on the wire are absent here. */
export type Answer = {
	text: string;
	finishReason: string | null;
	usage?: { promptTokens: Json; completionTokens: Json; totalTokens: Json };
	reasoning?: string;
	toolCalls?: Json;
};

function unusable(text: string): Failure {
	return {
		kind: 'reply',
		message:
			text.trim() === '' ? 'The reply was empty' : `The reply is not an answer: ${errorText(text) || excerpt(text)}`,
		description:
			"Check that the deployment is a language model, and that the option 'API Path Prefix' fits its server.",
	};
}

/** The whole reply as JSON. Fails where it is none, or says that the server failed. */
export function readReply(text: string): Outcome<{ [name: string]: Json }> {
	const reply = parseReply(text);
	if (!isRecord(reply) || (reply.error ?? false) !== false || reply.object === 'error') return failed(unusable(text));
	return success(reply);
}

/** The first choice of a reply. Fails where there is none. */
export function readAnswer(text: string): Outcome<Answer> {
	const reply = readReply(text);
	if (!reply.ok) return reply;
	const { choices, usage } = reply.value;
	const choice = Array.isArray(choices) ? choices[0] : undefined;
	if (!isRecord(choice) || !isRecord(choice.message)) return failed(unusable(text));
	const { message, finish_reason: finishReason } = choice;
	// `reasoning` since vLLM 0.11.1, `reasoning_content` before.
	const reasoning = message.reasoning ?? message.reasoning_content;
	const { content, tool_calls: toolCalls } = message;
	const answer: Answer = {
		text: typeof content === 'string' ? content : '',
		finishReason: typeof finishReason === 'string' ? finishReason : null,
	};
	if (isRecord(usage)) {
		answer.usage = {
			promptTokens: usage.prompt_tokens ?? null,
			completionTokens: usage.completion_tokens ?? null,
			totalTokens: usage.total_tokens ?? null,
		};
	}
	if (typeof reasoning === 'string') answer.reasoning = reasoning;
	if (Array.isArray(toolCalls) && toolCalls.length > 0) answer.toolCalls = toolCalls;
	return success(answer);
}
