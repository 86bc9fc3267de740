/** The chat of n8n's editor over HTTP, in the requests that the editor makes: a workflow is asked as it stands, unpublished. */
import { at, read, textOf } from '../test/support/json.cts';
import { logIn, type Owner } from './ownRestApi.cts';

/** A piece of a streamed answer. */
export interface Chunk {
	type: string;
	content?: string;
	metadata: { nodeName: string };
}

export function readChunks(text: string): Chunk[] {
	return text
		.split('\n')
		.filter(Boolean)
		.map((line): Chunk => {
			const chunk = read(line);
			const content = at(chunk, 'content');
			return {
				type: textOf(at(chunk, 'type')),
				...(typeof content === 'string' && { content }),
				metadata: { nodeName: String(at(chunk, 'metadata', 'nodeName')) },
			};
		});
}

/** The pieces of what a node said. */
export function saidBy(nodeName: string, chunks: Chunk[]): string[] {
	return chunks
		.filter(({ type, metadata }) => type === 'item' && metadata.nodeName === nodeName)
		.map(({ content = '' }) => content);
}

/** Puts a question to a workflow that begins with the chat trigger `trigger`. */
export async function askInEditor(
	url: string,
	owner: Owner,
	workflow: string,
	trigger: string,
	question: string,
): Promise<Chunk[]> {
	const { session, post } = await logIn(url, owner);
	await post(`/rest/workflows/${workflow}/run`, { triggerToStartFrom: { name: trigger }, chatSessionId: session });
	const message = { action: 'sendMessage', sessionId: session, chatInput: question };
	const chunks = readChunks(await (await post(`/webhook-test/${workflow}/${session}`, message)).text());
	const failure = chunks.find(({ type }) => type === 'error');
	if (failure) throw new Error(`${failure.metadata.nodeName} failed: ${failure.content ?? 'it does not say why'}`);
	return chunks;
}
