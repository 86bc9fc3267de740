/** Images of an item, read when its turn comes. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { imageUrl } from '../core/language/images';
import { expectFile, readFile } from './files';
import { take } from './unusable';

/** Names with commas between. */
export function readFieldNames(text: string): string[] {
	return text
		.split(',')
		.map((name) => name.trim())
		.filter(Boolean);
}

/** The images of one item as data URLs. Throws what `attempt` turns into a failure. */
export async function readImages(
	context: IExecuteFunctions,
	item: INodeExecutionData | undefined,
	index: number,
	fields: string[],
): Promise<string[]> {
	const urls: string[] = [];
	for (const field of fields) {
		const file = expectFile(item, field);
		urls.push(take(imageUrl(await readFile(context, index, file), field, file.mimeType)));
	}
	return urls;
}
