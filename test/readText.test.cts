/** A stream is read to its bound and no further. */
import { readText, type ByteStream } from '../nodes/n8n/stream';

function streamOf(chunks: string[]): { stream: ByteStream; taken: string[] } {
	const taken: string[] = [];
	async function* each(): AsyncGenerator<Uint8Array> {
		for (const chunk of chunks) {
			taken.push(chunk);
			yield Buffer.from(chunk);
		}
	}
	return { stream: each(), taken };
}

test.each([
	[100, 'abcdef', false, 3],
	[6, 'abcdef', false, 3],
	[5, 'abcde', true, 3],
	[3, 'abc', true, 2],
	[2, 'ab', true, 2],
	[1, 'a', true, 1],
])('%i bytes', async (most, text, isCut, pieces) => {
	const { stream, taken } = streamOf(['ab', 'cd', 'ef']);
	expect(await readText(stream, most)).toEqual({ text, isCut });
	expect(taken).toHaveLength(pieces);
});

test('a character may be spread over chunks', async () => {
	const bytes = Buffer.from('€');
	async function* each(): AsyncGenerator<Uint8Array> {
		for (const byte of bytes) yield Uint8Array.of(byte);
	}
	expect(await readText(each(), 3)).toEqual({ text: '€', isCut: false });
});
