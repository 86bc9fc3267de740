/** Chat: every item is a conversation that a deployed language model answers. */
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { RowFailed, success, type Outcome } from '../../core/failure/outcome';
import { show } from '../../core/failure/excerpt';
import { CHAT_PANEL } from '../../core/failure/panel';
import { withSent } from '../../core/failure/sentRow';
import type { JsonObject } from '../../core/json/json';
import { expectedOf, type Expected } from '../../core/language/expected';
import { readAnswer, readReply, type Answer } from '../../core/language/chatAnswer';
import {
	chatBody,
	STREAMED,
	withImages,
	withStrictTools,
	type GivenConversation,
} from '../../core/language/chatCompletions';
import { wireFields } from '../../core/language/givenSettings';
import { askedOfLanguageModel } from '../../core/language/languageMeaning';
import { readUsage } from '../../core/language/usage';
import { addressOptions, routingOptions } from '../../n8n/deploymentLocator';
import { readFieldNames, withImagesOfItem, type Illustrated } from '../../n8n/images';
import { answerField, type AnswerField } from '../../n8n/answerField';
import { includeInputFields, isTool, outgoing, simplifyProperty } from '../../n8n/items';
import { answerReading, readChatRoute, readChatSettings } from '../../n8n/languageModel';
import { chatModelOptions, formatOptions, imageOptions, serverOptions } from '../../n8n/languageModelOptions';
import type { Exchange, ModelCall } from '../../n8n/modelCall';
import { runOnModel, type RunStart } from '../../n8n/modelRun';
import type { Operation } from '../../n8n/operation';
import { booleanOption, fieldsIn, optionsField, outputFieldOption, type ValuesOf } from '../../n8n/options';
import { previewOptions } from '../../n8n/preview';
import { sendOptions } from '../../n8n/sendOptions';
import { chunksOf } from './chunks';
import { conversationProperties, readConversation } from './conversation';
import { readToolSettings, toolOptions, toolsRead } from './toolOptions';

/** The options that the panel offers. */
const offeredOptions = {
	...addressOptions,
	...sendOptions,
	...previewOptions,
	...chatModelOptions,
	...imageOptions,
	enableStreaming: booleanOption({
		displayName: 'Enable Streaming',
		type: 'boolean',
		default: true,
		description:
			'Whether to pass the answer on while the model is writing it, if the workflow streams. Items are then answered one after another.',
		displayOptions: { hide: { '@tool': [true] } },
	}),
	outputField: outputFieldOption({
		displayName: 'Output Field',
		type: 'string',
		default: 'answer',
		description:
			"The name of the field that gets the answer. The number of tokens, and whatever else came with the answer, goes into a second field whose name ends in 'Details'.",
		// Without the fields of the item, and for a whole reply, the names are always the same.
		displayOptions: { show: { '/includeInputFields': [true], '/simplify': [true] } },
	}),
	...toolOptions,
};

const chatOptions = { ...offeredOptions, ...formatOptions };

type ChatOptions = ValuesOf<typeof chatOptions>;

export const chat: Operation = {
	value: 'chat',
	name: 'Chat',
	action: 'Ask deployed language model',
	description: 'Send every item as a prompt to a deployed language model and get its answer',
	properties: [
		...conversationProperties,
		...fieldsIn(formatOptions),
		simplifyProperty,
		...includeInputFields,
		optionsField(offeredOptions, { ...routingOptions, ...sendOptions, ...serverOptions }),
	],
	modelServer: 'VLLM',
	run: async (run) => await runOnModel(run, chatOptions, setUp, Object.keys(formatOptions)),
};

/** An answer, and the whole reply that it was in. */
interface Answered {
	answer: Answer;
	reply: JsonObject;
}

/** A row of Chat, alone in its request. */
interface Conversation extends GivenConversation, Illustrated {}

type ChatCall = ModelCall<Conversation, Answered, ChatOptions>;

/** What is the same for all items of a run. */
function setUp({ run, options, isPreview }: RunStart<ChatOptions>): ChatCall {
	const { context, items, read, stops } = run;
	const simplifies = read('simplify', 0) === true;
	const keepsInput = read('includeInputFields', 0) === true;
	const answers = answerField(run, options, keepsInput);
	// Missing on older n8n.
	const streams = options.get('enableStreaming') && !isTool(context.getNode()) && context.isStreaming?.();
	const usage = { prompt: 0, completion: 0 };
	const note = (text: string): void => void run.notes.add(text);

	return {
		// The chat panel does not tell items apart, so they stream one after the other.
		isSequential: streams,
		readRow(item, itemOptions) {
			answers.read(item, itemOptions);
			const { messages, fields } = readConversation(read, item);
			return { messages, fields: toolsRead(fields), imageFields: readFieldNames(itemOptions.get('imageFields')) };
		},
		route: readChatRoute,
		protocol(itemOptions, deployment) {
			const { model, isNamed, settings, hasStrictTools } = readChatSettings(itemOptions, deployment);
			const given = [...readToolSettings(itemOptions), ...settings];
			const own = { ...wireFields(given), ...(streams && STREAMED) };
			/** What the panel says wins over the body that a user gave. */
			const fieldsWith = (others: Record<string, unknown>): Record<string, unknown> => {
				const fields = { ...others, ...(isNamed && { model }), ...own };
				return hasStrictTools ? withStrictTools(fields) : fields;
			};
			const fields = fieldsWith({});
			const expected = expectedOf(fields);
			const expectedOfRow = ({ fields: body }: GivenConversation): Expected =>
				Object.keys(body).length === 0 ? expected : expectedOf(fieldsWith(body));
			const { prices } = deployment.record ?? {};
			return {
				shared: { model, fields, hasStrictTools },
				asked: askedOfLanguageModel(CHAT_PANEL, given),
				limits: { rows: 1, bytes: Infinity },
				sizeOf: () => 0,
				write: ([row]) => chatBody({ model, messages: row?.messages ?? [], settings: fieldsWith(row?.fields ?? {}) }),
				async read(text, { rows: [row] }) {
					const reply = readReply(text);
					if (!reply.ok) return reply;
					const { promptTokens, completionTokens } = readUsage(reply.value) ?? {};
					usage.prompt += promptTokens ?? 0;
					usage.completion += completionTokens ?? 0;
					const asked = row ? expectedOfRow(row) : expected;
					const answer = await readAnswer(reply.value, { ...asked, ...answerReading, note, prices });
					return answer.ok ? success([{ answer: answer.value, reply: reply.value }]) : answer;
				},
				explain: (failure, { messages }) => withSent(failure, 'The messages were sent as', show(messages)),
			};
		},
		around(exchange) {
			const withFiles = withImagesOfItem(context, exchange, illustrate);
			if (!streams) return withFiles;
			// Nobody is told of an answer that is not asked for.
			return isPreview ? async (batch) => await withFiles(batch, async () => {}) : inChunks(context, withFiles, stops);
		},
		made(item, { answer, reply }) {
			const answered = outgoing(items, item, keepsInput);
			if (!simplifies) answers.putAs(item, answered.json, 'response', reply);
			else if (!keepsInput) Object.assign(answered.json, answer);
			else putAnswer(answers, item, answered.json, answer);
			return answered;
		},
		usage,
	};
}

function illustrate(conversation: Conversation, urls: string[]): Outcome<Conversation> {
	const messages = withImages(conversation.messages, urls);
	return messages.ok ? success({ ...conversation, messages: messages.value }) : messages;
}

/** What was asked for, the text or the value, is the answer; the rest stands beside it. */
function putAnswer(answers: AnswerField, item: number, json: IDataObject, answer: Answer): void {
	const { text, json: value, ...rest } = answer;
	answers.put(item, json, value === undefined ? text : value);
	answers.putBeside(item, json, 'Details', value === undefined ? rest : { ...rest, text });
}

/** Sends an answer on while it is being written. */
function inChunks(
	context: IExecuteFunctions,
	exchange: Exchange<Conversation, Answered>,
	stops: boolean,
): Exchange<Conversation, Answered> {
	return async (batch) => {
		const chunks = chunksOf(context, batch.items[0] ?? 0);
		await chunks.begin();
		const answered = await exchange(batch, chunks.onPiece);
		const [made] = answered.ok ? answered.value : [];
		if (made && !(made instanceof RowFailed)) await chunks.whole(made.answer.text);
		await chunks.end(answered, stops);
		return answered;
	};
}
