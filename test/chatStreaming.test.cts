/** Streaming in Chat, in n8n's engine, over real HTTP: every way in which a stream can go on and end. */
import { createServer } from 'node:https';
import type { StructuredChunk } from 'n8n-workflow';
import { generate } from 'selfsigned';
import { startSandbox } from '../sandbox/sandbox.cts';
import { chatWith, completion, inPanel, usage, USAGE } from './support/chat.cts';
import type { RunOptions, RunResult } from './support/engine.cts';
import { at, recordOf } from './support/json.cts';
import { endless, type Recorded, type Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const event = (data: object | string) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
const chunk = (delta: object, finish: string | null = null, more: object = {}) =>
	event({
		id: 'c1',
		object: 'chat.completion.chunk',
		model: 'llm',
		choices: [{ index: 0, delta, finish_reason: finish }],
		...more,
	});
const content = (text: string) => chunk({ content: text });
const USAGE_CHUNK = event({ id: 'c1', object: 'chat.completion.chunk', choices: [], usage: USAGE });
const START = chunk({ role: 'assistant', content: '' });
const STOP = chunk({}, 'stop');
const DONE = event('[DONE]');
const HELLO = [START, content('Hel'), content('lo')];

const server = sharedServer(() => completion({ content: 'Hello' }));
const streamOf = (...stream: Array<string | Buffer | number>): Reply => ({
	headers: { 'content-type': 'text/event-stream; charset=utf-8' },
	stream,
});

interface Streamed extends RunResult {
	/** `item` chunks are their text, others their type; with the item's index. */
	chunks: string[];
}

async function chat({ parameters, ...rest }: Partial<RunOptions>): Promise<Streamed> {
	const chunks: string[] = [];
	const { options, ...others } = { options: {}, ...parameters };
	const onChunk = ({ type, content: said = '', metadata: { itemIndex } }: StructuredChunk): void =>
		void chunks.push(`${itemIndex} ${type === 'item' ? `'${said}'` : type === 'error' ? `error ${said}` : type}`);
	const result = await chatWith(server, {
		onChunk,
		...rest,
		parameters: { options: { maxRetryWait: 0.01, ...recordOf(options) }, ...others },
	});
	return { ...result, chunks };
}

test('asks for a stream with its usage, and sends each piece on as it comes', async () => {
	server.answer = () => streamOf(...HELLO, STOP, USAGE_CHUNK, DONE);
	const { success, chunks } = await chat({ rows: [{ id: 1 }] });
	expect(server.requests.map(({ body }) => body)).toEqual([
		{
			model: 'llm',
			messages: [{ role: 'user', content: 'Hello' }],
			stream: true,
			stream_options: { include_usage: true },
		},
	]);
	expect(chunks).toEqual(['0 begin', "0 'Hel'", "0 'lo'", '0 end']);
	expect(success).toEqual([{ json: { text: 'Hello', finishReason: 'stop', usage }, pairedItem: { item: 0 } }]);
});

const CALL = { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } };
const OTHER = { index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '{"y": 2}' } };

describe('streams that end well', () => {
	test.each<[string, Reply, object]>([
		['usage in a last chunk of its own', streamOf(...HELLO, STOP, USAGE_CHUNK, DONE), { usage }],
		[
			'usage in the last choice, and no [DONE] (transformers serve)',
			streamOf(...HELLO, chunk({}, 'stop', { usage: USAGE })),
			{ usage },
		],
		['no usage, and no [DONE]', streamOf(...HELLO, STOP), {}],
		['[DONE] without a finish reason', streamOf(...HELLO, DONE), { finishReason: null }],
		['[DONE] without an empty line after it', streamOf(...HELLO, STOP, 'data: [DONE]'), {}],
		['something after [DONE]', streamOf(...HELLO, STOP, DONE, event({ error: 'too late' })), {}],
		['a closed connection after its finish reason', { ...streamOf(...HELLO, STOP, 50), ending: 'cut' }, {}],
		['an error after its finish reason', streamOf(...HELLO, STOP, event({ error: 'too late' })), {}],
		[
			'a type in other letters',
			{ ...streamOf(...HELLO, STOP, DONE), headers: { 'content-type': 'Text/Event-Stream' } },
			{},
		],
		['no type', { ...streamOf(...HELLO, STOP, DONE), headers: {} }, {}],
		[
			'the type of plain text, and a blank line before it',
			{ ...streamOf('\r\n', ...HELLO, STOP, DONE), headers: { 'content-type': 'text/plain' } },
			{},
		],
		[
			'the type of JSON, and its first field in two parts',
			{ ...streamOf('da', 20, 'ta: {}\n\n', ...HELLO, STOP, DONE), headers: { 'content-type': 'application/json' } },
			{},
		],
		[
			'the whole message in one event',
			streamOf(event({ choices: [{ message: { content: 'Hel' } }] }), content('lo'), STOP),
			{},
		],
		['content in parts', streamOf(chunk({ content: [{ type: 'text', text: 'Hel' }] }), content('lo'), STOP), {}],
		['a stream that stays open after [DONE]', { ...streamOf(...HELLO, STOP, DONE), ending: 'stall' }, {}],
		[
			'lines that end as on Windows',
			streamOf(...[...HELLO, STOP, DONE].map((text) => text.replaceAll('\n', '\r\n'))),
			{},
		],
		[
			'comments and other fields between',
			streamOf(': ping\n\nevent: x\nid: 1\n', ...HELLO, ': ping\n\n', STOP, DONE),
			{},
		],
		['one write for all', streamOf([...HELLO, STOP, USAGE_CHUNK, DONE].join('')), { usage }],
		['cut off by Maximum Number of Tokens', streamOf(...HELLO, chunk({}, 'length'), DONE), { finishReason: 'length' }],
		[
			'reasoning first',
			streamOf(chunk({ reasoning: 'I ' }), chunk({ reasoning: 'think' }), ...HELLO, STOP, DONE),
			{ reasoning: 'I think' },
		],
		[
			'reasoning under its older name',
			streamOf(chunk({ reasoning_content: 'Hm' }), ...HELLO, STOP, DONE),
			{ reasoning: 'Hm' },
		],
		[
			'tool calls in parts',
			streamOf(
				...HELLO,
				chunk({ tool_calls: [CALL] }),
				chunk({ tool_calls: [{ index: 0, function: { arguments: '{"x"' } }] }),
				chunk({ tool_calls: [{ index: 0, function: { arguments: ': 9007199254740993}' } }, OTHER] }),
				chunk({}, 'tool_calls'),
				DONE,
			),
			{
				finishReason: 'tool_calls',
				toolCalls: [
					{ id: 'a', name: 'f', arguments: { x: '9007199254740993' } },
					{ id: 'b', name: 'g', arguments: { y: 2 } },
				],
			},
		],
	])('%s', async (_name, reply, more) => {
		server.answer = () => reply;
		const { success, chunks, error } = await chat({});
		expect(error).toBeUndefined();
		expect(success.map(({ json }) => json)).toEqual([{ text: 'Hello', finishReason: 'stop', ...more }]);
		expect(chunks).toEqual(['0 begin', "0 'Hel'", "0 'lo'", '0 end']);
		expect(server.requests).toHaveLength(1);
	});

	const PINGS = Array<string | number>(30)
		.fill(': ping\n\n')
		.flatMap((ping) => [ping, 100]);
	test.each<[string, Reply]>([
		['stays open', { ...streamOf(...HELLO, STOP), ending: 'stall' }],
		['pings on and on', streamOf(...HELLO, STOP, ...PINGS)],
	])('an answer that has ended does not wait for a stream that %s', async (_name, reply) => {
		server.answer = () => reply;
		const began = Date.now();
		const { success } = await chat({ parameters: { options: { timeout: 0.5 } } });
		expect(success.map(({ json }) => json)).toEqual([{ text: 'Hello', finishReason: 'stop' }]);
		expect(Date.now() - began).toBeLessThan(2500);
		expect(server.requests).toHaveLength(1);
	});

	test('a server that only pings for longer than the time-out is alive', async () => {
		server.answer = () => streamOf(START, ...PINGS.slice(0, 20), ...HELLO, STOP, DONE);
		const { success } = await chat({ parameters: { options: { timeout: 0.4 } } });
		expect(success[0]?.json).toMatchObject({ text: 'Hello' });
		expect(server.requests).toHaveLength(1);
	});

	test('pieces cut in the middle of a letter', async () => {
		const bytes = Buffer.from([START, content('Grüße 🙂'), STOP, DONE].join(''));
		const [from, to] = [bytes.indexOf('Gr'), bytes.indexOf('🙂') + 4];
		const single = Array.from(bytes.subarray(from, to), (byte) => Buffer.from([byte]));
		const parts = [bytes.subarray(0, from), ...single, bytes.subarray(to)];
		server.answer = () => streamOf(...parts.flatMap((part) => [part, 5]));
		expect((await chat({})).success[0]?.json).toMatchObject({ text: 'Grüße 🙂' });
	});

	test('a server that answers at once after all: one piece', async () => {
		const message = { role: 'assistant', content: 'Hello' };
		server.answer = () => ({ body: { choices: [{ index: 0, message, finish_reason: 'stop' }] } });
		for (const simplify of [true, false]) {
			const { success, chunks } = await chat({ parameters: { simplify } });
			expect(JSON.stringify(success[0]?.json)).toContain('Hello');
			expect(chunks).toEqual(['0 begin', "0 'Hello'", '0 end']);
		}
	});
});

describe('streams that end badly', () => {
	const NESTED = { error: { message: 'EngineCore died', type: 'InternalServerError', param: null, code: 500 } };
	test.each<[string, Reply, string]>([
		['an error in the stream', streamOf(...HELLO, event(NESTED), DONE), 'The answer broke off: EngineCore died'],
		[
			'an error of the older form',
			streamOf(...HELLO, event({ object: 'error', message: 'Engine died', code: 500 })),
			'The answer broke off: Engine died',
		],
		['an error before the first piece', streamOf(event(NESTED), DONE), 'The answer broke off: EngineCore died'],
		['text that is no JSON', streamOf(...HELLO, event('Internal Server Error')), 'broke off: Internal Server Error'],
		[
			'an event of the type error, in words',
			streamOf(...HELLO, 'event: error\ndata: Out of memory\n\n'),
			'The answer broke off: Out of memory',
		],
		[
			'an event of the type error, as JSON without a mark of its own',
			streamOf(...HELLO, 'event: error\ndata: {"message": "Out of memory"}\n\n'),
			'The answer broke off: Out of memory',
		],
		['an end in the middle', streamOf(...HELLO), "The answer broke off: the stream ended after 'Hello'"],
		['nothing but [DONE]', streamOf(DONE), 'the stream ended before an answer began'],
		['a closed connection', { ...streamOf(...HELLO, 50), ending: 'cut' }, 'The answer broke off: 127.0.0.1'],
		[
			'silence',
			{ ...streamOf(...HELLO), ending: 'stall' },
			'The answer broke off: The deployment did not answer within 0.3 seconds',
		],
		[
			'silence from the start',
			{ ...streamOf(START), ending: 'stall' },
			'The deployment did not answer within 0.3 seconds',
		],
		[
			'JSON that was cut off by Maximum Number of Tokens',
			streamOf(content('{"a'), chunk({}, 'length'), DONE),
			'cut off before its JSON',
		],
	])('%s fails the item, and nothing is sent again', async (name, reply, message) => {
		server.answer = () => reply;
		const responseFormat = name.startsWith('JSON') ? 'json' : 'text';
		const { success, chunks, failed } = await chat({
			rows: [{ id: 1 }],
			parameters: { responseFormat, options: { timeout: 0.3, maxRetryWait: 0.01 } },
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success).toEqual([]);
		expect(failed[0]?.json).toEqual({ id: 1, error: expect.stringContaining(message) });
		expect(chunks.at(-1)).toContain('0 error ');
		expect(chunks.at(-1)).toContain(message);
		expect(server.requests).toHaveLength(1);
	});

	describe.each(['abort', 'error', 'content_filter'])('an answer that ended with %s fails', (finish) => {
		test.each([
			['text', true],
			['text', false],
			['json', true],
			['json', false],
		])('in the format %s, with Simplify %s', async (responseFormat, simplify) => {
			const message = `The answer ended before it was whole (${finish}): {"half": 1}`;
			const half = content('{"half": 1}');
			for (const reply of [streamOf(half, chunk({}, finish), DONE), streamOf(half, chunk({}, finish))]) {
				server.answer = () => reply;
				const { success, chunks, failed } = await chat({
					rows: [{ id: 1 }],
					parameters: { simplify, responseFormat },
					settings: { onError: 'continueErrorOutput' },
				});
				expect(success).toEqual([]);
				expect(failed[0]?.json).toEqual({ id: 1, error: message });
				expect(chunks).toEqual(['0 begin', `0 '{"half": 1}'`, `0 error ${message}`]);
			}
			expect(server.requests).toHaveLength(2);
		});
	});

	test.each<[string, Reply]>([
		['a busy server', { status: 503, body: 'no healthy upstream' }],
		['a limit', { status: 429, headers: { 'retry-after': '0' } }],
		['a connection closed before the first piece', { ...streamOf(START, 50), ending: 'cut' }],
		['a connection closed before the reply', { reset: true }],
		['a stream that ends before the first piece', streamOf(START)],
		['a stream that ends with nothing in it', streamOf()],
		['a connection closed among the thoughts', { ...streamOf(START, chunk({ reasoning: 'Hm' }), 50), ending: 'cut' }],
		['a stream that ends among the thoughts', streamOf(START, chunk({ reasoning: 'Hm' }))],
	])('%s is asked again, as long as no piece has come', async (_name, first) => {
		server.answer = (_request, number) => (number === 1 ? first : streamOf(...HELLO, STOP, DONE));
		const { success, chunks, error } = await chat({});
		expect(error).toBeUndefined();
		expect(success[0]?.json).toEqual({ text: 'Hello', finishReason: 'stop' });
		expect(chunks).toEqual(['0 begin', "0 'Hel'", "0 'lo'", '0 end']);
		expect(server.requests).toHaveLength(2);
	});

	test('a refusal of the request is told in the server’s words', async () => {
		server.answer = () => ({
			status: 400,
			body: { error: { message: 'temperature must be non-negative', code: 400 } },
		});
		const { error } = await chat({});
		expect(error?.message).toContain('temperature must be non-negative');
		expect(server.requests).toHaveLength(1);
	});

	test('where the run stops, n8n itself ends the stream with the error', async () => {
		server.answer = () => streamOf(...HELLO, event(NESTED));
		const { chunks, error } = await chat({});
		expect(error?.message).toBe('The answer broke off: EngineCore died');
		expect(chunks.slice(0, 3)).toEqual(['0 begin', "0 'Hel'", "0 'lo'"]);
		expect(chunks.slice(3)).toEqual([expect.stringContaining("0 error The deployment's logs")]);
	});

	test('a key that the server echoes goes nowhere', async () => {
		server.answer = ({ headers }) => streamOf(content(`You sent ${String(headers.authorization)}`), STOP, DONE);
		const { success, chunks } = await chat({});
		expect(success[0]?.json.text).toBe('You sent ApiKey ***');
		expect(chunks[1]).toBe("0 'You sent ApiKey ***'");
	});

	test('Stop ends the answer at once, and the connection with it', async () => {
		const { stream, closed } = endless(content('and '));
		server.answer = () => ({ ...streamOf(), stream });
		const { status } = await chat({ cancelAfter: 300 });
		expect(status).toBe('canceled');
		await closed;
	});

	test('silence ends the connection too', async () => {
		const { stream, closed } = endless('');
		server.answer = () => ({ ...streamOf(), stream });
		const { error } = await chat({ parameters: { options: { timeout: 0.3 } } });
		expect(error?.message).toContain('did not answer within 0.3 seconds');
		await closed;
	});
});

describe('streams go the way of all requests', () => {
	test('with the Host header', async () => {
		server.answer = () => streamOf(...HELLO, STOP, DONE);
		const { success } = await chat({
			parameters: { options: { routing: 'host', hostHeader: 'llm.test.hopsworks.ai' } },
		});
		expect(success).toHaveLength(1);
		expect(server.requests.at(-1)).toMatchObject({
			path: '/v1/chat/completions',
			headers: { host: 'llm.test.hopsworks.ai' },
		});
	});

	test('with the credential’s choice about certificates', async () => {
		const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }]);
		const secure = createServer({ key, cert }, (request, response) => {
			response.writeHead(200, { 'content-type': 'text/event-stream' });
			request.resume().on('end', () => response.end([...HELLO, STOP, DONE].join('')));
		});
		await new Promise<void>((ready) => secure.listen(0, '127.0.0.1', ready));
		const servingUrl = `https://127.0.0.1:${String(at(secure.address(), 'port'))}`;
		const { error } = await chat({ credential: { servingUrl } });
		expect(error?.message).toContain('is not trusted');
		const { success, chunks } = await chat({ credential: { servingUrl, ignoreSslIssues: true } });
		expect(success[0]?.json.text).toBe('Hello');
		expect(chunks).toHaveLength(4);
		secure.close();
	});

	test('through a proxy', async () => {
		server.answer = () => streamOf(...HELLO, STOP, DONE);
		process.env.HTTP_PROXY = server.url;
		process.env.NO_PROXY = '';
		const { success, error } = await chat({ credential: { servingUrl: 'http://gateway.invalid' } });
		delete process.env.HTTP_PROXY;
		delete process.env.NO_PROXY;
		expect(error).toBeUndefined();
		expect(success[0]?.json.text).toBe('Hello');
		expect(server.requests[0]?.path).toBe('http://gateway.invalid/v1/test/llm/v1/chat/completions');
	});
});

describe('when it streams', () => {
	const answerTo = ({ body }: Recorded): Reply => {
		const text = `to ${String(/"content":"([^"]*)"/.exec(JSON.stringify(body))?.[1])}`;
		const whole = { choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }] };
		return at(body, 'stream') === true ? streamOf(START, 20, content(text), STOP, DONE) : { body: whole };
	};

	test('several items one after the other, each with its own begin and end', async () => {
		server.answer = answerTo;
		const rows = ['a', 'b', 'c'].map((question) => ({ question }));
		const { success, chunks } = await chat({ rows, parameters: { prompt: '={{ $json.question }}' } });
		expect(chunks).toEqual(
			['a', 'b', 'c'].flatMap((text, item) => [`${item} begin`, `${item} 'to ${text}'`, `${item} end`]),
		);
		expect(success.map(({ json, pairedItem }) => [json.text, pairedItem])).toEqual(
			['a', 'b', 'c'].map((text, item) => [`to ${text}`, { item }]),
		);
	});

	test('items for several deployments too, in their own order', async () => {
		server.answer = answerTo;
		const rows = ['one', 'other', 'one'].map((name) => ({ name }));
		const deployment = { __rl: true, mode: 'name', value: '={{ $json.name }}' };
		const { chunks } = await chat({ rows, parameters: { deployment } });
		expect(chunks).toEqual([0, 1, 2].flatMap((item) => [`${item} begin`, `${item} 'to Hello'`, `${item} end`]));
		expect(server.requests.map(({ path }) => path.split('/')[3])).toEqual(['one', 'other', 'one']);
	});

	test('a deployment that is down is told as the answer of its item', async () => {
		const sandbox = await startSandbox();
		sandbox.cluster.find(({ name }) => name === 'test', 'oldassistant')?.lifecycle.become('Failed');
		const { chunks, success } = await chat({
			rows: [{ name: 'oldassistant' }, { name: 'assistant' }],
			credential: { servingUrl: sandbox.url, hopsworksUrl: sandbox.url },
			parameters: { deployment: { __rl: true, mode: 'name', value: '={{ $json.name }}' } },
			settings: { onError: 'continueRegularOutput' },
		});
		await sandbox.close();
		expect(chunks.slice(0, 3)).toEqual([
			'0 begin',
			expect.stringMatching(/^0 error The deployment 'oldassistant' has failed/),
			'1 begin',
		]);
		expect(chunks.at(-1)).toBe('1 end');
		expect(success[0]?.json.error).toContain('has failed');
		expect(success[1]?.json.text).not.toBe('');
	});

	test.each<[string, Partial<RunOptions>]>([
		['in a workflow that does not', { onChunk: undefined }],
		['where the option is off', { parameters: { options: { enableStreaming: false } } }],
		['as an agent’s tool', { tool: true, parameters: { prompt: 'Hello' } }],
	])('never %s', async (_name, options) => {
		server.answer = answerTo;
		const { success, chunks } = await chat(options);
		expect(server.requests[0]?.body).not.toHaveProperty('stream');
		expect(chunks).toEqual([]);
		expect(success[0]?.json.text).toBe('to Hello');
	});

	test('the item is the same as without streaming', async () => {
		const tool = { name: 'find_order', description: 'Finds an order', parameters: { type: 'object', properties: {} } };
		const cases = [
			{},
			{ extraFields: { chat_template_kwargs: { enable_thinking: true } } },
			{ responseFormat: 'json' },
			{ tools: [tool], toolChoice: 'required', maxTokens: 20 },
			{ maxTokens: 3 },
		];
		const sandbox = await startSandbox();
		const results = async (enableStreaming: boolean, simplify: boolean) => {
			// Side by side, as each takes the time that the sandbox gives a token.
			return await Promise.all(
				cases.map(async (options): Promise<unknown> => {
					const { success } = await chat({
						credential: { servingUrl: sandbox.url },
						parameters: {
							deployment: { __rl: true, mode: 'name', value: 'assistant' },
							prompt: 'Tell me a story',
							simplify,
							...inPanel({ ...options, enableStreaming }),
						},
					});
					return JSON.parse(JSON.stringify(success[0]?.json).replaceAll(/tool-[\da-f]+/g, 'tool'));
				}),
			);
		};
		const whole = await results(false, true);
		expect(await results(true, true)).toEqual(whole);
		expect(whole).toMatchObject([
			{ text: expect.stringContaining('sandbox') },
			{ reasoning: expect.any(String) },
			{ json: { answer: expect.any(String) } },
			{ toolCalls: [{ name: 'find_order' }] },
			{ finishReason: 'length' },
		]);
		const [raw] = await results(true, false);
		await sandbox.close();
		expect(raw).toMatchObject({ response: { object: 'chat.completion', model: 'assistant', choices: [{ index: 0 }] } });
	});
});
