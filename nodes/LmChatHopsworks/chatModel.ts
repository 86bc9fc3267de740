/** The chat model that agents and chains get. The only file that needs n8n's AI node SDK to be there. */
import {
	BaseChatModel,
	getParametersJsonSchema,
	supplyModel,
	type ChatModelConfig,
	type GenerateResult,
	type Message,
	type StreamChunk,
} from '@n8n/ai-node-sdk';
import type { ISupplyDataFunctions, SupplyData } from 'n8n-workflow';
import { giveWay } from '../n8n/cancel';
import type { ChatModel } from '../n8n/languageModel';
import { nodeError } from '../n8n/errors';
import type { Send } from '../n8n/send';
import type { OnPiece } from '../n8n/stream';
import { readAnswer, readReply, type Answer } from '../core/language/chatAnswer';
import { chatBody, STREAMED, toolChoice } from '../core/language/chatCompletions';
import type { Piece } from '../core/language/chatStream';
import { asRecord, asText, encode, isRecord } from '../core/json/json';
import type { Outcome } from '../core/failure/outcome';
import { CHAT_MODEL_PANEL } from '../core/failure/panel';
import { wireFields } from '../core/language/givenSettings';
import { askedOfLanguageModel } from '../core/language/languageMeaning';
import { readToolSchema } from '../core/language/toolSchema';
import { queue } from './queue';
import { countStreamedTokens } from './tracing';
import { toContent, toFinishReason, toMessages, toUsage } from './messages';

export function supplyChatModel(
	context: ISupplyDataFunctions,
	model: ChatModel,
	send: Send,
	itemIndex: number,
): SupplyData {
	const supplied = supplyModel(context, new HopsworksChatModel(context, model, send, itemIndex));
	countStreamedTokens(supplied.response);
	return supplied;
}

/** Settings of one call, by their names on the wire. LangChain's own `stop` and `tool_choice` come among them. */
const CALL_SETTINGS: Record<string, string> = {
	maxTokens: 'max_tokens',
	temperature: 'temperature',
	topP: 'top_p',
	topK: 'top_k',
	presencePenalty: 'presence_penalty',
	frequencyPenalty: 'frequency_penalty',
	seed: 'seed',
	stopSequences: 'stop',
	stop: 'stop',
};

function readCallSettings(config: object | undefined): Record<string, unknown> {
	const given = asRecord(config);
	const named = Object.entries(CALL_SETTINGS).filter(([name]) => given[name] !== undefined);
	const { tool_choice: choice } = given;
	return {
		...Object.fromEntries(named.map(([name, wire]) => [wire, given[name]])),
		// LangChain says 'any' where OpenAI says 'required'.
		...(typeof choice === 'string' && { tool_choice: toolChoice(choice === 'any' ? 'required' : choice) }),
		...(isRecord(choice) && { tool_choice: choice }),
	};
}

function thoughts(text: string): StreamChunk {
	return { type: 'content', content: { type: 'reasoning', text } };
}

class HopsworksChatModel extends BaseChatModel {
	constructor(
		private readonly context: ISupplyDataFunctions,
		private readonly model: ChatModel,
		private readonly send: Send,
		private readonly itemIndex: number,
	) {
		super('hopsworks', model.model);
	}

	async generate(messages: Message[], config?: ChatModelConfig): Promise<GenerateResult> {
		const { reply, answer } = await this.ask(messages, config);
		return {
			...(typeof reply.id === 'string' && { id: reply.id }),
			finishReason: toFinishReason(answer.finishReason),
			usage: toUsage(answer.usage),
			message: { role: 'assistant', content: toContent(answer) },
			rawResponse: reply,
		};
	}

	async *stream(messages: Message[], config?: ChatModelConfig): AsyncIterable<StreamChunk> {
		const pieces = queue<Piece>();
		// Its failure is thrown where it is awaited, once the pieces have ended.
		const asked = this.ask(messages, config, async (piece) => pieces.put(piece));
		void asked.then(pieces.end, pieces.end);
		let hasText = false;
		let reasoning = '';
		try {
			for await (const piece of pieces) {
				reasoning += piece.reasoning;
				if (piece.text === '') continue;
				// In one part before the text: n8n drops reasoning that comes in deltas.
				if (reasoning !== '') yield thoughts(reasoning);
				reasoning = '';
				hasText = true;
				yield { type: 'text-delta', delta: piece.text };
			}
		} finally {
			pieces.leave();
		}
		const { answer } = await asked;
		if (hasText && reasoning !== '') yield thoughts(reasoning);
		// A server that does not stream answers at once.
		if (!hasText)
			yield* toContent({ ...answer, toolCalls: [] }).map((content) => ({ type: 'content' as const, content }));
		// Each call whole: n8n would mix up the parts of several.
		for (const { id, name, arguments: given } of answer.toolCalls ?? []) {
			yield { type: 'tool-call-delta', id: asText(id), name, argumentsDelta: encode(given) };
		}
		yield { type: 'finish', finishReason: toFinishReason(answer.finishReason), usage: toUsage(answer.usage) };
	}

	private async ask(
		messages: Message[],
		config: ChatModelConfig | undefined,
		onPiece?: OnPiece,
	): Promise<{ reply: Record<string, unknown>; answer: Answer }> {
		const { deployment, model, settings, format } = this.model;
		const tools = this.tools.filter((tool) => tool.type === 'function');
		const called = readCallSettings(config);
		const request = {
			model,
			messages: toMessages(messages),
			settings: {
				...wireFields(settings),
				...called,
				...(tools.length > 0 && {
					tools: tools.map((tool) => ({
						type: 'function',
						function: {
							name: tool.name,
							description: tool.description,
							parameters: this.orThrow(readToolSchema(tool.name, getParametersJsonSchema(tool))),
						},
					})),
				}),
				...(onPiece && STREAMED),
			},
		};
		// What the agent or chain sets takes the place of the options.
		const own = Object.entries({ ...called, ...(tools.length > 0 && { tools }) });
		const given = [...settings, ...own.map(([field, value]) => ({ field, value }))];
		const asked = askedOfLanguageModel(CHAT_MODEL_PANEL, given);
		const { outcome: text } = await this.send(deployment.target, asked, () => chatBody(request), onPiece);
		const reply = this.orThrow(text.ok ? readReply(text.value) : text);
		return { reply, answer: this.orThrow(await readAnswer(reply, format, giveWay)) };
	}

	/** LangChain wants failures thrown. */
	private orThrow<Value>(outcome: Outcome<Value>): Value {
		if (outcome.ok) return outcome.value;
		throw nodeError(this.context.getNode(), outcome.failure, this.itemIndex);
	}
}
