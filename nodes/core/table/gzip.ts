/** gzip as a stream, by what every Node has among its globals. */
import { badInput, success, type Outcome } from '../failure/outcome';

/** How each part of a file begins that was packed by itself: the magic number, and that it is deflated. */
const MAGIC = Buffer.from([0x1f, 0x8b, 8]);

/** Bytes of a header that has nothing optional in it. */
const HEADER = 10;

/** Whether a file is packed, by its first bytes: names tell less. */
export function isGzip(bytes: Uint8Array): boolean {
	return MAGIC.every((byte, position) => bytes[position] === byte);
}

/** The bytes that come out of a transformation. `chunks` throws nothing. */
async function* through(
	{ readable, writable }: CompressionStream | DecompressionStream,
	chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
	const writer = writable.getWriter();
	let isRead = true;
	const write = async (): Promise<void> => {
		for await (const chunk of chunks) {
			if (!isRead) return;
			await writer.write(new Uint8Array(chunk));
		}
		await writer.close();
	};
	// What goes wrong is seen where it is read.
	const writing = write().catch(() => undefined);
	try {
		yield* readable;
	} finally {
		isRead = false;
		// Where nobody reads to the end, a piece waits to be taken.
		await writer.abort().catch(() => undefined);
		await writing;
	}
}

/** Chunks that end where reading them fails: it is thrown afterwards, in the place of what it leads to. */
class Source {
	private thrown: { reason: unknown } | undefined;

	constructor(private readonly source: AsyncIterable<Uint8Array>) {}

	async *chunks(): AsyncGenerator<Uint8Array> {
		try {
			yield* this.source;
		} catch (reason) {
			this.thrown = { reason };
		}
	}

	rethrow(): void {
		if (this.thrown) throw this.thrown.reason;
	}
}

/** Packs what comes. What `chunks` throws is thrown. */
export async function* gzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	const source = new Source(chunks);
	yield* through(new CompressionStream('gzip'), source.chunks());
	source.rethrow();
}

/**
 * Cuts a packed file into its members: packers that use several processors, logs, and `cat` put them behind one another,
 * and newer versions of Node take the second one for an error. A member is told by its whole header, which data
 * looks like once in 200 GB; a cut that was none leaves two halves, neither of which unpacks.
 */
class Members {
	hasMore = true;
	private held: Uint8Array = new Uint8Array(0);

	constructor(private readonly chunks: AsyncIterator<Uint8Array>) {}

	/** The bytes of the next member. */
	async *next(): AsyncGenerator<Uint8Array> {
		// The header of this one is not that of the next.
		let searched = 1;
		for (;;) {
			const header = this.header(searched);
			if (header !== -1) {
				const member = this.held.subarray(0, header);
				this.held = this.held.subarray(header);
				yield member;
				return;
			}
			const { done, value } = await this.chunks.next();
			if (done) break;
			// The last bytes may begin a header.
			const known = Math.max(0, this.held.length - HEADER + 1);
			if (known >= searched) {
				const passed = this.held.subarray(0, known);
				this.held = Buffer.concat([this.held.subarray(known), value]);
				searched = 0;
				yield passed;
			} else this.held = Buffer.concat([this.held, value]);
		}
		this.hasMore = false;
		yield this.held;
	}

	/** Where a header begins; -1 for nowhere. */
	private header(from: number): number {
		const bytes = Buffer.from(this.held.buffer, this.held.byteOffset, this.held.length);
		for (let at = bytes.indexOf(MAGIC, from); at !== -1; at = bytes.indexOf(MAGIC, at + 1)) {
			const [flags = 255, , , , , level = 255, system = 0] = bytes.subarray(at + 3, at + HEADER);
			const isHeader = flags < 32 && (level === 0 || level === 2 || level === 4) && (system < 14 || system === 255);
			if (at + HEADER <= bytes.length && isHeader) return at;
		}
		return -1;
	}
}

/** Unpacks what comes, never more ahead than a piece. Ends with a failure where it is not whole. What `chunks` throws is thrown. */
export async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Outcome<Uint8Array>> {
	const source = new Source(chunks);
	const packed = source.chunks();
	const members = new Members(packed);
	try {
		while (members.hasMore) {
			for await (const bytes of through(new DecompressionStream('gzip'), members.next())) yield success(bytes);
		}
	} catch {
		source.rethrow();
		yield damaged();
	} finally {
		await packed.return(undefined);
	}
	source.rethrow();
}

function damaged(): Outcome<never> {
	return badInput(
		'The packed file cannot be unpacked to its end',
		"It is damaged or not whole. Try 'gzip --test' on it, and download or pack it again.",
	);
}
