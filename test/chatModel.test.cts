/** The Hopsworks Chat Model in n8n's engine, through n8n's AI node SDK and LangChain, over real HTTP. */
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, type AIMessageChunk, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { bodiesOf, completion, toModelAt, useChatModel } from './support/chatModel.cts';
import { read } from './support/json.cts';
import { endless, startServer, type Recorded, type Reply, type TestServer } from './support/server.cts';

let server: TestServer;
let sandbox: Sandbox;
let answer: (request: Recorded, number: number) => Reply;

beforeAll(async () => {
	server = await startServer((request, number) => answer(request, number));
	sandbox = await startSandbox();
});
afterAll(async () => {
	await server.close();
	await sandbox.close();
});
beforeEach(() => {
	server.requests.length = 0;
	sandbox.faults.clear();
});

const toServer = (parameters = {}) => toModelAt(server.url, parameters);
const toSandbox = (parameters = {}) => ({ credential: { servingUrl: sandbox.url }, parameters });
const sent = () => bodiesOf(server);

const TOOL = {
	name: 'check_cards',
	description: 'Says whether a payment between cards is fraud',
	schema: { type: 'object', properties: { sender: { type: 'string' }, receiver: { type: 'string' } } },
};
const OWNER = {
	name: 'card_owner',
	description: 'Names who holds a card',
	schema: { type: 'object', properties: { card: { type: 'string' } } },
};
const ASK = 'Is a payment from card 4641025220953719 to card 4920355418495856 fraud?';

test('with a Hopsworks URL alone the model is found, and a stopped one is said to be', async () => {
	const found = { credential: { hopsworksUrl: sandbox.url }, parameters: {} };
	const answers = await useChatModel(async (model) => ({ text: (await model.invoke('What is 6 * 7?')).text }), found);
	expect(answers.made).toEqual({ text: '42' });
	const lifecycle = sandbox.cluster.find(({ name }) => name === 'test', 'assistant')?.lifecycle;
	lifecycle?.become('Stopped');
	const stopped = await useChatModel(async (model) => ({ text: (await model.invoke('x')).text }), found);
	lifecycle?.become('Running');
	expect(stopped.error?.description).toContain("The deployment 'assistant' is not running: it is 'Stopped'");
});

test('a conversation of every kind of message goes out in OpenAI’s form', async () => {
	answer = () => completion({ content: 'Hello' });
	const { made } = await useChatModel(
		async (model) =>
			await model.invoke([
				new SystemMessage('Be brief'),
				new HumanMessage('Look it up'),
				new AIMessage({ content: '', tool_calls: [{ id: 'a', name: 'f', args: { x: 1 }, type: 'tool_call' }] }),
				new ToolMessage({ tool_call_id: 'a', content: 'found' }),
				new HumanMessage({
					content: [
						{ type: 'text', text: 'And this?' },
						{ type: 'image', mimeType: 'image/png', data: 'AAAA' },
					],
				}),
			]),
		toServer({
			options: { temperature: 0, routing: 'host', hostHeader: 'llm.test.hopsworks.ai', extraFields: '{"top_k": 1}' },
		}),
	);
	expect(server.requests.at(-1)?.headers.host).toBe('llm.test.hopsworks.ai');
	expect(sent()).toEqual([
		{
			model: 'llm',
			temperature: 0,
			top_k: 1,
			messages: [
				{ role: 'system', content: 'Be brief' },
				{ role: 'user', content: 'Look it up' },
				{
					role: 'assistant',
					content: null,
					tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }],
				},
				{ role: 'tool', tool_call_id: 'a', content: 'found' },
				{
					role: 'user',
					content: [
						{ type: 'text', text: 'And this?' },
						{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
					],
				},
			],
		},
	]);
	expect(made).toMatchObject({ kwargs: { content: [{ type: 'text', text: 'Hello' }] } });
});

test('tokens and text stand in n8n’s tracing', async () => {
	answer = () => completion({ content: 'Hello' });
	const { traced } = await useChatModel(async (model) => await model.invoke('Hi'), toServer());
	expect(traced).toEqual([
		{
			response: { generations: [[expect.objectContaining({ text: 'Hello' })]] },
			tokenUsage: { completionTokens: 2, promptTokens: 5, totalTokens: 7 },
		},
	]);
});

test('reasoning comes with the answer, apart from its text', async () => {
	answer = () => completion({ content: '42', reasoning: 'Six times seven' });
	const { made } = await useChatModel(async (model) => {
		const { content, text } = await model.invoke('Hi');
		return { content, text };
	}, toServer());
	expect(made).toEqual({
		text: '42',
		content: [
			{ type: 'reasoning', reasoning: 'Six times seven' },
			{ type: 'text', text: '42' },
		],
	});
});

describe('tools', () => {
	test.each([['at once'], ['streamed']])('several calls in one answer, %s', async (way) => {
		const { made } = await useChatModel(async (model) => {
			const bound = model.bindTools?.([TOOL, OWNER]);
			if (way === 'at once') return { calls: (await bound?.invoke(ASK))?.tool_calls };
			let whole: AIMessageChunk | undefined;
			for await (const chunk of (await bound?.stream(ASK)) ?? []) whole = whole?.concat(chunk) ?? chunk;
			return { calls: whole?.tool_calls };
		}, toSandbox());
		expect(made.calls).toEqual([
			expect.objectContaining({
				name: 'check_cards',
				args: { sender: '4641025220953719', receiver: '4920355418495856' },
				id: expect.stringMatching(/^chatcmpl-tool-[\da-f]{16}$/),
			}),
			expect.objectContaining({ name: 'card_owner', args: { card: '4641025220953719' } }),
		]);
	});

	test('go out with their schemas, and the choice as the server knows it', async () => {
		answer = () => completion({ content: 'x' });
		await useChatModel(
			async (model) => await model.bindTools?.([TOOL]).invoke('Hi', { tool_choice: 'any', stop: ['END'] }),
			toServer(),
		);
		expect(sent()[0]).toMatchObject({
			tools: [
				{
					type: 'function',
					function: { name: TOOL.name, description: TOOL.description, parameters: TOOL.schema },
				},
			],
			tool_choice: 'required',
			stop: ['END'],
		});
	});

	test('the next question has no tools, unless they are bound again', async () => {
		answer = () => completion({ content: 'x' });
		await useChatModel(async (model) => {
			await model.bindTools?.([TOOL]).invoke('Hi');
			await model.invoke('Hi');
		}, toServer());
		expect(sent().map((body) => 'tools' in body)).toEqual([true, false]);
	});

	test.each<[string, unknown]>([
		['Zod 3 keeps', { _def: { typeName: 'ZodObject' } }],
		['Zod 4 keeps', { def: { type: 'object', shape: {} }, type: 'object' }],
		['any validator keeps', { '~standard': { version: 1, vendor: 'another' } }],
		['a class keeps', { type: 'object', parse: () => ({}) }],
		['is no object', 'sender, receiver'],
	])('a schema as %s is told before anything is sent', async (_name, schema) => {
		answer = () => completion({ content: 'x' });
		for (const isStreamed of [false, true]) {
			const { error } = await useChatModel(async (model) => {
				const bound = model.bindTools?.([{ ...TOOL, schema }]);
				if (isStreamed) for await (const _chunk of (await bound?.stream('Hi')) ?? []);
				else await bound?.invoke('Hi');
			}, toServer());
			expect(error?.message).toContain("The parameters of the tool 'check_cards' are not a JSON Schema. ");
			expect(error?.message).toContain('npm i --omit=peer');
		}
		expect(server.requests).toEqual([]);
	});

	test('a tool without parameters goes out without', async () => {
		answer = () => completion({ content: 'x' });
		const tool = { type: 'function', function: { name: 'now' } };
		await useChatModel(async (model) => await model.bindTools?.([tool]).invoke('Hi'), toServer());
		expect(sent()[0]?.tools).toEqual([tool]);
	});

	test('arguments that are no JSON are a failure, not a call without arguments', async () => {
		const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x"' } };
		answer = () => completion({ content: null, tool_calls: [call] });
		const { error } = await useChatModel(async (model) => await model.invoke('Hi'), toServer());
		expect(error?.message).toContain("called the tool 'f' with arguments that are not JSON");
	});
});

describe('streaming', () => {
	test('adds up to one text, whoever adds the pieces', async () => {
		const { made } = await useChatModel(async (model) => {
			let whole: AIMessageChunk | undefined;
			for await (const chunk of await model.stream('What is 6 * 7? Explain it')) whole = whole?.concat(chunk) ?? chunk;
			return { content: whole?.content, text: whole?.text };
		}, toSandbox());
		expect(made.content).toEqual([{ type: 'text', text: made.text, index: 0 }]);
	});

	test('piece by piece, with reasoning, the finish reason and the tokens', async () => {
		const { made } = await useChatModel(
			async (model) => {
				const texts: string[] = [];
				let whole: AIMessageChunk | undefined;
				for await (const chunk of await model.stream('Tell me a story')) {
					texts.push(chunk.text);
					whole = whole?.concat(chunk) ?? chunk;
				}
				const { text, usage_metadata: usage, response_metadata: meta } = whole ?? {};
				const blocks = Array.isArray(whole?.content) ? whole.content : [];
				return { pieces: texts.filter(Boolean).length, text, usage, meta, first: blocks[0] };
			},
			toSandbox({ options: { extraFields: '{"reasoning_effort": "low"}' } }),
		);
		expect(made).toMatchObject({
			text: expect.stringMatching(/^This is the sandbox, .* You asked: Tell me a story$/),
			usage: { input_tokens: 9, total_tokens: expect.any(Number) },
			meta: { finish_reason: 'stop' },
			first: { type: 'reasoning', reasoning: 'The question has 4 words.' },
		});
		expect(made.pieces).toBeGreaterThan(10);
	});

	test.each([
		['', 9, (model: BaseChatModel) => model],
		// The tools are a part of the prompt.
		[' with tools', 67, (model: BaseChatModel) => model.bindTools?.([TOOL]) ?? model],
	] as const)(
		'the tokens of a stream%s stand in n8n’s tracing, not an estimate',
		async (_name, promptTokens, prepare) => {
			const { traced } = await useChatModel(async (model) => {
				for await (const _chunk of await prepare(model).stream('What is 6 * 7?'));
			}, toSandbox());
			expect(traced).toEqual([
				expect.objectContaining({ tokenUsage: { promptTokens, completionTokens: 1, totalTokens: promptTokens + 1 } }),
			]);
			expect(traced[0]).not.toHaveProperty('tokenUsageEstimate');
		},
	);

	test.each([1, 2, 73])('pieces that come in %i segments lose none of the text', async (segments) => {
		const text = 'The tail of an answer is as much a part of it as its beginning, says a test.';
		const events = Array.from(text, (content) => ({
			choices: [{ index: 0, delta: { content }, finish_reason: null }],
		}));
		const all = [...events.map((event) => `data: ${JSON.stringify(event)}\n\n`), 'data: [DONE]\n\n'];
		const size = Math.ceil(all.length / segments);
		const stream = Array.from({ length: segments }, (_, index) => all.slice(index * size, (index + 1) * size).join(''));
		answer = () => ({ headers: { 'content-type': 'text/event-stream' }, stream });
		const { made } = await useChatModel(async (model) => {
			let read = '';
			for await (const piece of await model.stream('Hi')) {
				// A reader that is slower than the server.
				await new Promise((done) => setTimeout(done, 1));
				read += piece.text;
			}
			return { read };
		}, toServer());
		expect(made).toEqual({ read: text });
	});

	test('the last event needs no blank line behind it', async () => {
		const event = { choices: [{ index: 0, delta: { content: 'Hello' }, finish_reason: 'stop' }] };
		answer = () => ({ headers: { 'content-type': 'text/event-stream' }, stream: [`data: ${JSON.stringify(event)}`] });
		const { made } = await useChatModel(async (model) => {
			let read = '';
			for await (const piece of await model.stream('Hi')) read += piece.text;
			return { read };
		}, toServer());
		expect(made).toEqual({ read: 'Hello' });
	});

	test('whoever stops reading stops the server’s work', async () => {
		const event = { choices: [{ index: 0, delta: { content: 'and ' } }] };
		const { stream, closed } = endless(`data: ${JSON.stringify(event)}\n\n`);
		answer = () => ({ headers: { 'content-type': 'text/event-stream' }, stream });
		const { made } = await useChatModel(async (model) => {
			let read = 0;
			for await (const _chunk of await model.stream('Count')) if (++read === 3) break;
			return { read };
		}, toServer());
		expect(made).toEqual({ read: 3 });
		await closed;
	});

	test.each([
		['error', 'The answer broke off: EngineCore encountered an issue.'],
		['cut', 'The answer broke off: '],
	] as const)('%s in the middle is a failure', async (stream, message) => {
		sandbox.faults.add({ deployment: 'assistant', stream });
		const { error } = await useChatModel(async (model) => {
			for await (const _chunk of await model.stream('Tell me a story'));
		}, toSandbox());
		expect(error?.message).toContain(message);
	});

	test('a server that answers at once after all', async () => {
		answer = () => completion({ content: 'Hello' });
		const { made } = await useChatModel(async (model) => {
			let text = '';
			for await (const chunk of await model.stream('Hi')) text += chunk.text;
			return { text };
		}, toServer());
		expect(made).toEqual({ text: 'Hello' });
	});
});

test('structured output by the node’s own options, held to the schema', async () => {
	const schema = { type: 'object', properties: { team: { enum: ['billing', 'sales'] } }, required: ['team'] };
	const options = { responseFormat: 'jsonSchema', jsonSchema: JSON.stringify(schema) };
	const { made } = await useChatModel(async (model) => {
		const { text } = await model.invoke('I was charged twice');
		return read(text);
	}, toSandbox({ options }));
	expect(made).toEqual({ team: 'billing' });
	answer = () => completion({ content: 'Billing' });
	const { error } = await useChatModel(async (model) => await model.invoke('x'), toServer({ options }));
	expect(error?.message).toMatch(/^The answer is not JSON: Billing\. The server may not know 'response_format'/);
});

describe('failures', () => {
	test.each(['abort', 'error', 'content_filter'])('an answer that ended by %s, whole and streamed', async (reason) => {
		const parts = [
			{ choices: [{ index: 0, delta: { content: 'Half an' }, finish_reason: null }] },
			{ choices: [{ index: 0, delta: {}, finish_reason: reason }] },
		];
		const stream = [...parts.map((part) => `data: ${JSON.stringify(part)}\n\n`), 'data: [DONE]\n\n'];
		for (const reply of [
			completion({ content: 'Half an' }, reason),
			{ headers: { 'content-type': 'text/event-stream' }, stream },
		]) {
			answer = () => reply;
			const { error } = await useChatModel(async (model) => {
				if (!('stream' in reply)) await model.invoke('Hi');
				else for await (const _piece of await model.stream('Hi'));
			}, toServer());
			expect(error?.message).toContain(`The answer ended before it was whole (${reason}): Half an. `);
		}
	});

	test.each<[string, object, string]>([
		[
			'no deployment',
			{ deployment: { __rl: true, mode: 'name', value: '' } },
			"'Deployment' is empty. Enter the deployment's name",
		],
		['a bad option', { options: { temperature: -1 } }, "'Temperature' is -1"],
		[
			'another origin',
			{ deployment: { __rl: true, mode: 'url', value: 'http://127.0.0.1:9/v1/chat/completions' } },
			'which the credential does not name',
		],
	])('%s is told before anything is sent', async (_name, parameters, message) => {
		const { error } = await useChatModel(async (model) => await model.invoke('Hi'), toServer(parameters));
		// n8n says in the message which sub-node it was.
		expect(error?.description).toContain(message);
		expect(server.requests).toEqual([]);
	});

	test.each<[string, Reply, string]>([
		['a refused key', { status: 401, body: { userMsg: 'invalid or non-existent api key' } }, 'The API key was refused'],
		['no JSON', { body: '<html><title>Sign in</title></html>' }, 'Sign in'],
		[
			'too long a text',
			{ status: 400, body: { error: { message: "the model's context length is only 10 tokens", type: 'x' } } },
			'The text is too long for the model',
		],
	])('%s, sent once', async (_name, reply, message) => {
		answer = () => reply;
		const { error, run } = await useChatModel(async (model) => await model.invoke('Hi'), toServer());
		expect(error?.message).toContain(message);
		expect(server.requests).toHaveLength(1);
		expect(JSON.stringify(run)).not.toContain('PREFIX.SECRET');
	});

	test('a busy server is asked again', async () => {
		answer = (_request, number) =>
			number === 1 ? { status: 429, headers: { 'retry-after': '0' } } : completion({ content: 'Hello' });
		const { made } = await useChatModel(async (model) => ({ text: (await model.invoke('Hi')).text }), toServer());
		expect(made).toEqual({ text: 'Hello' });
	});

	test('Stop ends a stream that is under way', async () => {
		const { stream, closed } = endless(': still thinking\n\n');
		answer = () => ({ headers: { 'content-type': 'text/event-stream' }, stream });
		const { run } = await useChatModel(
			async (model) => {
				for await (const _chunk of await model.stream('Hi'));
			},
			{ ...toServer(), cancelAfter: 300 },
		);
		expect(run.status).toBe('canceled');
		await closed;
	});

	test('Stop ends a request that is under way', async () => {
		answer = () => ({ delay: 20_000 });
		const began = Date.now();
		const { run } = await useChatModel(async (model) => await model.invoke('Hi'), { ...toServer(), cancelAfter: 300 });
		expect(run.status).toBe('canceled');
		expect(Date.now() - began).toBeLessThan(10_000);
	});
});
