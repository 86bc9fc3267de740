/** OpenAI's embeddings as vLLM speaks them: texts into request text, reply text into one vector per text. */
import { readErrorReply } from '../failure/errorReply';
import { excerpt, show } from '../failure/excerpt';
import { encode, isRecord, type Json } from '../json/json';
import { badReply, success, type Blame, type Failed, type Outcome } from '../failure/outcome';
import { pluralize } from '../failure/pluralize';
import type { Reply } from '../json/reply';
import { Turns, type GiveWay } from '../turns';

interface EmbeddingSettings {
	model: string;
	/** Top-level fields of the request. */
	settings: Record<string, unknown>;
}

/** The request text for texts that are JSON already. */
export function embeddingsBody(texts: string[], { model, settings }: EmbeddingSettings): string {
	const others = encode({ model, ...settings });
	return `${others.slice(0, -1)},"input":[${texts.join(',')}]}`;
}

export interface Embeddings {
	/** One per text, in the order of the texts. */
	vectors: number[][];
	promptTokens: number;
}

function noEmbeddings(message: string, blame?: Blame): Failed {
	return badReply(
		message,
		"Check that the deployment is an embedding model, and that the option 'API Path Prefix' fits its server.",
		blame,
	);
}

/**
 * The vectors of a reply. Its order means nothing: each says by `index` which text it belongs to. Gives way now and then
 * where there are many.
 */
export async function readEmbeddings(reply: Reply, texts: number, giveWay: GiveWay): Promise<Outcome<Embeddings>> {
	const { json } = reply;
	const data = isRecord(json) ? json.data : undefined;
	if (!isRecord(json) || !Array.isArray(data)) {
		const said = readErrorReply(200, reply).text || excerpt(reply.text) || 'The reply was empty';
		const message = `The reply holds no embeddings: ${said}`;
		return noEmbeddings(message, { kind: 'rows', message, named: new Map() });
	}
	if (data.length !== texts) {
		return noEmbeddings(
			`The deployment answered ${pluralize(data.length, 'embedding')} for ${pluralize(texts, 'text')}`,
			{
				kind: 'count',
			},
		);
	}
	const vectors = new Map<number, number[]>();
	const turns = new Turns(giveWay);
	for (const [position, entry] of data.entries()) {
		if (turns.isOver()) await turns.next();
		const index = isRecord(entry) ? (entry.index ?? position) : position;
		const vector = isRecord(entry) ? readVector(entry.embedding) : undefined;
		if (!vector) return noEmbeddings(`The reply holds an embedding that is no list of numbers: ${show(entry)}`);
		if (typeof index === 'number') vectors.set(index, vector);
	}
	const inOrder = Array.from({ length: texts }, (_, index) => vectors.get(index)).filter(
		(vector) => vector !== undefined,
	);
	if (inOrder.length !== texts) {
		return noEmbeddings('The reply does not tell which embedding belongs to which text', { kind: 'count' });
	}
	const { prompt_tokens: tokens } = isRecord(json.usage) ? json.usage : {};
	return success({
		vectors: inOrder,
		promptTokens: typeof tokens === 'number' ? tokens : 0,
	});
}

/** A list of numbers, or 32-bit floats in base64, the lowest byte first. */
function readVector(given: Json | undefined): number[] | undefined {
	if (typeof given === 'string') {
		const bytes = Buffer.from(given, 'base64');
		if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
		const floats = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
		const numbers: number[] = [];
		for (let at = 0; at < bytes.length; at += 4) numbers.push(floats.getFloat32(at, true));
		return numbers.every(Number.isFinite) ? numbers : undefined;
	}
	if (!Array.isArray(given) || given.length === 0) return undefined;
	return given.every((value) => typeof value === 'number') ? given : undefined;
}
