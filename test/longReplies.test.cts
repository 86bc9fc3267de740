/** A long reply in n8n's engine: read whole and exactly, and without the key. */
import { API_KEY, runModel } from './support/engine.cts';
import { firstValues } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);

test('a reply of megabytes is read whole and exactly, and shows nothing of the key', async () => {
	const rows = Array.from({ length: 400 }, (_, id) => ({ id }));
	const words = `${API_KEY.replace('.', '\\u002e')} 中文, é and 😀 ${'of many words '.repeat(500)}`;
	server.answer = () => ({
		body: Buffer.from(
			`{"predictions":[${rows.map(({ id }) => `[990071992547409${1000 + id},"${words}",NaN]`).join()}]}`,
		),
	});
	const { success } = await runModel({
		rows,
		credential: { servingUrl: server.url },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'name', value: 'm' },
			columns: 'id',
			options: { rowsPerRequest: 400, maxTries: 1 },
		},
	});
	const clean = words.replace(/^\S+/, '***');
	expect(server.requests).toHaveLength(1);
	expect(success.map(({ json }) => json.prediction)).toEqual(
		rows.map(({ id }) => [`990071992547409${1000 + id}`, clean, null]),
	);
});
