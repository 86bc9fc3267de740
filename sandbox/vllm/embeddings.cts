/** Embeddings of texts or of one conversation, as numbers, as base64, or as bytes. */
import { embed, toBase64, toBytes } from '../embedding.cts';
import { json, type Reply } from '../reply.cts';
import { issuesOfEmbedding } from './embeddingRequest.cts';
import { invalid } from './issues.cts';
import { tooLong } from './length.cts';
import { badRequest, refuse, unknownModel, type Refusal } from './refusal.cts';
import { now, uniqueName, type Fields, type Server } from './server.cts';
import { promptOfChat, promptOfText, type Prompt } from './tokens.cts';
import { countsOf } from './usage.cts';

function promptsOf(server: Server, body: Fields): Prompt[] {
	const { input, messages } = body;
	if (Array.isArray(messages)) return [promptOfChat(body, messages, server)];
	if (!Array.isArray(input)) return [promptOfText(String(input), body, server)];
	// A list of numbers is one text in tokens.
	const isTokens = (value: unknown): value is unknown[] =>
		Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number');
	const texts: unknown[] = isTokens(input) ? [input] : input;
	return texts.map((text) => promptOfText(isTokens(text) ? text.join(' ') : String(text), body, server));
}

function refusalOfLength(name: string, server: Server, { dimensions }: Fields): Refusal | undefined {
	if (dimensions === undefined || dimensions === null) return undefined;
	const { matryoshka } = server;
	const asked = Number(dimensions);
	if (matryoshka === undefined) {
		return badRequest(
			`Model '${name}' does not support Matryoshka embeddings; dimensions must be unset (received dimensions=${asked}).`,
		);
	}
	if (asked < 1 || asked > server.dimensions) {
		return badRequest(`Model '${name}' only supports dimensions in range [1, ${server.dimensions}], got ${asked}.`);
	}
	if (matryoshka === 'any' || matryoshka.includes(asked)) return undefined;
	return badRequest(`Model '${name}' only supports Matryoshka dimensions [${matryoshka.join(', ')}], got ${asked}.`);
}

function findRefusal(name: string, server: Server, body: Fields): Refusal | undefined {
	const issues = issuesOfEmbedding(body);
	if (issues.length > 0) return invalid(server, issues);
	const { model } = body;
	if (model !== undefined && model !== null && model !== name) return unknownModel(model, '');
	return refusalOfLength(name, server, body);
}

function refusalOfPrompts(server: Server, prompts: Prompt[]): Refusal | undefined {
	if (prompts.length === 0) return badRequest('You must pass at least one prompt');
	for (const prompt of prompts) {
		const refusal = prompt.text === '' ? badRequest('The decoder prompt cannot be empty') : tooLong(server, prompt);
		if (refusal) return refusal;
	}
	return undefined;
}

/** The bytes of all vectors, and what belongs to which text in a header. */
function asBytes(vectors: number[][], about: object): Reply {
	const bytes = Buffer.concat(vectors.map(toBytes));
	let end = 0;
	const data = vectors.map((vector, index) => {
		const start = end;
		end += 4 * vector.length;
		return { index, embed_dtype: 'float32', endianness: 'native', start, end, shape: [vector.length] };
	});
	const headers = { 'content-type': 'application/octet-stream', metadata: JSON.stringify({ ...about, data }) };
	return { status: 200, headers, body: '', bytes };
}

export function embeddings(name: string, server: Server, body: Fields): Reply {
	const refusal = findRefusal(name, server, body);
	if (refusal) return refuse(server, refusal);
	const prompts = promptsOf(server, body);
	const tooMuch = refusalOfPrompts(server, prompts);
	if (tooMuch) return refuse(server, tooMuch);
	const { dimensions, encoding_format: encoding } = body;
	const vectors = prompts.map(({ text }) => embed(text, Number(dimensions ?? server.dimensions)));
	const counts = countsOf(
		prompts.reduce((sum, { tokens }) => sum + tokens, 0),
		0,
	);
	const usage = { ...counts, prompt_tokens_details: null, completion_tokens_details: null };
	const about = { id: uniqueName('embd'), object: 'list', created: now(), model: name };
	if (encoding === 'bytes' || encoding === 'bytes_only') return asBytes(vectors, { ...about, usage });
	const data = vectors.map((vector, index) => ({
		index,
		object: 'embedding',
		embedding: encoding === 'base64' ? toBase64(vector) : vector,
	}));
	return json(200, { ...about, data, usage });
}
