import { PredictionReader } from '../nodes/core/predict/predictionReader';
import { badReply, type Outcome } from '../nodes/core/failure/outcome';
import documented from './fixtures/error-bodies.json';
import { replyOf, type Reply } from '../nodes/core/json/reply';

const goOn = async (): Promise<void> => {};

const readerOf = (isColumnar = false): PredictionReader =>
	new PredictionReader({ isExamples: false, isColumnar }, goOn);

/** The values of so many rows in a reply. */
const valuesIn = async (body: string, rows: number, isColumnar = false) => {
	const items = Array.from({ length: rows }, (_, item) => item);
	return await readerOf(isColumnar).read(replyOf(body), items);
};

describe('documented replies with status 200', () => {
	const FAILS = 'fails';
	const expected: Record<string, [rows: number, value: unknown]> = {
		'ok-batcher-downstream-error': [2, FAILS],
		'ok-batcher-size-mismatch': [2, FAILS],
		'ok-batcher-unparsable': [2, FAILS],
		'ok-batcher-success': [2, [0, 1]],
		'ok-logger-swallowed-error': [1, FAILS],
		'ok-plain-text': [1, FAILS],
		'ok-bare-list': [3, [1, 2, 3]],
		'ok-predictions-object': [1, [{ ranking: [{ article_id: 'a', score: 0.9 }] }]],
		'ok-fewer-predictions': [2, FAILS],
		'ok-nonfinite-as-null': [3, [null, null, 1.5]],
		'ok-tfs-bare-nan': [4, [null, null, null, 1.5]],
		'ok-unsafe-integer': [1, ['1152921504606846977']],
		'ok-tfs-outputs-list': [2, [[0.1], [0.9]]],
		'ok-tfs-outputs-named': [
			2,
			[
				{ score: 0.1, label: 'ok' },
				{ score: 0.9, label: 'fraud' },
			],
		],
		'ok-stream-error': [1, FAILS],
		'ok-feature-vectors': [
			2,
			[
				[0.12, 'SE'],
				[2.41, 'NG'],
			],
		],
	};

	test.each(documented.filter(({ status }) => status === 200))('$case', async ({ case: name, body }) => {
		const [rows = 0, value] = expected[name] ?? [];
		const read = await valuesIn(body, rows, name === 'ok-tfs-outputs-named');
		expect(read.ok ? read.value : FAILS).toEqual(value);
	});

	test.each([
		['one row keeps several predictions as a list', '{"predictions": [7, 8, 9]}', 1, [[7, 8, 9]]],
		['one row keeps a whole body that has neither field', '{"ranking": ["a", "b"]}', 1, [{ ranking: ['a', 'b'] }]],
		['a whole body is never split over rows', '{"ranking": ["a", "b"]}', 2, FAILS],
		['none for one row', '{"predictions": []}', 1, FAILS],
		['more than rows', '{"predictions": [1, 2, 3]}', 2, FAILS],
		['members of other lengths are one prediction', '{"predictions": {"a": [1], "b": [2, 3]}}', 2, FAILS],
	])('%s', async (_name, body, rows, value) => {
		const read = await valuesIn(body, rows);
		expect(read.ok ? read.value : FAILS).toEqual(value);
	});
});

describe('all replies of a deployment are read in one form', () => {
	const columns = (rows: number): string => JSON.stringify({ predictions: { a: Array(rows).fill(1) } });
	const answered = (text: string) => ({ ok: true as const, value: replyOf(text) });
	const values = async (
		reader: PredictionReader,
		text: string,
		items: number[],
		test?: (times: number) => Promise<Outcome<Reply>>,
	) => {
		const read = await reader.read(replyOf(text), items, test);
		return read.ok ? read.value : read.failure.message;
	};

	test('a lone row is told apart by sending it twice over', async () => {
		const test = jest.fn(async (times: number) => answered(columns(times)));
		const reader = readerOf();
		expect(await values(reader, columns(1), [0], test)).toEqual([{ a: 1 }]);
		expect(await values(reader, columns(3), [1, 2, 3], test)).toEqual([{ a: 1 }, { a: 1 }, { a: 1 }]);
		expect(test.mock.calls).toEqual([[2]]);
		expect(await values(readerOf(), columns(1), [0], async () => answered(columns(1)))).toEqual([{ a: [1] }]);
	});

	test('several rows are told apart by sending the first alone', async () => {
		const test = jest.fn(async () => answered(columns(3)));
		const reader = readerOf();
		expect(await values(reader, columns(3), [0, 1, 2], test)).toContain('answered 1 prediction for 3 rows');
		expect(await values(reader, columns(1), [0], test)).toEqual([{ a: [1] }]);
		expect(test.mock.calls).toEqual([[1]]);
	});

	test('a model that refuses the test for its rows looks at all of them', async () => {
		const refusal = badReply('a minimum of 2', '', { kind: 'rows', message: '', named: new Map() });
		expect(await values(readerOf(), columns(2), [0, 1], async () => refusal)).toEqual([{ a: 1 }, { a: 1 }]);
	});

	test('a test that is lost on its way fails the rows, and is made again', async () => {
		const outcomes: Array<Outcome<Reply>> = [badReply('lost', ''), answered(columns(1))];
		const test = jest.fn(async () => outcomes.shift() ?? badReply('none', ''));
		const reader = readerOf();
		expect(await values(reader, columns(2), [0, 1], test)).toBe('lost');
		expect(await values(reader, columns(2), [2, 3], test)).toEqual([{ a: 1 }, { a: 1 }]);
	});

	test('a list of a length that was wrong before or after is doubted', async () => {
		const list = '{"predictions": [1, 2, 3]}';
		const reader = readerOf();
		expect(await values(reader, list, [0, 1, 2])).toEqual([1, 2, 3]);
		expect(await values(reader, '{"predictions": [1, 2]}', [3, 4])).toEqual([1, 2]);
		expect(await values(reader, list, [5, 6])).toContain('3 predictions for 2 rows');
		expect(await values(reader, list, [7, 8, 9])).toContain('3 predictions for 3 rows');
		expect(reader.hindsight()).toEqual({ values: new Map(), doubtful: [0, 1, 2] });
	});

	test('a row alone with several predictions makes lists of those with one or none', async () => {
		const reader = readerOf();
		expect(await values(reader, '[1]', [0])).toEqual([1]);
		expect(await values(reader, '[]', [1])).toContain('0 predictions for 1 row');
		expect(await values(reader, '[5, 6]', [2, 3])).toEqual([5, 6]);
		expect(await values(reader, '[7, 8]', [4])).toEqual([[7, 8]]);
		expect(await values(reader, '[9]', [5])).toEqual([[9]]);
		expect(await values(reader, '[]', [6])).toEqual([[]]);
		expect(reader.hindsight()).toEqual({
			values: new Map([
				[0, [1]],
				[1, []],
			]),
			doubtful: [2, 3],
		});
		expect(reader.hindsight().doubtful).toEqual([]);
	});
});
