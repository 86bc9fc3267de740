/** Chat in n8n's engine, over real HTTP. */
import { chatWith, completion, usage, USAGE } from './support/chat.cts';
import { runModel, type RunOptions } from './support/engine.cts';
import { at } from './support/json.cts';
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

test('input fields are kept beside the answer where asked', async () => {
	const { success } = await chat({
		rows: [{ id: 1, text: 'own' }],
		parameters: { includeInputFields: true, options: { outputField: 'reply' } },
	});
	expect(success[0]?.json).toEqual({ id: 1, text: 'own', reply: { text: 'to: Hello', finishReason: 'stop', usage } });
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
		['half a token', { options: { maxTokens: 0.5 } }, "'Max Tokens' is 0.5"],
		[
			'an address without a name',
			{ deployment: { __rl: true, mode: 'url', value: '={{ $json.gateway + "/v1/chat/completions" }}' } },
			"does not tell the model's name",
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
