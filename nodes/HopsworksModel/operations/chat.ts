/** Chat: every item is a conversation that a deployed language model answers. */
import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { modelOptions, readModelSettings } from '../../hopsworks/chatSettings';
import { addressOptions, readTarget } from '../../hopsworks/deployments';
import { hintAtTrouble, includeInputFields, mayGoOn, NOT_SENT, outgoing, stopsOnError } from '../../hopsworks/items';
import {
	asJson,
	asOneOf,
	asRecord,
	asText,
	attempt,
	optionsField,
	parameterReader,
	readOutputField,
	take,
	type ParameterReader,
} from '../../hopsworks/parameters';
import {
	readConnection,
	readSendSettings,
	sender,
	sendOptions,
	type Connection,
	type Tally,
} from '../../hopsworks/send';
import { chatRoute, type Target } from '../../serving/address';
import { inWindow } from '../../serving/batch';
import {
	chatBody,
	readAnswer,
	readMessages,
	readReply,
	type ChatRequest,
	type Message,
} from '../../serving/chatCompletions';
import { badInput, failed, success, type Outcome } from '../../serving/outcome';
import type { Operation } from './operation';

const promptProperty: INodeProperties = {
	displayName: 'Prompt',
	name: 'prompt',
	type: 'string',
	typeOptions: { rows: 4 },
	required: true,
	default: '',
	placeholder: 'e.g. Summarise this ticket in one sentence',
	description: 'What you ask the model',
};

export const chat: Operation = {
	value: 'chat',
	name: 'Chat',
	action: 'Ask deployed language model',
	description: 'Send every item as a prompt to a deployed language model and get its answer',
	properties: [
		{
			displayName: 'Prompt From',
			name: 'promptType',
			type: 'options',
			noDataExpression: true,
			options: [
				{
					name: 'Prompt',
					value: 'prompt',
					description: 'One question, with or without instructions',
				},
				{
					name: 'Messages',
					value: 'messages',
					description: 'A conversation that you put together here',
				},
				{
					name: 'JSON',
					value: 'json',
					description: 'A conversation that you already have as data',
				},
			],
			default: 'prompt',
			description: 'Where the conversation comes from',
		},
		{
			...promptProperty,
			displayOptions: { show: { promptType: ['prompt'] }, hide: { '@tool': [true] } },
		},
		{
			...promptProperty,
			default: "={{ $fromAI('prompt', 'The question for the model, with all it needs to know', 'string') }}",
			displayOptions: { show: { promptType: ['prompt'], '@tool': [true] } },
		},
		{
			displayName: 'System Prompt',
			name: 'systemPrompt',
			type: 'string',
			typeOptions: { rows: 2 },
			default: '',
			placeholder: 'e.g. You answer in plain words and never guess',
			description: 'Instructions that the model follows in every answer',
			displayOptions: { show: { promptType: ['prompt'] } },
		},
		{
			displayName: 'Messages',
			name: 'messages',
			type: 'fixedCollection',
			typeOptions: { multipleValues: true, sortable: true },
			placeholder: 'Add Message',
			default: { values: [{ role: 'user', content: '' }] },
			options: [
				{
					displayName: 'Message',
					name: 'values',
					values: [
						{
							displayName: 'Role',
							name: 'role',
							type: 'options',
							options: [
								{ name: 'Assistant', value: 'assistant' },
								{ name: 'System', value: 'system' },
								{ name: 'User', value: 'user' },
							],
							default: 'user',
							description: 'Who says it',
						},
						{
							displayName: 'Content',
							name: 'content',
							type: 'string',
							typeOptions: { rows: 2 },
							default: '',
							description: 'What is said',
						},
					],
				},
			],
			displayOptions: { show: { promptType: ['messages'] } },
		},
		{
			displayName: 'Messages',
			name: 'messagesJson',
			type: 'json',
			required: true,
			default: '[\n  { "role": "user", "content": "" }\n]',
			description: 'A list of messages, as data or as JSON text',
			displayOptions: { show: { promptType: ['json'] } },
		},
		{
			displayName: 'Simplify',
			name: 'simplify',
			type: 'boolean',
			noDataExpression: true,
			default: true,
			description: 'Whether to return a simplified version of the response instead of the raw data',
		},
		...includeInputFields,
		optionsField([
			...addressOptions,
			...sendOptions,
			...modelOptions,
			{
				displayName: 'Output Field',
				name: 'outputField',
				type: 'string',
				default: 'answer',
				description: 'The name of the field that gets the answer, where input fields are included',
			},
		]),
	],
	run,
};

const PROMPT_TYPES = ['prompt', 'messages', 'json'] as const;

function readConversation(read: ParameterReader, item: number): Message[] {
	switch (asOneOf(read('promptType', item), PROMPT_TYPES)) {
		case 'messages':
			return take(readMessages(asRecord(read('messages', item)).values));
		case 'json':
			return take(readMessages(asJson(read('messagesJson', item), 'Messages')));
		default: {
			const prompt = asText(read('prompt', item));
			if (prompt.trim() === '') take(badInput("'Prompt' is empty", 'Write what the model should answer.'));
			const system = asText(read('systemPrompt', item));
			const user = { role: 'user', content: prompt };
			return system.trim() === '' ? [user] : [{ role: 'system', content: system }, user];
		}
	}
}

interface Conversation {
	target: Target;
	request: ChatRequest;
}

function readItem(read: ParameterReader, connection: Connection, item: number): Conversation {
	const options = asRecord(read('options', item));
	const route = chatRoute(asText(options.apiPrefix ?? '/v1'));
	const target = readTarget(read('deployment', item), options, connection, route);
	const model = asText(options.model).trim() || target.deployment;
	if (model === '') {
		take(badInput("The address does not tell the model's name", "Set the option 'Model' to the deployment's name."));
	}
	return {
		target,
		request: {
			model,
			messages: readConversation(read, item),
			settings: readModelSettings(options),
		},
	};
}

async function run(
	context: IExecuteFunctions,
	items: INodeExecutionData[],
): Promise<Array<Outcome<INodeExecutionData>>> {
	const read = parameterReader(context);
	const setUp = await attempt(async () => {
		const options = asRecord(read('options', 0));
		return {
			connection: await readConnection(context),
			settings: readSendSettings(options),
			outputField: readOutputField(options, 'answer'),
			simplifies: read('simplify', 0) === true,
			keepsInput: read('includeInputFields', 0) === true,
		};
	});
	if (!setUp.ok) return items.map(() => setUp);
	const { connection, settings, outputField, simplifies, keepsInput } = setUp.value;

	const outcomes: Array<Outcome<INodeExecutionData>> = items.map(() => failed(NOT_SENT));
	const conversations = new Map<number, Conversation>();
	const stops = stopsOnError(context);
	for (const index of items.keys()) {
		const conversation = await attempt(() => readItem(read, connection, index));
		if (conversation.ok) conversations.set(index, conversation.value);
		else outcomes[index] = conversation;
		if (!conversation.ok && stops) return outcomes;
	}

	const tally: Tally = { requests: 0, retries: 0 };
	const send = sender(context, connection, settings, tally);
	await inWindow(conversations, settings.concurrency, async ([index, { target, request }]) => {
		const { outcome: reply } = await send(target, () => chatBody(request));
		const made = reply.ok ? madeOf(reply.value, simplifies, keepsInput ? outputField : undefined) : reply;
		const answered = outgoing(items, index, keepsInput);
		outcomes[index] = made.ok ? success({ ...answered, json: { ...answered.json, ...made.value } }) : made;
		return mayGoOn(made, stops);
	});
	hintAtTrouble(context, outcomes, tally);
	return outcomes;
}

/** The fields that an item gets of a reply. */
function madeOf(
	text: string,
	simplifies: boolean,
	outputField: string | undefined,
): Outcome<INodeExecutionData['json']> {
	if (!simplifies) {
		const reply = readReply(text);
		return reply.ok ? success({ response: reply.value }) : reply;
	}
	const answer = readAnswer(text);
	if (!answer.ok) return answer;
	return success(outputField === undefined ? { ...answer.value } : { [outputField]: { ...answer.value } });
}
