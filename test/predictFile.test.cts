/** Predict File in n8n's engine, over real HTTP, with n8n's own store for files. */
import type { INodeParameters } from 'n8n-workflow';
import { runModel, type RunOptions, type RunResult } from './support/engine.cts';
import { useFileStore } from './support/fileStore.cts';
import { firstValues } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);
const files = useFileStore();

async function score(
	content: string | Buffer,
	{ fileName = 'rows.csv', ...parameters }: INodeParameters & { fileName?: string } = {},
	more: Partial<RunOptions> = {},
): Promise<RunResult & { text: string }> {
	const data = await files.store(content, fileName);
	const result = await runModel({
		credential: { servingUrl: server.url },
		items: [{ json: { id: 1 }, binary: { data } }],
		...more,
		parameters: {
			operation: 'predictFile',
			deployment: { __rl: true, mode: 'name', value: 'fraud' },
			columns: 'amount, age',
			...parameters,
		},
	});
	const file = result.success[0]?.binary?.data;
	return { ...result, text: file ? (await files.read(file)).toString() : '' };
}

test('every row of a file comes out with its own prediction', async () => {
	const { text, success, error } = await score('id,amount,age\n1,10,20\n2,11.50,21\n');
	expect(error).toBeUndefined();
	expect(text).toBe('id,amount,age,prediction,error\n1,10,20,of 10,\n2,11.50,21,of 11.5,\n');
	expect(success[0]?.json).toMatchObject({ rows: 2, scored: 2, failed: 0, requests: 1, retries: 0, failures: [] });
	expect(server.requests.map(({ text: sent }) => sent)).toEqual(['{"inputs":[[10,20],[11.50,21]]}']);
});
