/** Where the conversation of Chat comes from: the fields, and the reading of one conversation per item. */
import type { INodeProperties } from 'n8n-workflow';
import { asRecord } from '../../core/json/json';
import { readGivenConversation, type GivenConversation } from '../../core/language/chatCompletions';
import { asJson, asPrompt } from '../../n8n/givenJson';
import { forToolAndNode } from '../../n8n/items';
import { asOneOf } from '../../n8n/options';
import type { ParameterReader } from '../../n8n/parameterReader';
import { take, unusable } from '../../n8n/unusable';

const promptProperty: INodeProperties = {
	displayName: 'Prompt',
	name: 'prompt',
	type: 'string',
	typeOptions: { rows: 4 },
	required: true,
	default: '',
	placeholder: 'e.g. Summarise this ticket in one sentence',
	description: 'What you ask the model',
	builderHint: {
		propertyHint:
			'Asked once for each item: refer to the fields of the item with expr(), and add no loop around the node.',
	},
	displayOptions: { show: { promptType: ['prompt'] } },
};

export const conversationProperties: INodeProperties[] = [
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
	...forToolAndNode(promptProperty, {
		default: "={{ $fromAI('prompt', 'The question for the model, with all it needs to know', 'string') }}",
	}),
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
						description: 'Who wrote the message',
					},
					{
						displayName: 'Content',
						name: 'content',
						type: 'string',
						typeOptions: { rows: 2 },
						default: '',
						description: 'The text of the message',
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
		description: 'A list of messages, or the whole body of a request, as data or as JSON text',
		displayOptions: { show: { promptType: ['json'] } },
	},
];

const PROMPT_TYPES = ['prompt', 'messages', 'json'] as const;

/** The conversation of one item. Throws what `attempt` turns into a failure. */
export function readConversation(read: ParameterReader, item: number): GivenConversation {
	switch (asOneOf('Prompt From', read('promptType', item), PROMPT_TYPES)) {
		case 'messages':
			return readMessageFields(read('messages', item));
		case 'json':
			return take(readGivenConversation(asJson(read('messagesJson', item), 'Messages')));
		default: {
			const prompt = asPrompt(read('prompt', item), 'Prompt');
			if (prompt.trim() === '') unusable("'Prompt' is empty", 'Write what the model should answer.');
			const system = asPrompt(read('systemPrompt', item), 'System Prompt');
			const user = { role: 'user', content: prompt };
			return { messages: system.trim() === '' ? [user] : [{ role: 'system', content: system }, user], fields: {} };
		}
	}
}

/** The conversation that was put together in the panel. */
function readMessageFields(given: unknown): GivenConversation {
	const { messages } = take(readGivenConversation(asRecord(given).values));
	const written = messages.map((message) => ({ ...message, content: asPrompt(message.content, 'Content') }));
	if (written.some(({ content }) => content.trim() !== '')) return { messages: written, fields: {} };
	return unusable("'Messages' says nothing", "Fill in the 'Content' of at least one message.");
}
