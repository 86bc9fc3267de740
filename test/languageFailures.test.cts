/** The failures of language models in the words of the operation that asked: by their words alone, and in n8n's engine. */
import type { INodeParameters } from 'n8n-workflow';
import { readErrorReply } from '../nodes/core/failure/errorReply';
import type { Failure } from '../nodes/core/failure/outcome';
import { CHAT_MODEL_PANEL, CHAT_PANEL, EMBED_PANEL, type Panel } from '../nodes/core/failure/panel';
import { statusFailure } from '../nodes/core/failure/statusFailure';
import { replyOf } from '../nodes/core/json/reply';
import type { GivenSetting } from '../nodes/core/language/givenSettings';
import { askedOfLanguageModel } from '../nodes/core/language/languageMeaning';
import { chatWith, completion } from './support/chat.cts';
import { useChatModel } from './support/chatModel.cts';
import { runModel, type RunResult } from './support/engine.cts';
import { at, listOf } from './support/json.cts';
import { recorded } from './support/recorded.cts';
import type { Recorded, Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const EXTRA_FIELDS = 'Extra Fields (JSON)';

const refusal = (message: string, param: string | null = null, status = 400): Reply => ({
	status,
	body: { error: { message, type: 'BadRequestError', param, code: status } },
});

function failureOf(panel: Panel, { status = 0, body }: Reply, settings: GivenSetting[] = []): Failure {
	return statusFailure(status, replyOf(JSON.stringify(body)), askedOfLanguageModel(panel, settings));
}

const option = (field: string, value: unknown, label?: string): GivenSetting => ({
	field,
	value,
	...(label && { label }),
});
const MAX_TOKENS = option('max_tokens', 500, 'Maximum Number of Tokens');
const SCHEMA = option('response_format', {}, 'JSON Schema');
const TOOLS = option('tools', [], 'Tools (JSON)');

describe('too long', () => {
	test.each([
		[
			"This model's maximum context length is 1024 tokens. However, your prompt contains at least 1025 input tokens.",
			1024,
		],
		["the model's context length is only 4096 tokens", 4096],
		['The prompt (total length 5000) is too long to fit into the model (context length 4096).', 4096],
		["Input length (300) exceeds model's maximum context length (128).", 128],
		['The decoder prompt (length 300) is longer than the maximum model length of 128.', 128],
		['Input validation error: `inputs` must have less than 1024 tokens. Given: 2000', 1024],
		['Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 9 and 9', 2048],
	])('%s', (words, limit) => {
		const chat = failureOf(CHAT_PANEL, refusal(words), [MAX_TOKENS]);
		expect(chat.message).toContain('The text is too long for the model (status 400): ');
		expect(chat.description).toContain(`context of ${limit} tokens together. Shorten the prompt`);
		expect(chat.description).toContain("lower 'Maximum Number of Tokens'");
		const embed = failureOf(EMBED_PANEL, refusal(words, 'input_text'));
		expect(embed.description).toContain(`context of ${limit} tokens. Shorten it, or split it over several items.`);
		expect(embed.description).toContain(`{"truncate_prompt_tokens": -1} in '${EXTRA_FIELDS}'`);
		expect(embed.blame?.kind).toBe('rows');
		expect(failureOf(CHAT_MODEL_PANEL, refusal(words)).description).toContain('Let the agent or chain send less');
	});

	test('by its code alone, and where the words are those of a server for embeddings', () => {
		const body = { error: { message: 'Too much.', type: 'x', param: null, code: 'context_length_exceeded' } };
		expect(failureOf(CHAT_PANEL, { status: 400, body }).description).toContain("into the model's context together");
		const tei = { error: 'Input validation error: `inputs` must have less than 512 tokens. Given: 600' };
		expect(failureOf(EMBED_PANEL, { status: 413, body: tei })).toMatchObject({ blame: { kind: 'rows' } });
	});

	test('a shorter answer is advised only where it helps', () => {
		for (const words of ['exceeds this limit even without any output tokens', 'you requested 0 output tokens']) {
			const { description } = failureOf(CHAT_PANEL, refusal(`maximum context length is 9 tokens; ${words}`), [
				MAX_TOKENS,
			]);
			expect(description).not.toContain('Maximum Number of Tokens');
		}
		expect(failureOf(CHAT_PANEL, refusal('maximum context length is 9 tokens')).description).not.toContain(
			'Maximum Number of Tokens',
		);
	});

	test('a prompt that leaves no token for the answer is no fault of Maximum Number of Tokens, unless that is below 1', () => {
		const reply = refusal('max_tokens must be at least 1, got 0. (parameter=max_tokens, value=0)', 'max_tokens');
		expect(failureOf(CHAT_PANEL, reply, [MAX_TOKENS]).message).toContain('too long for the model');
		expect(failureOf(CHAT_PANEL, reply).message).toContain('too long for the model');
		const own = failureOf(CHAT_PANEL, reply, [option('max_tokens', 0, EXTRA_FIELDS)]);
		expect(own.message).toBe(
			"'max_tokens' in 'Extra Fields (JSON)' holds what the server does not take (status 400): max_tokens must be at least 1, got 0.",
		);
	});

	test('a Maximum Number of Tokens beyond the context is told the number', () => {
		for (const limit of ['1024', 'max_total_tokens=1024']) {
			const reply = refusal(
				`max_tokens=5000 cannot be greater than max_model_len=${limit}. (parameter=max_tokens, value=5000)`,
			);
			expect(failureOf(CHAT_PANEL, reply, [MAX_TOKENS]).description).toContain(
				"Lower 'Maximum Number of Tokens' to less than 1024",
			);
			expect(failureOf(CHAT_PANEL, reply).description).toContain(
				"Set 'Maximum Number of Tokens' in the options to less than 1024",
			);
			expect(failureOf(CHAT_MODEL_PANEL, reply, [option('max_tokens', 5000)]).description).toContain(
				"Lower 'max_tokens' of the agent or chain to less than 1024",
			);
		}
	});
});

describe('what has words of its own', () => {
	test.each<[string, Panel, Reply, GivenSetting[], string, string]>([
		[
			'a model by another name',
			CHAT_PANEL,
			refusal('The model `x` does not exist. Valid aliases: tinyllama.', 'model', 404),
			[],
			'does not know the model',
			"Set the option 'Model' to tinyllama.",
		],
		[
			'one of several names',
			CHAT_PANEL,
			refusal('The model `x` does not exist. Valid aliases: a, b.', 'model', 404),
			[],
			'does not know the model',
			"Set the option 'Model' to one of a, b.",
		],
		[
			'a model that Embed does not find',
			EMBED_PANEL,
			refusal('The model `x` does not exist.', null, 404),
			[],
			'does not know the model',
			"the deployment's name",
		],
		[
			"KServe's own server",
			CHAT_MODEL_PANEL,
			refusal('Model with name x does not exist.', null, 404),
			[],
			'does not know the model',
			"'Model'",
		],
		[
			'Ollama',
			CHAT_PANEL,
			refusal('model "x" not found, try pulling it first', null, 404),
			[],
			'does not know the model',
			"'Model'",
		],
		[
			'a chat with an embedding model',
			CHAT_PANEL,
			{ status: 404, body: { detail: 'Not Found' } },
			[],
			'no such address',
			"an embedding model, set 'Operation' to 'Embed'; if it predicts, to 'Predict'",
		],
		[
			'an embedding of a chat model',
			EMBED_PANEL,
			{ status: 404, body: { detail: 'Not Found' } },
			[],
			'no such address',
			"chats, set 'Operation' to 'Chat'; if it predicts, to 'Predict'",
		],
		[
			'the other prefix',
			CHAT_PANEL,
			{ status: 404, body: { detail: 'Not Found' } },
			[],
			'no such address',
			"'API Path Prefix' in the options may be another one",
		],
		[
			'a chat model that is none',
			CHAT_MODEL_PANEL,
			{ status: 404, body: { detail: 'Not Found' } },
			[],
			'no such address',
			'Pick a deployment whose model can chat',
		],
		[
			'no chats, in words',
			CHAT_PANEL,
			refusal('The model does not support Chat Completions API'),
			[],
			'does not answer this operation',
			"'Embed'",
		],
		[
			'no embeddings, in words',
			EMBED_PANEL,
			refusal('The model does not support Embeddings API'),
			[],
			'does not answer this operation',
			"'Chat'",
		],
		[
			'no generation, in words',
			CHAT_PANEL,
			refusal('This model does not support generation'),
			[],
			'does not answer this operation',
			"'Embed'",
		],
		[
			'tools without the flags',
			CHAT_PANEL,
			refusal('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
			[TOOLS],
			'not set up for tools',
			"vLLM arguments in Hopsworks. Or remove 'Tools (JSON)'.",
		],
		[
			'a forced tool without the flag',
			CHAT_MODEL_PANEL,
			refusal('tool_choice="required" requires --tool-call-parser to be set'),
			[option('tools', [])],
			'not set up for tools',
			'vLLM arguments in Hopsworks.',
		],
		[
			'a keyword of the schema',
			CHAT_PANEL,
			refusal('Grammar error: Unimplemented keys: ["uniqueItems"]'),
			[SCHEMA],
			"'JSON Schema' holds something that the server cannot enforce",
			'Take out of the schema',
		],
		[
			"xgrammar's words",
			CHAT_PANEL,
			refusal('The provided JSON schema contains features not supported by xgrammar.'),
			[SCHEMA],
			"'JSON Schema' holds",
			'Take out of the schema',
		],
		[
			'a type that is none',
			CHAT_PANEL,
			refusal('Failed to transform json schema into a grammar: Unsupported type "objekt"'),
			[SCHEMA],
			"'JSON Schema' holds",
			'Take out of the schema',
		],
		[
			'a grammar of the tools',
			CHAT_PANEL,
			refusal('Grammar error: Invalid type: objekt'),
			[TOOLS],
			"'Tools (JSON)' holds",
			'Take out of the schema',
		],
		[
			'an image',
			CHAT_PANEL,
			refusal('tinyllama is not a multimodal model'),
			[],
			'The model accepts only text',
			"'Images'",
		],
		[
			'an image of an agent',
			CHAT_MODEL_PANEL,
			refusal('tinyllama is not a multimodal model'),
			[],
			'The model accepts only text',
			'The agent or chain sent images',
		],
		[
			'a limit of requests',
			CHAT_PANEL,
			refusal('The engine is currently busy and cannot accept new requests.', null, 503),
			[],
			'has as many requests as it can handle',
			"Lower 'Max Concurrent Requests', or raise 'Tries Before Giving Up'",
		],
		[
			'a limit of requests, by an agent',
			CHAT_MODEL_PANEL,
			refusal('The engine is currently busy and cannot accept new requests.', null, 503),
			[],
			'has as many requests as it can handle',
			"Raise 'Tries Before Giving Up'",
		],
		[
			'an empty text',
			EMBED_PANEL,
			refusal('The decoder prompt cannot be empty'),
			[],
			'The text is empty for the model',
			'Give every item a text',
		],
		[
			'a template that wants turns',
			CHAT_PANEL,
			refusal('Conversation roles must alternate user/assistant'),
			[],
			'does not take the conversation',
			'which roles',
		],
		[
			'a base model',
			CHAT_PANEL,
			refusal('default chat template is no longer allowed, so you must provide a chat template'),
			[],
			'not made for chats',
			'--chat-template',
		],
		[
			'a status that is rare',
			CHAT_PANEL,
			refusal('quota', null, 402),
			[],
			'The language model refused the request',
			'Check the conversation',
		],
		[
			'no words at all',
			CHAT_PANEL,
			{ status: 400, body: { error: { message: '', type: 'x' } } },
			[],
			'The language model refused the request',
			'It does not say why',
		],
	])('%s', (_name, panel, reply, settings, message, description) => {
		const failure = failureOf(panel, reply, settings);
		expect(failure.message).toContain(message);
		expect(failure.description).toContain(description);
	});
});

describe('a setting that the server refuses', () => {
	test.each<[string, string | null, string, string]>([
		[
			'temperature must be in [0, 2], got 3.0. (parameter=temperature, value=3.0)',
			'temperature',
			'temperature',
			'Temperature',
		],
		['top_p must be in (0, 1], got 2.0.', null, 'top_p', 'Top P'],
		['frequency_penalty must be in [-2, 2], got 3.0.', null, 'frequency_penalty', 'Frequency Penalty'],
		['presence_penalty must be in [-2, 2], got 3.0.', null, 'presence_penalty', 'Presence Penalty'],
		['stop cannot contain an empty string.', null, 'stop', 'Stop Sequences'],
		['Input should be a valid integer', 'body.seed', 'seed', 'Seed'],
		[
			'The tool specified in `tool_choice` does not match any of the specified `tools`',
			'tool_choice',
			'tool_choice',
			'Tool Choice',
		],
		['`tools` must not be an empty array.', null, 'tools', 'Tools (JSON)'],
		['no such format', 'body.response_format.json_schema.schema', 'response_format', 'JSON Schema'],
		['no such format', 'response_format', 'response_format', 'Response Format'],
	])('%s', (words, param, name, label) => {
		const { message, description, blame } = failureOf(CHAT_PANEL, refusal(words, param), [option(name, 1, label)]);
		expect(message).toMatch(
			`'${label}' holds what the server does not take (status 400): ${words.replace(/ \(param.*/, '')}`,
		);
		expect(description).toBe("The server's words say what it takes. Change the value, or remove it.");
		expect(blame).toBeUndefined();
	});

	test('is named by what set it last', () => {
		const reply = refusal('temperature must be in [0, 2]', 'temperature');
		const given = [option('temperature', 1, 'Temperature'), option('temperature', 3, EXTRA_FIELDS)];
		expect(failureOf(CHAT_PANEL, reply, given).message).toContain("'temperature' in 'Extra Fields (JSON)' holds");
		const agent = failureOf(CHAT_MODEL_PANEL, reply, [...given, option('temperature', 9)]);
		expect(agent.message).toContain("'temperature' of the agent or chain holds");
		expect(agent.description).toContain('Change the value in the agent or chain.');
	});

	test('is none where only a word of a text looks like one', () => {
		for (const words of ['Please stop sending n things', 'an unstoppable seedling', 'message 3 has no content']) {
			const given = [option('stop', ['x'], 'Stop Sequences'), option('n', 2, EXTRA_FIELDS), option('seed', 1, 'Seed')];
			expect(failureOf(CHAT_PANEL, refusal(words), given).message).toContain('The language model refused the request');
		}
		const ofMessages = failureOf(CHAT_PANEL, refusal('temperature= is odd', 'body.messages.0'), [
			option('temperature', 1, 'Temperature'),
		]);
		expect(ofMessages.message).toContain('refused the conversation');
	});

	test.each([
		[
			"Model 'm' does not support Matryoshka embeddings; dimensions must be unset (received dimensions=16).",
			"remove 'Dimensions'.",
		],
		[
			"Model 'm' only supports Matryoshka dimensions [16, 32, 64], got 17.",
			"Set 'Dimensions' to one of 16, 32, 64, or remove it.",
		],
		[
			"Model 'm' only supports dimensions in range [1, 128], got 0.",
			"Set 'Dimensions' to a number from 1 to 128, or remove it.",
		],
	])('%s', (words, advice) => {
		const failure = failureOf(EMBED_PANEL, refusal(words), [option('dimensions', 17, 'Dimensions')]);
		expect(failure.message).toContain('The model does not make embeddings of this size');
		expect(failure.description).toContain(advice);
		expect(failure.blame).toBeUndefined();
		expect(failureOf(EMBED_PANEL, refusal(words)).blame?.kind).toBe('rows');
	});
});

describe("vLLM's validation errors", () => {
	const wordsOf = (message: string, param = ''): string =>
		readErrorReply(400, replyOf(JSON.stringify({ error: { message, type: 'Bad Request', param, code: 400 } }))).text;
	const recordedWords = (name: string): string[] =>
		recorded.filter((one) => one.name === name).map(({ status, body }) => readErrorReply(status, replyOf(body)).text);

	test.each([
		['chat-stop-many', 'stop: List should have at most 4 items after validation, not 17'],
		['chat-seed-float', 'seed: Input should be a valid integer, got a number with a fractional part'],
		['chat-message-without-role', 'messages.0.role: Field required'],
		['chat-not-json', 'JSON decode error'],
		['chat-text-plain', "Unsupported Media Type: Only 'application/json' is allowed"],
		['chat-no-messages', 'messages: Field required'],
	])('%s reads the same of both versions', (name, words) => {
		expect(recordedWords(name)).toEqual([words, words]);
	});

	test('no recorded one shows a dictionary, a type of the library or a link', () => {
		const texts = recorded
			.filter(({ body }) => body.includes('validation error'))
			.map(({ status, body }) => readErrorReply(status, replyOf(body)).text);
		expect(texts.length).toBeGreaterThan(30);
		for (const text of texts) expect(text).not.toMatch(/\{'|'loc'|Param\b|__|\[type=|https?:|'input'/);
	});

	test('never shows what was asked, however long that is and whatever it holds', () => {
		const secret = "x', 'loc': ('body', 'SECRET'), 'msg': 'SECRET";
		const line = (input: string): string =>
			`  {'type': 'too_long', 'loc': ('body', 'stop', 'list[str]'), 'msg': "it's \\"long\\"", 'input': ${input}}`;
		for (const input of [`'${secret}'`, `'${'SECRET '.repeat(20_000)}'`, `{'a': ["${secret}"]}`]) {
			expect(wordsOf(`2 validation errors:\n${line(input)}\n${line(input)}`)).toBe('stop: it\'s "long"');
		}
		// A reply that is cut off where no more of it is read.
		const whole = JSON.stringify({
			error: { message: `2 validation errors:\n${line(`'${'SECRET é\n'.repeat(50_000)}'`)}` },
		});
		for (let end = 200_000; end < 200_012; end++) {
			expect(readErrorReply(400, replyOf(whole.slice(0, end))).text).toBe('stop: it\'s "long"');
		}
	});

	test('shows the first three, and how many more there are', () => {
		const line = (name: string): string =>
			`  {'type': 'missing', 'loc': 'body.${name}', 'msg': 'Field required', 'input': 1}`;
		const text = wordsOf(
			`5 validation errors:\n${['a', 'b', 'a', 'c', 'd'].map(line).join('\n')}\n  ...and 9 more errors`,
		);
		expect(text).toBe('a: Field required; b: Field required; c: Field required; and 1 more');
	});

	test.each([
		'1 validation error:\n',
		"1 validation error:\n  {'type': 'x', 'loc': ('body', 'a'",
		"1 validation error:\n  {'type': 'x', 'loc': 'body', 'msg': 'never ends",
		`9 validation errors:\n${"  {'type': '\\".repeat(50_000)}`,
		`9 validation errors:\n${'  {\n'.repeat(50_000)}`,
		`9 validation errors:\n  {'type': 'x', 'loc': (${'('.repeat(100_000)}`,
	])('reads what is broken, however much of it (%#)', (message) => {
		expect(wordsOf(message)).toMatch(/^The request does not have the form/);
	});
});

const server = sharedServer(() => completion({ content: 'x' }));

function embed(options: INodeParameters, rows: number): Promise<RunResult> {
	return runModel({
		credential: { servingUrl: server.url },
		rows: Array.from({ length: rows }, (_, id) => ({ text: `text ${id}` })),
		settings: { onError: 'continueErrorOutput' },
		parameters: {
			operation: 'embed',
			deployment: { __rl: true, mode: 'name', value: 'embedder' },
			text: '={{ $json.text }}',
			options,
		},
	});
}

describe('Embed, asking for 50 texts in one request', () => {
	test.each<[string, INodeParameters, Reply, string]>([
		[
			'Dimensions',
			{ dimensions: 17 },
			refusal("Model 'm' only supports Matryoshka dimensions [16, 32], got 17."),
			'does not make embeddings of this size',
		],
		[
			'Dimensions, by name',
			{ dimensions: 17 },
			refusal('wrong', 'body.dimensions'),
			'does not make embeddings of this size',
		],
		[
			'Encoding',
			{ encoding: 'base64' },
			refusal(
				"1 validation error:\n  {'type': 'literal_error', 'loc': 'body.encoding_format', 'msg': \"Input should be 'float'\", 'input': 'x'}",
				'body.encoding_format',
			),
			"'Encoding' holds",
		],
		['Encoding, in words', { encoding: 'base64' }, refusal('encoding_format base64 is unknown'), "'Encoding' holds"],
		[
			'a further field',
			{ extraFields: '{"input_type": "query"}' },
			refusal("Unsupported input_type 'query'."),
			"'input_type' in 'Extra Fields (JSON)' holds",
		],
		[
			'a further field, by name',
			{ extraFields: '{"user": 5}' },
			refusal('Input should be a valid string', 'body.user'),
			"'user' in 'Extra Fields (JSON)' holds",
		],
		['Model', { model: 'nope' }, refusal('The model `nope` does not exist.', null, 404), 'does not know the model'],
		['API Path Prefix', { apiPrefix: '/openai/v1' }, { status: 404, body: { detail: 'Not Found' } }, 'no such address'],
		['another model', {}, refusal('The model does not support Embeddings API'), 'does not answer this operation'],
	])('one request shows that the server refuses %s', async (_name, options, reply, words) => {
		server.answer = () => reply;
		const { failed } = await embed(options, 50);
		expect(failed).toHaveLength(50);
		expect(new Set(failed.map(({ json }) => json.error)).size).toBe(1);
		expect(failed[0]?.json.error).toContain(words);
		expect(server.requests).toHaveLength(1);
	});

	test.each<[string, Reply]>([
		['too long', refusal("This model's maximum context length is 128 tokens.", 'input_text')],
		['empty', refusal('The decoder prompt cannot be empty')],
		[
			'refused',
			refusal("1 validation error:\n  {'type': 'x', 'loc': 'body.input', 'msg': 'No', 'input': 'x'}", 'body.input'),
		],
		['refused in other words', refusal('I do not like it')],
	])('a text that is %s is found, and the others keep their embeddings', async (_name, reply) => {
		server.answer = ({ body }: Recorded) => {
			const texts = listOf(at(body, 'input'));
			return texts.includes('text 33')
				? reply
				: { body: { data: texts.map((_, index) => ({ index, embedding: [1] })) } };
		};
		const { success, failed } = await embed({ dimensions: 1, extraFields: '{"user": "x"}' }, 50);
		expect(success).toHaveLength(49);
		expect(failed.map(({ json }) => json.text)).toEqual(['text 33']);
		expect(server.requests.length).toBeGreaterThan(1);
	});
});

describe('Stop Sequences', () => {
	test('more than four are refused before anything is sent', async () => {
		const { error } = await chatWith(server, { parameters: { options: { stop: ['a', 'b', 'c', 'd', 'e'] } } });
		expect(error?.message).toBe("'Stop Sequences' holds 5 texts");
		expect(error?.description).toContain('4 at most');
		expect(server.requests).toHaveLength(0);
	});

	test('those that were not filled in do not count', async () => {
		const { status } = await chatWith(server, { parameters: { options: { stop: ['a', '', 'b', 'c', '', 'd'] } } });
		expect(status).toBe('success');
		expect(at(server.requests[0]?.body, 'stop')).toEqual(['a', 'b', 'c', 'd']);
	});
});

const BUSY = refusal('The engine is currently busy and cannot accept new requests.', null, 503);

test('a deployment that has as many requests as it can handle is asked again, and what helps is said when it is given up', async () => {
	server.answer = (_request, number) => (number < 3 ? BUSY : completion({ content: 'x' }));
	const options = { maxTries: 3, maxRetryWait: 0.01 };
	expect((await chatWith(server, { parameters: { options } })).status).toBe('success');
	expect(server.requests).toHaveLength(3);
	server.answer = () => BUSY;
	const { error } = await chatWith(server, { parameters: { options } });
	expect(error?.message).toContain('has as many requests as it can handle');
	expect(error?.message).toContain('after 3 tries');
	expect(error?.description).toContain("Lower 'Max Concurrent Requests', or raise 'Tries Before Giving Up'");
});

test('the Chat Model speaks of the agent, and of its own options', async () => {
	const ask = async (reply: Reply, options: INodeParameters = {}) => {
		server.answer = () => reply;
		const { error } = await useChatModel(async (model) => (await model.invoke('x')).text, {
			credential: { servingUrl: server.url },
			parameters: { options: { maxTries: 1, ...options } },
		});
		return [error?.message, error?.description].join(' ');
	};
	expect(await ask(refusal('tinyllama is not a multimodal model'))).toContain('The agent or chain sent images');
	expect(await ask(BUSY)).not.toContain('Max Concurrent Requests');
	expect(await ask(refusal('temperature must be in [0, 2]'), { temperature: 1.5 })).toContain("'Temperature' holds");
});
