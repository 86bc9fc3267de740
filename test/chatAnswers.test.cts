/** What Chat asks for beyond text, and what it makes of the answers: JSON, tools, images, tokens. In n8n's engine, over real HTTP. */
import type { IBinaryData } from 'n8n-workflow';
import { chatWith, completion, USAGE } from './support/chat.cts';
import type { RunOptions } from './support/engine.cts';
import { recordOf, textOf } from './support/json.cts';
import type { Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';
import documented from './fixtures/error-bodies.json';

const says = (content: string, finish?: string) => completion({ content }, finish);

const server = sharedServer(() => says('Hello'));

const chat = (options: Partial<RunOptions>) => chatWith(server, options);
const sent = () => server.requests.map(({ body }) => recordOf(body));

const SCHEMA = {
	type: 'object',
	properties: { team: { enum: ['billing', 'sales'] }, urgency: { type: 'integer' } },
	required: ['team'],
};
const structured = { responseFormat: 'jsonSchema', jsonSchema: JSON.stringify(SCHEMA) };

describe('structured output', () => {
	test('asks in the portable form, and the parsed value comes out under json', async () => {
		server.answer = () => says('{"team": "billing", "urgency": 9007199254740993}');
		const { success } = await chat({ parameters: structured });
		expect(sent()[0]).toMatchObject({
			response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: SCHEMA, strict: true } },
		});
		expect(server.requests[0]?.text).not.toContain('guided');
		expect(success[0]?.json).toMatchObject({
			text: expect.any(String),
			json: { team: 'billing', urgency: '9007199254740993' },
			usage: { totalTokens: 7 },
		});
	});

	test('any JSON, also in the fence that some models put around it', async () => {
		server.answer = (_request, number) => says(number === 1 ? '{"a": [1]}' : '```json\n{"a": [2]}\n```\n');
		const { success } = await chat({
			rows: [{}, {}],
			parameters: { responseFormat: 'json', options: { concurrency: 1 } },
		});
		expect(sent()[0]).toMatchObject({ response_format: { type: 'json_object' } });
		expect(success.map(({ json }) => json.json)).toEqual([{ a: [1] }, { a: [2] }]);
	});

	test('text stays free of response_format and json', async () => {
		server.answer = () => says('{"a": 1}');
		const { success } = await chat({});
		expect(sent()[0]).not.toHaveProperty('response_format');
		expect(success[0]?.json).not.toHaveProperty('json');
	});

	test.each<[string, Reply, string]>([
		['text that is no JSON', says('Billing, I think'), 'The answer is not JSON: Billing, I think'],
		['nothing', says(''), 'The answer is not JSON'],
		[
			'an answer cut off by Maximum Number of Tokens',
			says('{"team": "bil', 'length'),
			'cut off before its JSON was whole (length): {"team": "bil',
		],
		['a number, which may go on', says('4', 'length'), 'cut off before its JSON was whole (length)'],
		['a filtered answer', says('{"team', 'content_filter'), 'ended before it was whole (content_filter)'],
		[
			'a refusal',
			completion({ content: null, refusal: 'I cannot sort this' }),
			'The model refused to answer: I cannot sort this',
		],
		[
			'a missing member',
			says('{"urgency": 1}'),
			'does not follow the JSON schema, as \'team\' is missing: {"urgency": 1}',
		],
		['another choice', says('{"team": "cats"}'), '\'team\' is "cats", none of "billing", "sales"'],
		['another type', says('{"team": "sales", "urgency": "high"}'), "'urgency' is string, not integer"],
		['a list', says('[]'), 'it is array, not object'],
	])('%s fails that item alone, with the text in it', async (_name, reply, message) => {
		server.answer = ({ text }) => (text.includes('bad') ? reply : says('{"team": "sales"}'));
		for (const simplify of [true, false]) {
			const { success, failed } = await chat({
				rows: [{ q: 'bad' }, { q: 'good' }],
				parameters: { prompt: '={{ $json.q }}', simplify, ...structured },
				settings: { onError: 'continueErrorOutput' },
			});
			expect(success).toHaveLength(1);
			expect(failed.map(({ json }) => json)).toEqual([{ q: 'bad', error: expect.stringContaining(message) }]);
		}
	});

	test('a model that calls a tool first owes no JSON yet', async () => {
		const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '' } };
		server.answer = () => completion({ content: null, tool_calls: [call] }, 'tool_calls');
		const { success } = await chat({ parameters: structured });
		expect(success[0]?.json).toMatchObject({ toolCalls: [{ id: 'a', name: 'f', arguments: {} }] });
	});

	test.each<[string, unknown, string]>([
		['an example instead of a schema', { team: 'billing' }, 'says nothing about the answer'],
		['nothing', {}, 'says nothing about the answer'],
		['a list', [], 'is not a JSON object'],
		['text that is no JSON', '{"type": "object",}', "'JSON Schema' is not valid JSON"],
		['a type that does not exist', { type: 'text' }, 'its type is "text"'],
		['a type deep inside', { properties: { a: { items: { type: 'int' } } } }, 'properties.a.items: its type is "int"'],
		['no choices', { enum: [] }, "'enum' is [], not a list of one or more values"],
		['properties as a list', { properties: ['a'] }, '\'properties\' is ["a"], not an object'],
		['a bound as text', { properties: { a: { maximum: '5' } } }, 'properties.a: \'maximum\' is "5", not a number'],
		[
			'a reference that leads nowhere',
			{ properties: { a: { $ref: '#/$defs/a' } } },
			'properties.a: \'$ref\' "#/$defs/a" leads nowhere',
		],
		['a reference in a circle', { $ref: '#' }, '\'$ref\' "#" leads in a circle'],
	])('%s is refused before anything is sent', async (_name, schema, message) => {
		const jsonSchema = typeof schema === 'string' ? schema : JSON.stringify(schema);
		const { error } = await chat({ parameters: { responseFormat: 'jsonSchema', jsonSchema } });
		expect(error?.message).toContain(message);
		expect(server.requests).toEqual([]);
	});

	test('no schema at all is refused too', async () => {
		const { error } = await chat({ parameters: { responseFormat: 'jsonSchema', jsonSchema: '' } });
		expect(error?.message).toBe("'JSON Schema' is empty");
		expect(server.requests).toEqual([]);
	});

	test.each<[string, object]>([
		['choices alone', { enum: ['a'] }],
		['references', { $defs: { 'a/b': { type: 'string' } }, properties: { a: { $ref: '#/$defs/a~1b' } } }],
		['variants and nullable types', { anyOf: [{ type: ['string', 'null'] }, { const: 1 }] }],
		['OpenAI’s wrapping', { name: 'ticket', schema: SCHEMA, strict: true }],
	])('%s can be sent', async (_name, schema) => {
		server.answer = () => says('"a"');
		await chat({
			rows: [{ schema }],
			parameters: { responseFormat: 'jsonSchema', jsonSchema: '={{ $json.schema }}' },
		});
		expect(sent()).toHaveLength(1);
	});
});

describe('tools', () => {
	const definition = { name: 'find_order', parameters: { type: 'object', properties: { id: { type: 'string' } } } };
	const tool = { type: 'function', function: definition };

	const DATA = '={{ JSON.parse($json.tools) }}';
	test.each<[string, unknown, object, string]>([
		['in OpenAI’s form', [tool], { tools: [tool] }, DATA],
		['as functions alone', [definition], { tools: [tool] }, DATA],
		['without parameters', [{ name: 'now', parameters: {} }], { tools: [{ function: { name: 'now' } }] }, DATA],
		['as JSON text', [tool], { tools: [tool] }, '={{ $json.tools }}'],
	])('are sent %s', async (_name, tools, body, expression) => {
		server.answer = () => says('x');
		await chat({ rows: [{ tools: JSON.stringify(tools) }], parameters: { options: { tools: expression } } });
		expect(sent()[0]).toMatchObject(body);
	});

	test.each<[string, unknown]>([
		['none', 'none'],
		['required', 'required'],
		['find_order', { type: 'function', function: { name: 'find_order' } }],
	])('and chosen: %s', async (toolChoice, wanted) => {
		server.answer = () => says('x');
		await chat({ parameters: { options: { tools: JSON.stringify([tool]), toolChoice } } });
		expect(sent()[0]?.tool_choice).toEqual(wanted);
	});

	test('no tools, no choice', async () => {
		server.answer = () => says('x');
		await chat({ parameters: { options: { tools: '[]', toolChoice: 'required' } } });
		expect(Object.keys(sent()[0] ?? {})).toEqual(['model', 'messages']);
	});

	test.each<[string, string, string]>([
		['an object', '{}', "'Tools (JSON)' is not a list of tools"],
		['a tool without a name', '[{"description": "x"}]', "Tool 1 of 'Tools (JSON)' has no name"],
		[
			'no schema',
			'[{"name": "f", "parameters": {"id": "text"}}]',
			"The 'parameters' of the tool 'f' are not a JSON schema",
		],
	])('%s is refused before anything is sent', async (_name, tools, message) => {
		const { error } = await chat({ parameters: { options: { tools } } });
		expect(error?.message).toContain(message);
		expect(server.requests).toEqual([]);
	});

	test('arguments that are no JSON fail the item, with the text in it', async () => {
		const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{"id": ' } };
		server.answer = () => completion({ content: null, tool_calls: [call] }, 'length');
		const { error } = await chat({});
		expect(error?.message).toBe('The model called the tool \'f\' with arguments that are not JSON: {"id":');
	});
});

describe('images', () => {
	const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
	const JPEG = Buffer.from('ffd8ffe000104a46', 'hex');
	const file = (bytes: Buffer, mimeType = 'image/png'): IBinaryData => ({ data: bytes.toString('base64'), mimeType });
	const url = (type: string, bytes: Buffer) => ({
		type: 'image_url',
		image_url: { url: `data:${type};base64,${bytes.toString('base64')}` },
	});

	test('several in one message, their type told by their bytes', async () => {
		server.answer = () => says('Two pictures');
		const binary = { data: file(PNG), photo: file(JPEG, 'application/octet-stream'), other: file(PNG) };
		const { success } = await chat({
			items: [{ json: { id: 1 }, binary }],
			parameters: { includeInputFields: true, options: { imageFields: 'data, photo' } },
		});
		expect(sent()[0]?.messages).toEqual([
			{
				role: 'user',
				content: [{ type: 'text', text: 'Hello' }, url('image/png', PNG), url('image/jpeg', JPEG)],
			},
		]);
		expect(success[0]?.json).toMatchObject({ id: 1, answer: 'Two pictures' });
		expect(success[0]?.binary).toEqual(binary);
	});

	test('they go with the last message of the user', async () => {
		server.answer = () => says('x');
		const messages = [
			{ role: 'user', content: 'first' },
			{ role: 'user', content: [{ type: 'text', text: 'second' }] },
			{ role: 'assistant', content: 'third' },
		];
		await chat({
			items: [{ json: {}, binary: { data: file(PNG) } }],
			parameters: { promptType: 'json', messagesJson: JSON.stringify(messages), options: { imageFields: 'data' } },
		});
		expect(sent()[0]?.messages).toEqual([
			messages[0],
			{ role: 'user', content: [{ type: 'text', text: 'second' }, url('image/png', PNG)] },
			messages[2],
		]);
	});

	test.each<[string, Record<string, IBinaryData>, string, string]>([
		['a file that is not there', { photo: file(PNG) }, "The item has no file 'data'", 'Its files: photo.'],
		['no files', {}, "The item has no file 'data'", 'no files at all'],
		[
			'a PDF',
			{ data: file(Buffer.from('%PDF-1.7'), 'application/pdf') },
			"'data' is not an image that models read, but application/pdf",
			'PNG, JPEG',
		],
		[
			'a PDF that says it is a PNG',
			{ data: file(Buffer.from('%PDF-1.7')) },
			"'data' is not an image that models read",
			'PNG, JPEG',
		],
		[
			'an empty file',
			{ data: file(Buffer.alloc(0)) },
			"'data' is not an image that models read, but empty",
			'PNG, JPEG',
		],
		[
			'a large one',
			{ data: file(Buffer.concat([PNG, Buffer.alloc(21 * 1024 * 1024)])) },
			"The image 'data' has 21.0 MB, and 20 MB is the most",
			'Edit Image',
		],
	])('%s fails the item before anything is sent', async (_name, binary, message, advice) => {
		const { error } = await chat({ items: [{ json: {}, binary }], parameters: { options: { imageFields: 'data' } } });
		expect(error?.message).toContain(message);
		expect(error?.description).toContain(advice);
		expect(server.requests).toEqual([]);
	});

	test('they are read when their item’s turn comes, not before', async () => {
		server.answer = () => ({ status: 400, body: { error: { message: 'no', type: 'x' } } });
		const { error } = await chat({
			items: [{ json: {}, binary: { data: file(PNG) } }, { json: {} }],
			parameters: { options: { imageFields: 'data', concurrency: 1 } },
		});
		// The second item has no file: read together with the first, it would have ended the run.
		expect(error?.message).toContain('refused the request');
		expect(server.requests).toHaveLength(1);
	});

	test('no message of the user, nowhere to put them', async () => {
		const { error } = await chat({
			items: [{ json: {}, binary: { data: file(PNG) } }],
			parameters: {
				promptType: 'json',
				messagesJson: '[{"role": "system", "content": "x"}]',
				options: { imageFields: 'data' },
			},
		});
		expect(error?.message).toContain("No message of the role 'user'");
	});
});

describe('tokens', () => {
	test('of a run are counted once, with those of failed answers', async () => {
		server.answer = ({ text }) => says(text.includes('bad') ? 'no JSON' : '{}');
		const { metadata } = await chat({
			rows: [{ q: 'bad' }, { q: 'b' }, { q: 'c' }],
			parameters: { prompt: '={{ $json.q }}', responseFormat: 'json' },
			settings: { onError: 'continueRegularOutput' },
		});
		expect(metadata?.tokenUsage).toEqual({ inputTokens: 15, outputTokens: 6 });
	});

	test('none are made up where the server counts none', async () => {
		server.answer = () => completion({ content: 'x' }, 'stop', { usage: null });
		const { metadata, success } = await chat({});
		expect(metadata?.tokenUsage).toBeUndefined();
		expect(success[0]?.json).toEqual({ text: 'x', finishReason: 'stop' });
	});

	test('from the cache and for reasoning come out too', async () => {
		const details = { prompt_tokens_details: { cached_tokens: 4 }, completion_tokens_details: { reasoning_tokens: 1 } };
		server.answer = () => completion({ content: 'x' }, 'stop', { usage: { ...USAGE, ...details } });
		const { success } = await chat({});
		expect(success[0]?.json.usage).toEqual({
			promptTokens: 5,
			completionTokens: 2,
			totalTokens: 7,
			cachedTokens: 4,
			reasoningTokens: 1,
		});
	});
});

describe('answers without JSON', () => {
	test.each<[string, object, string, object]>([
		['a refusal', { content: null, refusal: 'No' }, 'stop', { text: '', refusal: 'No' }],
		['reasoning', { content: 'x', reasoning: 'Hm' }, 'stop', { text: 'x', reasoning: 'Hm' }],
		['reasoning of older servers', { content: 'x', reasoning_content: 'Hm' }, 'stop', { reasoning: 'Hm' }],
		['a cut', { content: 'x' }, 'length', { text: 'x', finishReason: 'length' }],
	])('%s comes out as it is', async (_name, message, finish, json) => {
		server.answer = () => completion(message, finish);
		expect((await chat({})).success[0]?.json).toMatchObject(json);
	});

	describe.each(['abort', 'error', 'content_filter'])('one that ended with %s fails', (finish) => {
		test.each([
			['text', true],
			['text', false],
			['json', true],
			['json', false],
		])('in the format %s, with Simplify %s', async (responseFormat, simplify) => {
			server.answer = ({ text }) => says('{"half": 1}', text.includes('bad') ? finish : 'stop');
			const { success, failed } = await chat({
				rows: [{ q: 'bad' }, { q: 'good' }],
				parameters: { prompt: '={{ $json.q }}', simplify, responseFormat },
				settings: { onError: 'continueErrorOutput' },
			});
			expect(success).toHaveLength(1);
			expect(failed.map(({ json }) => json)).toEqual([
				{ q: 'bad', error: `The answer ended before it was whole (${finish}): {"half": 1}` },
			]);
		});
	});

	test('stream is the node’s own to decide', async () => {
		const { error } = await chat({ parameters: { options: { extraFields: '{"stream": true}' } } });
		expect(error?.message).toContain("'Extra Fields (JSON)' holds 'stream'");
	});
});

describe('every documented error of a language model’s server', () => {
	const errors = documented.filter(
		({ source, status }) =>
			['vllm', 'kserve-openai', 'fastapi', 'transformers-serve'].includes(source) && status >= 300,
	);

	test.each(errors.map(({ case: name, status, body, contentType }) => ({ name, status, body, contentType })))(
		'$name, with streaming and without',
		async ({ status, body, contentType }) => {
			server.answer = () => ({ status, body, headers: { 'content-type': contentType } });
			const messages: string[] = [];
			for (const onChunk of [undefined, () => {}]) {
				const { success, failed } = await chat({
					rows: [{ id: 1 }],
					onChunk,
					parameters: { options: { maxTries: 1 } },
					settings: { onError: 'continueErrorOutput' },
				});
				expect(success).toEqual([]);
				messages.push(textOf(failed[0]?.json.error));
			}
			expect(messages[0]).toContain(`(status ${status})`);
			expect(messages[0]).toMatch(/^The /);
			expect(messages[1]).toBe(messages[0]);
		},
	);
});

describe('thoughts in the text', () => {
	const hintsOf = async (content: string, parameters = {}): Promise<unknown[]> => {
		server.answer = () => says(content);
		return (await chat({ rows: [{}, {}], parameters })).hints.map(({ message }) => message);
	};

	test.each([
		['<think>Hm</think>Yes', {}],
		['Hm</think>{"a": 1}', { responseFormat: 'json' }],
	])('%j: a hint names the parser that the deployment lacks, once', async (content, parameters) => {
		expect(await hintsOf(content, parameters)).toEqual([expect.stringContaining('--reasoning-parser')]);
	});

	test('those that a prompt asked for are nobody’s fault', async () => {
		expect(await hintsOf('<reasoning>Hm</reasoning>Yes')).toEqual([]);
	});

	test('JSON among the thoughts is found, and a hint says why it stood there', async () => {
		server.answer = () => completion({ content: null, reasoning: '{"a": 1}' });
		const { success, hints } = await chat({ parameters: { responseFormat: 'json' } });
		expect(success[0]?.json).toMatchObject({ json: { a: 1 } });
		expect(hints[0]?.message).toContain('The answer stood in the reasoning');
	});
});

test('a call of another tool than the one that had to be called fails', async () => {
	const call = { id: 'a', type: 'function', function: { name: 'other', arguments: '{}' } };
	server.answer = () => completion({ content: null, tool_calls: [call] }, 'tool_calls');
	const tools = '[{"name": "wanted"}, {"name": "other"}]';
	const { error } = await chat({ parameters: { options: { tools, toolChoice: 'wanted' } } });
	expect(error?.message).toBe("The model did not call the tool 'wanted', which it had to");
	expect((await chat({ parameters: { options: { tools, toolChoice: 'required' } } })).success).toHaveLength(1);
});
