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
import { giveWay, unlessAborted } from '../n8n/cancel';
import type { ChatModel } from '../n8n/languageModel';
import type { Send } from '../n8n/send';
import type { OnPiece } from '../n8n/stream';
import { readAnswer, readReply, type Answer } from '../core/language/chatAnswer';
import { chatBody, STREAMED } from '../core/language/chatCompletions';
import type { Piece } from '../core/language/chatStream';
import { asText, encode } from '../core/json/json';
import type { Outcome } from '../core/failure/outcome';
import { readToolSchema } from '../core/language/toolSchema';
import { mendAdapter } from './adapter';
import { readCallOptions } from './callOptions';
import { heldToTools, strictTool, type Tool } from './calls';
import { queue } from './queue';
import { subNodeError } from './thrown';
import { toContent, toFinishReason, toMessages, toUsage } from './messages';

export function supplyChatModel(
	context: ISupplyDataFunctions,
	model: ChatModel,
	send: Send,
	itemIndex: number,
): SupplyData {
	const supplied = supplyModel(context, new HopsworksChatModel(context, model, send, itemIndex));
	mendAdapter(supplied.response);
	return supplied;
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
		const options = this.orThrow(readCallOptions(config));
		const { signal, isStrict, answerTool } = options;
		// Where LangChain takes the answer for a call, there is no tool to call.
		const tools = answerTool === undefined ? [...this.functionTools(), ...options.tools] : [];
		const request = {
			model,
			messages: toMessages(messages),
			settings: {
				...settings,
				...options.settings,
				...(tools.length > 0 && { tools: isStrict ? tools.map(strictTool) : tools }),
				...(onPiece && STREAMED),
			},
		};
		const sending = this.send(deployment.target, () => chatBody(request), onPiece, signal);
		const { outcome: text } = await unlessAborted(sending, signal);
		const reply = this.orThrow(text.ok ? readReply(text.value) : text);
		const answer = this.orThrow(await readAnswer(reply, options.format ?? format, giveWay));
		if (answerTool !== undefined && answer.json !== undefined) {
			return {
				reply,
				answer: { ...answer, toolCalls: [{ id: answerTool, name: answerTool, arguments: answer.json }] },
			};
		}
		const held = { tools, choice: options.settings.tool_choice, isStrict };
		return { reply, answer: this.orThrow(await heldToTools(answer, held, giveWay)) };
	}

	/** The tools that were bound, in OpenAI's form. */
	private functionTools(): Tool[] {
		const tools = this.tools.filter((tool) => tool.type === 'function');
		return tools.map((tool) => ({
			type: 'function',
			function: {
				name: tool.name,
				description: tool.description,
				parameters: this.orThrow(readToolSchema(tool.name, getParametersJsonSchema(tool))),
			},
		}));
	}

	/** LangChain wants failures thrown. */
	private orThrow<Value>(outcome: Outcome<Value>): Value {
		if (outcome.ok) return outcome.value;
		throw subNodeError(this.context.getNode(), outcome.failure, this.itemIndex);
	}
}
