/** Conversations between n8n's AI node SDK and OpenAI's chat completions, in both directions. */
import type { FinishReason, Message as SdkMessage, MessageContent, TokenUsage } from '@n8n/ai-node-sdk';
import type { Answer } from '../core/language/chatAnswer';
import type { Message } from '../core/language/chatCompletions';
import type { Usage } from '../core/language/usage';
import { encode } from '../core/json/json';
import { textsIn, toolContent, wireContent } from './parts';

type CallPart = Extract<MessageContent, { type: 'tool-call' }>;

/** Gives calls without an id one, and their results the same, in the order of the calls. */
class CallIds {
	private made = 0;
	private readonly open: string[] = [];

	ofCall(id: string | undefined): string {
		if (id) return id;
		const made = `call_without_id_${++this.made}`;
		this.open.push(made);
		return made;
	}

	ofResult(id: string | undefined): string {
		return id || (this.open.shift() ?? '');
	}
}

/** The calls of a message; LangChain may list one among the parts of the content, too. */
function callsIn(content: MessageContent[]): CallPart[] {
	const calls = content.filter((part) => part.type === 'tool-call');
	const firstOf = new Map(calls.toReversed().map((call) => [call.toolCallId, call]));
	return calls.filter((call) => !call.toolCallId || firstOf.get(call.toolCallId) === call);
}

/** Reasoning is left out: models are not shown their own. So are calls that could not be read. */
function assistantMessage(content: MessageContent[], ids: CallIds): Message {
	const calls = callsIn(content);
	// A streamed answer may come back in as many parts as it was streamed in.
	const text = textsIn(content).join('');
	if (calls.length === 0) return { role: 'assistant', content: text };
	return {
		role: 'assistant',
		content: text || null,
		tool_calls: calls.map(({ toolCallId, toolName, input }) => ({
			id: ids.ofCall(toolCallId),
			type: 'function',
			function: { name: toolName, arguments: input ?? '{}' },
		})),
	};
}

function toMessage({ role, content }: SdkMessage, ids: CallIds): Message[] {
	switch (role) {
		case 'assistant':
			return [assistantMessage(content, ids)];
		case 'tool':
			return content
				.filter((part) => part.type === 'tool-result')
				.map(({ toolCallId, result }) => ({
					role,
					tool_call_id: ids.ofResult(toolCallId),
					content: toolContent(result),
				}));
		case 'system':
			return [{ role, content: wireContent(content) }];
		default:
			return [{ role: 'user', content: wireContent(content) }];
	}
}

export function toMessages(messages: SdkMessage[]): Message[] {
	const ids = new CallIds();
	return messages.flatMap((message) =>
		toMessage(message, ids).map((wire) => ({ ...wire, ...(message.name && { name: message.name }) })),
	);
}

const FINISH_REASONS = new Map<string | null, FinishReason>([
	['stop', 'stop'],
	['length', 'length'],
	['tool_calls', 'tool-calls'],
]);

export function toFinishReason(reason: string | null): FinishReason {
	return FINISH_REASONS.get(reason) ?? 'other';
}

export function toUsage(usage: Usage | undefined): TokenUsage | undefined {
	if (!usage) return undefined;
	const { promptTokens, completionTokens, totalTokens, cachedTokens, reasoningTokens } = usage;
	return {
		promptTokens: promptTokens ?? 0,
		completionTokens: completionTokens ?? 0,
		totalTokens: totalTokens ?? 0,
		...(cachedTokens !== undefined && { inputTokenDetails: { cacheRead: cachedTokens } }),
		...(reasoningTokens !== undefined && { outputTokenDetails: { reasoning: reasoningTokens } }),
	};
}

/** An answer as the content of a message. */
export function toContent({ text, reasoning, toolCalls = [] }: Answer): MessageContent[] {
	return [
		...(reasoning === undefined ? [] : [{ type: 'reasoning' as const, text: reasoning }]),
		...(text === '' ? [] : [{ type: 'text' as const, text }]),
		...toolCalls.map(({ id, name, arguments: given }) => ({
			type: 'tool-call' as const,
			toolCallId: id,
			toolName: name,
			input: encode(given),
		})),
	];
}
