/** The Hopsworks Chat Model's calls: how their callers end them, their options, and answers that follow a schema. */
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { HumanMessage } from '@langchain/core/messages';
import { RunnableLambda } from '@langchain/core/runnables';
import { setTimeout as wait } from 'node:timers/promises';
import { NodeOperationError, type INode } from 'n8n-workflow';
import { z } from 'zod';
import { bodiesOf, completion, toModelAt, useChatModel } from './support/chatModel.cts';
import { endless, startServer, type Recorded, type Reply, type TestServer } from './support/server.cts';

let server: TestServer;
let answer: (request: Recorded, number: number) => Reply;
const unhandled: unknown[] = [];
const note = (reason: unknown): number => unhandled.push(reason);

beforeAll(async () => {
	server = await startServer((request, number) => answer(request, number));
	process.on('unhandledRejection', note);
	// The first call of a process loads what n8n counts tokens with.
	answer = () => completion({ content: 'Hello' });
	await useChatModel(async (model) => await model.invoke('Hi'), toModelAt(server.url));
});
afterAll(async () => {
	process.off('unhandledRejection', note);
	await server.close();
});
beforeEach(() => {
	server.requests.length = 0;
});
afterEach(() => expect(unhandled).toEqual([]));

const sent = () => bodiesOf(server);
const STREAM = { 'content-type': 'text/event-stream' };
const EVENT = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'and ' } }] })}\n\n`;

/** The most milliseconds that a call may take to end. */
const SOON = 1000;

describe('a caller ends its call', () => {
	const silent = (): Reply => ({ delay: 20_000 });
	const slowBody = (): Reply => ({ headers: { 'content-type': 'application/json' }, stream: endless(' ').stream });
	const unending = (): Reply => ({ headers: STREAM, stream: endless(EVENT).stream });
	const busy = (): Reply => ({ status: 503, headers: { 'retry-after': '30' } });

	type Use = (model: BaseChatModel, options: { signal?: AbortSignal; timeout?: number }) => Promise<unknown>;
	const invoke: Use = async (model, options) => await model.invoke('Hi', options);
	const stream: Use = async (model, options) => {
		for await (const _chunk of await model.stream('Hi', options));
	};
	const chain: Use = async (model, options) =>
		await RunnableLambda.from((text: string) => [new HumanMessage(text)])
			.pipe(model)
			.invoke('Hi', options);
	const withTools: Use = async (model, options) =>
		await model
			.bindTools?.([{ type: 'function', function: { name: 'f' } }], { tool_choice: 'auto' })
			.invoke('Hi', options);
	const structured: Use = async (model, options) =>
		await model.withStructuredOutput({ type: 'object', properties: {} }).invoke('Hi', options);

	test.each<[string, Use, () => Reply]>([
		['before the reply', invoke, silent],
		['within the reply', invoke, slowBody],
		['before a stream', stream, silent],
		['within a stream', stream, unending],
		['within a silent stream', stream, () => ({ headers: STREAM, stream: [EVENT], ending: 'stall' })],
		['while it waits to ask again', invoke, busy],
		['while its stream waits to ask again', stream, busy],
		['of a chain', chain, silent],
		['of a model with tools', withTools, silent],
		['that wants a schema followed', structured, silent],
	])('%s', async (_name, use, reply) => {
		answer = reply;
		for (const way of ['signal', 'timeout']) {
			server.requests.length = 0;
			const { made, run } = await useChatModel(async (model) => {
				const controller = new AbortController();
				const began = performance.now();
				const using = use(model, way === 'signal' ? { signal: controller.signal } : { timeout: 150 });
				if (way === 'signal') setTimeout(() => controller.abort(), 150);
				const error = await using.then(
					() => undefined,
					(reason: unknown) => reason,
				);
				const took = performance.now() - began;
				await wait(120);
				const { name } = error instanceof Error || error instanceof DOMException ? error : { name: 'no error' };
				return { name, isSoon: took < SOON, open: server.underWay(), requests: server.requests.length };
			}, toModelAt(server.url));
			expect(made).toEqual({
				name: way === 'signal' ? 'AbortError' : 'TimeoutError',
				isSoon: true,
				open: 0,
				requests: 1,
			});
			expect(JSON.stringify(run)).not.toContain('PREFIX.SECRET');
		}
	});

	test('before it begins: nothing is sent', async () => {
		answer = () => completion({ content: 'Hello' });
		const { made } = await useChatModel(async (model) => {
			const using = model.invoke('Hi', { signal: AbortSignal.abort() });
			return { name: await using.catch((error: unknown) => (error instanceof DOMException ? error.name : 'no abort')) };
		}, toModelAt(server.url));
		expect(made).toEqual({ name: 'AbortError' });
		await wait(100);
		expect(server.requests).toEqual([]);
	});

	test('and no other', async () => {
		answer = (_request, number) =>
			number === 1 ? { delay: 20_000 } : { ...completion({ content: 'Hello' }), delay: 300 };
		const { made } = await useChatModel(async (model) => {
			const ended = model.invoke('Hi', { timeout: 200 }).catch(() => {});
			await wait(50);
			const { text } = await model.invoke('Hi');
			await ended;
			return { text, again: (await model.invoke('Hi', { timeout: 5000 })).text };
		}, toModelAt(server.url));
		expect(made).toEqual({ text: 'Hello', again: 'Hello' });
	});
});

const TOOL = {
	type: 'function',
	function: { name: 'f', description: 'd', parameters: { type: 'object', properties: { x: { type: 'integer' } } } },
};
const callOf = (given: string, name = 'f') => ({
	content: null,
	tool_calls: [{ id: 'a', type: 'function', function: { name, arguments: given } }],
});

/** A model with options that LangChain's types do not know of every model. */
const withOptions = (model: BaseChatModel, options: object) => model.withConfig({ ...options });

describe('the options of a call', () => {
	test.each<[string, unknown]>([
		['any', 'required'],
		['required', 'required'],
		['auto', 'auto'],
		['none', 'none'],
		['f', { type: 'function', function: { name: 'f' } }],
	])('the choice of tools %s', async (choice, expected) => {
		answer = () => completion(callOf('{}'));
		await useChatModel(async (model) => {
			await model.bindTools?.([TOOL], { tool_choice: choice }).invoke('Hi');
			await model.bindTools?.([TOOL]).invoke('Hi', { tool_choice: choice });
		}, toModelAt(server.url));
		expect(sent().map((body) => body.tool_choice)).toEqual([expected, expected]);
	});

	test.each<[string, Record<string, unknown>, unknown]>([
		['OpenAI', { type: 'function', function: { name: 'f' } }, { type: 'function', function: { name: 'f' } }],
		['Anthropic', { type: 'tool', name: 'f' }, { type: 'function', function: { name: 'f' } }],
		['Anthropic, any', { type: 'any' }, 'required'],
	])('the choice of a tool as %s says it', async (_name, choice, expected) => {
		answer = () => completion(callOf('{}'));
		await useChatModel(
			async (model) => await model.bindTools?.([TOOL], { tool_choice: choice }).invoke('Hi'),
			toModelAt(server.url),
		);
		expect(sent()[0]?.tool_choice).toEqual(expected);
	});

	test('those that servers know go out, whole and streamed, and others do not', async () => {
		answer = () => completion({ content: '{}' });
		const options = {
			stop: ['END'],
			strict: true,
			parallel_tool_calls: false,
			response_format: { type: 'json_object' },
			seed: 3,
			temperature: 0.5,
			maxTokens: 7,
			maxConcurrency: 2,
			headers: { a: 'b' },
		};
		await useChatModel(async (model) => {
			const bound = model.bindTools?.([TOOL], options);
			await bound?.invoke('Hi');
			for await (const _chunk of (await bound?.stream('Hi')) ?? []);
		}, toModelAt(server.url));
		const expected = {
			model: 'llm',
			messages: [{ role: 'user', content: 'Hi' }],
			stop: ['END'],
			tools: [{ ...TOOL, function: { ...TOOL.function, strict: true } }],
			parallel_tool_calls: false,
			response_format: { type: 'json_object' },
			seed: 3,
			temperature: 0.5,
			max_tokens: 7,
		};
		expect(sent()).toEqual([expected, { ...expected, stream: true, stream_options: { include_usage: true } }]);
	});

	test('tools among them', async () => {
		answer = () => completion({ content: 'x' });
		const { error } = await useChatModel(async (model) => {
			await withOptions(model, { tools: [TOOL] }).invoke('Hi');
			await withOptions(model, { tools: [{ name: 'f' }] }).invoke('Hi');
		}, toModelAt(server.url));
		expect(sent().map((body) => body.tools)).toEqual([[TOOL]]);
		expect(error?.message).toBe(
			"A tool among the options of a call is not in OpenAI's form. Hand it over with 'bindTools'.",
		);
	});

	test('an answer is held to the format that a call asks for', async () => {
		answer = () => completion({ content: 'no' });
		const { error } = await useChatModel(
			async (model) => await withOptions(model, { response_format: { type: 'json_object' } }).invoke('Hi'),
			toModelAt(server.url),
		);
		expect(error?.message).toContain('The answer is not JSON: no. ');
	});

	test.each<[string, Reply, string]>([
		[
			'no call',
			completion({ content: 'No' }),
			"The model did not call the tool 'f', which it had to: No. The server may not know",
		],
		[
			'a call that was cut off',
			completion({ content: '<tool_call>{"na' }, 'length'),
			"the call was cut off before it was whole: <tool_call>{\"na. Raise 'Maximum Number of Tokens' in the options.",
		],
		[
			'other arguments',
			completion(callOf('{"x":"y"}')),
			"with arguments that do not fit its parameters, as 'x' is string, not integer",
		],
	])('%s where a tool had to be called', async (_name, reply, message) => {
		answer = () => reply;
		for (const isStreamed of [false, true]) {
			const { error } = await useChatModel(async (model) => {
				const bound = model.bindTools?.([TOOL], { ...{ strict: true }, tool_choice: 'f' });
				if (isStreamed) for await (const _chunk of (await bound?.stream('Hi')) ?? []);
				else await bound?.invoke('Hi');
			}, toModelAt(server.url));
			expect(error?.message).toContain(message);
		}
	});
});

describe('withStructuredOutput', () => {
	const schema = {
		type: 'object',
		properties: { team: { enum: ['billing', 'sales'] } },
		required: ['team'],
		additionalProperties: false,
	};
	const zod = z.object({ team: z.enum(['billing', 'sales']) });
	const good = '{"team": "billing"}';

	test.each([
		['a JSON schema', schema],
		['Zod', zod],
	])('%s: the server holds the answer to it', async (_name, given) => {
		answer = () => completion({ content: good });
		const { made, error } = await useChatModel(
			async (model) => await model.withStructuredOutput(given).invoke('Hi'),
			toModelAt(server.url),
		);
		if (error) throw error;
		expect(made).toEqual({ team: 'billing' });
		expect(sent()[0]).toMatchObject({
			response_format: {
				type: 'json_schema',
				json_schema: { schema: { properties: { team: { enum: ['billing', 'sales'] } }, required: ['team'] } },
			},
		});
		expect(sent()[0]).not.toHaveProperty('tools');
	});

	test('OpenAI’s form of a function', async () => {
		answer = () => completion({ content: good });
		const { made } = await useChatModel(
			async (model) => await model.withStructuredOutput({ name: 'sort', parameters: schema }).invoke('Hi'),
			toModelAt(server.url),
		);
		expect(made).toEqual({ team: 'billing' });
		expect(sent()[0]).toMatchObject({ response_format: { json_schema: { schema } } });
	});

	test('by a call of a tool, which the model must make and the server holds to the schema', async () => {
		answer = () => completion(callOf(good, 'sort'));
		const { made } = await useChatModel(
			async (model) =>
				await model.withStructuredOutput(schema, { method: 'functionCalling', name: 'sort' }).invoke('Hi'),
			toModelAt(server.url),
		);
		expect(made).toEqual({ team: 'billing' });
		expect(sent()[0]).toMatchObject({
			tool_choice: { type: 'function', function: { name: 'sort' } },
			tools: [{ type: 'function', function: { name: 'sort', parameters: schema, strict: true } }],
		});
	});

	test('as JSON of any kind, held to the schema here', async () => {
		answer = () => completion({ content: good });
		const { made } = await useChatModel(
			async (model) => await model.withStructuredOutput(schema, { method: 'jsonMode' }).invoke('Hi'),
			toModelAt(server.url),
		);
		expect(made).toEqual({ team: 'billing' });
		expect(sent()[0]?.response_format).toEqual({ type: 'json_object' });
	});

	test.each(['jsonSchema', 'functionCalling', 'jsonMode'] as const)(
		'streamed, and with the raw answer: %s',
		async (method) => {
			const message = method === 'functionCalling' ? callOf(good, 'extract') : { content: good };
			answer = () => completion(message);
			const { made } = await useChatModel(async (model) => {
				let streamed: unknown;
				const structured = model.withStructuredOutput(schema, { method, strict: method === 'functionCalling' });
				for await (const piece of await structured.stream('Hi')) streamed = piece;
				const { raw, parsed } = await model.withStructuredOutput(schema, { method, includeRaw: true }).invoke('Hi');
				return { streamed, parsed, text: raw.text };
			}, toModelAt(server.url));
			expect(made).toEqual({
				streamed: { team: 'billing' },
				parsed: { team: 'billing' },
				text: method === 'functionCalling' ? '' : good,
			});
		},
	);

	test.each<[string, 'jsonSchema' | 'functionCalling' | 'jsonMode', Reply, string]>([
		['no JSON', 'jsonSchema', completion({ content: 'Billing' }), 'The answer is not JSON: Billing. '],
		[
			'another team',
			'jsonSchema',
			completion({ content: '{"team":"x"}' }),
			"The answer does not follow the JSON schema, as 'team' is",
		],
		[
			'another team',
			'jsonMode',
			completion({ content: '{"team":"x"}' }),
			"The answer does not follow the JSON schema, as 'team' is",
		],
		[
			'half an answer',
			'jsonSchema',
			completion({ content: '{"te' }, 'length'),
			'The answer was cut off before its JSON was whole',
		],
		['another team', 'functionCalling', completion(callOf('{"team":"x"}', 'extract')), 'do not fit its parameters'],
		['no call', 'functionCalling', completion({ content: 'Billing' }), "did not call the tool 'extract'"],
		[
			'a server without tools',
			'functionCalling',
			{
				status: 400,
				body: { error: { message: 'tool_choice requires --tool-call-parser to be set', type: 'BadRequestError' } },
			},
			'requires --tool-call-parser to be set',
		],
	])('%s is a failure in words: %s', async (_name, method, reply, message) => {
		answer = () => reply;
		const { error, run } = await useChatModel(
			async (model) => await model.withStructuredOutput(zod, { method }).invoke('Hi'),
			toModelAt(server.url),
		);
		expect(error?.message).toContain(message);
		expect(JSON.stringify(run)).not.toContain('PREFIX.SECRET');
	});

	test('a schema that says nothing is told before anything is sent', async () => {
		const { error } = await useChatModel(
			async (model) => await model.withStructuredOutput({ team: 'billing' }).invoke('Hi'),
			toModelAt(server.url),
		);
		expect(error?.message).toContain("'JSON Schema' says nothing about the answer");
		expect(server.requests).toEqual([]);
	});

	test('of an agent’s tool: other arguments are a failure there too', async () => {
		answer = () => completion(callOf('{"x":"y"}'));
		const { error } = await useChatModel(
			async (model) => await model.bindTools?.([TOOL]).invoke('Hi'),
			toModelAt(server.url),
		);
		expect(error?.message).toContain("do not fit its parameters, as 'x' is string, not integer");
	});
});

/** An agent's node, which wraps what its model throws. */
const AGENT: INode = { id: '1', name: 'Agent', type: 'agent', typeVersion: 3, position: [0, 0], parameters: {} };

describe('an agent, which shows the message alone, is told what to do', () => {
	test.each<[string, Reply | undefined, string]>([
		[
			'nothing listens',
			undefined,
			'Nothing listens there. Check the address and port in the credential (ECONNREFUSED).',
		],
		[
			'closed',
			{ reset: true },
			'The deployment may have restarted, or ran out of memory. Check its state and logs in Hopsworks (ECONNRESET).',
		],
		['the key', { status: 401, body: { userMsg: 'PREFIX.SECRET is no key' } }, "Check 'API Key' in the credential"],
		['no access', { status: 403, body: 'RBAC: access denied' }, 'access'],
		['unknown', { status: 404, body: { detail: 'Not Found' } }, 'Pick a deployment whose model can chat'],
		[
			'refused',
			{ status: 400, body: { error: { message: 'no PREFIX.SECRET', type: 'BadRequestError' } } },
			'Check what the agent or chain sends and the options',
		],
		['busy', { status: 503, body: 'ECONNREFUSED' }, "'Tries Before Giving Up'"],
		['no answer', { body: { predictions: [] } }, 'Check that the deployment is a language model'],
		['broken off', { headers: STREAM, stream: [EVENT], ending: 'cut' }, 'logs in Hopsworks'],
		['no JSON of a tool', completion(callOf('{')), "Raise 'Maximum Number of Tokens' if the call was cut off"],
	])('%s', async (_name, reply, advice) => {
		answer = () => reply ?? {};
		const { url } = reply ? server : await closedServer();
		const { made, run } = await useChatModel(
			async (model) => {
				const messages: string[] = [];
				const take = (error: unknown): void => {
					const wrapped = error instanceof Error ? new NodeOperationError(AGENT, error) : undefined;
					messages.push(wrapped?.message ?? 'none');
				};
				await model.invoke('Hi').catch(take);
				const stream = async (): Promise<void> => {
					for await (const _chunk of await model.stream('Hi'));
				};
				await stream().catch(take);
				return { messages };
			},
			toModelAt(url, { options: { maxTries: 1 } }),
		);
		expect(made.messages).toEqual([expect.stringContaining(advice), expect.stringContaining(advice)]);
		expect(JSON.stringify(made.messages)).not.toMatch(/\.\.|undefined/);
		expect(JSON.stringify(run)).not.toContain('PREFIX.SECRET');
	});
});

/** A server that is gone. */
async function closedServer(): Promise<TestServer> {
	const gone = await startServer(() => ({}));
	await gone.close();
	return gone;
}
