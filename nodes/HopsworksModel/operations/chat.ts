/** Chat: every item is a conversation that a deployed language model answers. */
import {
	accumulateTokenUsage,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';
import { modelOptions, readChatModel, type ChatModel } from '../../hopsworks/chatSettings';
import { giveWay } from '../../hopsworks/cancel';
import { readConnection } from '../../hopsworks/connection';
import { addressOptions } from '../../hopsworks/deployments';
import { deploymentFinder, type Finder } from '../../hopsworks/discovery';
import { readFieldNames, readImages } from '../../hopsworks/images';
import { includeInputFields, isTool, mayGoOn, outgoing, simplifyProperty } from '../../hopsworks/items';
import {
	asJson,
	asRecord,
	attempt,
	optionsField,
	readOutputField,
	take,
	type ParameterReader,
} from '../../hopsworks/parameters';
import { asText } from '../../serving/json';
import type { Run } from '../../hopsworks/run';
import { sender } from '../../hopsworks/send';
import { readSendSettings, sendOptions } from '../../hopsworks/sendSettings';
import { inWindow } from '../../serving/batch';
import { readAnswer, readReply, readUsage } from '../../serving/chatAnswer';
import { chatBody, readTools, STREAMED, toolChoice, withImages, type Message } from '../../serving/chatCompletions';
import type { Piece } from '../../serving/chatStream';
import { success, type Outcome } from '../../serving/outcome';
import { conversationProperties, readConversation } from './conversation';
import type { Operation } from './operation';

const ownOptions: INodeProperties[] = [
	{
		displayName: 'Enable Streaming',
		name: 'enableStreaming',
		type: 'boolean',
		default: true,
		description:
			'Whether to send the answer on as it is written, where the workflow streams. Items then go one by one.',
	},
	{
		displayName: 'Image Fields',
		name: 'imageFields',
		type: 'string',
		default: '',
		placeholder: 'e.g. data, photo',
		description: 'Files of the item that the model shall see, by the names of their binary fields',
	},
	{
		displayName: 'Output Field',
		name: 'outputField',
		type: 'string',
		default: 'answer',
		description: 'The name of the field that gets the answer, where input fields are included',
	},
	{
		displayName: 'Tool Choice',
		name: 'toolChoice',
		type: 'string',
		default: 'auto',
		description: "Whether the model calls a tool: 'auto', 'none', 'required', or the name of the one to call",
	},
	{
		displayName: 'Tools (JSON)',
		name: 'tools',
		type: 'json',
		default: '[]',
		description:
			'Tools that the model may ask for, as a list. Its calls come out as they are; an AI Agent with the Hopsworks Chat Model carries them out.',
	},
];

export const chat: Operation = {
	value: 'chat',
	name: 'Chat',
	action: 'Ask deployed language model',
	description: 'Send every item as a prompt to a deployed language model and get its answer',
	properties: [
		...conversationProperties,
		simplifyProperty,
		...includeInputFields,
		optionsField([...addressOptions, ...sendOptions, ...modelOptions, ...ownOptions]),
	],
	run,
};

interface Conversation extends ChatModel {
	messages: Message[];
	imageFields: string[];
}

async function readItem(read: ParameterReader, finder: Finder, item: number): Promise<Conversation> {
	const options = asRecord(read('options', item));
	const model = await readChatModel(read('deployment', item), options, finder);
	return {
		...model,
		messages: readConversation(read, item),
		settings: { ...readToolSettings(options), ...model.settings },
		imageFields: readFieldNames(asText(options.imageFields)),
	};
}

function readToolSettings({ tools, toolChoice: choice }: Record<string, unknown>): Record<string, unknown> {
	const given = asJson(tools ?? [], 'Tools (JSON)');
	if (Array.isArray(given) && given.length === 0) return {};
	const wanted = asText(choice).trim();
	return { tools: take(readTools(given)), ...(wanted !== '' && { tool_choice: toolChoice(wanted) }) };
}

/** What is the same for all items of a run. */
async function readSetUp(context: IExecuteFunctions, read: ParameterReader) {
	const options = asRecord(read('options', 0));
	return {
		connection: await readConnection(context),
		settings: readSendSettings(options),
		outputField: readOutputField(options, 'answer'),
		simplifies: read('simplify', 0) === true,
		keepsInput: read('includeInputFields', 0) === true,
		// Missing on older n8n.
		streams: options.enableStreaming !== false && !isTool(context.getNode()) && context.isStreaming?.(),
	};
}

async function run(run: Run<INodeExecutionData>): Promise<void> {
	const { context, items, read, stops } = run;
	const setUp = await attempt(() => readSetUp(context, read));
	if (!setUp.ok) return run.settleRest(setUp.failure);
	const { connection, settings, outputField, simplifies, keepsInput, streams } = setUp.value;

	const conversations = new Map<number, Conversation>();
	const finder = deploymentFinder(context, connection, settings, run.notes);
	const goesOn = await run.readItems(async (item) => {
		conversations.set(item, await readItem(read, finder, item));
	});
	if (!goesOn) return;

	const tokens = { prompt: 0, completion: 0 };
	const send = sender(context, connection, settings, run.tally);

	/** The fields that an item gets. */
	async function answer(index: number, conversation: Conversation, chunks?: Chunks): Promise<Outcome<Made>> {
		const { target, found, model, settings: modelSettings, format, imageFields } = conversation;
		const ready = await finder.ready(found);
		if (!ready.ok) return ready;
		const images = await attempt(() => readImages(context, items[index], index, imageFields));
		const messages = images.ok ? withImages(conversation.messages, images.value) : images;
		if (!messages.ok) return messages;
		const request = { model, messages: messages.value, settings: { ...modelSettings, ...(chunks && STREAMED) } };
		const { outcome } = await send(target, () => chatBody(request), chunks?.onPiece);
		const reply = outcome.ok ? readReply(outcome.value) : outcome;
		if (!reply.ok) return reply;
		const usage = readUsage(reply.value);
		tokens.prompt += usage?.promptTokens ?? 0;
		tokens.completion += usage?.completionTokens ?? 0;
		const answered = await readAnswer(reply.value, format, giveWay);
		if (!answered.ok) return answered;
		await chunks?.whole(answered.value.text);
		return success(simplifies ? { ...answered.value } : { response: reply.value });
	}

	// The chat panel does not tell items apart, so they stream one after the other.
	await inWindow(conversations, streams ? 1 : settings.concurrency, async ([index, conversation]) => {
		const chunks = streams ? chunksOf(context, index) : undefined;
		await chunks?.begin();
		const made = await answer(index, conversation, chunks);
		await chunks?.end(made, stops);
		if (!made.ok) {
			run.settle(index, made);
		} else {
			const answered = outgoing(items, index, keepsInput);
			if (keepsInput && simplifies) answered.json[outputField] = made.value;
			else Object.assign(answered.json, made.value);
			run.settle(index, success(answered));
		}
		return mayGoOn(made, stops);
	});
	// Each call replaces the figures of the last; missing on older n8n.
	if (tokens.prompt + tokens.completion > 0) accumulateTokenUsage?.(context, tokens.prompt, tokens.completion);
}

type Made = INodeExecutionData['json'];

/** What an item sends on to whoever waits for the workflow's answer, while it is being written. */
interface Chunks {
	begin(): Promise<void>;
	onPiece(piece: Piece): Promise<void>;
	/** The whole text, for servers that do not stream: they answer at once. */
	whole(text: string): Promise<void>;
	end(made: Outcome<Made>, stops: boolean): Promise<void>;
}

function chunksOf(context: IExecuteFunctions, item: number): Chunks {
	let isSilent = true;
	const send = async (text: string): Promise<void> => {
		if (text === '') return;
		isSilent = false;
		await context.sendChunk('item', item, text);
	};
	return {
		begin: async () => await context.sendChunk('begin', item),
		onPiece: async ({ text }) => await send(text),
		async whole(text) {
			if (isSilent) await send(text);
		},
		async end(made, stops) {
			if (made.ok) await context.sendChunk('end', item);
			// Where the run stops, n8n itself ends the stream with the error.
			else if (!stops) await context.sendChunk('error', item, made.failure.message);
		},
	};
}
