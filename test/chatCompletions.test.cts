/** What goes to a language model: conversations, images, tools and the format of the answer. */
import {
	chatBody,
	formatSettings,
	readGivenConversation,
	readTools,
	STREAMED,
	toolChoice,
	withImages,
} from '../nodes/core/language/chatCompletions';

test('a request holds the model, the messages and the settings, which win', () => {
	const messages = [{ role: 'user', content: 'Hi', name: 'x' }];
	expect(chatBody({ model: 'm', messages, settings: { ...STREAMED, seed: 9007199254740993n } })).toBe(
		'{"model":"m","messages":[{"role":"user","content":"Hi","name":"x"}],"stream":true,"stream_options":{"include_usage":true},"seed":9007199254740993}',
	);
	expect(chatBody({ model: 'm', messages, settings: { model: 'other', messages: [] } })).toBe(
		'{"model":"other","messages":[]}',
	);
});

test('the format of an answer goes out in the portable form', () => {
	expect(formatSettings({ type: 'text' })).toEqual({});
	expect(formatSettings({ type: 'json' })).toEqual({ response_format: { type: 'json_object' } });
	expect(formatSettings({ type: 'jsonSchema', schema: { type: 'string' } })).toEqual({
		response_format: {
			type: 'json_schema',
			json_schema: { name: 'answer', schema: { type: 'string' }, strict: true },
		},
	});
});

describe('tools', () => {
	const TOOLS = "'Tools (JSON)'";
	const advice = 'Give a list such as [{"name": "find_order", "parameters": {"type": "object", "properties": {}}}].';

	test.each<[string, object]>([
		['alone', { name: 'f' }],
		['with a description', { name: 'f', description: 'x', strict: true }],
		['with bare parameters', { name: 'f', parameters: {} }],
		['with parameters', { name: 'f', parameters: { type: 'object', properties: { a: { type: 'string' } } } }],
		['with recursive parameters', { name: 'f', parameters: { properties: { a: { $ref: '#' } } } }],
	])('are taken %s, and in the form of OpenAI', (_name, tool) => {
		const tools = [{ type: 'function', function: tool }];
		expect(readTools([tool], TOOLS)).toEqual({ ok: true, value: tools });
		expect(readTools(tools, TOOLS)).toEqual({ ok: true, value: tools });
	});

	const unnamed = "Tool 2 of 'Tools (JSON)' has no name";
	const unfit = "The 'parameters' of the tool 'f' are not a JSON schema";
	test.each<[unknown, string]>([
		[{ name: 'f' }, "'Tools (JSON)' is not a list of tools"],
		['f', "'Tools (JSON)' is not a list of tools"],
		[null, "'Tools (JSON)' is not a list of tools"],
		[[], "'Tools (JSON)' is not a list of tools"],
		[[{ name: 'f' }, 'g'], unnamed],
		[[{ name: 'f' }, null], unnamed],
		[[{ name: 'f' }, {}], unnamed],
		[[{ name: 'f' }, { name: '' }], unnamed],
		[[{ name: 'f' }, { name: { toString: 1 } }], unnamed],
		[[{ name: 'f' }, { function: 'g' }], unnamed],
		[[{ name: 'f', parameters: { a: 'text' } }], unfit],
		[[{ name: 'f', parameters: [] }], unfit],
		[[{ name: 'f', parameters: 'x' }], unfit],
		[[{ name: 'f', parameters: { anyOf: [{ $ref: '#' }] } }], unfit],
	])('%j are refused', (tools, message) => {
		expect(readTools(tools, TOOLS)).toEqual({ ok: false, failure: { kind: 'input', message, description: advice } });
	});

	test.each<[string, unknown]>([
		['auto', 'auto'],
		['none', 'none'],
		['required', 'required'],
		['f', { type: 'function', function: { name: 'f' } }],
		['', { type: 'function', function: { name: '' } }],
	])('%j is chosen as %j', (choice, sent) => {
		expect(toolChoice(choice)).toEqual(sent);
	});
});

describe('images', () => {
	const image = (url: string): object => ({ type: 'image_url', image_url: { url } });

	test('go with the last message of the user', () => {
		const messages = [
			{ role: 'user', content: 'first' },
			{ role: 'user', content: 'second', name: 'x' },
			{ role: 'assistant', content: 'third' },
		];
		expect(withImages(messages, ['a', 'b'])).toEqual({
			ok: true,
			value: [
				messages[0],
				{ role: 'user', content: [{ type: 'text', text: 'second' }, image('a'), image('b')], name: 'x' },
				messages[2],
			],
		});
		expect(withImages([{ role: 'user', content: [image('a')] }], ['b'])).toEqual({
			ok: true,
			value: [{ role: 'user', content: [image('a'), image('b')] }],
		});
	});

	test('are none where there are none, and nowhere to put where no user speaks', () => {
		expect(withImages([], [])).toEqual({ ok: true, value: [] });
		expect(withImages([{ role: 'system' }, { role: { toString: 1 } }], ['a'])).toEqual({
			ok: false,
			failure: {
				kind: 'input',
				message: "No message of the role 'user' is there for the images to go with",
				description: 'Add a message of the user.',
			},
		});
	});
});

describe('a conversation', () => {
	const messages = [
		{ role: 'user', content: 'Hi' },
		{ role: 'tool', tool_call_id: 'a' },
	];

	test.each<[unknown, object]>([
		[messages, {}],
		[
			{ messages, more: 1, temperature: 0 },
			{ more: 1, temperature: 0 },
		],
		[{ messages, stream: true, stream_options: {} }, {}],
	])('%j is read, with what stands beside the messages but for the stream', (given, fields) => {
		expect(readGivenConversation(given)).toEqual({ ok: true, value: { messages, fields } });
	});

	const noList = "'Messages' is not a list of messages";
	test.each<[unknown, string]>([
		[[], noList],
		[{ messages: [] }, noList],
		[{ messages: {} }, noList],
		['Hi', noList],
		[null, noList],
		[[...messages, {}], "Message 3 of 'Messages' has no role"],
		[[null], "Message 1 of 'Messages' has no role"],
		[[{ role: { toString: 1 } }], "Message 1 of 'Messages' has no role"],
	])('%j is refused', (given, message) => {
		expect(readGivenConversation(given)).toEqual({
			ok: false,
			failure: {
				kind: 'input',
				message,
				description: 'Give a list such as [{"role": "user", "content": "Hello"}].',
			},
		});
	});
});
