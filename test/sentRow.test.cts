/** An error shows what was sent: a row, a conversation or a text, wherever that may have caused it. */
import type { INodeParameters } from 'n8n-workflow';
import { API_KEY, runModel } from './support/engine.cts';
import { firstValues } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);

const OPERATIONS: Array<[string, INodeParameters, string]> = [
	['predict', { columns: 'text' }, `The row was sent under 'inputs' ('Rows Sent Under' in the options) as: ["Hello"].`],
	['chat', { prompt: '={{ $json.text }}' }, 'The messages were sent as: [{"role":"user","content":"Hello"}].'],
	['embed', { text: '={{ $json.text }}' }, 'The text was sent as: "Hello".'],
	['rerank', { query: 'x', text: '={{ $json.text }}' }, 'The text was sent as: "Hello".'],
];

async function describedFailure(
	operation: string,
	parameters: INodeParameters,
	{ text = 'Hello', timeout = 60 } = {},
): Promise<string> {
	const { error } = await runModel({
		rows: [{ text }],
		credential: { servingUrl: server.url },
		parameters: {
			operation,
			deployment: { __rl: true, mode: 'name', value: 'fraud' },
			...parameters,
			options: { maxTries: 1, timeout, ...(operation === 'predict' && { requestField: 'inputs' }) },
		},
	});
	expect(JSON.stringify(error)).not.toContain(API_KEY);
	return error?.description ?? '';
}

describe.each(OPERATIONS)('%s', (operation, parameters, sent) => {
	test.each([400, 413, 422, 500, 504])('status %s', async (status) => {
		server.answer = () => ({ status, body: { error: 'bad' } });
		expect(await describedFailure(operation, parameters)).toContain(sent);
	});

	test('a reply that is not what was asked for', async () => {
		server.answer = () => ({ body: 'no' });
		expect(await describedFailure(operation, parameters)).toContain(sent);
	});

	test('no reply in time', async () => {
		server.answer = () => ({ delay: 5000 });
		expect(await describedFailure(operation, parameters, { timeout: 0.3 })).toContain(sent);
	});

	test.each([401, 403, 404, 429, 503])('not with status %s, which says nothing of it', async (status) => {
		server.answer = () => ({ status, body: { error: 'bad' } });
		expect(await describedFailure(operation, parameters)).not.toContain('sent');
	});

	test('an excerpt, where it is long', async () => {
		server.answer = () => ({ status: 422, body: { error: 'bad' } });
		const words = await describedFailure(operation, parameters, { text: 'x'.repeat(100_000) });
		expect(words).toMatch(/x…\. Request ID: [\da-f-]{36}\.$/);
		expect(words.length).toBeLessThan(800);
	});
});
