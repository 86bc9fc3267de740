/** Every kind of LangChain's messages and of their parts, as the Hopsworks Chat Model sends them. */
import {
	AIMessage,
	type BaseMessage,
	ChatMessage,
	HumanMessage,
	SystemMessage,
	ToolMessage,
	type MessageContent,
} from '@langchain/core/messages';
import { bodiesOf, completion, toModelAt, useChatModel } from './support/chatModel.cts';
import { read } from './support/json.cts';
import { startServer, type TestServer } from './support/server.cts';

let server: TestServer;
beforeAll(async () => {
	server = await startServer(() => completion({ content: 'Hello' }));
});
afterAll(async () => await server.close());
beforeEach(() => {
	server.requests.length = 0;
});

/** What the messages become, whole and streamed alike. */
async function sentFor(messages: BaseMessage[]): Promise<unknown> {
	const { error } = await useChatModel(async (model) => {
		await model.invoke(messages);
		for await (const _chunk of await model.stream(messages));
	}, toModelAt(server.url));
	if (error) throw error;
	const [whole, streamed] = bodiesOf(server).map((body) => body.messages);
	expect(streamed).toEqual(whole);
	return whole;
}

/** A text that says of itself what it is, so that TypeScript need not know every form of it. */
function content(json: unknown): MessageContent {
	const given: unknown = read(JSON.stringify(json));
	if (!isContent(given)) throw new Error('that is no content');
	return given;
}
const isContent = (given: unknown): given is MessageContent => Array.isArray(given);

const PICTURE = 'data:image/png;base64,AAAA';
const picture = { type: 'image_url', image_url: { url: PICTURE } };
const text = (words: string) => ({ type: 'text', text: words });

test.each<[string, unknown[], unknown]>([
	['one text', [text('Hi')], 'Hi'],
	['several texts', [text('One'), text('Two')], 'One\nTwo'],
	['nothing', [], ''],
	['an empty text', [text('')], ''],
	['a picture in OpenAI’s form alone, as agents send it', [picture], [picture]],
	['a picture by its bare address', [{ type: 'image_url', image_url: PICTURE }], [picture]],
	[
		'pictures and texts in their order',
		[text('First'), picture, text('Second'), picture],
		[text('First'), picture, text('Second'), picture],
	],
	[
		'a detail of a picture',
		[{ type: 'image_url', image_url: { url: PICTURE, detail: 'low' } }],
		[{ type: 'image_url', image_url: { url: PICTURE, detail: 'low' } }],
	],
	['LangChain’s picture', [{ type: 'image', mimeType: 'image/png', data: 'AAAA' }], [picture]],
	[
		'LangChain’s picture by its address',
		[{ type: 'image', url: 'https://example.com/a.png' }],
		[{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
	],
	[
		'a picture in LangChain’s older form',
		[{ type: 'image', source_type: 'base64', mime_type: 'image/png', data: 'AAAA' }],
		[picture],
	],
	[
		'a picture in Anthropic’s form',
		[{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }],
		[picture],
	],
	[
		'sound',
		[{ type: 'audio', mimeType: 'audio/wav', data: 'AAAA' }],
		[{ type: 'audio_url', audio_url: { url: 'data:audio/wav;base64,AAAA' } }],
	],
	[
		'sound in OpenAI’s form',
		[{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }],
		[{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }],
	],
	[
		'a film',
		[{ type: 'video', url: 'https://example.com/a.mp4', mimeType: 'video/mp4' }],
		[{ type: 'video_url', video_url: { url: 'https://example.com/a.mp4' } }],
	],
	[
		'a document',
		[{ type: 'file', mimeType: 'application/pdf', data: 'AAAA' }],
		[{ type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA' } }],
	],
	['a text as a file', [{ type: 'text-plain', mimeType: 'text/plain', text: 'Hi' }], 'Hi'],
	['a picture that another provider keeps', [{ type: 'image', fileId: 'a' }], [{ type: 'image', fileId: 'a' }]],
	['a part that nobody knows, for the server to judge', [{ type: 'smell', value: 1 }], [{ type: 'smell', value: 1 }]],
])('the user says %s', async (_name, parts, expected) => {
	expect(await sentFor([new HumanMessage({ content: content(parts) })])).toEqual([{ role: 'user', content: expected }]);
});

const CALL = { id: 'a', name: 'f', args: { x: 1 }, type: 'tool_call' as const };
const called = { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } };

test.each<[string, unknown, unknown]>([
	['text', 'found', 'found'],
	['nothing', '', ''],
	['texts', [text('One'), text('Two')], 'One\nTwo'],
	['text and a picture', [text('See'), { type: 'image', mimeType: 'image/png', data: 'AAAA' }], [text('See'), picture]],
	['text and OpenAI’s picture', [text('See'), picture], [text('See'), picture]],
	['rows, which are no parts', [{ id: 1 }, { id: 2, type: 'order' }], '[{"id":1},{"id":2,"type":"order"}]'],
	['a list of files, which are no parts', [{ type: 'file', name: 'a' }], '[{"type":"file","name":"a"}]'],
	['an empty list', [], '[]'],
])('a tool gives %s', async (_name, given, expected) => {
	const result = typeof given === 'string' ? given : content(given);
	const messages = [
		new HumanMessage('Hi'),
		new AIMessage({ content: '', tool_calls: [CALL] }),
		new ToolMessage({ tool_call_id: 'a', name: 'f', content: result }),
	];
	expect(await sentFor(messages)).toEqual([
		{ role: 'user', content: 'Hi' },
		{ role: 'assistant', content: null, tool_calls: [called] },
		{ role: 'tool', tool_call_id: 'a', name: 'f', content: expected },
	]);
});

test.each<[string, AIMessage, object]>([
	[
		'in parts as they were streamed',
		new AIMessage({ content: content([text('Hel'), text('lo')]) }),
		{ content: 'Hello' },
	],
	[
		'with reasoning, which no model is shown',
		new AIMessage({
			content: content([{ type: 'reasoning', reasoning: 'Hm' }, { type: 'thinking', thinking: 'Hm' }, text('Hello')]),
		}),
		{ content: 'Hello' },
	],
	['with nothing', new AIMessage(''), { content: '' }],
	[
		'with text and a call',
		new AIMessage({ content: 'Wait', tool_calls: [CALL] }),
		{ content: 'Wait', tool_calls: [called] },
	],
	[
		'with a call that stands among its parts too',
		new AIMessage({ content: content([text('Wait'), CALL]), tool_calls: [CALL] }),
		{ content: 'Wait', tool_calls: [called] },
	],
	[
		'with another provider’s form of a call',
		new AIMessage({
			content: content([{ type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } }]),
			tool_calls: [CALL],
		}),
		{ content: null, tool_calls: [called] },
	],
	[
		'with a call that could not be read',
		new AIMessage({
			content: 'Wait',
			invalid_tool_calls: [{ id: 'b', name: 'f', args: '{', type: 'invalid_tool_call' }],
		}),
		{ content: 'Wait' },
	],
	['with a name', new AIMessage({ content: 'Hi', name: 'Ada' }), { content: 'Hi', name: 'Ada' }],
])('an answer %s', async (_name, answer, expected) => {
	expect(await sentFor([answer])).toEqual([{ role: 'assistant', ...expected }]);
});

test('calls without an id get one, and their results the same', async () => {
	const { id: _id, ...call } = CALL;
	const messages = [
		new AIMessage({ content: '', tool_calls: [call, CALL, call] }),
		new ToolMessage({ tool_call_id: '', content: 'one' }),
		new ToolMessage({ tool_call_id: 'a', content: 'two' }),
		new ToolMessage({ tool_call_id: '', content: 'three' }),
	];
	expect(await sentFor(messages)).toMatchObject([
		{ tool_calls: [{ id: 'call_without_id_1' }, { id: 'a' }, { id: 'call_without_id_2' }] },
		{ tool_call_id: 'call_without_id_1', content: 'one' },
		{ tool_call_id: 'a', content: 'two' },
		{ tool_call_id: 'call_without_id_2', content: 'three' },
	]);
});

test('instructions in parts, and messages with a role of their own', async () => {
	const messages = [
		new SystemMessage({ content: content([text('Be brief.'), text('Be kind.')]) }),
		new SystemMessage({ content: content([text('Look:'), picture]) }),
		new ChatMessage({ role: 'developer', content: 'Be right.' }),
		new ChatMessage({ role: 'assistant', content: 'I am.' }),
		new ChatMessage({ role: 'user', content: 'Hi' }),
		new ChatMessage({ role: 'Ada', content: 'Hi too' }),
	];
	expect(await sentFor(messages)).toEqual([
		{ role: 'system', content: 'Be brief.\nBe kind.' },
		{ role: 'system', content: [text('Look:'), picture] },
		{ role: 'system', content: 'Be right.' },
		{ role: 'assistant', content: 'I am.' },
		{ role: 'user', content: 'Hi' },
		{ role: 'user', content: 'Hi too' },
	]);
});
