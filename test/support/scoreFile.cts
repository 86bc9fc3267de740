/** Predict File of a text, in n8n's engine and out of its store for files. */
import type { IBinaryData, INodeParameters } from 'n8n-workflow';
import { runModel, type RunOptions, type RunResult } from './engine.cts';
import type { useFileStore } from './fileStore.cts';
import type { TestServer } from './server.cts';

type Content = string | Buffer;

export interface FileRun extends RunResult {
	/** The file that came out, '' for none. */
	text: string;
	file?: IBinaryData;
	/** What came out first, without its file. */
	summary: Record<string, unknown>;
}

export interface FileParameters extends INodeParameters {
	fileName?: string;
}

/** As n8n tells it of a file that it reads. */
function mediaTypeOf(fileName: string): string {
	return fileName.endsWith('.csv')
		? 'text/csv'
		: fileName.endsWith('.json')
			? 'application/json'
			: 'application/octet-stream';
}

/** Runs Predict File with further parameters on the texts of files, one for each item. */
export function fileScorer(server: TestServer, files: ReturnType<typeof useFileStore>) {
	return async (
		content: Content | Content[],
		{ fileName = 'rows.csv', ...parameters }: FileParameters = {},
		more: Partial<RunOptions> = {},
	): Promise<FileRun> => {
		const contents = Array.isArray(content) ? content : [content];
		const stored = await Promise.all(
			contents.map(async (one) => await files.store(one, fileName, mediaTypeOf(fileName))),
		);
		const result = await runModel({
			credential: { servingUrl: server.url },
			items: stored.map((data) => ({ json: { id: 1 }, binary: { data } })),
			...more,
			parameters: {
				operation: 'predictFile',
				deployment: { __rl: true, mode: 'name', value: 'fraud' },
				columns: 'amount, age',
				...parameters,
			},
		});
		const [first] = result.success;
		const file = first?.binary?.data;
		const text = file ? (await files.read(file)).toString() : '';
		return { ...result, text, summary: first?.json ?? {}, ...(file && { file }) };
	};
}
