/** Whatever a long reply holds, others have their turn while it is read. */
import { isDeepStrictEqual } from 'node:util';
import { readEmbeddings } from '../nodes/core/language/embeddings';
import { parseReply } from '../nodes/core/json/json';
import { parseLongReply } from '../nodes/core/json/longJson';
import { PredictionReader } from '../nodes/core/predict/predictionReader';
import { replyInTurns, replyOf } from '../nodes/core/json/reply';
import { Turns } from '../nodes/core/turns';

const giveWay = jest.fn(async () => {});

test('a turn is over when it has been long, and the next one begins anew', async () => {
	const turns = new Turns(giveWay);
	expect(turns.isOver()).toBe(false);
	const began = performance.now();
	while (performance.now() - began < 20);
	// Not each time looks at the clock, but one of a few does.
	expect(Array.from({ length: 8 }, () => turns.isOver())).toContain(true);
	await turns.next();
	expect(giveWay).toHaveBeenCalledTimes(1);
	expect(turns.isOver()).toBe(false);
});

describe('others have their turn', () => {
	let clock = 0;
	beforeEach(() => {
		giveWay.mockClear();
		// Each look at the clock makes it later.
		jest.spyOn(performance, 'now').mockImplementation(() => (clock += 6));
	});
	afterEach(() => {
		jest.restoreAllMocks();
	});

	test('while a long reply is read, but not a short one', async () => {
		const [short, long] = [100, 1000].map((kilobytes) => `["${'x'.repeat(1000 * kilobytes)}"]`);
		for (const text of [short ?? '', long ?? '']) expect(await replyInTurns(text, giveWay)).toEqual(replyOf(text));
		expect(giveWay.mock.calls.length).toBeGreaterThan(10);
		giveWay.mockClear();
		await replyInTurns(short ?? '', giveWay);
		expect(giveWay).not.toHaveBeenCalled();
	});

	test('while columns become rows', async () => {
		const column = Array.from({ length: 1000 }, (_, row) => row);
		const reply = replyOf(`{"predictions":{"a":${JSON.stringify(column)},"__proto__":${JSON.stringify(column)}}}`);
		const reader = new PredictionReader({ isExamples: false, isColumnar: true }, giveWay);
		const read = await reader.read(reply, [...column]);
		expect(JSON.stringify(read.ok && read.value.at(-1))).toBe('{"a":999,"__proto__":999}');
		expect(read.ok && read.value.length).toBe(1000);
		expect(giveWay.mock.calls.length).toBeGreaterThan(100);
	});

	test('while many embeddings are read', async () => {
		const vectors = Array.from({ length: 1000 }, (_, row) => [row, -0.5, 1e-3]);
		const floats = vectors.map((vector) => Array.from(new Float32Array(vector)));
		const encoded = floats.map((vector) => Buffer.from(new Float32Array(vector).buffer).toString('base64'));
		for (const embeddings of [floats, encoded]) {
			giveWay.mockClear();
			const data = embeddings.map((embedding, index) => ({ index, embedding }));
			const read = await readEmbeddings(replyOf(JSON.stringify({ data })), 1000, giveWay);
			expect(read.ok && read.value.vectors).toEqual(floats);
			expect(giveWay.mock.calls.length).toBeGreaterThan(100);
		}
	});

	test.each([
		['numbers', JSON.stringify(Array.from({ length: 20_000 }, (_, row) => row / 7))],
		['objects', JSON.stringify(Array.from({ length: 5000 }, (_, row) => ({ row, label: `class ${row % 7}` })))],
		['one object', JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, row) => [`n${row}`, row])))],
		['one string', JSON.stringify('words "and" more\n'.repeat(20_000))],
		['one name', JSON.stringify({ ['words "and" more\n'.repeat(20_000)]: 1 })],
		['one number', '1'.repeat(300_000)],
		['white space', `[${' '.repeat(300_000)}]`],
		['lists in one another', '['.repeat(499) + JSON.stringify(Array(100_000).fill(1)) + ']'.repeat(499)],
	])('while JSON is read: %s', async (_what, text) => {
		expect(isDeepStrictEqual(await parseLongReply(text, giveWay), parseReply(text))).toBe(true);
		// Each look at the clock makes it six milliseconds later, and there is one for each slice at least.
		expect(giveWay.mock.calls.length).toBeGreaterThan(text.length / (32 * 1024) / 2 - 1);
	});

	test('and may have the reading end', async () => {
		const end = async (): Promise<void> => {
			throw new Error('cancelled');
		};
		await expect(parseLongReply(`[${'1,'.repeat(100_000)}1]`, end)).rejects.toThrow('cancelled');
	});
});
