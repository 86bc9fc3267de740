/** Embeddings: texts into a request, and a reply into one vector a text, whatever it holds. */
import { RowFailed } from '../nodes/core/failure/outcome';
import { embeddingsBody, readEmbeddings } from '../nodes/core/language/embeddings';
import { replyOf } from '../nodes/core/json/reply';

const read = async (body: unknown, texts = 2, dimensions?: number) =>
	await readEmbeddings(
		replyOf(typeof body === 'string' ? body : JSON.stringify(body)),
		texts,
		async () => {},
		dimensions,
	);
/** The vectors of a reply that has some; a text is the failure of its row. */
async function vectorsIn(body: unknown, texts: number, dimensions?: number): Promise<unknown[]> {
	const reply = await read(body, texts, dimensions);
	if (!reply.ok) throw new Error(reply.failure.message);
	return reply.value.vectors.map((one) => (one instanceof RowFailed ? one.failure.message : one));
}
const base64 = (...floats: number[]): string => Buffer.from(new Float32Array(floats).buffer).toString('base64');
const two = (first: object, second: object): object => ({ data: [first, second] });

const ADVICE =
	"Check that the deployment is an embedding model, and that the option 'API Path Prefix' fits its server.";

test('the texts go out as they are, behind the model and the settings', async () => {
	expect(embeddingsBody(['"a"', '"b"'], { model: 'm', settings: { dimensions: 2 } })).toBe(
		'{"model":"m","dimensions":2,"input":["a","b"]}',
	);
});

test.each<[string, object, number[][], number]>([
	['in order', two({ embedding: [1] }, { embedding: [2] }), [[1], [2]], 0],
	['by their index', two({ index: 1, embedding: [1] }, { index: 0, embedding: [2] }), [[2], [1]], 0],
	['with the index null', two({ index: null, embedding: [1] }, { index: 1, embedding: [2] }), [[1], [2]], 0],
	[
		'in base64',
		two({ embedding: base64(0.5, -2) }, { embedding: base64(1, 0) }),
		[
			[0.5, -2],
			[1, 0],
		],
		0,
	],
	['with tokens', { ...two({ embedding: [1] }, { embedding: [2] }), usage: { prompt_tokens: 7 } }, [[1], [2]], 7],
	[
		'with odd tokens',
		{ ...two({ embedding: [1] }, { embedding: [2] }), usage: { prompt_tokens: { valueOf: 7 } } },
		[[1], [2]],
		0,
	],
	['with odd usage', { ...two({ embedding: [1] }, { embedding: [2] }), usage: [7] }, [[1], [2]], 0],
])('vectors come %s', async (_name, body, vectors, promptTokens) => {
	expect(await read(body)).toEqual({ ok: true, value: { vectors, promptTokens } });
});

test.each<[unknown, string]>([
	['', 'The reply holds no embeddings: The reply was empty'],
	['<title>Sign in</title>', 'The reply holds no embeddings: Sign in'],
	[{ error: 'no' }, 'The reply holds no embeddings: no'],
	[{ data: {} }, 'The reply holds no embeddings: {"data":{}}'],
	[[], 'The reply holds no embeddings: []'],
])('%j holds none, for which any row may be to blame', async (body, message) => {
	expect(await read(body)).toEqual({
		ok: false,
		failure: { kind: 'reply', message, description: ADVICE, blame: { kind: 'rows', message, named: new Map() } },
	});
});

test.each([
	[1, 'The deployment answered 1 embedding for 2 texts'],
	[3, 'The deployment answered 3 embeddings for 2 texts'],
])('%i vectors for two texts blame the number', async (amount, message) => {
	expect(await read({ data: Array(amount).fill({ embedding: [1] }) })).toEqual({
		ok: false,
		failure: { kind: 'reply', message, description: ADVICE, blame: { kind: 'count' } },
	});
});

test.each<[unknown, unknown]>([
	[0, 0],
	[1, 2],
	[-1, 0],
	[0.5, 1],
	['0', '1'],
	[{ valueOf: 0 }, 1],
	[1e9, 0],
])('the indexes %j and %j do not tell whose they are', async (first, second) => {
	expect(await read(two({ index: first, embedding: [1] }, { index: second, embedding: [2] }))).toEqual({
		ok: false,
		failure: {
			kind: 'reply',
			message: 'The reply does not tell which embedding belongs to which text',
			description: ADVICE,
			blame: { kind: 'count' },
		},
	});
});

test.each<[unknown]>([
	[null],
	[5],
	[[1]],
	[{}],
	[{ embedding: [] }],
	[{ embedding: [1, '2'] }],
	[{ embedding: [1, null] }],
	[{ embedding: [null, null] }],
	[{ embedding: { 0: 1, length: 1 } }],
	[{ embedding: '' }],
	[{ embedding: 'AAA=' }],
	[{ embedding: 'AAAA*AAAAAA' }],
	[{ embedding: base64(1, NaN) }],
	[{ embedding: base64(Infinity) }],
	[{ embedding: { toString: 1 } }],
])('%j is no list of numbers, which its own text alone is told', async (entry) => {
	expect(await vectorsIn({ data: [{ embedding: [1] }, entry] }, 2)).toEqual([
		[1],
		`The reply holds an embedding that is no list of numbers: ${JSON.stringify(entry)}`,
	]);
});

test('bare NaN, numbers without end and very deep lists are none either', async () => {
	for (const number of ['NaN', '1e999', '-Infinity']) {
		expect(await vectorsIn(`{"data": [{"embedding": [${number}]}, {"embedding": [1]}]}`, 2)).toEqual([
			expect.stringContaining('no list of numbers'),
			[1],
		]);
	}
	const deep = await read(`{"data": [{"embedding": ${'['.repeat(3000)}${']'.repeat(3000)}}]}`, 1);
	expect(deep.ok ? '' : deep.failure.message).toMatch(/^The reply holds no embeddings: .{1,510}$/);
});

test('a vector that is shorter or longer than the others fails its own text', async () => {
	const data = [[1], [1, 2], [3, 4]].map((embedding) => ({ embedding }));
	const odd = 'The deployment returned an embedding of 1 number, and others of 2';
	expect(await vectorsIn({ data }, 3)).toEqual([odd, [1, 2], [3, 4]]);
});

test('vectors of another size than the one that was asked for fail, and name the option', async () => {
	const data = [[1, 2], [3]].map((embedding) => ({ embedding }));
	expect(await vectorsIn({ data }, 2, 1)).toEqual([
		"The deployment returned an embedding of 2 numbers, not the 1 that 'Dimensions' asks for",
		[3],
	]);
});
