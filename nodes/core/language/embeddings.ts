/** OpenAI's embeddings as vLLM speaks them: texts into request text, reply text into one vector per text. */
import { readErrorReply } from '../failure/errorReply';
import { excerpt, show } from '../failure/excerpt';
import { encode, isRecord, type Json } from '../json/json';
import {
	badReply,
	RowFailed,
	success,
	type Blame,
	type Failed,
	type Failure,
	type Outcome,
	type RowValues,
} from '../failure/outcome';
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
	vectors: RowValues<number[]>;
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
 * The vectors of a reply. Its order means nothing: each says by `index` which text it belongs to. `dimensions` is how many
 * numbers each has to have, where the user said so; otherwise all have as many as the first. Gives way now and then where
 * there are many.
 */
export async function readEmbeddings(
	reply: Reply,
	texts: number,
	giveWay: GiveWay,
	dimensions?: number,
): Promise<Outcome<Embeddings>> {
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
	const read = new Map<number, { vector: number[] | undefined; entry: Json }>();
	const turns = new Turns(giveWay);
	for (const [position, entry] of data.entries()) {
		if (turns.isOver()) await turns.next();
		const index = isRecord(entry) ? (entry.index ?? position) : position;
		const vector = isRecord(entry) ? readVector(entry.embedding) : undefined;
		if (typeof index === 'number') read.set(index, { vector, entry });
	}
	const inOrder = Array.from({ length: texts }, (_, index) => read.get(index)).filter((one) => one !== undefined);
	if (inOrder.length !== texts) {
		return noEmbeddings('The reply does not tell which embedding belongs to which text', { kind: 'count' });
	}
	const length = dimensions ?? usualLength(inOrder.map(({ vector }) => vector));
	const { prompt_tokens: tokens } = isRecord(json.usage) ? json.usage : {};
	return success({
		vectors: inOrder.map(({ vector, entry }) =>
			vector && vector.length === length ? vector : new RowFailed(vectorFailure(vector, length, entry, dimensions)),
		),
		promptTokens: typeof tokens === 'number' ? tokens : 0,
	});
}

/** The length that most vectors have. */
function usualLength(vectors: Array<number[] | undefined>): number | undefined {
	const times = new Map<number, number>();
	for (const vector of vectors) if (vector) times.set(vector.length, (times.get(vector.length) ?? 0) + 1);
	const [usual] = [...times].toSorted(([, one], [, other]) => other - one);
	return usual?.[0];
}

/** Why a vector is not what it should be. A text that a model could not compute spoils no other. */
function vectorFailure(
	vector: number[] | undefined,
	length: number | undefined,
	entry: Json,
	dimensions: number | undefined,
): Failure {
	if (!vector) {
		return badReply(`The reply holds an embedding that is no list of numbers: ${show(entry)}`, NOT_COMPUTED).failure;
	}
	const numbers = pluralize(vector.length, 'number');
	if (dimensions === undefined) {
		return badReply(`The deployment returned an embedding of ${numbers}, and others of ${length}`, NOT_COMPUTED)
			.failure;
	}
	return badReply(
		`The deployment returned an embedding of ${numbers}, not the ${dimensions} that 'Dimensions' asks for`,
		"Its model, or its server, does not make embeddings shorter. Remove 'Dimensions' from the options.",
	).failure;
}

const NOT_COMPUTED =
	"The model did not compute it as it should. Check the text, run the item again, and see the deployment's logs in Hopsworks.";

/** Other characters would be left out without a word. */
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** A list of numbers, or 32-bit floats in base64, the lowest byte first. */
function readVector(given: Json | undefined): number[] | undefined {
	if (typeof given === 'string') {
		if (!BASE64.test(given)) return undefined;
		const bytes = Buffer.from(given, 'base64');
		if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
		const floats = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
		const numbers: number[] = [];
		for (let at = 0; at < bytes.length; at += 4) numbers.push(floats.getFloat32(at, true));
		return numbers.every(Number.isFinite) ? numbers : undefined;
	}
	if (!Array.isArray(given) || given.length === 0) return undefined;
	const isNumber = (value: Json): value is number => typeof value === 'number' && Number.isFinite(value);
	return given.every(isNumber) ? given : undefined;
}
