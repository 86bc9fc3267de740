/** Files of any size: read and written as they flow where n8n keeps them on a disk, and whole where it does not. */
import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { readFile } from './files';
import { fromN8n } from './unusable';

/** Bytes that are read at a time. */
const CHUNK = 64 * 1024;

export interface FileStream {
	chunks: AsyncIterable<Uint8Array>;
	/** Bytes of the file, where n8n knows. */
	size: number | undefined;
	/** Stores what comes as a file. What `pieces` throws is thrown, and nothing is stored then. */
	store(pieces: () => AsyncIterable<Uint8Array>, name: string, mediaType: string): Promise<IBinaryData>;
	/** Reads no further. */
	close(): void;
}

/** Opens a file of an item. Throws `unusable`. */
export async function openFile(context: IExecuteFunctions, item: number, file: IBinaryData): Promise<FileStream> {
	const { id } = file;
	return id === undefined ? await openWhole(context, item, file) : await openStream(context, file, id);
}

async function openStream(context: IExecuteFunctions, file: IBinaryData, id: string): Promise<FileStream> {
	const { helpers } = context;
	const open = async () => await fromN8n(async () => await helpers.getBinaryStream(id, CHUNK));
	const source = await open();
	return {
		chunks: source,
		size: file.bytes ?? (await sizeOf(context, id)),
		async store(pieces, name, mediaType) {
			// A stream can be made only out of another one here: of its first piece come all of those that are written.
			const written = (await open()).take(1).flatMap(pieces);
			return await helpers.prepareBinaryData(written, name, mediaType);
		},
		close: () => void source.destroy(),
	};
}

/** Older n8n notes it beside the file alone. What is not known hinders nothing. */
async function sizeOf({ helpers }: IExecuteFunctions, id: string): Promise<number | undefined> {
	try {
		return (await helpers.getBinaryMetadata(id)).fileSize;
	} catch {
		return undefined;
	}
}

async function openWhole(context: IExecuteFunctions, item: number, file: IBinaryData): Promise<FileStream> {
	const bytes = await readFile(context, item, file);
	async function* chunks(): AsyncGenerator<Uint8Array> {
		for (let start = 0; start < bytes.length; start += CHUNK) yield bytes.subarray(start, start + CHUNK);
	}
	return {
		chunks: chunks(),
		size: bytes.length,
		async store(pieces, name, mediaType) {
			const written: Uint8Array[] = [];
			for await (const piece of pieces()) written.push(piece);
			return await context.helpers.prepareBinaryData(Buffer.concat(written), name, mediaType);
		},
		close: () => {},
	};
}

/** What it costs where n8n keeps a file elsewhere than on a disk; undefined where it flows. */
export function costOfStore({ id }: IBinaryData): string | undefined {
	const [mode = ''] = id?.split(':') ?? [];
	if (mode.startsWith('filesystem')) return undefined;
	const where = mode === '' ? 'in memory' : `in its store '${mode}'`;
	return `n8n keeps files ${where} here, so the whole file was in its memory. With N8N_DEFAULT_BINARY_DATA_MODE=filesystem it flows through, whatever its size`;
}
