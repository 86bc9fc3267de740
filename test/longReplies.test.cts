/** Long replies are read in turns, whole and without the key. */
import { readEmbeddings } from '../nodes/serving/embeddings';
import { readPredictions } from '../nodes/serving/predictV1';
import { replyInTurns, replyOf } from '../nodes/serving/reply';
import { API_KEY, runModel } from './support/engine.cts';
import { firstValues } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);
const giveWay = jest.fn(async () => {});

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
		const form = { requestField: 'inputs', shape: { format: 'columnar' } } as const;
		const read = await readPredictions(reply, 1000, form, giveWay);
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
});

test('a reply of megabytes is read whole and exactly, and shows nothing of the key', async () => {
	const rows = Array.from({ length: 400 }, (_, id) => ({ id }));
	const words = `${API_KEY.replace('.', '\\u002e')} 中文, é and 😀 ${'of many words '.repeat(500)}`;
	server.answer = () => ({
		body: Buffer.from(
			`{"predictions":[${rows.map(({ id }) => `[990071992547409${1000 + id},"${words}",NaN]`).join()}]}`,
		),
	});
	const { success } = await runModel({
		rows,
		credential: { servingUrl: server.url },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'name', value: 'm' },
			columns: 'id',
			options: { rowsPerRequest: 400, maxTries: 1 },
		},
	});
	const clean = words.replace(/^\S+/, '***');
	expect(server.requests).toHaveLength(1);
	expect(success.map(({ json }) => json.prediction)).toEqual(
		rows.map(({ id }) => [`990071992547409${1000 + id}`, clean, null]),
	);
});
