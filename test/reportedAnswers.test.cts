/**
 * Answers as public bug reports show them, of vLLM and of servers that speak its protocol: each is read by Chat and by the
 * Hopsworks Chat Model, whole and streamed, in n8n's engine and over real HTTP. The table is printed at the end.
 */
import type { AIMessageChunk } from '@langchain/core/messages';
import { chatWith, inPanel } from './support/chat.cts';
import { useChatModel } from './support/chatModel.cts';
import { listOf, recordOf, textOf } from './support/json.cts';
import { sharedServer } from './support/sharedServer.cts';
import type { Reply } from './support/server.cts';

const server = sharedServer(() => ({}));

const TOOL = {
	name: 'find_order',
	description: 'Finds an order',
	parameters: {
		type: 'object',
		properties: { id: { type: 'integer' }, note: { type: 'string' } },
		additionalProperties: false,
	},
};
const SCHEMA = { type: 'object', properties: { team: { enum: ['billing', 'sales'] } }, required: ['team'] };
const BY_SCHEMA = { responseFormat: 'jsonSchema', jsonSchema: JSON.stringify(SCHEMA) };
const AS_JSON = { responseFormat: 'json' };

interface Case {
	name: string;
	/** The message of a whole reply. */
	message: object;
	/** The deltas of a streamed one, where they are not the message at one go. */
	deltas?: object[];
	finish?: string | null;
	/** More beside the message in its choice. */
	beside?: object;
	options?: Record<string, string>;
	hasTools?: boolean;
	/** What a user sees: members of the output, or a part of the failure's message. */
	sees: object | string;
}

const call = (given: unknown, more: object = { id: 'a' }, name = 'find_order'): object => ({
	...more,
	type: 'function',
	function: { name, ...(given !== undefined && { arguments: given }) },
});
const calls = (...toolCalls: object[]): Pick<Case, 'message' | 'hasTools' | 'finish'> => ({
	message: { content: null, tool_calls: toolCalls },
	hasTools: true,
	finish: 'tool_calls',
});
const delta = (part: object): object => ({ tool_calls: [part] });
const called = (...all: object[]): object => ({ text: '', toolCalls: all });
const one = (given: object, id = 'a'): object => ({ id, name: 'find_order', arguments: given });

const CASES: Case[] = [
	{
		name: 'content in parts',
		message: {
			content: [
				{ type: 'text', text: 'Here ' },
				{ type: 'text', text: 'it is' },
			],
		},
		deltas: [{ content: [{ type: 'text', text: 'Here ' }] }, { content: [{ type: 'text', text: 'it is' }] }],
		sees: { text: 'Here it is' },
	},
	{
		name: 'an image among the parts',
		message: {
			content: [
				{ type: 'text', text: 'A cat' },
				{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
			],
		},
		sees: { text: 'A cat', parts: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
	},
	{
		name: 'probabilities of tokens',
		message: { content: 'Hi' },
		beside: { logprobs: { content: [{ token: 'Hi', logprob: -0.1, bytes: [72], top_logprobs: [] }] } },
		sees: { text: 'Hi', logprobs: [{ token: 'Hi', logprob: -0.1 }] },
	},
	{ name: 'a call without an id', ...calls(call('{"id": 1}', {})), sees: called(one({ id: 1 }, 'made')) },
	{ name: 'a call whose id is null', ...calls(call('{}', { id: null })), sees: called(one({}, 'made')) },
	{
		name: 'two calls without ids',
		...calls(call('{"id": 1}', {}), call('{"id": 2}', {})),
		deltas: [delta(call('{"id": 1}', { index: 0 })), delta(call('{"id": 2}', { index: 1 }))],
		sees: called(one({ id: 1 }, 'made'), one({ id: 2 }, 'made')),
	},
	{
		name: 'two calls with one id',
		...calls(call('{"id": 1}'), call('{"id": 2}')),
		deltas: [delta(call('{"id": 1}', { index: 0, id: 'a' })), delta(call('{"id": 2}', { index: 1, id: 'a' }))],
		sees: called(one({ id: 1 }), one({ id: 2 }, 'made')),
	},
	...['', 'null', '[]', null, undefined, ' ', '{}'].map((given) => ({
		name: `${given === undefined ? 'no' : JSON.stringify(given)} arguments`,
		...calls(call(given)),
		sees: called(one({})),
	})),
	{ name: 'arguments written twice', ...calls(call('"{\\"id\\": 1}"')), sees: called(one({ id: 1 })) },
	{ name: 'arguments as an object', ...calls(call({ id: 1 })), sees: called(one({ id: 1 })) },
	...['7.2', '444', '"all"', '[1]', 'false'].map((given) => ({
		name: `${given} for arguments`,
		...calls(call(given)),
		sees: "called the tool 'find_order' with arguments that are not ",
	})),
	{
		name: 'arguments of another type',
		...calls(call('{"id": "one"}')),
		sees: 'arguments that do not fit its parameters, as \'id\' is string, not integer: {"id":"one"}',
	},
	{
		name: 'null for an argument that may be left out',
		...calls(call('{"id": 1, "note": null}')),
		sees: called(one({ id: 1 })),
	},
	{
		name: 'an argument that the tool does not have',
		...calls(call('{"toString": 1}')),
		sees: "arguments that do not fit its parameters, as 'toString' should not be there",
	},
	{
		name: 'arguments that were cut off',
		...calls(call('{"id": ')),
		finish: 'length',
		sees: 'arguments that are not JSON: {"id":',
	},
	{ name: 'a call that names no tool', ...calls(call('{}', { id: 'a' }, '')), sees: 'called a tool without naming it' },
	{
		name: 'parts without an index',
		...calls(call('{"id": 1}')),
		deltas: [delta(call('{"id"', { id: 'a' })), delta({ function: { arguments: ': 1}' } })],
		sees: called(one({ id: 1 })),
	},
	{
		name: 'two ids under one index',
		...calls(call('{"id": 1}'), call('{"id": 2}', { id: 'b' })),
		deltas: [
			delta(call('{"id": 1}', { index: 0, id: 'a' })),
			delta(call('{"id": ', { index: 0, id: 'b' })),
			delta({ index: 0, function: { arguments: '2}' } }),
		],
		sees: called(one({ id: 1 }), one({ id: 2 }, 'b')),
	},
	{
		name: 'an empty name and id first',
		...calls(call('{}')),
		deltas: [
			delta({ index: 0, id: '', function: { name: '', arguments: '' } }),
			delta({ index: 0, id: 'a', function: { name: 'find_order', arguments: '{}' } }),
		],
		sees: called(one({})),
	},
	{
		name: 'a first index of 1',
		...calls(call('{"id": 1}')),
		deltas: [delta(call('{"id"', { index: 1, id: 'a' })), delta({ index: 1, function: { arguments: ': 1}' } })],
		sees: called(one({ id: 1 })),
	},
	{
		name: 'a cut call in the text',
		message: { content: '<tool_call>\n{"name"' },
		hasTools: true,
		finish: 'length',
		sees: 'called a tool, and the call was cut off before it was whole: <tool_call> {"name"',
	},
	{
		name: 'a call that the server did not read',
		message: { content: '<tool_call>\n{"name": "find_order", "arguments": {}}\n</tool_call>' },
		hasTools: true,
		sees: 'called a tool in a form that the server did not read',
	},
	{
		name: 'a bare call in the text (Llama)',
		message: { content: '{"name": "find_order", "parameters": {"id": 1}}' },
		hasTools: true,
		sees: 'called a tool in a form that the server did not read',
	},
	{
		name: 'a call that is promised and not there',
		message: { content: null },
		hasTools: true,
		finish: 'tool_calls',
		sees: 'says that the model called a tool, and shows no call',
	},
	{
		name: 'text beside a call, where JSON was asked for',
		message: { content: 'Let me look', tool_calls: [call('{}')] },
		hasTools: true,
		options: AS_JSON,
		finish: 'tool_calls',
		sees: { text: 'Let me look', toolCalls: [one({})] },
	},
	{
		name: 'JSON in the reasoning',
		message: { content: null, reasoning: '{"team": "sales"}' },
		options: BY_SCHEMA,
		sees: { text: '{"team": "sales"}', json: { team: 'sales' } },
	},
	{
		name: 'thoughts before the JSON',
		message: { content: '<think>\nBilling or sales?\n</think>\n\n{"team": "sales"}' },
		options: BY_SCHEMA,
		sees: { text: '{"team": "sales"}', json: { team: 'sales' }, reasoning: 'Billing or sales?' },
	},
	{
		name: 'thoughts whose opening mark the prompt has',
		message: { content: 'Billing or sales?\n</think>\n```json\n{"team": "sales"}\n```' },
		options: BY_SCHEMA,
		sees: { json: { team: 'sales' }, reasoning: 'Billing or sales?' },
	},
	{
		name: 'thoughts without JSON',
		message: { content: '<think>Billing or sales?</think>Sales' },
		options: AS_JSON,
		sees: 'The answer is thoughts without JSON',
	},
	{
		name: 'thoughts as the prompt asks for them',
		message: { content: '<reasoning>Billing or sales?</reasoning>{"team": "sales"}' },
		options: BY_SCHEMA,
		sees: { text: '{"team": "sales"}', json: { team: 'sales' }, reasoning: 'Billing or sales?' },
	},
	{
		name: 'all tokens spent on thinking',
		message: { content: null, reasoning: 'Hm, let me' },
		finish: 'length',
		sees: 'The model used up its tokens for thinking (length): Hm, let me',
	},
	{
		name: 'all tokens spent on what is not shown',
		message: { content: null },
		finish: 'length',
		sees: 'The model used up its tokens before it wrote anything (length)',
	},
	{
		name: 'thoughts and nothing else',
		message: { content: null, reasoning: 'It is 42.' },
		sees: 'The model wrote thoughts and no answer (stop): It is 42.',
	},
	{
		name: 'JSON and white space up to the limit',
		message: { content: '{"team": "sales"}\n\n\n\n' },
		options: BY_SCHEMA,
		finish: 'length',
		sees: { json: { team: 'sales' } },
	},
];

const ID_MADE = /^call_[\da-f-]{36}$/;

/** A streamed reply: the deltas one by one, then the end. */
function streamOf({ message, deltas = [message], finish = 'stop', beside }: Case): Reply {
	const event = (choice: object): string =>
		`data: ${JSON.stringify({ id: 'c1', choices: [{ index: 0, ...choice }] })}\n\n`;
	const [first = {}, ...others] = deltas;
	return {
		headers: { 'content-type': 'text/event-stream' },
		stream: [
			event({ delta: { role: 'assistant', ...first }, ...beside }),
			...others.map((part) => event({ delta: part })),
			event({ delta: {}, finish_reason: finish }),
			'data: [DONE]\n\n',
		],
	};
}

function wholeOf({ message, finish = 'stop', beside }: Case): Reply {
	return { body: { id: 'c1', choices: [{ index: 0, message, finish_reason: finish, ...beside }] } };
}

/** The ids that were made are new in every run. */
function withoutIds(shown: Record<string, unknown>): Record<string, unknown> {
	if (!Array.isArray(shown.toolCalls)) return shown;
	const all = shown.toolCalls.map(recordOf);
	expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
	return { ...shown, toolCalls: all.map((one) => ({ ...one, id: ID_MADE.test(textOf(one.id)) ? 'made' : one.id })) };
}

async function chatSees({ options = {}, hasTools }: Case, streams: boolean): Promise<object | string> {
	const tools = hasTools ? { tools: JSON.stringify([TOOL]) } : {};
	const { success, error } = await chatWith(server, {
		...(streams && { onChunk: () => {} }),
		parameters: inPanel({ ...options, ...tools }),
	});
	return error ? error.message : withoutIds(recordOf(success[0]?.json));
}

async function joined(chunks: AsyncIterable<AIMessageChunk>): Promise<AIMessageChunk | undefined> {
	let whole: AIMessageChunk | undefined;
	for await (const chunk of chunks) whole = whole?.concat(chunk) ?? chunk;
	return whole;
}

async function chatModelSees({ options = {}, hasTools }: Case, streams: boolean): Promise<object | string> {
	const { name, description, parameters: schema } = TOOL;
	const { made, error } = await useChatModel(
		async (model) => {
			const bound = hasTools ? model.bindTools?.([{ name, description, schema }]) : model;
			const message = streams ? bound && (await joined(await bound.stream('Hello'))) : await bound?.invoke('Hello');
			return { text: message?.text, toolCalls: message?.tool_calls };
		},
		{
			credential: { servingUrl: server.url },
			parameters: { deployment: { __rl: true, mode: 'name', value: 'llm' }, options },
		},
	);
	if (error) return `${error.message} ${error.description ?? ''}`;
	const all = listOf(made.toolCalls).map(recordOf);
	const shown = {
		text: made.text,
		...(all.length > 0 && { toolCalls: all.map(({ id, name: tool, args }) => ({ id, name: tool, arguments: args })) }),
	};
	return withoutIds(shown);
}

const printed: string[][] = [];

describe.each(CASES)('$name', (reported) => {
	const { name, sees } = reported;
	const isFailure = typeof sees === 'string';

	test.each([
		['whole', false],
		['streamed', true],
	])('Chat, %s', async (_way, streams) => {
		server.answer = () => (streams ? streamOf(reported) : wholeOf(reported));
		const seen = await chatSees(reported, streams);
		if (!streams) printed.push([name, isFailure ? `fails: ${textOf(seen)}` : JSON.stringify(seen)]);
		if (isFailure) expect(seen).toContain(sees);
		else expect(seen).toMatchObject(sees);
		expect(server.requests).toHaveLength(1);
	});

	test.each([
		['whole', false],
		['streamed', true],
	])('the Chat Model, %s', async (_way, streams) => {
		server.answer = () => (streams ? streamOf(reported) : wholeOf(reported));
		const seen = await chatModelSees(reported, streams);
		if (isFailure) {
			expect(seen).toContain(sees);
			return;
		}
		const { text, toolCalls } = recordOf(sees);
		expect(seen).toMatchObject({ ...(text !== undefined && { text }), ...(toolCalls !== undefined && { toolCalls }) });
	});
});

afterAll(() => {
	const width = Math.max(...printed.map(([name = '']) => name.length));
	process.stdout.write(`\n${printed.map(([name = '', seen = '']) => `${name.padEnd(width)}  ${seen}`).join('\n')}\n`);
});
