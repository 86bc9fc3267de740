/** Files of items: beside the fields, or among them where the workflow's binary mode is 'combined'. */
import type { IBinaryData, IDataObject, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { runModel, type RunResult } from './support/engine.cts';
import { at, listOf } from './support/json.cts';
import { firstValues, startServer } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').toString('base64');
const file = (data: string, mimeType = 'image/png'): IBinaryData => ({ data, mimeType });
const binary = { photo: file(PNG), other: file('aG8=') };

const MODES = ['separate', 'combined'] as const;

interface Ask {
	binaryMode: (typeof MODES)[number];
	items?: INodeExecutionData[];
	parameters: INodeParameters;
	credential?: IDataObject;
	settings?: Partial<INode>;
}

/** n8n itself moves the files to where the mode has them. */
function run({
	items = [{ json: { id: 1 }, binary }],
	parameters,
	credential,
	settings,
	binaryMode,
}: Ask): Promise<RunResult> {
	return runModel({
		items: items.map(({ json, binary: files }) => ({ json: { ...json }, ...(files && { binary: { ...files } }) })),
		credential: { servingUrl: server.url, ...credential },
		binaryMode,
		settings,
		parameters: { deployment: { __rl: true, mode: 'name', value: 'fraud' }, operation: 'predict', ...parameters },
	});
}

const bodies = () => server.requests.map(({ text }) => text);
const namesOf = (value: unknown): string[] =>
	typeof value === 'object' && value !== null ? Object.keys(value).sort() : [];

describe.each(MODES)('files in the %s mode', (binaryMode) => {
	const inJson = binaryMode === 'combined';

	test('stand where the mode has them, and go on beside the prediction', async () => {
		const { success } = await run({ binaryMode, parameters: { columns: 'id' } });
		expect(bodies()).toEqual(['{"inputs":[[1]]}']);
		expect(success[0]?.json).toMatchObject({ id: 1, prediction: 'of 1' });
		expect(namesOf(success[0]?.json._files)).toEqual(inJson ? ['other', 'photo'] : []);
		expect(namesOf(success[0]?.binary)).toEqual(inJson ? [] : ['other', 'photo']);
	});

	test.each(['id, photo', inJson ? 'id, _files.photo' : 'id, photo', inJson ? "id, ['_files']['photo']" : 'id,photo'])(
		'are columns: %s',
		async (columns) => {
			await run({ binaryMode, parameters: { columns, options: { rowFormat: 'values' } } });
			expect(bodies()).toEqual([`{"inputs":[[1,{"b64":"${PNG}"}]]}`]);
		},
	);

	test('are none where there is no file of the name', async () => {
		const { error } = await run({ binaryMode, parameters: { columns: 'id, picture' } });
		expect(error?.message).toBe("The field 'picture' is missing");
		expect(server.requests).toEqual([]);
	});

	test.each<[string, INodeParameters]>([
		['all fields', { rows: 'allFields' }],
		['the whole item', { rows: 'json', rowJson: '={{ $json }}' }],
		['the whole item, by another expression', { rows: 'json', rowJson: '={{$json}}' }],
		['the whole item as a body', { rows: 'body', bodyJson: '={{ $json }}' }],
	])('are no part of %s', async (_name, parameters) => {
		await run({ binaryMode, parameters });
		expect(bodies()).toEqual([parameters.rows === 'body' ? '{"id":1}' : '{"inputs":[{"id":1}]}']);
	});

	test.each(inJson ? ['photo', '_files.photo'] : ['photo'])('are images: %s', async (imageFields) => {
		server.answer = () => ({ body: { choices: [{ message: { content: 'x' }, finish_reason: 'stop' }] } });
		const parameters = { operation: 'chat', prompt: 'Hello', options: { imageFields } };
		const { error } = await run({ binaryMode, parameters });
		expect(error).toBeUndefined();
		expect(at(server.requests[0]?.body, 'messages', 0, 'content', 1, 'image_url', 'url')).toBe(
			`data:image/png;base64,${PNG}`,
		);
	});

	test.each<[string, INodeExecutionData, string]>([
		['others', { json: {}, binary }, 'Its files: photo, other.'],
		['none', { json: {} }, 'It has no files at all.'],
	])('are named where Images names one that is missing: %s', async (_name, item, description) => {
		const parameters = { operation: 'chat', prompt: 'Hello', options: { imageFields: 'data' } };
		const { error } = await run({ binaryMode, items: [item], parameters });
		expect(error).toMatchObject({ message: "The item has no file 'data'", description });
	});

	test('fill binary columns of a schema', async () => {
		const hopsworks = await startServer(({ path }) => {
			if (path.includes('getProjectInfo')) return { body: { projectId: 1, projectName: 'test' } };
			const servingKeys = [{ name: 'id', type: 'int' }];
			const passedFeatures = ['photo', 'other'].map((name) => ({ name, type: 'binary' }));
			if (path.includes('/schema')) return { body: { servingKeys, passedFeatures } };
			return { body: { id: 1, name: 'fraud', status: 'Running', projectNamespace: 'test' } };
		});
		const ask = async (value: INodeParameters | null, rowFormat: string) =>
			await run({
				binaryMode,
				credential: { hopsworksUrl: hopsworks.url },
				settings: { onError: 'continueErrorOutput' },
				items: [{ json: { id: '1', other: 'AQI=' }, binary: { photo: file(PNG) } }, { json: { id: 2, other: '' } }],
				parameters: {
					rows: 'schema',
					schemaColumns: { mappingMode: value ? 'defineBelow' : 'autoMapInputData', value },
					options: { rowFormat, rowsPerRequest: 1, concurrency: 1 },
				},
			});
		const named = await ask(null, 'object');
		await ask(null, 'values');
		if (inJson) await ask({ id: '={{ $json.id }}', photo: '={{ $json._files.photo }}', other: 'aG8=' }, 'object');
		await hopsworks.close();
		expect(named.failed[0]?.json.error).toContain("The item lacks the column 'photo' of the deployment's schema");
		expect(bodies()).toEqual([
			`{"instances":[{"id":1,"photo":"${PNG}","other":"AQI="}]}`,
			`{"instances":[[1,"${PNG}","AQI="]]}`,
			...(inJson ? [`{"instances":[{"id":1,"photo":"${PNG}","other":"aG8="}]}`] : []),
		]);
	});
});

describe('a field _files', () => {
	test('that holds no files is a field like any other', async () => {
		const items = [
			{ json: { id: 1, _files: { count: 2 } } },
			{ json: { id: 1, _files: 'none' } },
			{ json: { _files: {} } },
		];
		await run({ binaryMode: 'separate', items, parameters: { rows: 'allFields' } });
		expect(listOf(at(server.requests[0]?.body, 'inputs'))).toEqual(items.map(({ json }) => json));
	});

	test('of which the user names a member is read as a field', async () => {
		const parameters = { columns: '_files.photo.mimeType' };
		await run({ binaryMode: 'combined', parameters });
		expect(bodies()).toEqual(['{"inputs":[["image/png"]]}']);
	});
});
