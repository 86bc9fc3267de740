/** Embeddings by rule: texts that share words lie close to each other. */
import { createHash } from 'node:crypto';

/** A vector of length 1; each word of the text adds to one of its dimensions. */
export function embed(text: string, dimensions: number): number[] {
	const vector = new Array<number>(dimensions).fill(0);
	for (const word of text.toLowerCase().match(/\w+/g) ?? ['']) {
		const digest = createHash('sha256').update(word).digest();
		const dimension = digest.readUInt32LE(0) % dimensions;
		vector[dimension] = (vector[dimension] ?? 0) + (digest.readUInt8(4) % 2 === 0 ? 1 : -1);
	}
	const length = Math.hypot(...vector) || 1;
	return vector.map((value) => Math.fround(value / length));
}

/** 32-bit floats, the lowest byte first. */
export function toBytes(vector: number[]): Buffer {
	return Buffer.from(Float32Array.from(vector).buffer);
}

/** As `encoding_format: base64` sends it. */
export function toBase64(vector: number[]): string {
	return toBytes(vector).toString('base64');
}
