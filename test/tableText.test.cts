/** The bytes of a table as text, in every encoding and cut anywhere. */
import { TableText, type Encoding } from '../nodes/core/table/tableText';
import { piecesOf, valueOf } from './support/csv.cts';

const PIECES = [[1], [2], [3], [5], [7, 1], [100_000]];
const TEXT = 'Name,Größe\n日本,1 €\n😀,"é"\n';

function decoded(bytes: Buffer, encoding: Encoding, pieces: number[]): { text: string; hasMark: boolean } {
	const reader = new TableText(encoding);
	const texts = [...piecesOf<Uint8Array>(bytes, pieces)].map((piece) => valueOf(reader.push(piece)));
	return { text: texts.join('') + valueOf(reader.end()), hasMark: reader.hasMark };
}

const utf8 = (text: string): Buffer => Buffer.from(text);
const little = (text: string): Buffer => Buffer.from(text, 'utf16le');
const big = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const MARK = '\ufeff';

const files: Array<[kind: string, bytes: Buffer, encodings: Encoding[], text: string, hasMark: boolean]> = [
	['UTF-8', utf8(TEXT), ['auto', 'utf8'], TEXT, false],
	['UTF-8 with its mark', utf8(MARK + TEXT), ['auto', 'utf8', 'latin1', 'utf16'], TEXT, true],
	['a mark in the middle', utf8(`a${MARK}b`), ['auto', 'utf8'], `a${MARK}b`, false],
	['UTF-16 with its mark', little(MARK + TEXT), ['auto', 'utf16', 'utf8'], TEXT, false],
	['UTF-16 with its mark, the other way round', big(MARK + TEXT), ['auto', 'utf16', 'latin1'], TEXT, false],
	['UTF-16 without a mark', little(TEXT), ['utf16'], TEXT, false],
	['Latin-1', Buffer.from('Gr\xf6\xdfe,\x80 \x93x\x94\n', 'latin1'), ['latin1'], 'Größe,€ “x”\n', false],
	['nothing', utf8(''), ['auto', 'utf8', 'utf16', 'latin1'], '', false],
	['one character', utf8('a'), ['auto', 'utf8', 'latin1'], 'a', false],
	['a mark alone', utf8(MARK), ['auto'], '', true],
];

test.each(files)('%s', (_kind, bytes, encodings, text, hasMark) => {
	for (const encoding of encodings) {
		for (const pieces of PIECES) expect(decoded(bytes, encoding, pieces)).toEqual({ text, hasMark });
	}
});

const broken: Array<[kind: string, bytes: Buffer, encoding: Encoding, message: RegExp]> = [
	['Latin-1 taken for UTF-8', Buffer.from('Gr\xf6\xdfe,1\n', 'latin1'), 'auto', /^The file is not UTF-8$/],
	['a character cut at the end', utf8('a,€').subarray(0, -1), 'auto', /^The file is not UTF-8$/],
	['bytes that begin nothing', Buffer.from([0x61, 0x80, 0x80, 0x80, 0x80]), 'utf8', /^The file is not UTF-8$/],
	['half a pair, written as UTF-8', Buffer.from([0x61, 0xed, 0xa0, 0x80, 0x61]), 'utf8', /^The file is not UTF-8$/],
	['UTF-16 without a mark', little('a,b\n1,2\n'), 'auto', /zero bytes/],
	['UTF-16 without a mark, the other way round', big('a,b\n1,2\n'), 'auto', /zero bytes/],
	['half a character of UTF-16', little('a,b').subarray(0, -1), 'utf16', /^The file is not UTF-16$/],
	['half a pair of UTF-16', little('a,\ud83d'), 'utf16', /^The file is not UTF-16$/],
];

test.each(broken)('%s fails', (_kind, bytes, encoding, message) => {
	for (const pieces of PIECES) expect(() => decoded(bytes, encoding, pieces)).toThrow(message);
});

test('the failure says what to choose', () => {
	expect(new TableText('auto').push(Buffer.from([0x61, 0x62, 0xff, 0x63]))).toMatchObject({
		failure: { kind: 'input', description: expect.stringContaining("Choose the file's encoding") },
	});
});
