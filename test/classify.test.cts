/** Classify in n8n's engine, over real HTTP: what it asks, and what becomes of its answers. Hostile ones are in classifyReplies. */
import type { INodeParameters } from 'n8n-workflow';
import { startSandbox } from '../sandbox/sandbox.cts';
import { answered, CATEGORIES, classifyWith, questionIn, textIn, told } from './support/classify.cts';
import { at, recordOf, textOf } from './support/json.cts';
import type { Recorded, Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const LETTERS = ['A', 'B', 'C'];

/** A text ends in the place of its category, which is likelier the longer the text is. */
function byText(request: Recorded): Reply {
	const text = textIn(request);
	const place = Number(text.at(-1));
	const likely = 1 - 1 / (text.length + 1);
	return answered(
		LETTERS[place] ?? '',
		told(...LETTERS.map((_, index) => (index === place ? likely : (1 - likely) / 2))),
	);
}

const server = sharedServer(byText);
const sent = () => server.requests.map(({ body }) => recordOf(body));
const nameAt = (place: number): string => CATEGORIES[place]?.name ?? '';
const table = (rows: number) => Array.from({ length: rows }, (_, id) => ({ id, text: `${'x'.repeat(id)} ${id % 3}` }));
const CONTINUES = { onError: 'continueErrorOutput' } as const;

test('every item keeps its fields and gets its category, how sure that is, and the probability of each', async () => {
	const rows = table(60);
	const { success, metadata } = await classifyWith(server, { rows });
	expect(success.map(({ json, pairedItem }) => [json.id, json.text, pairedItem])).toEqual(
		rows.map(({ id, text }, item) => [id, text, { item }]),
	);
	for (const { json } of success) {
		const place = Number(json.id) % 3;
		const likely = 1 - 1 / (textOf(json.text).length + 1);
		const { category, confidence, probabilities } = recordOf(json.classification);
		expect(category).toBe(nameAt(place));
		expect(confidence).toBeCloseTo(likely, 12);
		expect(Object.keys(recordOf(probabilities))).toEqual(CATEGORIES.map(({ name }) => name));
		expect(at(probabilities, nameAt(place))).toBe(confidence);
		const shares = Object.values(recordOf(probabilities)).map(Number);
		expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
	}
	expect(server.requests).toHaveLength(60);
	// A token an item.
	expect(metadata?.tokenUsage).toEqual({ inputTokens: 60 * 50, outputTokens: 60 });
});

test('asks for one letter among those of the categories, and not to think first', async () => {
	await classifyWith(server, { rows: [{ text: 'a 0' }], parameters: { instructions: ' Money first. ' } });
	const [{ messages, ...fields } = {}] = sent();
	expect(fields).toEqual({
		model: 'llm',
		temperature: 0,
		chat_template_kwargs: { enable_thinking: false },
		max_tokens: 1,
		logprobs: true,
		top_logprobs: 20,
		structured_outputs: { choice: LETTERS },
	});
	expect(messages).toEqual([{ role: 'user', content: expect.any(String) }]);
	expect(server.requests.map(({ path }) => path)).toEqual(['/v1/test/llm/v1/chat/completions']);
	expect(server.requests.map(questionIn)).toEqual([
		[
			'Sort the content below into one of these categories:',
			'A: billing (Invoices and payments)\nB: technical\nC: sales (Offers)',
			'Money first.',
			'Answer with the letter of the category that fits best, and with nothing else.',
			'Content:\na 0',
		].join('\n\n'),
	]);
});

test('what is the same for all items stands first, so that a server reads it once', async () => {
	await classifyWith(server, { rows: table(9), parameters: { instructions: 'Money first.' } });
	const beginnings = server.requests.map((request) => questionIn(request).slice(0, -textIn(request).length));
	expect(new Set(beginnings).size).toBe(1);
	expect(beginnings[0]).toContain('Money first.');
});

test('a category is a line of its own, however its name and description are written', async () => {
	const values = [
		{ name: ' pay\nment ', description: 'first\n\nsecond' },
		{ name: 7, description: null },
	];
	server.answer = () => answered('B', told(0.25, 0.75));
	const { success } = await classifyWith(server, { rows: [{ text: 'a' }], parameters: { categories: { values } } });
	expect(server.requests.map(questionIn)).toEqual([
		expect.stringContaining('\n\nA: pay ment (first second)\nB: 7\n\n'),
	]);
	expect(at(success[0]?.json.classification, 'category')).toBe('7');
	expect(Object.keys(recordOf(at(success[0]?.json.classification, 'probabilities'))).toSorted()).toEqual([
		'7',
		'pay\nment',
	]);
});

test('options reach the wire, and only those that are set', async () => {
	const options = {
		model: 'other',
		apiPrefix: '/openai/v1',
		extraFields: '{"top_k": 5, "temperature": 0.5, "chat_template_kwargs": {"thinking": false}}',
		outputField: 'team',
	};
	const { success } = await classifyWith(server, {
		rows: [{ text: 'a 2' }],
		parameters: { options, includeInputFields: false },
	});
	expect(server.requests[0]?.path).toBe('/v1/test/llm/openai/v1/chat/completions');
	expect(sent()[0]).toMatchObject({
		model: 'other',
		top_k: 5,
		temperature: 0.5,
		chat_template_kwargs: { enable_thinking: false, thinking: false },
		max_tokens: 1,
	});
	expect(success[0]?.json).toEqual({ team: expect.objectContaining({ category: 'sales' }) });
});

test('categories and instructions may be other ones for each item', async () => {
	const rows = [
		{ text: 'a 0', first: 'red', second: 'green', hint: 'colours' },
		{ text: 'b 1', first: 'cat', second: 'dog', hint: 'animals' },
	];
	server.answer = (request) => {
		const place = Number(textIn(request).at(-1));
		return answered(LETTERS[place] ?? '', told(place === 0 ? 0.9 : 0.1, place === 0 ? 0.1 : 0.9));
	};
	const { success } = await classifyWith(server, {
		rows,
		parameters: {
			instructions: '={{ $json.hint }}',
			categories: {
				values: [
					{ name: '={{ $json.first }}', description: '' },
					{ name: '={{ $json.second }}', description: 'about {{ $json.second }}' },
				],
			},
		},
	});
	expect(success.map(({ json }) => at(json.classification, 'category'))).toEqual(['red', 'dog']);
	expect(Object.keys(recordOf(at(success[1]?.json.classification, 'probabilities')))).toEqual(['cat', 'dog']);
	expect(server.requests.map((request) => questionIn(request).includes('animals')).toSorted()).toEqual([false, true]);
	expect(sent().map(({ structured_outputs: outputs }) => at(outputs, 'choice'))).toEqual([
		['A', 'B'],
		['A', 'B'],
	]);
});

test('twenty categories are asked for by twenty letters', async () => {
	const values = Array.from({ length: 20 }, (_, index) => ({ name: `category ${index}`, description: '' }));
	server.answer = () => answered('T', told(...values.map((_, index) => (index === 19 ? 0.81 : 0.01))));
	const { success } = await classifyWith(server, { rows: [{ text: 'a' }], parameters: { categories: { values } } });
	expect(at(sent()[0]?.structured_outputs, 'choice')).toEqual(
		Array.from({ length: 20 }, (_, place) => String.fromCharCode(65 + place)),
	);
	expect(at(success[0]?.json.classification, 'category')).toBe('category 19');
	expect(at(success[0]?.json.classification, 'confidence')).toBeCloseTo(0.81, 12);
});

describe('an answer that is not sure', () => {
	const at80 = () => answered('B', told(0.15, 0.8, 0.05));
	const categoryWith = async (options: INodeParameters, rows = [{ text: 'a' }]) => {
		server.answer = at80;
		const { success, error } = await classifyWith(server, { rows, parameters: { options } });
		if (error) throw error;
		return success.map(({ json }) => [at(json.classification, 'category'), at(json.classification, 'confidence')]);
	};

	test('gets the fallback category, and keeps its confidence and its probabilities', async () => {
		server.answer = at80;
		const { success } = await classifyWith(server, {
			rows: [{ text: 'a' }],
			parameters: { options: { minConfidence: 0.9, fallbackCategory: ' a person ' } },
		});
		const { category, confidence, probabilities } = recordOf(success[0]?.json.classification);
		expect(category).toBe('a person');
		expect(confidence).toBeCloseTo(0.8, 12);
		expect(at(probabilities, 'technical')).toBe(confidence);
	});

	test('needs no category of its own', async () => {
		expect(await categoryWith({ minConfidence: 0.9 })).toEqual([['unsure', expect.closeTo(0.8, 12)]]);
		expect(await categoryWith({ minConfidence: 0.8 - 1e-9 })).toEqual([['technical', expect.closeTo(0.8, 12)]]);
		expect(await categoryWith({ fallbackCategory: 'a person' })).toEqual([['technical', expect.closeTo(0.8, 12)]]);
	});

	test('is judged by what each item says', async () => {
		const rows = [
			{ text: 'a', least: 0.7 },
			{ text: 'b', least: 0.9 },
		];
		const made = await categoryWith({ minConfidence: '={{ $json.least }}' }, rows);
		expect(made.map(([category]) => category)).toEqual(['technical', 'unsure']);
	});
});

describe('is refused before anything is sent, with its item', () => {
	const named = (...names: string[]): INodeParameters => ({
		categories: { values: names.map((name) => ({ name, description: '' })) },
	});

	test.each<[string, INodeParameters, string]>([
		['no category', { categories: {} }, "'Categories' holds none"],
		['one category', named('a'), "'Categories' holds 1"],
		['21 categories', named(...Array.from({ length: 21 }, (_, index) => `c${index}`)), "'Categories' holds 21"],
		['a category without a name', named('a', ' '), "Category 2 of 'Categories' has no name"],
		['a name that comes twice', named('a', 'b', 'a'), "'Categories' holds 'a' twice"],
		[
			'names that differ in capitals',
			named('Refund', 'refund'),
			"holds 'Refund' and 'refund', which differ in capitals",
		],
		['names that differ in spaces', named('a b', 'c', ' a  b'), 'differ in capitals or spaces alone'],
		['names that are written in two ways', named('café', 'cafe\u0301'), 'differ in capitals or spaces alone'],
		['a name that no item can hold', named('a', '__proto__'), 'which no item can hold'],
		['an empty text', { text: ' ' }, "'Text' is empty"],
		['a confidence above 1', { options: { minConfidence: 80 } }, "'Minimum Confidence' is 80"],
		[
			'a fallback without a name',
			{ options: { minConfidence: 0.5, fallbackCategory: ' ' } },
			"'Fallback Category' is empty",
		],
		...['messages', 'max_tokens', 'logprobs', 'top_logprobs', 'structured_outputs', 'response_format', 'stream'].map(
			(field): [string, INodeParameters, string] => [
				`${field} among the extra fields`,
				{ options: { extraFields: JSON.stringify({ [field]: 1 }) } },
				`holds '${field}', which the node writes by itself`,
			],
		),
	])('%s', async (_name, parameters, message) => {
		const { error } = await classifyWith(server, { rows: table(3), parameters });
		expect(error?.message).toContain(message);
		expect(error?.context.itemIndex).toBe(0);
		expect(server.requests).toEqual([]);
	});

	test('where its categories are other ones, it alone', async () => {
		const rows = [
			{ text: 'a 0', other: 'technical' },
			{ text: 'b 0', other: ' BILLING ' },
			{ text: 'c 1', other: 'technical' },
		];
		const values = [
			{ name: 'billing', description: '' },
			{ name: '={{ $json.other }}', description: '' },
		];
		server.answer = () => answered('A', told(0.7, 0.3));
		const { success, failed } = await classifyWith(server, {
			rows,
			parameters: { categories: { values } },
			settings: CONTINUES,
		});
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(failed).toEqual([
			{
				json: { ...rows[1], error: expect.stringContaining("'billing' and 'BILLING'") },
				pairedItem: { item: 1 },
			},
		]);
		expect(server.requests).toHaveLength(2);
	});
});

describe('images', () => {
	const PNG = Buffer.from(
		'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
		'base64',
	);
	const photo = { mimeType: 'image/png', data: PNG.toString('base64') };
	const options = { imageFields: 'photo' };

	test('go with the text, or alone', async () => {
		server.answer = () => answered('A', told(0.7, 0.2, 0.1));
		const items = [
			{ json: { text: 'a' }, binary: { photo } },
			{ json: { text: '' }, binary: { photo } },
		];
		const { success } = await classifyWith(server, { items, parameters: { options: { ...options, concurrency: 1 } } });
		expect(success).toHaveLength(2);
		expect(success[0]?.binary).toEqual({ photo });
		const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${photo.data}` } };
		const text = { type: 'text', text: expect.stringMatching(/Content:\na?$/) };
		for (const body of sent()) expect(at(body.messages, 0, 'content')).toEqual([text, image]);
	});

	test('an item without its image fails alone', async () => {
		server.answer = () => answered('A', told(0.7, 0.2, 0.1));
		const items = [{ json: { text: 'a' } }, { json: { text: 'b' }, binary: { photo } }];
		const { success, failed } = await classifyWith(server, { items, parameters: { options }, settings: CONTINUES });
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 1 }]);
		expect(failed[0]?.json.error).toContain("has no file 'photo'");
		expect(server.requests).toHaveLength(1);
	});
});

describe('sending', () => {
	const QUICK = { maxTries: 4, maxRetryWait: 0 };

	test('goes on a few at a time, and the items come out in their order', async () => {
		server.answer = (request) => ({ ...byText(request), delay: textIn(request).length % 3 === 0 ? 30 : 0 });
		const { success } = await classifyWith(server, { rows: table(24), parameters: { options: { concurrency: 3 } } });
		expect(server.mostAtOnce).toBe(3);
		expect(success.map(({ json }) => json.id)).toEqual(table(24).map(({ id }) => id));
		expect(success.every(({ json }) => at(json.classification, 'category') === nameAt(Number(json.id) % 3))).toBe(true);
	});

	test.each<[string, Reply]>([
		['429', { status: 429, body: { error: { message: 'busy' } }, headers: { 'retry-after': '0' } }],
		['503', { status: 503, body: 'upstream connect error' }],
		[
			'a reply that is cut off',
			{ body: '{"object": "chat.completion", "choi', headers: { 'content-length': '900' }, cutAfter: 20 },
		],
		['a connection that is reset', { reset: true }],
	])('%s is sent again', async (_name, bad) => {
		server.answer = (request, number) => (number === 1 ? bad : byText(request));
		const { success, hints } = await classifyWith(server, { rows: table(1), parameters: { options: QUICK } });
		expect(at(success[0]?.json.classification, 'category')).toBe('billing');
		expect(server.requests).toHaveLength(2);
		expect(hints[0]?.message).toContain('1 sent again');
	});

	test('a run that is cancelled sends no more', async () => {
		server.answer = (request) => ({ ...byText(request), delay: 200 });
		const { status } = await classifyWith(server, { rows: table(60), cancelAfter: 300 });
		expect(status).toBe('canceled');
		expect(server.requests.length).toBeLessThan(20);
	});

	const refusing = (request: Recorded): Reply =>
		textIn(request) === 'x 1'
			? {
					status: 400,
					body: { error: { message: "the model's context length is only 8 tokens", type: 'x', code: 400 } },
				}
			: byText(request);

	test('an item that fails ends a run that stops, and says which text it was', async () => {
		server.answer = refusing;
		const { error, success } = await classifyWith(server, {
			rows: table(60),
			parameters: { options: { concurrency: 1 } },
		});
		expect(error?.message).toContain('The text is too long for the model');
		expect(error?.description).toContain('The text was sent as: "x 1"');
		expect(error?.context.itemIndex).toBe(1);
		expect(success).toEqual([]);
		expect(server.requests).toHaveLength(2);
	});

	test('in the regular output a failed item keeps its fields', async () => {
		server.answer = refusing;
		const { success } = await classifyWith(server, { rows: table(3), settings: { onError: 'continueRegularOutput' } });
		expect(success.map(({ json }) => [json.id, typeof json.error, typeof json.classification])).toEqual([
			[0, 'undefined', 'object'],
			[1, 'string', 'undefined'],
			[2, 'undefined', 'object'],
		]);
	});

	test('in the error output it stands beside those that did not fail', async () => {
		server.answer = refusing;
		const { success, failed } = await classifyWith(server, { rows: table(3), settings: CONTINUES });
		expect(success.map(({ json }) => json.id)).toEqual([0, 2]);
		expect(failed).toEqual([
			{ json: { id: 1, text: 'x 1', error: expect.stringContaining('too long') }, pairedItem: { item: 1 } },
		]);
	});

	test('a server that takes no fields for its chat template is asked without them, from then on', async () => {
		const words = 'chat_template is not supported for Mistral tokenizers. (parameter=chat_template)';
		server.answer = (request) =>
			at(request.body, 'chat_template_kwargs') === undefined
				? byText(request)
				: {
						status: 400,
						body: { error: { message: words, type: 'BadRequestError', param: 'chat_template', code: 400 } },
					};
		const rows = table(30);
		const { success, hints } = await classifyWith(server, { rows, parameters: { options: { concurrency: 1 } } });
		expect(success.map(({ json }) => at(json.classification, 'category'))).toEqual(
			rows.map(({ id }) => nameAt(id % 3)),
		);
		expect(server.requests).toHaveLength(31);
		expect(hints).toEqual([]);
	});

	test('a preview shows the request, and sends nothing', async () => {
		const { success } = await classifyWith(server, { rows: table(2), parameters: { options: { previewOnly: true } } });
		expect(success).toHaveLength(1);
		expect(at(success[0]?.json.request, 'body', 'structured_outputs', 'choice')).toEqual(LETTERS);
		expect(server.requests).toEqual([]);
	});
});

test('a deployment that Hopsworks knows to be no language model is refused by the name of the operation', async () => {
	const sandbox = await startSandbox();
	const { error } = await classifyWith(server, {
		credential: { servingUrl: '', hopsworksUrl: sandbox.url },
		rows: [{ text: 'a' }],
		parameters: { deployment: { __rl: true, mode: 'list', value: 'screening' } },
	});
	await sandbox.close();
	expect(error?.message).toBe("The deployment 'screening' is no language model, which Classify needs");
});

test('as an agent’s tool the text is the agent’s, and its item stays out', async () => {
	const { success } = await classifyWith(server, {
		tool: true,
		rows: [{ chatInput: 'secret', toolCallId: 'call_1', text: 'text 2' }],
	});
	expect(server.requests.map(textIn)).toEqual(['text 2']);
	expect(success[0]?.json).toEqual({ classification: expect.objectContaining({ category: 'sales' }) });
});

test('the sandbox sorts by the words of a text, and is unsure where it knows none', async () => {
	const sandbox = await startSandbox();
	const rows = [
		{ text: 'I was charged twice, please refund the payment' },
		{ text: 'The app crashes with an error' },
		{ text: 'Could we get a quote with a discount?' },
		{ text: 'Hello there' },
	];
	const { success, error } = await classifyWith(server, {
		credential: { servingUrl: sandbox.url },
		rows,
		parameters: { deployment: { __rl: true, mode: 'name', value: 'assistant' } },
	});
	await sandbox.close();
	if (error) throw error;
	const made = success.map(({ json }) => recordOf(json.classification));
	expect(made.map(({ category }) => category).slice(0, 3)).toEqual(['billing', 'technical', 'sales']);
	expect(made.slice(0, 3).every(({ confidence }) => Number(confidence) > 0.8)).toBe(true);
	expect(made[3]?.confidence).toBeCloseTo(1 / 3, 12);
});
