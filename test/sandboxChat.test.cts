/** The sandbox's language models: streams, tools, schemas, reasoning, images, embeddings, and vLLM's errors of two times. */
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { API_KEY } from './support/engine.cts';
import { at, listOf, read, recordOf, textOf } from './support/json.cts';

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox();
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.faults.clear());

async function post(deployment: string, path: string, body: object): Promise<{ status: number; text: string }> {
	const response = await fetch(`${sandbox.url}/v1/test/${deployment}/v1/${path}`, {
		method: 'POST',
		headers: { authorization: `ApiKey ${API_KEY}`, 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	return { status: response.status, text: await response.text() };
}

const user = (content: unknown) => [{ role: 'user', content }];
const chat = async (body: object, deployment = 'assistant') =>
	read((await post(deployment, 'chat/completions', { messages: user('What is 6 * 7?'), ...body })).text);
const messageOf = (reply: unknown) => recordOf(at(reply, 'choices', 0, 'message'));
const streamed = async (body: object = {}, deployment = 'assistant') => {
	const { text } = await post(deployment, 'chat/completions', {
		messages: user('Tell me a story'),
		stream: true,
		...body,
	});
	return text.split('\n\n').filter(Boolean);
};
const chunks = (events: string[]) =>
	events
		.map((event) => event.replace('data: ', ''))
		.filter((data) => data !== '[DONE]')
		.map((data) => recordOf(read(data)));

const TOOL = {
	type: 'function',
	function: {
		name: 'check_cards',
		description: 'Says whether a payment between cards is fraud',
		parameters: {
			type: 'object',
			properties: { sender: { type: 'string' }, amount: { type: 'number' }, sure: { type: 'boolean' } },
		},
	},
};
const ASKS = user('Is the payment of 20 from card 4641025220953719 fraud?');

describe('streams', () => {
	test('a token at a time, usage last where asked, and the mark of the end', async () => {
		const events = await streamed({ stream_options: { include_usage: true } });
		expect(events.at(-1)).toBe('data: [DONE]');
		const sent = chunks(events);
		const pieces = sent.map(({ choices }) => textOf(at(choices, 0, 'delta', 'content') ?? ''));
		expect(pieces.join('')).toContain('You asked: Tell me a story');
		expect(pieces.length).toBeGreaterThan(10);
		expect(at(sent.at(-2), 'choices', 0, 'finish_reason')).toBe('stop');
		expect(sent.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 9 } });
	});

	test('no usage where it is not asked for', async () => {
		expect(chunks(await streamed()).some(({ usage }) => usage !== undefined)).toBe(false);
	});

	test('a tool call begins with its id and name, and its arguments come in parts', async () => {
		const calls = chunks(await streamed({ messages: ASKS, tools: [TOOL] })).flatMap(({ choices }) =>
			listOf(at(choices, 0, 'delta', 'tool_calls') ?? []),
		);
		expect(calls[0]).toMatchObject({ index: 0, id: expect.any(String), function: { name: 'check_cards' } });
		expect(read(calls.map((call) => textOf(at(call, 'function', 'arguments') ?? '')).join(''))).toEqual({
			sender: '4641025220953719',
			amount: 20,
			sure: true,
		});
		expect(calls.length).toBeGreaterThan(2);
	});

	test.each([
		['error', /"error": \{"message": "EngineCore encountered an issue\. See stack trace/, /\[DONE\]\n\n$/],
		['noDone', /"content":" aske"/, /^(?![^]*\[DONE\])/],
	] as const)('misbehaviour: %s', async (stream, holds, ends) => {
		sandbox.faults.add({ stream });
		const { text } = await post('assistant', 'chat/completions', { messages: user('Tell me'), stream: true });
		expect(text).toMatch(holds);
		expect(text).toMatch(ends);
	});

	test('misbehaviour: a cut connection', async () => {
		sandbox.faults.add({ stream: 'cut', pieces: 2 });
		await expect(streamed()).rejects.toThrow('terminated');
	});

	test('misbehaviour: silence', async () => {
		sandbox.faults.add({ stream: 'stall', pieces: 2 });
		const response = await fetch(`${sandbox.url}/v1/test/assistant/v1/chat/completions`, {
			method: 'POST',
			headers: { authorization: `ApiKey ${API_KEY}`, 'content-type': 'application/json' },
			body: JSON.stringify({ messages: user('Tell me'), stream: true }),
			signal: AbortSignal.timeout(300),
		});
		await expect(response.text()).rejects.toThrow('timeout');
	});
});

describe('answers', () => {
	test('follow a schema, references and choices included', async () => {
		const schema = {
			$defs: { team: { enum: ['sales', 'technical', 'billing'] } },
			type: 'object',
			properties: {
				team: { $ref: '#/$defs/team' },
				amount: { type: 'number' },
				tags: { type: 'array', items: { type: 'string' } },
				urgent: { type: 'boolean' },
			},
		};
		const reply = await chat({
			messages: user('I was charged 12.50 by card, twice'),
			response_format: { type: 'json_schema', json_schema: { name: 'ticket', schema } },
		});
		expect(read(textOf(messageOf(reply).content))).toEqual({
			team: 'billing',
			amount: 12.5,
			tags: [expect.stringContaining('sandbox')],
			urgent: true,
		});
	});

	test('are JSON where JSON is asked for', async () => {
		const reply = await chat({ response_format: { type: 'json_object' } });
		expect(read(textOf(messageOf(reply).content))).toEqual({ answer: '42' });
	});

	test('call several tools at once, as tool_choice allows, and then say what the tools said', async () => {
		const other = { type: 'function', function: { name: 'card_owner', description: '', parameters: {} } };
		const names = async (choice?: unknown) =>
			listOf(messageOf(await chat({ messages: ASKS, tools: [TOOL, other], tool_choice: choice })).tool_calls ?? []).map(
				(call) => at(call, 'function', 'name'),
			);
		expect(await names()).toEqual(['check_cards', 'card_owner']);
		expect(await names('none')).toEqual([]);
		expect(await names({ type: 'function', function: { name: 'card_owner' } })).toEqual(['card_owner']);
		const told = await chat({
			messages: [...ASKS, { role: 'tool', tool_call_id: '1', content: 'no fraud' }],
			tools: [TOOL],
		});
		expect(at(told, 'choices', 0)).toMatchObject({
			message: { content: 'The tool says: no fraud' },
			finish_reason: 'stop',
		});
	});

	test('reason where asked, under the name of their time', async () => {
		const body = { chat_template_kwargs: { enable_thinking: true } };
		expect(messageOf(await chat(body)).reasoning).toBe('The question has 5 words.');
		expect(messageOf(await chat(body, 'oldassistant')).reasoning_content).toBe('The question has 5 words.');
		expect(messageOf(await chat({})).reasoning).toBeNull();
	});

	test('are one of the choices, with how likely each was', async () => {
		const reply = await chat({
			messages: user('I was charged twice'),
			structured_outputs: { choice: ['sales', 'billing'] },
			logprobs: true,
			top_logprobs: 20,
		});
		expect(messageOf(reply).content).toBe('billing');
		const first = listOf(at(reply, 'choices', 0, 'logprobs', 'content', 0, 'top_logprobs'));
		expect(first).toHaveLength(20);
		const likely = first.map((entry) => Number(at(entry, 'logprob'))).filter((logprob) => logprob > -9999);
		expect(likely).toHaveLength(2);
		expect(likely.reduce((sum, logprob) => sum + Math.exp(logprob), 0)).toBeCloseTo(1);
	});

	test('a tool that was chosen by name is an answer like any other to the server', async () => {
		const named = { type: 'function', function: { name: 'check_cards' } };
		const finish = async (choice: unknown) =>
			at(await chat({ messages: ASKS, tools: [TOOL], tool_choice: choice }), 'choices', 0, 'finish_reason');
		expect([await finish(named), await finish('required'), await finish('auto')]).toEqual([
			'stop',
			'tool_calls',
			'tool_calls',
		]);
	});

	test('a call without room for its arguments is text, but in a stream a call', async () => {
		const body = { messages: ASKS, tools: [TOOL], max_tokens: 20 };
		expect(at(await chat(body), 'choices', 0)).toMatchObject({
			message: { content: expect.stringMatching(/^<tool_call>/) },
			finish_reason: 'length',
		});
		const last = chunks(await streamed(body)).at(-1);
		expect(at(last, 'choices', 0, 'finish_reason')).toBe('length');
	});

	test('tell which images came', async () => {
		const image = (data: string) => ({ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } });
		const content = [{ type: 'text', text: 'What is this?' }, image('AAAA'), image('AAAAAAAA')];
		expect(messageOf(await chat({ messages: user(content) })).content).toBe(
			'I was sent image/png of 3 bytes and image/png of 6 bytes.',
		);
	});
});

describe('errors', () => {
	const TOO_LONG = { messages: user('a '.repeat(5000)) };
	test('are nested today', async () => {
		expect(await chat(TOO_LONG)).toEqual({
			error: {
				message: expect.stringContaining('maximum context length is 4096 tokens'),
				type: 'BadRequestError',
				param: 'input_tokens',
				code: 400,
			},
		});
	});

	test('were flat before 0.10.1, in other words', async () => {
		expect(await chat(TOO_LONG, 'oldassistant')).toEqual({
			object: 'error',
			message: expect.stringContaining('maximum context length is 4096 tokens'),
			type: 'BadRequestError',
			param: null,
			code: 400,
		});
	});

	test('an answer gets what room the prompt leaves, and must not ask for more than there is in all', async () => {
		const nearly = { messages: user('a '.repeat(4090)), max_tokens: 50 };
		expect(at(await chat(nearly), 'choices', 0)).toMatchObject({
			message: { content: 'This' },
			finish_reason: 'length',
		});
		const full = { messages: user('a '.repeat(4091)), max_tokens: 50 };
		expect(at(await chat(full), 'error', 'message')).toContain('max_tokens must be at least 1, got 0.');
		expect(at(await chat({ max_tokens: 5000 }), 'error', 'message')).toContain(
			'max_tokens=5000 cannot be greater than',
		);
	});

	test('a limit of requests under way, streams to their end, beyond which all are refused at once', async () => {
		sandbox.faults.add({ deployment: 'assistant', limit: 3, stream: 'stall' });
		const leaving = new AbortController();
		const hold = async () =>
			await fetch(`${sandbox.url}/v1/test/assistant/v1/chat/completions`, {
				method: 'POST',
				headers: { authorization: `ApiKey ${API_KEY}`, 'content-type': 'application/json' },
				body: JSON.stringify({ messages: user('Tell me'), stream: true }),
				signal: leaving.signal,
			});
		const ask = async () => await post('assistant', 'chat/completions', { messages: user('What is 6 * 7?') });
		const held = await Promise.all(Array.from({ length: 3 }, hold));
		expect(held.map(({ status }) => status)).toEqual([200, 200, 200]);
		const refused = await Promise.all(Array.from({ length: 9 }, ask));
		expect(refused.map(({ status }) => status)).toEqual(Array(9).fill(503));
		expect(read(refused[0]?.text ?? '')).toEqual({
			error: {
				message:
					'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.',
				type: 'Service Unavailable',
				param: null,
				code: 503,
			},
		});
		leaving.abort();
		// The server notices a little later.
		let next = await ask();
		while (next.status === 503) next = await ask();
		expect(next.status).toBe(200);
	});

	test.each([
		[{ top_logprobs: -2, logprobs: true }, '`top_logprobs` must be a positive value or -1.', 'top_logprobs'],
		[{ top_logprobs: 2 }, 'when using `top_logprobs`, `logprobs` must be set to true.', 'top_logprobs'],
		[{ tools: [TOOL], tool_choice: 'always' }, 'Invalid value for `tool_choice`: always!', 'tool_choice'],
		[{ structured_outputs: { regex: 'a', choice: ['a'] } }, 'You can only use one kind of constraints', null],
		[{ top_k: -3 }, 'top_k must be 0 (disable), or at least 1, got -3.', null],
		[{ min_tokens: 9, max_tokens: 5 }, 'min_tokens must be less than or equal to max_tokens=5, got 9.', null],
		[{ response_format: {} }, "6 validation errors:\n  {'type': 'missing'", 'body.response_format.type'],
		[{ tools: [{}] }, "'loc': 'body.tools.0.function', 'msg': 'Field required'", 'body.tools.0.function'],
		[{ reasoning_effort: 'huge' }, "Input should be 'none', 'minimal', 'low'", 'body.reasoning_effort'],
		[
			{
				response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { anyOf: [{ not: {}, if: {} }] } } },
			},
			'Grammar error: Unimplemented keys: ["if", "not"]',
			null,
		],
	])('%j is refused', async (body, said, param) => {
		const { error } = recordOf(await chat(body));
		expect(error).toEqual({ message: expect.stringContaining(said), type: expect.any(String), param, code: 400 });
	});
});

describe('embeddings', () => {
	const embed = async (body: object) => recordOf(read((await post('embedder', 'embeddings', body)).text));
	const numbersOf = (entry: unknown) => listOf(at(entry, 'embedding')).map(Number);
	const similarity = (one: number[], other: number[]) =>
		one.reduce((sum, value, position) => sum + value * (other[position] ?? 0), 0);

	test('lie close for texts that share words, one for each text, in order', async () => {
		const { data, usage } = await embed({ input: ['my card was charged', 'the card was charged', 'a crash'] });
		const entries = listOf(data);
		const [first = [], second = [], third = []] = entries.map(numbersOf);
		expect(entries.map((entry) => at(entry, 'index'))).toEqual([0, 1, 2]);
		expect(first).toHaveLength(64);
		expect(similarity(first, first)).toBeCloseTo(1);
		expect(similarity(first, second)).toBeGreaterThan(similarity(first, third));
		expect(usage).toMatchObject({ prompt_tokens: 13, total_tokens: 13 });
	});

	test('come as base64 and shorter where asked', async () => {
		const [plain, packed] = [
			await embed({ input: 'hello', dimensions: 8 }),
			await embed({ input: 'hello', dimensions: 8, encoding_format: 'base64' }),
		];
		const bytes = Buffer.from(textOf(at(packed, 'data', 0, 'embedding')), 'base64');
		const floats = Array.from({ length: 8 }, (_, position) => bytes.readFloatLE(4 * position));
		expect(floats).toEqual(at(plain, 'data', 0, 'embedding'));
	});

	test.each([
		['no texts', { input: [] }],
		['a number', { input: 1 }],
		['too many dimensions', { input: 'x', dimensions: 65 }],
	])('%s is refused', async (_name, body) => {
		expect((await embed(body)).error).toMatchObject({ code: 400 });
	});

	test('a chat model has none', async () => {
		expect((await post('assistant', 'embeddings', { input: 'x' })).status).toBe(404);
	});
});
