/** gzip as a stream: whole files come out whole, and no part of one that is not. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Outcome } from '../nodes/core/failure/outcome';
import { gunzip, gzip, isGzip } from '../nodes/core/table/gzip';
import { chunksOf } from './support/chunks.cts';

const SIZES = [1, 3, 9, 10, 11, 1000, 1_000_000];
const TABLE = Buffer.from('amount,age\n10,5\n'.repeat(5000));
const SECOND = Buffer.from('3,4\n');

async function unpacked(chunks: AsyncIterable<Uint8Array>): Promise<{ bytes: Buffer; failed?: string }> {
	const parts: Uint8Array[] = [];
	let last: Outcome<Uint8Array> | undefined;
	for await (last of gunzip(chunks)) if (last.ok) parts.push(last.value);
	const bytes = Buffer.concat(parts);
	return last && !last.ok ? { bytes, failed: last.failure.message } : { bytes };
}

const packed = gzipSync(TABLE);

test.each<[kind: string, bytes: Buffer, whole: Buffer]>([
	['one member', packed, TABLE],
	[
		'several members',
		Buffer.concat([packed, gzipSync(SECOND), gzipSync(''), packed]),
		Buffer.concat([TABLE, SECOND, TABLE]),
	],
	['nothing in it', gzipSync(''), Buffer.alloc(0)],
	['data that is packed itself', gzipSync(packed), packed],
	[
		'a packed file stored as it is',
		gzipSync(Buffer.concat([packed, packed]), { level: 0 }).subarray(0),
		Buffer.concat([packed, packed]),
	],
])('%s', async (kind, bytes, whole) => {
	for (const size of SIZES) {
		const { bytes: out, failed } = await unpacked(chunksOf(bytes, size));
		// A member stored inside another is cut where none ends: that fails, and never looks right.
		if (kind.endsWith('as it is')) expect(failed).toBe('The packed file cannot be unpacked to its end');
		else expect({ same: out.equals(whole), failed }).toEqual({ same: true, failed: undefined });
	}
});

const changed = Buffer.from(packed);
changed[packed.length - 6] = (changed[packed.length - 6] ?? 0) ^ 1;

test.each<[kind: string, bytes: Buffer]>([
	['cut', packed.subarray(0, -5)],
	['cut in its header', packed.subarray(0, 5)],
	['cut in its second member', Buffer.concat([packed, gzipSync(SECOND)]).subarray(0, -3)],
	['changed', changed],
	['followed by something else', Buffer.concat([packed, Buffer.from('something else')])],
])('a file that is %s fails', async (_kind, bytes) => {
	for (const size of SIZES) {
		expect((await unpacked(chunksOf(bytes, size))).failed).toBe('The packed file cannot be unpacked to its end');
	}
});

test('what is packed unpacks, and is told by its first bytes', async () => {
	for (const size of [1, 1000, 1_000_000]) {
		const parts: Uint8Array[] = [];
		for await (const part of gzip(chunksOf(TABLE, size))) parts.push(part);
		const bytes = Buffer.concat(parts);
		expect(gunzipSync(bytes).equals(TABLE)).toBe(true);
		expect([isGzip(bytes), isGzip(TABLE), isGzip(bytes.subarray(0, 2))]).toEqual([true, false, false]);
	}
});

test('what the source throws is thrown', async () => {
	const gone = new Error('the disk is gone');
	await expect(unpacked(chunksOf(packed, 10, gone))).rejects.toBe(gone);
	await expect(unpacked(chunksOf(packed.subarray(0, 100), 10, gone))).rejects.toBe(gone);
	const pack = async (): Promise<void> => {
		for await (const part of gzip(chunksOf(TABLE, 10, gone))) expect(part).toBeDefined();
	};
	await expect(pack()).rejects.toBe(gone);
});

test.each([
	['packing', (chunks: AsyncIterable<Uint8Array>) => gzip(chunks)],
	['unpacking', (chunks: AsyncIterable<Uint8Array>) => gunzip(chunks)],
])('%s reads no further than is wanted, and closes its source', async (_what, through) => {
	let taken = 0;
	let isClosed = false;
	const bomb = gzipSync(Buffer.alloc(50_000_000));
	async function* source(): AsyncGenerator<Uint8Array> {
		try {
			for (;;) for (let at = 0; at < bomb.length; at += 1000, taken++) yield bomb.subarray(at, at + 1000);
		} finally {
			isClosed = true;
		}
	}
	for await (const part of through(source())) {
		expect(part).toBeDefined();
		break;
	}
	expect(isClosed).toBe(true);
	expect(taken).toBeLessThan(200);
});
