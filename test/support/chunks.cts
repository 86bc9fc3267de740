/** Chunks of bytes as a stream hands them out. */
import { piecesOf } from './csv.cts';

export async function* chunksOf(bytes: Uint8Array, size: number, fault?: Error): AsyncGenerator<Uint8Array> {
	yield* piecesOf(bytes, [size]);
	if (fault) throw fault;
}
