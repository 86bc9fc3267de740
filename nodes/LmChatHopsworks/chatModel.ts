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
import { unlessAborted } from '../n8n/cancel';
import { answerReading, type ChatModel } from '../n8n/languageModel';
import type { Send } from '../n8n/send';
import type { OnPiece } from '../n8n/stream';
import { readAnswer, readReply, type Answer } from '../core/language/chatAnswer';
import { expectedOf, type Expected } from '../core/language/expected';
import { chatBody, STREAMED, withStrictTools, type ChatRequest } from '../core/language/chatCompletions';
import { NO_PIECE, type Piece } from '../core/language/choiceStream';
import { encode, isRecord } from '../core/json/json';
import type { Outcome } from '../core/failure/outcome';
import { CHAT_MODEL_PANEL, type Asked } from '../core/failure/panel';
import type { RequestPlace } from '../core/failure/requestPlace';
import { wireFields } from '../core/language/givenSettings';
import { askedOfLanguageModel } from '../core/language/languageMeaning';
import { readToolSchema } from '../core/language/toolSchema';
import { mendAdapter } from './adapter';
import { readCallOptions, type CallOptions } from './callOptions';
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

/** One call of the model. */
interface Question {
	options: CallOptions;
	request: ChatRequest;
	/** What its failure is told in the words of. */
	asked: Asked;
	/** What its answer is held to. */
	expected: Expected;
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
		const { reply, answer } = await this.ask(this.question(messages, config));
		return {
			...(typeof reply.id === 'string' && { id: reply.id }),
			finishReason: toFinishReason(answer.finishReason),
			usage: toUsage(answer.usage),
			message: { role: 'assistant', content: toContent(answer) },
			rawResponse: reply,
		};
	}

	async *stream(messages: Message[], config?: ChatModelConfig): AsyncIterable<StreamChunk> {
		const question = this.question(messages, config);
		const pieces = queue<Piece>();
		// JSON may stand behind thoughts or within a fence, which the whole answer is free of.
		const isShown = question.expected.format.type === 'text';
		// Its failure is thrown where it is awaited, once the pieces have ended.
		const asked = this.ask(question, async (piece) => pieces.put(isShown ? piece : NO_PIECE));
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
			yield { type: 'tool-call-delta', id, name, argumentsDelta: encode(given) };
		}
		yield { type: 'finish', finishReason: toFinishReason(answer.finishReason), usage: toUsage(answer.usage) };
	}

	/** What goes out for a call, and what its answer is held to. */
	private question(messages: Message[], config: ChatModelConfig | undefined): Question {
		const { model, settings, hasStrictTools } = this.model;
		const options = this.orThrow(readCallOptions(config));
		// Where LangChain takes the answer for a call, there is no tool to call.
		const tools = options.answerTool === undefined ? [...this.functionTools(), ...options.tools] : [];
		// What the agent or chain sets takes the place of the options.
		const own = Object.entries({ ...options.settings, ...(tools.length > 0 && { tools }) });
		const given = [...settings, ...own.map(([field, value]) => ({ field, value }))];
		const isStrict = hasStrictTools || options.isStrict;
		const fields = isStrict ? withStrictTools(wireFields(given)) : wireFields(given);
		return {
			options,
			request: { model, messages: toMessages(messages), settings: fields },
			asked: askedOfLanguageModel(CHAT_MODEL_PANEL, given),
			expected: { ...expectedOf(fields), ...(options.format && { format: options.format }) },
		};
	}

	private async ask(
		{ options: { signal, answerTool }, request, asked, expected }: Question,
		onPiece?: OnPiece,
	): Promise<{ reply: Record<string, unknown>; answer: Answer }> {
		const { target, record } = this.model.deployment;
		const settings = { ...request.settings, ...(onPiece && STREAMED) };
		const sending = this.send(target, asked, () => chatBody({ ...request, settings }), { onPiece, signal });
		const { outcome: text, request: sent } = await unlessAborted(sending, signal);
		const reply = this.orThrow(text.ok ? readReply(text.value) : text, sent);
		const reading = { ...expected, ...answerReading, prices: record?.prices };
		const answer = this.orThrow(await readAnswer(reply, reading), sent);
		if (answerTool === undefined || !isRecord(answer.json)) return { reply, answer };
		const toolCalls = [{ id: answerTool, name: answerTool, arguments: answer.json }];
		return { reply, answer: { ...answer, toolCalls } };
	}

	/** The tools that were bound, in OpenAI's form. */
	private functionTools(): Array<Record<string, unknown>> {
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

	/** LangChain wants failures thrown; `request` is the one whose reply was read. */
	private orThrow<Value>(outcome: Outcome<Value>, request?: RequestPlace): Value {
		if (outcome.ok) return outcome.value;
		throw subNodeError(this.context.getNode(), { request, ...outcome.failure }, this.itemIndex);
	}
}
