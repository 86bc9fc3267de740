/** The bytes of a table as text, piece by piece, in the encodings that tables come in. */
import { badInput, success, type Outcome } from '../failure/outcome';

export type Encoding = 'auto' | 'utf8' | 'utf16' | 'latin1';

type Decode = (bytes: Uint8Array, isLast: boolean) => string;

/** Bytes at the beginning in which a NUL shows that a file is not UTF-8. */
const LOOKED_AT = 1024;

/** Bytes of the longest byte order mark. */
const LONGEST_MARK = 3;

/** What stands at the beginning of a file to tell its encoding; it counts more than what anyone says. */
const MARKS: Array<{ bytes: number[]; decoder: () => Decode; isUtf8?: true }> = [
	{ bytes: [0xef, 0xbb, 0xbf], decoder: utf8, isUtf8: true },
	{ bytes: [0xff, 0xfe], decoder: () => utf16('utf-16le') },
	{ bytes: [0xfe, 0xff], decoder: () => utf16('utf-16be') },
];

/** How many bytes at the end of a piece are the beginning of a character. */
function cutCharacter(bytes: Uint8Array): number {
	for (let back = 1; back <= 3 && back <= bytes.length; back++) {
		const byte = bytes[bytes.length - back] ?? 0;
		if (byte < 0x80) return 0;
		if (byte < 0xc0) continue;
		const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
		return length > back ? back : 0;
	}
	return 0;
}

/** Whole characters are read much faster at one go than with the decoder's own memory of the last piece. */
function utf8(): Decode {
	const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
	let held: Uint8Array = new Uint8Array(0);
	return (bytes, isLast) => {
		const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
		const end = isLast ? all.length : all.length - cutCharacter(all);
		held = all.slice(end);
		return decoder.decode(all.subarray(0, end));
	};
}

function utf16(name: string): Decode {
	const decoder = new TextDecoder(name, { fatal: true, ignoreBOM: true });
	return (bytes, isLast) => decoder.decode(bytes, { stream: !isLast });
}

/** What Windows calls Latin-1 has these in the place of control characters, from 0x80 on. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Not by a `TextDecoder`: of what Windows has, some versions of Node know nothing. */
function latin1(): Decode {
	return (bytes) => {
		const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
		return text.replace(/[\u0080-\u009f]/g, (character) => WINDOWS.charAt(character.charCodeAt(0) - 0x80));
	};
}

const DECODERS = { auto: utf8, utf8, utf16: () => utf16('utf-16le'), latin1 };

/** Reads a file in pieces of any size. Bytes that are no text in its encoding fail; none is ever replaced. */
export class TableText {
	/** Whether the file begins with the mark of UTF-8, as Excel writes and wants it; known once text has come out. */
	hasMark = false;
	private decode: Decode | undefined;
	private head: Uint8Array = new Uint8Array(0);
	private seen = 0;

	constructor(private readonly encoding: Encoding) {}

	push(bytes: Uint8Array): Outcome<string> {
		return this.read(bytes, false);
	}

	end(): Outcome<string> {
		return this.read(new Uint8Array(0), true);
	}

	private read(bytes: Uint8Array, isLast: boolean): Outcome<string> {
		let rest = bytes;
		if (!this.decode) {
			rest = this.head = Buffer.concat([this.head, bytes]);
			if (rest.length < LONGEST_MARK && !isLast) return success('');
			const mark = MARKS.find((one) => one.bytes.every((byte, position) => this.head[position] === byte));
			this.hasMark = mark?.isUtf8 ?? false;
			this.decode = mark?.decoder() ?? DECODERS[this.encoding]();
			rest = rest.subarray(mark?.bytes.length ?? 0);
			// A mark says more than a NUL does.
			if (mark && !mark.isUtf8) this.seen = LOOKED_AT;
		}
		if (this.encoding === 'auto' && this.seen < LOOKED_AT) {
			if (rest.subarray(0, LOOKED_AT - this.seen).includes(0)) return looksLikeUtf16();
			this.seen += rest.length;
		}
		try {
			return success(this.decode(rest, isLast));
		} catch {
			return notText(this.encoding);
		}
	}
}

function looksLikeUtf16(): Outcome<never> {
	return badInput(
		'The file is not UTF-8: it has zero bytes in it, as UTF-16 has',
		"If it is a table, choose UTF-16 as the file's encoding, or save it as UTF-8.",
	);
}

function notText(encoding: Encoding): Outcome<never> {
	const name = encoding === 'utf16' ? 'UTF-16' : 'UTF-8';
	return badInput(
		`The file is not ${name}`,
		`Choose the file's encoding: Latin-1 for what Excel saves as plain CSV, UTF-16 for its 'Unicode Text'. Or save it as UTF-8.`,
	);
}
