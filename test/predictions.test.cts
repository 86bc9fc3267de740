import { PredictionReader } from '../nodes/core/predict/predictionReader';
import documented from './fixtures/error-bodies.json';
import { replyOf } from '../nodes/core/json/reply';

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
