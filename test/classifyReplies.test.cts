/** Answers to Classify that are no letter with probabilities, or only nearly so: the right numbers, or a failure that says what is missing. */
import { answered, CATEGORIES, classifyWith, NEVER, told, type Told } from './support/classify.cts';
import { recordOf } from './support/json.cts';
import type { Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(() => answered('A', told(0.7, 0.2, 0.1)));

async function classificationOf(reply: Reply): Promise<Record<string, unknown>> {
	server.answer = () => reply;
	const { success, error } = await classifyWith(server, { rows: [{ text: 'a' }] });
	if (error) throw error;
	return recordOf(success[0]?.json.classification);
}

const sharesOf = async (reply: Reply): Promise<number[]> => {
	const { probabilities } = await classificationOf(reply);
	return CATEGORIES.map(({ name }) => Number(recordOf(probabilities)[name]));
};

const ln = Math.log;

describe('the probabilities are those of the letters', () => {
	test.each<[string, Told, number[]]>([
		[
			'in any order',
			[
				['C', ln(0.1)],
				['A', ln(0.7)],
				['B', ln(0.2)],
			],
			[0.7, 0.2, 0.1],
		],
		[
			'of all tokens that write a letter',
			[
				['A', ln(0.4)],
				['A', ln(0.3)],
				['B', ln(0.15)],
				['C', ln(0.1)],
				['B', ln(0.05)],
			],
			[0.7, 0.2, 0.1],
		],
		[
			'beside a token of the same text that is not allowed',
			[['A', ln(0.7)], ['B', ln(0.2)], ['C', ln(0.1)], ['A', -9999], ...NEVER],
			[0.7, 0.2, 0.1],
		],
		[
			'within what single precision leaves',
			[
				['A', Math.fround(ln(0.7))],
				['B', Math.fround(ln(0.2))],
				['C', Math.fround(ln(0.1))],
			],
			[0.7, 0.2, 0.1],
		],
		[
			'rounded to three digits',
			[
				['A', -0.357],
				['B', -1.609],
				['C', -2.303],
			],
			[0.6997, 0.2001, 0.1],
		],
		[
			'where a letter is as good as impossible',
			[
				['A', 0],
				['B', -40],
				['C', -60],
			],
			[1, 4e-18, 8.7e-27],
		],
		[
			'where one is not told, and nothing is left for it',
			[
				['A', ln(0.8)],
				['B', ln(0.2)],
			],
			[0.8, 0.2, 0],
		],
		[
			'where one is never',
			[
				['A', ln(0.8)],
				['B', ln(0.2)],
				['C', -9999],
			],
			[0.8, 0.2, 0],
		],
		[
			'where one is no number, and nothing is left for it',
			[
				['A', ln(0.8)],
				['B', ln(0.2)],
				['C', null],
			],
			[0.8, 0.2, 0],
		],
	])('%s', async (_name, first, wanted) => {
		const shares = await sharesOf(answered('A', first));
		for (const [index, share] of shares.entries()) expect(share).toBeCloseTo(wanted[index] ?? NaN, 3);
		expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
	});

	test('add up to 1 where the server rounded them', async () => {
		const shares = await sharesOf(
			answered('A', [
				['A', ln(0.7004)],
				['B', ln(0.2)],
				['C', ln(0.1)],
			]),
		);
		expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 14);
	});

	test('and of a list of any length', async () => {
		const filler = Array.from({ length: 200_000 }, (_, index): [string, number] => [`t${index}`, -9999]);
		expect(await sharesOf(answered('A', [...told(0.7, 0.2, 0.1), ...filler]))).toEqual([
			expect.closeTo(0.7, 12),
			expect.closeTo(0.2, 12),
			expect.closeTo(0.1, 12),
		]);
	});
});

describe('the category', () => {
	test('is the likeliest one, whatever was drawn', async () => {
		expect((await classificationOf(answered('C', told(0.7, 0.2, 0.1)))).category).toBe('billing');
	});

	test('of equally likely ones is the one that the model took', async () => {
		expect((await classificationOf(answered('B', told(0.45, 0.45, 0.1)))).category).toBe('technical');
		expect((await classificationOf(answered('C', told(0.45, 0.45, 0.1)))).category).toBe('billing');
	});

	test('may stand where a parser takes all for thoughts', async () => {
		const reply = answered(null, told(0.1, 0.7, 0.2), { message: { reasoning: 'B' } });
		expect((await classificationOf(reply)).category).toBe('technical');
	});

	test('may stand among the parts of an answer', async () => {
		const message = { content: [{ type: 'text', text: 'B' }] };
		expect((await classificationOf(answered('', told(0.1, 0.7, 0.2), { message }))).category).toBe('technical');
	});
});

describe('anything else is a failure that says what is missing', () => {
	const some = told(0.7, 0.2, 0.1);

	test.each<[string, Reply, RegExp, RegExp]>([
		[
			'a sentence',
			answered('The ticket is about money', [['The', -0.1]]),
			/did not answer with the letter of a category: The ticket/,
			/structured_outputs/,
		],
		[
			'a letter of no category',
			answered('D', [['D', 0], ...some]),
			/did not answer with the letter of a category: D/,
			/structured_outputs/,
		],
		['a small letter', answered('a', [['a', 0]]), /did not answer with the letter/, /structured_outputs/],
		['nothing', answered(null, some), /did not answer with the letter/, /structured_outputs/],
		[
			'thoughts',
			answered(null, [['Okay', -0.2]], { message: { reasoning: 'Okay, the' } }),
			/began to think.*: Okay, the/,
			/enable_thinking/,
		],
		[
			'thoughts under their older name',
			answered(null, some, { message: { reasoning_content: 'Hm' } }),
			/began to think/,
			/enable_thinking/,
		],
		['thoughts in the text', answered('<think>Okay', some), /began to think.*: <think>Okay/, /enable_thinking/],
		[
			'a refusal',
			answered(null, some, { message: { refusal: 'I cannot do that' } }),
			/refused to answer: I cannot do that/,
			/other words/,
		],
		[
			'an end before the answer',
			answered('A', some, { choice: { finish_reason: 'abort' } }),
			/ended before it was whole \(abort\)/,
			/gave the request up/,
		],
		['no logprobs', answered('A', some, { choice: { logprobs: null } }), /did not tell how likely/, /logprobs/],
		[
			'no list of them',
			answered('A', some, { choice: { logprobs: { content: null } } }),
			/did not tell how likely/,
			/logprobs/,
		],
		['an empty list', answered('A', []), /did not tell how likely/, /logprobs/],
		[
			'no other tokens',
			answered('A', [], { choice: { logprobs: { content: [{ token: 'A', logprob: -0.1, top_logprobs: [] }] } } }),
			/did not tell how likely/,
			/logprobs/,
		],
		[
			'a letter without a grammar',
			answered('A', [
				['A', ln(0.6)],
				['B', ln(0.1)],
				['The', ln(0.2)],
			]),
			/are 0\.7 together, and not 1/,
			/structured_outputs/,
		],
		[
			'all but one letter',
			answered('A', [
				['A', ln(0.9)],
				['B', ln(0.0999)],
			]),
			/did not tell how likely 'sales' is/,
			/structured_outputs/,
		],
		[
			'the letter with a blank',
			answered('A', [
				[' A', ln(0.9)],
				['A', ln(0.05)],
				['B', ln(0.05)],
			]),
			/are 0\.1 together/,
			/structured_outputs/,
		],
		['probabilities that are more than 1', answered('A', told(0.9, 0.9, 0.9)), /are 2\.7 together/, /--logprobs-mode/],
		[
			'raw logits',
			answered('A', [
				['A', 5.25],
				['B', 4.5],
				['C', -1],
			]),
			/together, and not 1/,
			/--logprobs-mode/,
		],
		[
			'logits beyond all numbers',
			answered('A', [
				['A', 5000],
				['B', 4.5],
				['C', -1],
			]),
			/are no number together/,
			/--logprobs-mode/,
		],
		[
			'never',
			answered('A', [
				['A', -9999],
				['B', -9999],
				['C', -9999],
			]),
			/are 0 together/,
			/--logprobs-mode/,
		],
		[
			'no numbers',
			answered('A', [
				['A', null],
				['B', '-0.1'],
				['C', {}],
			]),
			/are 0 together/,
			/structured_outputs/,
		],
		[
			'no texts',
			answered('A', [
				[null, -0.1],
				[{}, -0.2],
				[['A'], -0.3],
			]),
			/are 0 together/,
			/structured_outputs/,
		],
		[
			'token ids in the place of texts',
			answered('A', [
				['token_id:36', ln(0.7)],
				['token_id:37', ln(0.3)],
			]),
			/are 0 together/,
			/structured_outputs/,
		],
		[
			'bare NaN',
			{
				body: JSON.stringify(
					answered('A', [
						['A', 'NAN'],
						['B', 'NAN'],
					]).body,
				).replaceAll('"NAN"', 'NaN'),
			},
			/are 0 together/,
			/structured_outputs/,
		],
		[
			'bare -Infinity for all',
			{
				body: JSON.stringify(
					answered('A', [
						['A', 'NAN'],
						['B', 'NAN'],
					]).body,
				).replaceAll('"NAN"', '-Infinity'),
			},
			/are 0 together/,
			/structured_outputs/,
		],
		[
			'no choices',
			{ body: { object: 'chat.completion', choices: [] } },
			/The reply is not an answer/,
			/language model/,
		],
		[
			'an error under status 200',
			{ body: { error: { message: 'EngineCore died' } } },
			/EngineCore died/,
			/language model/,
		],
		['nothing at all', { body: '' }, /The reply was empty/, /language model/],
		['predictions', { body: { predictions: ['A'] } }, /The reply is not an answer/, /language model/],
	])('%s', async (_name, reply, message, description) => {
		server.answer = () => reply;
		const { error, success } = await classifyWith(server, { rows: [{ text: 'a' }] });
		expect(success).toEqual([]);
		expect(error?.message).toMatch(message);
		expect(error?.description).toMatch(description);
		expect(server.requests).toHaveLength(1);
	});

	const refused = (message: string, param: string | null = null): Reply => ({
		status: 400,
		body: { error: { message, type: 'BadRequestError', param, code: 400 } },
	});

	test.each<[string, Reply, RegExp, RegExp]>([
		[
			'fewer probabilities than categories may need',
			refused(
				'Requested sample logprobs of 20, which is greater than max allowed: 5 (parameter=logprobs, value=20)',
				'logprobs',
			),
			/tells the probabilities of too few tokens/,
			/allow 5: take --max-logprobs out/,
		],
		[
			'no logprobs',
			refused('logprobs is not supported by this engine'),
			/cannot hold an answer to categories/,
			/logprobs/,
		],
		[
			'no structured outputs',
			refused('Extra inputs are not permitted', 'body.structured_outputs'),
			/cannot hold an answer to categories/,
			/structured_outputs/,
		],
		[
			'an option of the user',
			refused('Input should be a valid integer', 'body.top_k'),
			/'top_k' in 'Extra Fields \(JSON\)' holds what/,
			/remove it/,
		],
		['images', refused('llm is not a multimodal model'), /accepts only text/, /'Images' in the options/],
		[
			'a model that embeds',
			{ status: 404, body: { detail: 'Not Found' } },
			/has no such address/,
			/'Operation' to 'Embed'/,
		],
	])('where the server takes %s not', async (_name, reply, message, description) => {
		server.answer = () => reply;
		const parameters = { options: { extraFields: '{"top_k": 1}' } };
		const { error } = await classifyWith(server, { rows: [{ text: 'a' }], parameters });
		expect(error?.message).toMatch(message);
		expect(error?.description).toMatch(description);
	});
});
