/** The key: how it is read out of what a user pasted, and that no echo of it is shown, in whatever form it comes. */
import fc from 'fast-check';
import type { StructuredChunk } from 'n8n-workflow';
import {
	apiKeyIn,
	failureWithout,
	jsonWithout,
	keyRemover,
	pieceCleaner,
	removeInTurns,
} from '../nodes/core/hopsworks/apiKey';
import { chatWith } from './support/chat.cts';
import { useChatModel } from './support/chatModel.cts';
import { API_KEY, runModel, type RunResult } from './support/engine.cts';
import { at } from './support/json.cts';
import { firstValues, type Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const SECRET = API_KEY.slice(API_KEY.indexOf('.') + 1);

describe('the key in what was pasted', () => {
	test.each([
		['as it is', API_KEY],
		['with white space around it', ` ${API_KEY}\n`],
		['with the word before it', `ApiKey ${API_KEY}`],
		['with the word in other letters', `  apikey\t${API_KEY}`],
		['with a line break inside', 'PREFIX.SEC\r\nRET'],
		['with characters that nobody sees', '\ufeffPREFIX\u200b.SEC\u00a0RET\u2060'],
	])('%s', (_how, pasted) => {
		expect(apiKeyIn(pasted)).toBe(API_KEY);
	});

	test('a key that begins like the word stays whole', () => {
		expect(apiKeyIn('ApiKeyPREFIX.SECRET')).toBe('ApiKeyPREFIX.SECRET');
		expect(apiKeyIn('ApiKey')).toBe('ApiKey');
		expect(apiKeyIn('')).toBe('');
	});
});

describe('a text without the key', () => {
	const remove = keyRemover(API_KEY);

	test.each([
		['the key', `got ${API_KEY}!`, 'got ***!'],
		['the key twice', `${API_KEY}${API_KEY}`, '******'],
		['the half that is secret', `got ${SECRET}`, 'got ***'],
		['escaped as JSON', '{"a":"PREFIX\\u002eSECRET"}', '{"a":"***"}'],
		[
			'escaped throughout, in either case of letters',
			String.raw`\u0050\u0052\u0045\u0046\u0049\u0058\u002E\u0053\u0045\u0043\u0052\u0045\u0054`,
			'***',
		],
		[
			'escaped as JSON within JSON',
			String.raw`{"a":"{\"b\":\"PREFIX\\u002eSECRET\"}"}`,
			String.raw`{"a":"{\"b\":\"***\"}"}`,
		],
		['escaped three times over', String.raw`PREFIX\\\\u002eSECRET`, '***'],
		['the prefix alone, which is no secret', 'PREFIX.', 'PREFIX.'],
		['other words', 'PREFIX-SECRE\\u0055', 'PREFIX-SECRE\\u0055'],
	])('%s', (_what, text, clean) => {
		expect(remove(text)).toBe(clean);
	});

	test('characters that mean something in expressions are taken as they are', () => {
		expect(keyRemover('a+b(c).[d]*e')('xa+b(c).[d]*ex aab(c).[d]*e')).toBe('x***x aab(c).[d]*e');
	});

	test.each(['', 'short', 'a.b'])('a key as short as %j takes nothing out', (key) => {
		expect(keyRemover(key)(`${key} short a.b`)).toBe(`${key} short a.b`);
	});

	test('a key without a dot, and one whose half is short', () => {
		expect(keyRemover('LONGENOUGH')('LONGENOUGH, LONGENOUG')).toBe('***, LONGENOUG');
		expect(keyRemover('LONGENOUGH.HALF')('LONGENOUGH.HALF, HALF')).toBe('***, HALF');
		expect(keyRemover('A.HALF56')('HALF56, A.HALF56')).toBe('***, ***');
		expect(keyRemover('A.HALF5')('HALF5, A.HALF5')).toBe('HALF5, A.HALF5');
	});

	test('failures and values have it taken out of all their texts and names', () => {
		const named = new Map([[3, `row of ${API_KEY}`]]);
		expect(
			failureWithout(
				{
					kind: 'status',
					message: `m ${API_KEY}`,
					description: `d ${SECRET}.`,
					status: 400,
					blame: { kind: 'rows', message: `b ${API_KEY}`, named },
				},
				remove,
			),
		).toEqual({
			kind: 'status',
			message: 'm ***',
			description: 'd ***.',
			status: 400,
			blame: { kind: 'rows', message: 'b ***', named: new Map([[3, 'row of ***']]) },
		});
		const size = { kind: 'status', message: '', description: '', blame: { kind: 'size' } } as const;
		expect(failureWithout(size, remove)).toEqual(size);
		expect(jsonWithout({ [API_KEY]: [API_KEY, 1, null, true, { a: SECRET }] }, remove)).toEqual({
			'***': ['***', 1, null, true, { a: '***' }],
		});
	});
});

test('a long text is searched in pieces, wherever they end', async () => {
	const escaped = API_KEY.replaceAll(/[PSI.]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
	const parts = [API_KEY, SECRET, escaped, escaped.replaceAll('\\', '\\'.repeat(8)), 'PREF', 'SEC', '\\', 'u0050', ' '];
	const texts = fc.array(fc.constantFrom(...parts), { maxLength: 12 }).map((some) => some.join(''));
	const giveWay = jest.fn(async () => {});
	await fc.assert(
		fc.asyncProperty(texts, fc.integer({ min: 1, max: 50 }), async (text, slice) => {
			expect(await removeInTurns(text, API_KEY, giveWay, slice)).toBe(keyRemover(API_KEY)(text));
		}),
		{ numRuns: 2000 },
	);
	expect(await removeInTurns('PREFIX.SECRET', '', giveWay)).toBe('PREFIX.SECRET');
	// Its first part is longer than all that may be told of the other.
	const long = `${'PREFIX'.repeat(50)}.SECRET`;
	for (let slice = 1; slice <= long.length; slice++) {
		expect(await removeInTurns(`a ${long} b`, long, giveWay, slice)).toBe('a *** b');
	}
	let clock = 0;
	jest.spyOn(performance, 'now').mockImplementation(() => (clock += 6));
	giveWay.mockClear();
	await removeInTurns('u00'.repeat(100_000), API_KEY, giveWay);
	jest.restoreAllMocks();
	expect(giveWay.mock.calls.length).toBeGreaterThan(3);
});

describe('a text that comes in pieces', () => {
	test('shows nothing of the key, wherever it is cut, and all of the rest', () => {
		const texts = fc
			.array(fc.constantFrom(API_KEY, SECRET, 'PREF', 'PREFIX.', 'SEC', 'a', ' ', 'P', 'S'), { maxLength: 12 })
			.map((parts) => parts.join(''));
		fc.assert(
			fc.property(texts, fc.array(fc.nat(60), { maxLength: 12 }), (text, places) => {
				const cleaner = pieceCleaner(API_KEY);
				const cuts = [0, ...places.map((place) => Math.min(place, text.length)), text.length].toSorted((a, b) => a - b);
				const shown = cuts.slice(1).map((cut, index) => cleaner.push(text.slice(cuts[index], cut)));
				const whole = shown.join('') + cleaner.end();
				expect(whole).toBe(keyRemover(API_KEY)(text));
				expect(cleaner.end()).toBe('');
			}),
			{ numRuns: 2000 },
		);
	});

	test('is kept back only where it may be the key', () => {
		const cleaner = pieceCleaner(API_KEY);
		expect(cleaner.push('Hello PRE')).toBe('Hello ');
		expect(cleaner.push('tty')).toBe('PREtty');
		expect(cleaner.push(' S')).toBe(' ');
		expect(cleaner.end()).toBe('S');
	});

	test('without a key nothing is kept back', () => {
		const cleaner = pieceCleaner('');
		expect(cleaner.push('P')).toBe('P');
		expect(cleaner.end()).toBe('');
	});
});

describe('in runs', () => {
	const server = sharedServer(firstValues);
	const escaped = String.raw`PREFIX\u002eSECRET`;
	const twice = JSON.stringify({ message: JSON.stringify({ error: 'X' }), predictions: null }).replace(
		'X',
		String.raw`PREFIX\\u002eSECRET`,
	);
	const event = (delta: object): string => `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`;
	const stream = (...events: string[]): Reply => ({
		headers: { 'content-type': 'text/event-stream' },
		stream: events.flatMap((one) => [one, 5]),
	});
	const END = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

	/** All that a run leaves behind. */
	const everything = (result: RunResult, chunks: unknown = []): string =>
		JSON.stringify([result, result.error?.message, result.error?.description, result.error?.stack, chunks]);

	test.each([
		['in a prediction', { body: `{"predictions":[{"${escaped}":"ApiKey ${escaped}"}]}` }],
		['in an error', { status: 500, body: `{"error":"ApiKey ${escaped}"}` }],
		['in an error within an error', { body: twice }],
		['in a named row', { status: 400, body: `{"detail":{"errors":[{"row":0,"reason":"${escaped}"}]}}` }],
		['the half alone in a page', { status: 500, body: `<title>${SECRET}</title>` }],
		['in what is no JSON', { body: `<html>${API_KEY}` }],
	] satisfies Array<[string, Reply]>)('an echo %s is not shown', async (_where, reply) => {
		server.answer = () => reply;
		for (const onError of ['stopWorkflow', 'continueErrorOutput'] as const) {
			const result = await runModel({
				rows: [{ id: 1 }],
				credential: { servingUrl: server.url },
				settings: { onError },
				parameters: {
					operation: 'predict',
					deployment: { __rl: true, mode: 'name', value: 'm' },
					columns: 'id',
					options: { maxTries: 1 },
				},
			});
			expect(everything(result)).not.toContain(SECRET);
			expect(everything(result)).toContain('***');
		}
	});

	test.each([
		['in one piece', [event({ content: `a ${API_KEY} b` }), END]],
		['over pieces', [event({ content: 'a PRE' }), event({ content: 'FIX.SE' }), event({ content: 'CRET b' }), END]],
		['letter by letter', [...Array.from(`a ${API_KEY} b`, (content) => event({ content })), END]],
		[
			'in its thoughts',
			[event({ reasoning: 'a PREFIX' }), event({ reasoning: '.SECRET b' }), event({ content: 'x' }), END],
		],
		['in an error', [event({ content: 'a' }), `data: {"error":{"message":"bad ${escaped}"}}\n\n`]],
		['in what is no JSON', [event({ content: 'a' }), `data: ${API_KEY}\n\n`]],
		['in what breaks off', [event({ content: `a ${API_KEY} b` })]],
		[
			'in a tool call',
			[
				event({ tool_calls: [{ index: 0, function: { name: 'f', arguments: '{"a":"PREFIX.' } }] }),
				event({ tool_calls: [{ index: 0, function: { arguments: 'SECRET"}' } }] }),
				END,
			],
		],
	])('an echo %s of a stream is not shown, by Chat or by the Chat Model', async (_where, events) => {
		server.answer = () => stream(...events);
		const chunks: StructuredChunk[] = [];
		const options = { maxTries: 1 };
		const onChunk = (chunk: StructuredChunk): void => void chunks.push(chunk);
		for (const simplify of [true, false]) {
			const result = await chatWith(server, { onChunk, parameters: { simplify, options } });
			expect(everything(result, chunks)).not.toContain(SECRET);
			expect(everything(result, chunks.map(({ content }) => content).join(''))).not.toContain(SECRET);
		}
		const used = await useChatModel(
			async (model) => {
				const texts: unknown[] = [];
				for await (const piece of await model.stream('Hi')) texts.push(piece);
				return { texts, joined: texts.map((piece) => at(piece, 'content')).join('') };
			},
			{ credential: { servingUrl: server.url }, parameters: { options } },
		);
		expect(JSON.stringify([used, used.error?.message, used.error?.stack])).not.toContain(SECRET);
	});

	test.each(['b', 'b PRE'])('thoughts that end as the key begins are not lost before the text %j', async (content) => {
		server.answer = () => stream(event({ reasoning: 'a PRE' }), event({ content }), END);
		const thoughts: string[] = [];
		await useChatModel(
			async (model) => {
				for await (const piece of await model.stream('Hi')) {
					thoughts.push(
						...Array.from(JSON.stringify(piece).matchAll(/"reasoning":"([^"]*)"/g), ([, text = '']) => text),
					);
				}
			},
			{ credential: { servingUrl: server.url }, parameters: { options: { maxTries: 1 } } },
		);
		expect(thoughts.join('')).toBe('a PRE');
	});

	test('a key that was pasted with more than itself is taken out as it was sent', async () => {
		server.answer = ({ headers }) => ({ body: { predictions: [headers.authorization] } });
		const { success } = await runModel({
			rows: [{ id: 1 }],
			credential: { servingUrl: server.url, apiKey: ' ApiKey PREFIX\u200b.SEC\nRET ' },
			parameters: { operation: 'predict', deployment: { __rl: true, mode: 'name', value: 'm' }, columns: 'id' },
		});
		expect(server.requests[0]?.headers.authorization).toBe(`ApiKey ${API_KEY}`);
		expect(success[0]?.json.prediction).toBe('ApiKey ***');
	});
});
