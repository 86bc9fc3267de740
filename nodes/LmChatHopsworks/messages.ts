/** Conversations between n8n's AI node SDK and OpenAI's chat completions, in both directions. */
import type { FinishReason, Message as SdkMessage, MessageContent, TokenUsage } from '@n8n/ai-node-sdk';
import type { Answer } from '../core/language/chatAnswer';
import type { Message } from '../core/language/chatCompletions';
import type { Usage } from '../core/language/usage';
import { encode } from '../core/json/json';

type ContentFile = Extract<MessageContent, { type: 'file' }>;

function textIn(content: MessageContent[]): string {
	return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** An address as it is given, data as a data URL. */
function fileUrl({ data, mediaType = 'application/octet-stream', providerMetadata }: ContentFile): string {
	const url = providerMetadata?.url ?? data;
	if (typeof url === 'string' && /^(https?|data):/.test(url)) return url;
	const base64 = typeof data === 'string' ? data : Buffer.from(data ?? []).toString('base64');
	return `data:${mediaType};base64,${base64}`;
}

function userContent(content: MessageContent[]): unknown {
	const files = content.filter((part) => part.type === 'file');
	if (files.length === 0) return textIn(content);
	return [
		{ type: 'text', text: textIn(content) },
		...files.map((file) => ({ type: 'image_url', image_url: { url: fileUrl(file) } })),
	];
}

/** Reasoning is left out: models are not shown their own. */
function assistantMessage(content: MessageContent[]): Message {
	const calls = content.filter((part) => part.type === 'tool-call');
	const text = textIn(content);
	if (calls.length === 0) return { role: 'assistant', content: text };
	return {
		role: 'assistant',
		content: text || null,
		tool_calls: calls.map(({ toolCallId, toolName, input }) => ({
			id: toolCallId,
			type: 'function',
			function: { name: toolName, arguments: input },
		})),
	};
}

function toolText(result: unknown): string {
	return typeof result === 'string' ? result : encode(result);
}

export function toMessages(messages: SdkMessage[]): Message[] {
	return messages.flatMap(({ role, content }): Message[] => {
		switch (role) {
			case 'assistant':
				return [assistantMessage(content)];
			case 'tool':
				return content
					.filter((part) => part.type === 'tool-result')
					.map(({ toolCallId, result }) => ({ role, tool_call_id: toolCallId, content: toolText(result) }));
			case 'system':
				return [{ role, content: textIn(content) }];
			default:
				return [{ role: 'user', content: userContent(content) }];
		}
	});
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
