/** Chat in n8n's engine, over real HTTP. */
import type { GenericValue, IDataObject, INodeParameters } from 'n8n-workflow';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { chatWith, completion, usage, USAGE } from './support/chat.cts';
import { runModel, type RunOptions } from './support/engine.cts';
import { at, recordOf } from './support/json.cts';
import type { Recorded, Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

/** Answers each question with itself, so that a mixed-up answer shows. */
function echo({ body }: Recorded): Reply {
	return completion({ content: `to: ${String(/"content":"([^"]*)"}\]/.exec(JSON.stringify(body))?.[1])}` });
}

const server = sharedServer(echo);

const chat = (options: Partial<RunOptions>) => chatWith(server, options);
const sent = () => server.requests.map(({ body }) => body);

test('a prompt goes to the deployment under its own name, and the answer comes back with its usage', async () => {
	const { success } = await chat({ rows: [{ id: 1 }], parameters: { systemPrompt: 'Be brief' } });
	expect(server.requests[0]?.path).toBe('/v1/test/llm/v1/chat/completions');
	expect(sent()).toEqual([
		{
			model: 'llm',
			messages: [
				{ role: 'system', content: 'Be brief' },
				{ role: 'user', content: 'Hello' },
			],
		},
	]);
	expect(success).toEqual([{ json: { text: 'to: Hello', finishReason: 'stop', usage }, pairedItem: { item: 0 } }]);
});

test('what is set by an expression goes out with its own item', async () => {
	const rows = [{ heat: 0 }, { heat: 1 }, { heat: 0 }];
	await chat({ rows, parameters: { options: { temperature: '={{ $json.heat }}', concurrency: 1 } } });
	expect(sent().map((body) => at(body, 'temperature'))).toEqual([0, 0, 1]);
});

test('only what the user set is sent, under the names of the wire', async () => {
	await chat({
		parameters: {
			options: {
				model: 'other',
				temperature: 0,
				maxTokens: 10,
				topP: 0.5,
				seed: 7,
				frequencyPenalty: 1,
				presencePenalty: -1,
				stop: ['END', ''],
				extraFields: '{"top_k": 20}',
				apiPrefix: '/openai/v1',
			},
		},
	});
	expect(server.requests[0]?.path).toBe('/v1/test/llm/openai/v1/chat/completions');
	expect(sent()).toEqual([
		{
			model: 'other',
			messages: [{ role: 'user', content: 'Hello' }],
			temperature: 0,
			max_tokens: 10,
			top_p: 0.5,
			seed: 7,
			frequency_penalty: 1,
			presence_penalty: -1,
			stop: ['END'],
			top_k: 20,
		},
	]);
});

test.each([
	[
		'messages from the panel',
		{
			promptType: 'messages',
			messages: {
				values: [
					{ role: 'assistant', content: 'Hi' },
					{ role: 'user', content: '={{ $json.question }}' },
				],
			},
		},
		[
			{ role: 'assistant', content: 'Hi' },
			{ role: 'user', content: 'Why?' },
		],
	],
	[
		'a history as data',
		{ promptType: 'json', messagesJson: '={{ $json.history }}' },
		[{ role: 'user', content: 'From data' }],
	],
	[
		'a history as text',
		{ promptType: 'json', messagesJson: '[{"role": "user", "content": "From text"}]' },
		[{ role: 'user', content: 'From text' }],
	],
	[
		'a whole body with messages',
		{ promptType: 'json', messagesJson: '{"messages": [{"role": "user", "content": "x"}]}' },
		[{ role: 'user', content: 'x' }],
	],
])('%s', async (_name, parameters, messages) => {
	await chat({ rows: [{ question: 'Why?', history: [{ role: 'user', content: 'From data' }] }], parameters });
	expect(sent()).toEqual([{ model: 'llm', messages }]);
});

describe('beside the fields of the item', () => {
	const kept = (parameters: INodeParameters = {}) =>
		runModel({
			rows: [{ id: 1, text: 'own' }],
			credential: { servingUrl: server.url },
			parameters: {
				operation: 'chat',
				deployment: { __rl: true, mode: 'name', value: 'llm' },
				prompt: 'Hello',
				...parameters,
			},
		});

	test('which are kept unless told otherwise, the text is the answer, and the rest its details', async () => {
		const { success, hints } = await kept();
		const answerDetails = { finishReason: 'stop', usage };
		expect(success[0]?.json).toEqual({ id: 1, text: 'own', answer: 'to: Hello', answerDetails });
		expect(hints).toEqual([]);
	});

	test('both have names of the user’s own', async () => {
		const { success } = await kept({ options: { outputField: 'reply' } });
		const replyDetails = { finishReason: 'stop', usage };
		expect(success[0]?.json).toEqual({ id: 1, text: 'own', reply: 'to: Hello', replyDetails });
	});

	test.each([
		['json', 'null', null],
		['json', '{"team": "sales"}', { team: 'sales' }],
		['jsonSchema', '{"team": 12345678901234567890}', { team: '12345678901234567890' }],
	])('in the format %s the value is the answer, and its text %j a detail', async (responseFormat, text, value) => {
		server.answer = () => completion({ content: text, reasoning: 'Hm' });
		const { success } = await kept({ responseFormat, jsonSchema: '{"type": "object", "properties": {}}' });
		const answerDetails = { finishReason: 'stop', usage, reasoning: 'Hm', text };
		expect(success[0]?.json).toEqual({ id: 1, text: 'own', answer: value, answerDetails });
	});

	test('a call of a tool is a detail', async () => {
		const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"x": 1}' } };
		server.answer = () => completion({ content: null, tool_calls: [call] }, 'tool_calls');
		const { success } = await kept({ options: { tools: '[{"name": "f"}]' } });
		expect(success[0]?.json).toMatchObject({
			answer: '',
			answerDetails: { finishReason: 'tool_calls', toolCalls: [{ id: 'c1', name: 'f', arguments: { x: 1 } }] },
		});
	});

	test('the whole reply stands there where it is not simplified', async () => {
		const { success } = await kept({ simplify: false });
		expect(Object.keys(success[0]?.json ?? {})).toEqual(['id', 'text', 'response']);
	});
});

test('each item may ask for another format', async () => {
	server.answer = () => completion({ content: '{"a": 1}' });
	const { success } = await chat({
		rows: [{ format: 'json' }, { format: 'text' }, { format: 'json' }, {}],
		parameters: { responseFormat: '={{ $json.format }}', options: { concurrency: 1 } },
	});
	expect(success.map(({ json }) => json.json)).toEqual([{ a: 1 }, undefined, { a: 1 }, undefined]);
	const asks = sent().map((body) => Boolean(at(body, 'response_format')));
	expect(asks.filter(Boolean)).toHaveLength(2);
});

test('the raw reply comes under response', async () => {
	const { success } = await chat({ rows: [{ id: 1 }], parameters: { simplify: false } });
	expect(success[0]?.json.response).toMatchObject({ object: 'chat.completion', usage: USAGE });
	expect(Object.keys(success[0]?.json ?? {})).toEqual(['response']);
});

test('reasoning and tool calls come out where the model gives them', async () => {
	const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{"x": 1}' } };
	server.answer = () =>
		completion({ content: null, reasoning_content: 'Let me think', tool_calls: [call] }, 'tool_calls');
	const { success } = await chat({});
	expect(success[0]?.json).toEqual({
		text: '',
		finishReason: 'tool_calls',
		usage,
		reasoning: 'Let me think',
		toolCalls: [{ id: 'c1', name: 'f', arguments: { x: 1 } }],
	});
});

test('many items go through the same window, each answer to its own item', async () => {
	server.answer = (request) => ({ ...echo(request), delay: Math.random() * 30 });
	const rows = Array.from({ length: 40 }, (_, id) => ({ question: `q${id}` }));
	const { success } = await chat({
		rows,
		parameters: { prompt: '={{ $json.question }}', options: { concurrency: 5 } },
	});
	expect(success.map(({ json, pairedItem }) => [json.text, pairedItem])).toEqual(
		rows.map(({ question }, item) => [`to: ${question}`, { item }]),
	);
	expect(server.mostAtOnce).toBe(5);
});

describe('failures', () => {
	test.each([
		['an empty prompt', { prompt: ' ' }, "'Prompt' is empty"],
		['a history that is no list', { promptType: 'json', messagesJson: '"hi"' }, "'Messages' is not a list of messages"],
		[
			'a message without a role',
			{ promptType: 'json', messagesJson: '[{"content": "x"}]' },
			"Message 1 of 'Messages' has no role",
		],
		['a negative temperature', { options: { temperature: -1 } }, "'Temperature' is -1"],
		['half a token', { options: { maxTokens: 0.5 } }, "'Maximum Number of Tokens' is 0.5"],
		[
			'an address without a name',
			{ deployment: { __rl: true, mode: 'url', value: '={{ $json.gateway + "/v1/chat/completions" }}' } },
			"does not contain the model's name",
		],
	])('%s is a clear failure and nothing is sent', async (_name, parameters, message) => {
		const { error } = await chat({ rows: [{ gateway: server.url }], parameters });
		expect(error?.message).toContain(message);
		expect(server.requests).toEqual([]);
	});

	test.each([
		['no choices', { body: { object: 'chat.completion', choices: [] } }, 'is not an answer'],
		['an error under status 200', { body: { error: { message: 'EngineCore died' } } }, 'EngineCore died'],
		['a page', { body: '<html><title>Sign in</title></html>' }, 'Sign in'],
		['nothing', { body: '' }, 'The reply was empty'],
		[
			'an unknown model',
			{ status: 404, body: { error: { message: 'The model `llm` does not exist.', code: 404 } } },
			'does not know the model',
		],
	])('%s', async (_name, reply, message) => {
		server.answer = () => reply;
		const { error } = await chat({});
		expect(error?.message).toContain(message);
	});

	test('one item fails, the others are answered', async () => {
		server.answer = (request) =>
			request.text.includes('q1') ? { status: 400, body: { error: { message: 'too long' } } } : echo(request);
		const { success, failed } = await chat({
			rows: [{ q: 'q0' }, { q: 'q1' }, { q: 'q2' }],
			parameters: { prompt: '={{ $json.q }}' },
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success.map(({ json }) => json.text)).toEqual(['to: q0', 'to: q2']);
		expect(failed[0]).toMatchObject({
			json: { q: 'q1', error: expect.stringContaining('too long') },
			pairedItem: { item: 1 },
		});
	});
});

test('as an agent’s tool the prompt is the agent’s, and nothing of its item goes out or back', async () => {
	const { success } = await runModel({
		tool: true,
		rows: [{ chatInput: 'secret', toolCallId: 'call_1', prompt: 'What is new?' }],
		credential: { servingUrl: server.url },
		parameters: { operation: 'chat', deployment: { __rl: true, mode: 'name', value: 'llm' } },
	});
	expect(sent()).toEqual([{ model: 'llm', messages: [{ role: 'user', content: 'What is new?' }] }]);
	expect(success[0]?.json).toEqual({ text: 'to: What is new?', finishReason: 'stop', usage });
});

test('no request goes out after the first failure of a run that it stops', async () => {
	server.answer = () => ({ status: 400, body: { message: 'bad' } });
	const { error } = await chat({
		rows: [{ id: 1 }, { id: 2 }, { id: 3 }],
		parameters: { options: { concurrency: 1 } },
	});
	expect(error).toBeDefined();
	expect(server.requests).toHaveLength(1);
});

describe('prompts', () => {
	const messagesOf = (): unknown => at(sent()[0], 'messages');

	test.each<[string, GenericValue | IDataObject, string]>([
		['an object', { order: 7, tags: ['a'] }, '{"order":7,"tags":["a"]}'],
		['a list', [1, 2], '[1,2]'],
		['a number', 42, '42'],
		['zero', 0, '0'],
		['a truth value', false, 'false'],
	])('%s goes out as text, also as system prompt and as content', async (_name, value, text) => {
		await chat({ rows: [{ value }], parameters: { prompt: '={{ $json.value }}', systemPrompt: '={{ $json.value }}' } });
		expect(messagesOf()).toEqual([
			{ role: 'system', content: text },
			{ role: 'user', content: text },
		]);
		server.requests.length = 0;
		const messages = { values: [{ role: 'user', content: '={{ $json.value }}' }] };
		await chat({ rows: [{ value }], parameters: { promptType: 'messages', messages } });
		expect(messagesOf()).toEqual([{ role: 'user', content: text }]);
	});

	test('a date goes out as it is written, not in quotation marks', async () => {
		await chat({ parameters: { prompt: '={{ DateTime.fromISO("2026-11-30T00:00:00.000Z").toUTC() }}' } });
		expect(messagesOf()).toEqual([{ role: 'user', content: '2026-11-30T00:00:00.000Z' }]);
	});

	test('messages without any content are refused before anything is sent', async () => {
		const messages = { values: [{ role: 'user', content: ' ' }] };
		const { error } = await chat({ parameters: { promptType: 'messages', messages } });
		expect(error?.message).toBe("'Messages' says nothing");
		expect(server.requests).toEqual([]);
	});

	const TOOL = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: { x: {} } } } };
	const BODY = {
		model: 'adapter',
		messages: [{ role: 'user', content: 'Hi' }],
		temperature: 0.5,
		tools: [TOOL],
		tool_choice: 'required',
		stream: true,
		stream_options: { include_usage: true },
	};
	const asBody = (body: object, options: object = {}) =>
		chat({
			rows: [{ body }],
			parameters: { promptType: 'json', messagesJson: '={{ $json.body }}', options: { ...options } },
		});

	test('a whole body goes out with all that it holds, but for the stream', async () => {
		const { stream: _stream, stream_options: _options, ...others } = BODY;
		await asBody(BODY);
		expect(sent()).toEqual([others]);
	});

	test('what the panel says wins over it', async () => {
		await asBody(BODY, { temperature: 0, model: 'own', tools: '[{"name": "g"}]', strictTools: true });
		expect(sent()[0]).toMatchObject({
			model: 'own',
			temperature: 0,
			tools: [{ type: 'function', function: { name: 'g', strict: true } }],
		});
	});

	test('its tools are read like those of the panel', async () => {
		const { error } = await asBody({ ...BODY, tools: [{ type: 'function', function: {} }] });
		expect(error?.message).toBe("Tool 1 of 'tools' in 'Messages' has no name");
		expect(server.requests).toEqual([]);
	});

	test.each([[null], [[]]])('its tools may be %j, as other programs write none', async (tools) => {
		await asBody({ messages: BODY.messages, tools });
		expect(sent()).toEqual([{ model: 'llm', messages: BODY.messages }]);
	});

	test('each item is as strict with them as its own options say', async () => {
		await chat({
			rows: [{ isStrict: true }, { isStrict: false }],
			parameters: {
				promptType: 'json',
				messagesJson: JSON.stringify({ messages: BODY.messages, tools: [TOOL] }),
				options: { strictTools: '={{ $json.isStrict }}', concurrency: 1 },
			},
		});
		expect(sent().map((body) => at(body, 'tools', 0, 'function', 'strict'))).toEqual([true, undefined]);
	});

	test('its answer is held to what it asks for', async () => {
		const schema = { type: 'object', required: ['team'] };
		server.answer = () => completion({ content: '{"team": 1}' });
		const asked = {
			messages: BODY.messages,
			response_format: { type: 'json_schema', json_schema: { name: 'a', schema } },
		};
		expect((await asBody(asked)).success[0]?.json).toMatchObject({ json: { team: 1 } });
		server.answer = () => completion({ content: '{}' });
		expect((await asBody(asked)).error?.message).toContain("'team' is missing");
		expect((await asBody({ messages: BODY.messages })).success[0]?.json).not.toHaveProperty('json');
	});

	test.each(['', ' ', '[]', '={{ [] }}', '={{ null }}'])('tools that are %j are none', async (tools) => {
		await chat({ parameters: { options: { tools, toolChoice: 'required' } } });
		expect(Object.keys(recordOf(sent()[0]))).toEqual(['model', 'messages']);
	});

	test('a format that does not exist is refused, whatever expression made it', async () => {
		const { error } = await chat({
			rows: [{ format: 'xml' }],
			parameters: { responseFormat: '={{ $json.format }}' },
		});
		expect(error?.message).toBe('\'Response Format\' is "xml"');
		expect(error?.description).toContain('It must be one of: text, json, jsonSchema.');
		expect(server.requests).toEqual([]);
	});

	test('strict tools say so to the server, each of them', async () => {
		await chat({ parameters: { options: { tools: JSON.stringify([TOOL, { name: 'g' }]), strictTools: true } } });
		expect(at(sent()[0], 'tools', 0, 'function', 'strict')).toBe(true);
		expect(at(sent()[0], 'tools', 1, 'function')).toEqual({ name: 'g', strict: true });
	});
});

describe('the cost of tokens', () => {
	let sandbox: Sandbox;
	beforeAll(async () => {
		sandbox = await startSandbox();
	});
	afterAll(() => sandbox.close());
	const ask = async (deployment: string, credential: object) => {
		const { success } = await runModel({
			credential: { ...credential },
			parameters: {
				operation: 'chat',
				deployment: { __rl: true, mode: 'name', value: deployment },
				prompt: 'What is 6 * 7?',
			},
		});
		return at(success[0]?.json.answerDetails, 'usage');
	};

	test('is in the usage where the deployment has prices', async () => {
		const told = await ask('assistant', { hopsworksUrl: sandbox.url });
		const [input, output] = [at(told, 'promptTokens'), at(told, 'completionTokens')].map(Number);
		expect(input).toBeGreaterThan(0);
		expect(at(told, 'cost')).toBeCloseTo((Number(input) * 0.15 + Number(output) * 0.6) / 1e6, 12);
	});

	test('is nowhere where it has none, or where Hopsworks is not asked', async () => {
		expect(await ask('oldassistant', { hopsworksUrl: sandbox.url })).not.toHaveProperty('cost');
		expect(await ask('assistant', { servingUrl: sandbox.url })).not.toHaveProperty('cost');
	});
});
