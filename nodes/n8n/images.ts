/** Images of an item, read when its turn comes. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Outcome } from '../core/failure/outcome';
import { imageUrl } from '../core/language/images';
import { expectFile, readFile } from './files';
import type { Exchange } from './modelCall';
import { attempt, take } from './unusable';

/** Names with commas between. */
export function readFieldNames(text: string): string[] {
	return text
		.split(',')
		.map((name) => name.trim())
		.filter(Boolean);
}

/** The images of one item as data URLs. Throws what `attempt` turns into a failure. */
async function readImages(
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

/** A row whose item has images that go with it. */
export interface Illustrated {
	/** The binary fields that hold them. */
	imageFields: string[];
}

/** The exchange of rows that are alone in their requests; `illustrate` gets the images of each, read when its turn has come. */
export function withImagesOfItem<Row extends Illustrated, Value>(
	context: IExecuteFunctions,
	exchange: Exchange<Row, Value>,
	illustrate: (row: Row, urls: string[]) => Outcome<Row>,
): Exchange<Row, Value> {
	const items = context.getInputData();
	return async ({ items: [item = 0], rows: [row] }, onPiece) => {
		const rows = await attempt(async () => {
			if (!row) return [];
			return [take(illustrate(row, await readImages(context, items[item], item, row.imageFields)))];
		});
		return rows.ok ? await exchange({ items: [item], rows: rows.value }, onPiece) : rows;
	};
}
