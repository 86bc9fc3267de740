/**
 * n8n's own guard against server-side request forgery, which blocks private addresses: with an engine of its own, as n8n reads
 * the setting once.
 * @jest-environment node
 */
import { runModel } from './support/engine.cts';
import { firstValues, startServer, type TestServer } from './support/server.cts';

let server: TestServer;
beforeAll(async () => {
	process.env.N8N_SSRF_PROTECTION_ENABLED = 'true';
	server = await startServer(firstValues);
});
afterAll(async () => {
	delete process.env.N8N_SSRF_PROTECTION_ENABLED;
	await server.close();
});

test('an address that n8n blocks is named, with the setting that allows it', async () => {
	const run = await runModel({
		parameters: { operation: 'predict', deployment: { __rl: true, mode: 'name', value: 'fraud' }, columns: 'amount' },
		rows: [{ amount: 1 }],
		credential: { servingUrl: server.url },
	});
	expect(run.error?.message).toBe(`n8n itself blocked the request to ${new URL(server.url).host}`);
	expect(run.error?.description).toContain('N8N_SSRF_ALLOWED_IP_RANGES');
	expect(server.requests).toHaveLength(0);
});
