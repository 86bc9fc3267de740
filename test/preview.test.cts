/** A preview: the editor shows the request of the first item, and nothing goes to the deployment. */
import type { INodeParameters } from 'n8n-workflow';
import { API_KEY, runModel, type RunOptions, type RunResult } from './support/engine.cts';
import { at, recordOf, textOf } from './support/json.cts';
import { firstValues, startServer, type Recorded } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

/** As it begins. */
const PNG = 'iVBORw0KGgo=';

const server = sharedServer(firstValues);

/** Hopsworks, where the deployment is stopped. */
function asHopsworks({ path }: Recorded) {
	if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
	return { body: { id: 7, name: 'fraud', status: 'Stopped', projectNamespace: 'test', modelServer: 'PYTHON' } };
}

function show(parameters: INodeParameters, options: Partial<RunOptions> = {}): Promise<RunResult> {
	return runModel({
		rows: [1, 2, 3].map((id) => ({ id: `${id}`, text: `text ${id}` })),
		...options,
		credential: { servingUrl: server.url, ...options.credential },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'name', value: 'fraud' },
			columns: 'id',
			...parameters,
			options: { previewOnly: true, ...recordOf(parameters.options ?? {}) },
		},
	});
}

test('shows the request of the first item, and how many rows would share it', async () => {
	const run = await show({ options: { rowsPerRequest: 2, routing: 'host', hostHeader: 'fraud.test.example.com' } });
	expect(run.success).toEqual([
		{
			json: {
				request: {
					method: 'POST',
					url: `${server.url}/v1/models/fraud:predict`,
					headers: {
						Authorization: 'ApiKey (hidden)',
						'Content-Type': 'application/json',
						Accept: 'application/json',
						'x-request-id': '(a new one for each request)',
						Host: 'fraud.test.example.com',
					},
					body: { inputs: [[1]] },
					bodyText: '{"inputs":[[1]]}',
					rowsInRequest: 2,
				},
			},
			pairedItem: { item: 0 },
		},
	]);
	expect(run.hints.map(({ message }) => message)).toEqual([
		"3 items, 0 requests. 'Preview Only' is on: nothing was sent to the deployment",
	]);
	expect(server.requests).toEqual([]);
});

test('is what then goes out', async () => {
	const options = { extraFields: '{"signature_name": "x"}', rowFormat: 'object', requestField: 'instances' };
	const rows = [{ id: '12345678901234567890' }];
	const shown = await show({ options }, { rows });
	await show({ options: { ...options, previewOnly: false } }, { rows });
	const [sent] = server.requests;
	const request = shown.success[0]?.json.request;
	expect(at(request, 'bodyText')).toBe(sent?.text);
	expect(at(request, 'bodyText')).toBe('{"instances":[{"id":12345678901234567890}],"signature_name":"x"}');
	expect(new URL(textOf(at(request, 'url'))).pathname).toBe(sent?.path);
	expect(sent?.headers).toMatchObject({ 'content-type': 'application/json', accept: 'application/json' });
	expect(server.requests).toHaveLength(1);
});

test('is decided by all rows, as a run is: a column that holds a code stays text', async () => {
	const rows = [{ id: '1' }, { id: '007' }];
	const { success } = await show({}, { rows });
	expect(at(success[0]?.json.request, 'bodyText')).toBe('{"inputs":[["1"]]}');
});

test('of Chat holds the images of the item', async () => {
	const parameters = {
		operation: 'chat',
		prompt: '={{ $json.text }}',
		options: { imageFields: 'photo', temperature: 0 },
	};
	const binary = { photo: { data: PNG, mimeType: 'image/png' } };
	const { success } = await show(parameters, { items: [{ json: { text: 'Hello' }, binary }] });
	expect(success[0]?.json.request).toMatchObject({
		url: expect.stringContaining('/v1/chat/completions'),
		body: {
			model: 'fraud',
			temperature: 0,
			messages: [
				{ role: 'user', content: [{ text: 'Hello' }, { image_url: { url: `data:image/png;base64,${PNG}` } }] },
			],
		},
		rowsInRequest: 1,
	});
	const { error } = await show(parameters, { items: [{ json: { text: 'Hello' } }] });
	expect(error?.message).toBe("The item has no file 'photo'");
	expect(server.requests).toEqual([]);
});

test('of Embed holds the first text', async () => {
	const { success } = await show({ operation: 'embed', text: '={{ $json.text }}' });
	expect(success.map(({ json }) => json.request)).toMatchObject([
		{ body: { model: 'fraud', input: ['text 1'] }, rowsInRequest: 3 },
	]);
	expect(server.requests).toEqual([]);
});

test('asks Hopsworks where the deployment is, and starts none', async () => {
	const hopsworks = await startServer(asHopsworks);
	const { success } = await show(
		{ options: { whenStopped: 'start', maxWait: 1 } },
		{ credential: { hopsworksUrl: hopsworks.url } },
	);
	await hopsworks.close();
	expect(at(success[0]?.json.request, 'body')).toEqual({ instances: [[1]] });
	expect(hopsworks.requests.map(({ method }) => method)).not.toContain('POST');
	expect(server.requests).toEqual([]);
});

test('streams nothing to whoever waits for the answer, and starts no deployment for it', async () => {
	const hopsworks = await startServer(asHopsworks);
	const chunks: unknown[] = [];
	const { success } = await show(
		{ operation: 'chat', prompt: 'Hi', options: { whenStopped: 'start', maxWait: 1 } },
		{ credential: { hopsworksUrl: hopsworks.url }, onChunk: (chunk) => void chunks.push(chunk) },
	);
	await hopsworks.close();
	expect(success[0]?.json.request).toMatchObject({
		headers: { Accept: 'text/event-stream, application/json' },
		body: { stream: true },
	});
	expect(chunks).toEqual([]);
	expect(hopsworks.requests.map(({ method }) => method)).not.toContain('POST');
	expect(server.requests).toEqual([]);
});

test('has the key nowhere, even where an item or the address holds it', async () => {
	const pasted = { __rl: true, mode: 'url', value: `${server.url}/v1/test/${API_KEY}` };
	for (const deployment of [{ __rl: true, mode: 'name', value: 'fraud' }, pasted]) {
		const run = await show({ columns: 'key', deployment }, { rows: [{ key: API_KEY }] });
		expect(run.success).toHaveLength(1);
		expect(JSON.stringify([run.success, run.hints])).not.toContain('SECRET');
	}
});

test('fails for an item that no run could send, and shows the next', async () => {
	const rows = [{ other: 1 }, { id: 2 }, { id: 3 }];
	const stopped = await show({}, { rows });
	expect(stopped.error?.message).toBe("The field 'id' is missing");
	const { success, failed } = await show({}, { rows, settings: { onError: 'continueErrorOutput' } });
	expect(failed.map(({ json }) => json.error)).toEqual(["The field 'id' is missing"]);
	expect(success).toMatchObject([{ json: { request: { body: { inputs: [[2]] } } }, pairedItem: { item: 1 } }]);
});

test.each<[string, Partial<RunOptions>, string]>([
	['a workflow that runs by itself', { mode: 'trigger' }, "'Preview Only' is on, so nothing was sent"],
	['one that a webhook calls', { mode: 'webhook' }, "'Preview Only' is on, so nothing was sent"],
	["an agent's tool", { tool: true }, "'Preview Only' is on, and an agent cannot use a request that is not sent"],
])('fails in %s before anything is sent', async (_name, options, message) => {
	const { error } = await show({}, options);
	expect(error?.message).toBe(message);
	expect(error?.description).toContain('Turn it off in the options.');
	const { success, failed } = await show({}, { ...options, settings: { onError: 'continueErrorOutput' } });
	expect([success, failed.length]).toEqual([[], 3]);
	expect(server.requests).toEqual([]);
});

test('takes the key out of the header Host too, should it have been pasted there', async () => {
	const { success } = await show({ options: { routing: 'host', hostHeader: API_KEY } });
	expect(at(success[0]?.json.request, 'headers', 'Host')).toBe('***');
	expect(JSON.stringify(success)).not.toContain(API_KEY);
});
