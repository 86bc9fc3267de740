/** Replies of language models, whole and streamed, without a server: what a half one, a broken one and a hostile one become. */
import { brokenOff, chatStreamReader } from '../nodes/core/language/chatStream';
import type { Piece } from '../nodes/core/language/choiceStream';
import type { AnswerFormat } from '../nodes/core/language/expected';
import { readAnswer, readReply, type Answer, type AnswerReading } from '../nodes/core/language/chatAnswer';
import { readUsage } from '../nodes/core/language/usage';
import type { Json } from '../nodes/core/json/json';
import type { Outcome } from '../nodes/core/failure/outcome';
import { replyOf } from '../nodes/core/json/reply';

const TEXT: AnswerFormat = { type: 'text' };
const JSON_FORMAT: AnswerFormat = { type: 'json' };

const event = (data: unknown): string => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
const chunk = (delta: unknown, finish: unknown = null, more: object = {}): string =>
	event({ id: 'c1', choices: [{ index: 0, delta, finish_reason: finish }], ...more });
const DONE = event('[DONE]');
/** Ids are counted, so that tests can tell them. */
function readingFor(format: AnswerFormat, tools: AnswerReading['tools'] = new Map()): AnswerReading {
	let made = 0;
	return { format, tools, newId: () => `new ${++made}`, giveWay: async () => {} };
}

interface Streamed {
	pieces: Piece[];
	/** The first failure among the pieces, else the whole reply. */
	whole: Outcome<Json>;
}

function streamed(texts: string[]): Streamed {
	const reader = chatStreamReader();
	const pieces: Piece[] = [];
	for (const { type, data } of [...texts.flatMap((text) => reader.push(text)), ...reader.end()]) {
		const piece = reader.read(type, replyOf(data));
		if (!piece.ok) return { pieces, whole: piece };
		if (piece.value.text !== '' || piece.value.reasoning !== '') pieces.push(piece.value);
	}
	return { pieces, whole: reader.whole() };
}

const stream = (...texts: string[]): Streamed => streamed(texts);

async function answerOf(reply: unknown, format = TEXT): Promise<Outcome<Answer>> {
	const read = readReply(replyOf(JSON.stringify(reply)));
	return read.ok ? await readAnswer(read.value, readingFor(format)) : read;
}

function wholeOf({ whole }: Streamed): Json {
	if (!whole.ok) throw new Error(whole.failure.message);
	return whole.value;
}

/** The answer, or the failure in words. */
async function told(answer: Promise<Outcome<Answer>>): Promise<unknown> {
	const outcome = await answer;
	return outcome.ok ? outcome.value : outcome.failure.message;
}

const completion = (message: unknown, finish: unknown = 'stop', more: object = {}): object => ({
	choices: [{ index: 0, message, finish_reason: finish }],
	...more,
});

describe('a stream that ends at any byte', () => {
	const whole = [
		chunk({ role: 'assistant', content: '' }),
		chunk({ reasoning: 'I think' }),
		chunk({ content: 'Grüße, ' }),
		chunk({ content: '🙂 {"a": 1}' }),
		chunk({ tool_calls: [{ index: 0, id: 't', function: { name: 'f', arguments: '{"x": ' } }] }),
		chunk({ tool_calls: [{ index: 0, function: { arguments: '1}' } }] }),
		chunk({}, 'stop'),
		event({ id: 'c1', choices: [], usage: { prompt_tokens: 5 } }),
		DONE,
	].join('');
	const bytes = Buffer.from(whole);
	const answer = answerOf(wholeOf(stream(whole)));

	test('gives the whole answer or a failure, never half of it', async () => {
		expect(await told(answer)).toEqual({
			text: 'Grüße, 🙂 {"a": 1}',
			finishReason: 'stop',
			usage: { promptTokens: 5, completionTokens: null, totalTokens: null },
			reasoning: 'I think',
			toolCalls: [{ id: 't', name: 'f', arguments: { x: 1 } }],
		});
		const finished = Buffer.from(whole.slice(0, whole.indexOf('"stop"}]}') + '"stop"}]}'.length)).length;
		for (let end = 0; end < bytes.length; end++) {
			const decoder = new TextDecoder();
			const { whole: cut } = stream(decoder.decode(bytes.subarray(0, end), { stream: true }));
			if (!cut.ok) {
				expect(cut.failure.message).toMatch(/^The answer broke off: \S/);
				continue;
			}
			expect(end).toBeGreaterThanOrEqual(finished);
			const read = await answerOf(cut.value);
			const expected = await answer;
			expect(read.ok && { ...read.value, usage: undefined }).toEqual(
				expected.ok && { ...expected.value, usage: undefined },
			);
		}
	});

	test('or comes in two parts, cut at any byte, gives the same', async () => {
		for (let cut = 0; cut <= bytes.length; cut++) {
			const decoder = new TextDecoder();
			const parts = [bytes.subarray(0, cut), bytes.subarray(cut)];
			const texts = parts.map((part) => decoder.decode(part, { stream: true }));
			expect(await answerOf(wholeOf(stream(...texts)))).toEqual(await answer);
		}
	});

	test.each<[string, string[], string]>([
		['before it began', [], 'the stream ended before an answer began'],
		['with nothing said', [DONE], 'the stream ended before an answer began'],
		['in the middle', [chunk({ content: 'Hel' }), chunk({ content: 'lo' })], "the stream ended after 'Hello'"],
		['before any text', [chunk({ role: 'assistant' })], "the stream ended after ''"],
		['in a second choice alone', [event({ choices: [{ index: 1, delta: { content: 'x' } }] })], "ended after ''"],
		['with an empty finish reason in each piece', [chunk({ content: 'Hel' }, '')], "the stream ended after 'Hel'"],
		['with a finish reason that is no text', [chunk({ content: 'Hel' }, false)], "the stream ended after 'Hel'"],
		[
			'when one choice of two has ended',
			[chunk({ content: 'a' }, 'stop'), event({ choices: [{ index: 1, delta: { content: 'b' } }] })],
			"the stream ended after 'a'",
		],
	])('%s', (_name, texts, message) => {
		const { whole: broken } = stream(...texts);
		expect(broken.ok ? '' : broken.failure.message).toContain(message);
	});

	test('its failure says that nothing is sent again', () => {
		expect(brokenOff('so')).toEqual({
			ok: false,
			failure: {
				kind: 'reply',
				message: 'The answer broke off: so',
				description: "The deployment's logs in Hopsworks may say why. Nothing is sent again once an answer has begun.",
			},
		});
	});
});

describe('an answer that the server did not write to its end', () => {
	const texts = { abort: 'gave the request up', error: 'failed while it wrote', content_filter: 'content filter' };
	const schema: AnswerFormat = { type: 'jsonSchema', schema: { type: 'object' } };

	describe.each(Object.entries(texts))('%s', (finish, advice) => {
		test.each<[string, AnswerFormat]>([
			['text', TEXT],
			['JSON', JSON_FORMAT],
			['JSON by a schema', schema],
		])('is a failure in the format %s, whole and streamed', async (_name, format) => {
			const replies = [
				completion({ content: '{"a": 1}' }, finish),
				wholeOf(stream(chunk({ content: '{"a": 1}' }), chunk({}, finish), DONE)),
				wholeOf(stream(chunk({ content: '{"a": 1}' }, finish))),
			];
			for (const reply of replies) {
				expect(await answerOf(reply, format)).toEqual({
					ok: false,
					failure: {
						kind: 'reply',
						message: `The answer ended before it was whole (${finish}): {"a": 1}`,
						description: expect.stringContaining(advice),
					},
				});
			}
			const empty = completion({ content: null }, finish);
			expect(await told(answerOf(empty, format))).toBe(`The answer ended before it was whole (${finish})`);
		});
	});

	test('but for one that Maximum Number of Tokens cut, which is an answer where text is enough', async () => {
		const cut = completion({ content: 'Hel' }, 'length');
		expect(await told(answerOf(cut))).toEqual({ text: 'Hel', finishReason: 'length' });
		expect(await told(answerOf(cut, JSON_FORMAT))).toBe(
			'The answer was cut off before its JSON was whole (length): Hel',
		);
	});
});

describe('replies that are no answers', () => {
	test.each<[string, string, string]>([
		['', 'The reply was empty', ''],
		[' \n', 'The reply was empty', ''],
		['<html><title>Sign in</title>', 'The reply is not an answer: Sign in', ''],
		['"text"', 'The reply is not an answer: text', ''],
		['[]', 'The reply is not an answer: []', ''],
		['5', 'The reply is not an answer: 5', ''],
		['null', 'The reply is not an answer: null', ''],
		['{"error": "no"}', 'The reply is not an answer: no', ''],
		['{"error": true}', 'The reply is not an answer: {"error": true}', ''],
		['{"object": "error", "message": "no"}', 'The reply is not an answer: no', ''],
	])('%j', (text, message) => {
		expect(readReply(replyOf(text))).toEqual({
			ok: false,
			failure: {
				kind: 'reply',
				message: expect.stringContaining(message),
				description:
					"Check that the deployment is a language model, and that the option 'API Path Prefix' fits its server.",
			},
		});
	});

	test.each([[{ error: null }], [{ error: false }], [{ object: 'chat.completion' }]])(
		'%j is one to look into',
		(reply) => {
			expect(readReply(replyOf(JSON.stringify({ ...completion({ content: 'x' }), ...reply }))).ok).toBe(true);
		},
	);

	test.each([
		[{}],
		[{ choices: [] }],
		[{ choices: {} }],
		[{ choices: [null] }],
		[{ choices: [{}] }],
		[{ choices: [{ message: [] }] }],
	])('%j holds none', async (reply) => {
		const shown = `The reply is not an answer: ${JSON.stringify(reply)}`;
		expect(await told(answerOf(reply))).toBe(shown);
		expect(readReply(replyOf(JSON.stringify(reply)))).toMatchObject({ failure: { message: shown } });
	});
});

describe('an answer', () => {
	test.each<[string, object, unknown]>([
		['without text', completion({ content: null }), { text: '', finishReason: 'stop' }],
		[
			'of parts',
			completion({
				content: [
					{ type: 'text', text: 'Here ' },
					{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
					{ text: 'it' },
					' is',
					null,
				],
			}),
			{
				text: 'Here it is',
				finishReason: 'stop',
				parts: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }, null],
			},
		],
		[
			'of parts, one of them a thought',
			completion({
				content: [
					{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] },
					{ type: 'text', text: 'x' },
				],
			}),
			{ text: 'x', finishReason: 'stop', reasoning: 'Hm' },
		],
		[
			'of several choices, the first of which stands last',
			{
				choices: [
					{ index: 1, message: { content: 'other' }, finish_reason: 'stop' },
					{ index: 0, message: { content: 'first' }, finish_reason: 'stop' },
				],
			},
			{ text: 'first', finishReason: 'stop' },
		],
		['without a finish reason', completion({ content: 'x' }, null), { text: 'x', finishReason: null }],
		['with one that is no text', completion({ content: 'x' }, { toString: 1 }), { text: 'x', finishReason: null }],
		[
			'with empty extras',
			completion({ content: 'x', reasoning: '', refusal: '' }),
			{ text: 'x', finishReason: 'stop' },
		],
		[
			'with reasoning under both names',
			completion({ content: 'x', reasoning: 'new', reasoning_content: 'old' }),
			{ text: 'x', finishReason: 'stop', reasoning: 'new' },
		],
		[
			'with no calls among its calls',
			completion({ content: 'x', tool_calls: [null] }),
			{ text: 'x', finishReason: 'stop' },
		],
		[
			'with calls of every kind',
			completion({
				tool_calls: [
					{ id: 'a', function: { name: 'f', arguments: '{"x": 9007199254740993}' } },
					{ function: { name: 'f', arguments: ' ' } },
					{ id: 1, function: { name: 'g', arguments: { y: [1] } } },
					{ id: 'a', function: { name: 'g', arguments: '"{\\"z\\": 1}"' } },
					{ id: '', name: 'flat', arguments: null },
				],
			}),
			{
				text: '',
				finishReason: 'stop',
				toolCalls: [
					{ id: 'a', name: 'f', arguments: { x: '9007199254740993' } },
					{ id: 'new 1', name: 'f', arguments: {} },
					{ id: '1', name: 'g', arguments: { y: [1] } },
					{ id: 'new 2', name: 'g', arguments: { z: 1 } },
					{ id: 'new 3', name: 'flat', arguments: {} },
				],
			},
		],
		[
			'with the one call of the older form',
			completion({ content: null, function_call: { name: 'f', arguments: '{"x": 1}' } }, 'function_call'),
			{ text: '', finishReason: 'function_call', toolCalls: [{ id: 'new 1', name: 'f', arguments: { x: 1 } }] },
		],
	])('%s', async (_name, reply, answer) => {
		expect(await told(answerOf(reply))).toEqual(answer);
	});

	test.each<[unknown]>([[undefined], [null], [''], [' \n'], ['null'], ['[]'], [[]], ['{}'], ['"{}"'], ['""']])(
		'with %j for arguments has none',
		async (given) => {
			const call = { id: 'a', function: { name: 'f', arguments: given } };
			const toolCalls = [{ id: 'a', name: 'f', arguments: {} }];
			expect(await told(answerOf(completion({ tool_calls: [call] })))).toMatchObject({ toolCalls });
		},
	);

	const CUT =
		"Raise 'Maximum Number of Tokens' if the call was cut off. Otherwise the model is not good at calling tools.";
	const LOOSE = expect.stringContaining("With 'Strict Tools' in the options vLLM holds the model");
	test.each<[string, unknown, string, unknown]>([
		['{"x": ', '{"x": ', 'JSON: {"x":', CUT],
		['ten thousand brackets', '['.repeat(10_000) + ']'.repeat(10_000), `JSON: ${'['.repeat(500)}…`, CUT],
		['a number', '7.2', 'an object: 7.2', LOOSE],
		['a list', '[1]', 'an object: [1]', LOOSE],
		['a list that is no text', [1], 'an object: [1]', LOOSE],
		['false', false, 'an object: false', LOOSE],
		['words', '"all of them"', 'JSON: "all of them"', CUT],
	])('with %s for arguments fails', async (_name, given, said, description) => {
		const call = { id: 'a', function: { name: 'f', arguments: given } };
		expect(await answerOf(completion({ tool_calls: [call] }))).toEqual({
			ok: false,
			failure: {
				kind: 'reply',
				message: `The model called the tool 'f' with arguments that are not ${said}`,
				description,
			},
		});
	});

	test.each([
		[{}],
		[{ function: 1 }],
		[{ function: {} }],
		[{ id: 'a', function: { name: '', arguments: '{}' } }],
		['f'],
	])('with the call %j, which names no tool, fails', async (call) => {
		expect(await told(answerOf(completion({ content: 'x', tool_calls: [call] })))).toBe(
			'The model called a tool without naming it',
		);
	});

	test.each<[string, unknown]>([
		['{"a": 1}', { a: 1 }],
		[' 5\n', 5],
		['null', null],
		['```json\n{"a": 1}\n```', { a: 1 }],
		['```\n[]\n```\n', []],
		['```  \n"a"\n```', 'a'],
		['```js\n1\n```', 'The answer is not JSON: ```js 1 ```'],
		['``` 1```', 'The answer is not JSON: ``` 1```'],
		['```json\n1', 'The answer is not JSON: ```json 1'],
		['', 'The answer is not JSON'],
	])('that must be JSON: %j', async (content, value) => {
		const answer = await answerOf(completion({ content }), JSON_FORMAT);
		expect(answer.ok ? answer.value.json : answer.failure.message).toEqual(value);
	});

	test('that calls a tool owes no JSON yet, whatever it says beside the call', async () => {
		const call = { id: 'a', function: { name: 'f', arguments: '' } };
		expect((await answerOf(completion({ content: ' ', tool_calls: [call] }), JSON_FORMAT)).ok).toBe(true);
		expect(await told(answerOf(completion({ content: 'x', tool_calls: [call] }), JSON_FORMAT))).toMatchObject({
			text: 'x',
		});
		expect(await told(answerOf(completion({ content: '[1]', tool_calls: [call] }), JSON_FORMAT))).toMatchObject({
			json: [1],
		});
		expect((await answerOf(completion({ content: ' ' }), JSON_FORMAT)).ok).toBe(false);
	});

	test.each<[string, object, AnswerFormat, string, string]>([
		[
			'a refusal',
			completion({ content: '{}', refusal: 'No' }),
			JSON_FORMAT,
			'The model refused to answer: No',
			'Ask for something else, or in other words.',
		],
		[
			'a cut',
			completion({ content: '{"a":' }, 'length'),
			JSON_FORMAT,
			'The answer was cut off before its JSON was whole (length): {"a":',
			"Raise 'Maximum Number of Tokens' in the options, or ask for less.",
		],
		[
			'no JSON',
			completion({ content: 'x' }),
			JSON_FORMAT,
			'The answer is not JSON: x',
			"The server may not know 'response_format', as vLLM does. Say in the prompt that the answer must be JSON alone.",
		],
		[
			'another shape',
			completion({ content: '[]' }),
			{ type: 'jsonSchema', schema: { type: 'object' } },
			'The answer does not follow the JSON schema, as it is array, not object: []',
			"The server may not know 'response_format', as vLLM does. Say in the prompt what the answer must hold.",
		],
	])('that must be JSON and is %s fails with advice', async (_name, reply, format, message, description) => {
		expect(await answerOf(reply, format)).toEqual({ ok: false, failure: { kind: 'reply', message, description } });
	});
});

describe('tokens', () => {
	test.each<[Json | undefined, object | undefined]>([
		[undefined, undefined],
		[null, undefined],
		[[1], undefined],
		[{}, { promptTokens: null, completionTokens: null, totalTokens: null }],
		[
			{ prompt_tokens: 1, completion_tokens: '2', total_tokens: { valueOf: 1 } },
			{ promptTokens: 1, completionTokens: null, totalTokens: null },
		],
		[
			{
				prompt_tokens: 1,
				completion_tokens: 2,
				total_tokens: 3,
				prompt_tokens_details: { cached_tokens: 0 },
				completion_tokens_details: { reasoning_tokens: 4 },
			},
			{ promptTokens: 1, completionTokens: 2, totalTokens: 3, cachedTokens: 0, reasoningTokens: 4 },
		],
		[
			{ prompt_tokens_details: null, completion_tokens_details: { reasoning_tokens: null } },
			{ promptTokens: null, completionTokens: null, totalTokens: null },
		],
	])('%j', (counted, usage) => {
		expect(readUsage(counted === undefined ? {} : { usage: counted })).toEqual(usage);
	});
});

describe('a stream', () => {
	test('is put together as the reply that would have come without it', () => {
		const { pieces, whole } = stream(
			chunk({ role: 'assistant', content: '' }, null, { model: 'm', created: 1 }),
			chunk({ reasoning_content: 'Hm' }, null, { model: 'other', system: 's' }),
			chunk({ content: 'Hel', refusal: 'no' }),
			chunk({ content: 'lo' }, 'stop', { usage: { total_tokens: 1 } }),
			chunk({}, null, { usage: null }),
			event({ choices: [{ delta: {}, stop_reason: 7 }] }),
			DONE,
		);
		expect(pieces).toEqual([
			{ text: '', reasoning: 'Hm' },
			{ text: 'Hel', reasoning: '' },
			{ text: 'lo', reasoning: '' },
		]);
		expect(whole).toEqual({
			ok: true,
			value: {
				id: 'c1',
				model: 'm',
				created: 1,
				system: 's',
				object: 'chat.completion',
				choices: [
					{
						index: 0,
						message: { role: 'assistant', reasoning_content: 'Hm', content: 'Hello', refusal: 'no' },
						finish_reason: 'stop',
						stop_reason: 7,
					},
				],
				usage: { total_tokens: 1 },
			},
		});
	});

	test('without text or usage has none', () => {
		expect(wholeOf(stream(event({ choices: [{ delta: { content: '' }, finish_reason: 'stop' }] })))).toEqual({
			object: 'chat.completion',
			choices: [{ index: 0, message: { role: 'assistant', content: null }, finish_reason: 'stop' }],
		});
	});

	test('keeps what stands beside its text: probabilities, tokens, pictures, and what comes first as null', () => {
		const token = (text: string): object => ({ token: text, logprob: -1, bytes: null, top_logprobs: [] });
		const part = (text: string, finish: string | null, more: object): string =>
			event({
				choices: [
					{ index: 0, delta: { content: text }, logprobs: { content: [token(text)] }, finish_reason: finish, ...more },
				],
				system_fingerprint: finish === null ? null : 'vllm',
			});
		const { whole } = stream(
			part('a', null, { token_ids: [1, 2], stop_reason: null }),
			event({ choices: [{ index: 0, delta: { images: [{ url: 'x' }] }, logprobs: null }] }),
			part('b', 'stop', { token_ids: [3], stop_reason: 'END' }),
		);
		expect(whole).toEqual({
			ok: true,
			value: {
				object: 'chat.completion',
				system_fingerprint: 'vllm',
				choices: [
					{
						index: 0,
						message: { role: 'assistant', content: 'ab', images: [{ url: 'x' }] },
						finish_reason: 'stop',
						stop_reason: 'END',
						token_ids: [1, 2, 3],
						logprobs: { content: [token('a'), token('b')] },
					},
				],
			},
		});
	});

	test('of parts is a list of parts again, its text joined', async () => {
		const image = { type: 'image_url', image_url: { url: 'x' } };
		const { pieces, whole } = stream(
			chunk({ content: [{ type: 'text', text: 'a' }, image] }),
			chunk({ content: [{ type: 'thinking', thinking: 'Hm' }] }),
			chunk({ content: 'b' }, 'stop'),
		);
		expect(pieces.map(({ text }) => text)).toEqual(['a', '', 'b']);
		expect(await told(answerOf(whole.ok && whole.value))).toEqual({
			text: 'ab',
			finishReason: 'stop',
			reasoning: 'Hm',
			parts: [image],
		});
	});

	test('keeps content that is no text, however much there is and in whatever form', async () => {
		const image = { type: 'image_url', image_url: { url: 'x' } };
		const { whole } = stream(
			chunk({ content: Array(200_000).fill(image) }),
			chunk({ content: image }),
			chunk({ content: { type: 'text', text: 'a' } }, 'stop'),
		);
		const answer = await answerOf(whole.ok && whole.value);
		expect(answer.ok && [answer.value.text, answer.value.parts?.length]).toEqual(['a', 200_001]);
	});

	test('whose choices have neither delta nor message is no answer', async () => {
		const { whole } = stream(event({ choices: [{ index: 0, text: 'x', finish_reason: 'stop' }] }), DONE);
		expect(await told(answerOf(whole.ok && whole.value))).toContain('The reply is not an answer');
	});

	test('of another protocol is no lost connection, and says what came', () => {
		const { whole } = stream(event({ type: 'message_start' }), event({ type: 'message_stop' }));
		expect(whole).toMatchObject({
			ok: false,
			failure: {
				kind: 'reply',
				message: 'The answer broke off: the stream ended before an answer began: {"type":"message_start"}',
			},
		});
	});

	test('of one choice that is not the first is the answer all the same', async () => {
		const { whole } = stream(event({ choices: [{ index: 1, delta: { content: 'x' }, finish_reason: 'stop' }] }));
		expect(await told(answerOf(whole.ok && whole.value))).toMatchObject({ text: 'x' });
	});

	test('tells its reasoning once where it comes under both names', () => {
		expect(stream(chunk({ reasoning: 'a', reasoning_content: 'b' })).pieces).toEqual([{ text: '', reasoning: 'a' }]);
	});

	test('ends with [DONE], whatever comes behind it', () => {
		const reader = chatStreamReader();
		const read = (text: string): unknown[] =>
			reader.push(text).map(({ type, data }) => reader.read(type, replyOf(data)));
		const nothing = { ok: true, value: { text: '', reasoning: '' } };
		expect(read(chunk({ content: 'x' }))).toEqual([{ ok: true, value: { text: 'x', reasoning: '' } }]);
		expect(reader.isDone()).toBe(false);
		expect(read(event(' [DONE] ') + chunk({ content: 'y' }) + event({ error: 'late' }))).toEqual(
			Array(3).fill(nothing),
		);
		expect(reader.isDone()).toBe(true);
		expect(reader.end()).toEqual([]);
		expect(reader.whole()).toMatchObject({ ok: true, value: { choices: [{ message: { content: 'x' } }] } });
	});

	test('takes an error that is null or false for none', () => {
		const texts = [null, false].map((error) => chunk({ content: 'x' }, 'stop', { error }));
		expect(stream(...texts).pieces).toHaveLength(2);
	});

	test('completes an event at its end', () => {
		const reader = chatStreamReader();
		expect(reader.push(chunk({ content: 'x' }, 'stop').trimEnd())).toEqual([]);
		expect(reader.end().map(({ type, data }) => reader.read(type, replyOf(data)))).toEqual([
			{ ok: true, value: { text: 'x', reasoning: '' } },
		]);
	});

	test('adds up the parts of one choice in one event', () => {
		const parts = ['a', 'b'].map((text) => ({ index: 0, delta: { content: text, reasoning: text } }));
		const { pieces } = stream(event({ choices: [...parts, { index: 1, delta: { content: 'c' } }] }));
		expect(pieces).toEqual([{ text: 'ab', reasoning: 'ab' }]);
	});

	test('answers with its first choice, even where another began before it', async () => {
		const part = (index: unknown, text: string) => ({ index, delta: { content: text }, finish_reason: 'stop' });
		const { pieces, whole } = stream(
			event({ choices: [part(2, 'c'), part(1, 'b')] }),
			event({ choices: [part(0, 'a'), part(1, 'b')] }),
			DONE,
		);
		expect(pieces).toEqual([{ text: 'a', reasoning: '' }]);
		expect(whole).toMatchObject({ ok: true, value: { choices: [{ index: 0 }, { index: 2 }, { index: 1 }] } });
		expect(await told(answerOf(whole.ok && whole.value))).toMatchObject({ text: 'a' });
	});

	test.each<[string, unknown[], unknown[]]>([
		[
			'in order',
			[
				[{ index: 0, id: 'a', function: { name: 'f' } }],
				[{ index: 0, id: 'late', function: { arguments: '{"x"' } }],
				[{ index: 0, id: 'a', function: { name: 'f' } }],
				[
					{ index: 1, id: 'b', function: { name: 'g', arguments: '{}' } },
					{ index: 0, function: { arguments: ': 1}' } },
				],
			],
			[
				{ id: 'a', name: 'f', arguments: { x: 1 } },
				{ id: 'b', name: 'g', arguments: {} },
			],
		],
		[
			'without an index, each whole',
			[
				[{ id: 'a', function: { name: 'f', arguments: '{}' } }],
				[{ id: 'b', function: { name: 'g', arguments: '{"y": 1}' } }],
			],
			[
				{ id: 'a', name: 'f', arguments: {} },
				{ id: 'b', name: 'g', arguments: { y: 1 } },
			],
		],
		[
			'without an index, in parts',
			[
				[{ id: 'a', function: { name: 'f', arguments: '{"x"' } }],
				[{ function: { arguments: ': 1' } }],
				[{ id: 'b', function: { name: 'g' } }],
				[
					{ id: 'a', function: { arguments: '}' } },
					{ id: 'b', function: { arguments: '{}' } },
				],
			],
			[
				{ id: 'a', name: 'f', arguments: { x: 1 } },
				{ id: 'b', name: 'g', arguments: {} },
			],
		],
		[
			'without an index or ids',
			[
				[{ function: { name: 'f', arguments: '{"x"' } }],
				[{ function: { arguments: ': "}"}' } }],
				[{ function: { name: 'f', arguments: '{"x": 2}' } }],
			],
			[
				{ id: 'new 1', name: 'f', arguments: { x: '}' } },
				{ id: 'new 2', name: 'f', arguments: { x: 2 } },
			],
		],
		[
			'two ids under one index',
			[
				[{ index: 0, id: 'a', function: { name: 'f', arguments: '{"x": 1}' } }],
				[{ index: 0, id: 'b', function: { name: 'f', arguments: '{"x": ' } }],
				[{ index: 0, function: { arguments: '2}' } }],
			],
			[
				{ id: 'a', name: 'f', arguments: { x: 1 } },
				{ id: 'b', name: 'f', arguments: { x: 2 } },
			],
		],
		[
			'under one index without ids, each whole',
			[
				[{ index: 0, function: { name: 'f', arguments: '{"x": "\\"{"}' } }],
				[{ index: 0, function: { name: 'g', arguments: '{}' } }],
			],
			[
				{ id: 'new 1', name: 'f', arguments: { x: '"{' } },
				{ id: 'new 2', name: 'g', arguments: {} },
			],
		],
		[
			'an empty name and id first',
			[
				[{ index: 0, id: '', type: 'function', function: { name: '', arguments: '' } }],
				[{ index: 0, id: 'a', function: { name: 'f' } }],
				[{ index: 0, id: null, function: { name: null, arguments: '{}' } }],
			],
			[{ id: 'a', name: 'f', arguments: {} }],
		],
		[
			'the name in every part, and a new id in each',
			[
				[{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }],
				[{ index: 0, id: 'b', function: { arguments: '{"x": {}' } }],
				[{ index: 0, id: 'a', function: { name: 'f', arguments: '}' } }],
			],
			[{ id: 'a', name: 'f', arguments: { x: {} } }],
		],
		[
			'a first index of 1',
			[
				[{ index: 1, id: 'a', function: { name: 'f' } }],
				[{ index: 1, function: { arguments: '{"x": 1}' } }],
				[{ index: 2, id: 'b', function: { name: 'g', arguments: '{}' } }],
			],
			[
				{ id: 'a', name: 'f', arguments: { x: 1 } },
				{ id: 'b', name: 'g', arguments: {} },
			],
		],
		[
			'arguments that are no text',
			[[{ index: 0, id: 'a', function: { name: 'f', arguments: { x: 1 } } }]],
			[{ id: 'a', name: 'f', arguments: { x: 1 } }],
		],
		[
			'with indexes of any kind',
			[[1e9, -1, 1.5].map((index) => ({ index, id: index, function: { name: 'f' } })), [null, 'x']],
			[
				{ id: '1000000000', name: 'f', arguments: {} },
				{ id: '-1', name: 'f', arguments: {} },
				{ id: '1.5', name: 'f', arguments: {} },
			],
		],
	])('puts tool calls together: %s', async (_name, deltas, toolCalls) => {
		const texts = deltas.map((calls) => chunk({ tool_calls: calls }));
		expect(await told(answerOf(wholeOf(stream(...texts, chunk({}, 'tool_calls')))))).toEqual({
			text: '',
			finishReason: 'tool_calls',
			toolCalls,
		});
	});

	test.each<[string, string, string]>([
		['no JSON', event('Internal Server Error'), 'Internal Server Error'],
		['a list', event([1]), '[1]'],
		['an error', event({ error: { message: 'died' } }), 'died'],
		['an error that is true', event({ error: true }), '{"error":true}'],
		['an error of the older form', event({ object: 'error', message: 'died' }), 'died'],
		['brackets without end', event('['.repeat(3000)), '['.repeat(500)],
	])('breaks off with %s', (_name, text, message) => {
		const { whole } = stream(chunk({ content: 'x' }), text, DONE);
		expect(whole.ok ? '' : whole.failure.message).toContain(`The answer broke off: ${message}`);
	});

	test('with hostile members changes no prototype and throws nowhere', async () => {
		const hostile = [
			'{"__proto__": {"polluted": 1}, "constructor": 1, "choices": [{"__proto__": {"index": 1}, "delta": {"__proto__": {"content": "x"}, "content": {"toString": 1}, "tool_calls": {"length": 1e9}}}]}',
			'{"choices": {"0": 1}}',
			'{"choices": [null, 1, "a", [], {"index": "NaN", "delta": 1}, {"index": {"valueOf": {}}, "delta": [], "finish_reason": {"toString": 1}}]}',
			'{"error": null, "object": {"toString": {}}, "choices": null, "usage": "x"}',
			'{"choices": [{"delta": {"content": "Hi", "role": {"toString": 1}}, "finish_reason": "stop"}]}',
		];
		const { whole } = stream(...hostile.map(event));
		expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
		const value = whole.ok ? whole.value : {};
		expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
		expect(Object.getOwnPropertyDescriptor(value, '__proto__')?.value).toEqual({ polluted: 1 });
		expect(await told(answerOf(value))).toMatchObject({ text: 'Hi', finishReason: 'stop' });
	});

	test('costs no more than its length, whatever it is made of', async () => {
		const amount = 20_000;
		const each = (make: (index: number) => string): string[] =>
			Array.from({ length: amount }, (_, index) => make(index));
		const { whole } = streamed([
			...each((index) => event({ [`member${index}`]: index })),
			...each(() => chunk({ content: 'text ' })),
			...each((index) => event({ choices: [{ index, delta: {}, finish_reason: 'stop' }] })),
			...each((index) => chunk({ tool_calls: [{ index, function: { name: 'f', arguments: '{' } }] })),
			...each((index) => chunk({ tool_calls: [{ index, function: { arguments: '}' } }] })),
		]);
		const answer = whole.ok ? await answerOf(whole.value) : whole;
		expect(answer.ok && [answer.value.text.length, answer.value.toolCalls?.length]).toEqual([5 * amount, amount]);
	}, 60_000);
});
