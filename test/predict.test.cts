/** Predict in n8n's engine, over real HTTP. */
import { setTimeout as wait } from 'node:timers/promises';
import { API_KEY, runModel, type RunOptions, type RunResult } from './support/engine.cts';
import { firstValues, rowsOf, startServer, type Recorded, type Reply } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);

const byName = (value: string) => ({ __rl: true, mode: 'name', value });
const byUrl = (value: string) => ({ __rl: true, mode: 'url', value });
const numbered = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));
const bodies = () => server.requests.map(({ text }) => text);

/** Runs Predict on the test server, reading the column `id` unless told otherwise. */
function predict(options: Partial<RunOptions>): Promise<RunResult> {
	const { parameters, credential, ...rest } = options;
	return runModel({
		...rest,
		credential: { servingUrl: server.url, ...credential },
		parameters: { operation: 'predict', deployment: byName('fraud'), columns: 'id', ...parameters },
	});
}

describe('requests', () => {
	test('a row goes out under the key, as plain JSON, and its prediction comes back beside it', async () => {
		const { status, success } = await predict({ rows: [{ id: 1, name: 'Ada' }] });
		expect(status).toBe('success');
		expect(success).toEqual([{ json: { id: 1, name: 'Ada', prediction: 'of 1' }, pairedItem: { item: 0 } }]);
		expect(server.requests).toHaveLength(1);
		expect(server.requests[0]).toMatchObject({
			method: 'POST',
			path: '/v1/test/fraud/v1/models/fraud:predict',
			text: '{"inputs":[[1]]}',
		});
		expect(server.requests[0]?.headers).toMatchObject({
			authorization: `ApiKey ${API_KEY}`,
			'content-type': 'application/json',
		});
	});

	test('rows share requests up to Rows per Request, the last one takes the rest', async () => {
		await predict({ rows: numbered(1234), parameters: { options: { rowsPerRequest: 500 } } });
		expect(server.requests.map((request) => rowsOf(request).length)).toEqual([500, 500, 234]);
	});

	test('a request ends before it grows beyond Split Requests Above, and a longer row goes alone', async () => {
		const text = 'x'.repeat(400);
		const rows = [{ id: text }, { id: text }, { id: text }, { id: 'y'.repeat(2000) }, { id: 'z' }];
		await predict({ rows, parameters: { options: { maxRequestKilobytes: 1, concurrency: 1 } } });
		expect(server.requests.map((request) => rowsOf(request).length)).toEqual([2, 1, 1, 1]);
	});

	test('no more requests are under way than the window is wide, and a slow one holds nobody up', async () => {
		let sentMeanwhile = 0;
		server.answer = async (request, number) => {
			if (number > 1) return { ...firstValues(request), delay: 10 };
			// Until all are sent, which the wide limit leaves a busy machine time for.
			const began = performance.now();
			while (server.requests.length < 13 && performance.now() - began < 5000) await wait(10);
			sentMeanwhile = server.requests.length;
			return firstValues(request);
		};
		const { success } = await predict({
			rows: numbered(13),
			parameters: { options: { rowsPerRequest: 1, concurrency: 3 } },
		});
		expect(server.mostAtOnce).toBe(3);
		// In waves of three, no more than three would have been sent when the first one ends.
		expect(sentMeanwhile).toBe(13);
		expect(success).toHaveLength(13);
	});

	test('predictions stay in the order of the items under random delays, each linked to its own item', async () => {
		server.answer = (request) => ({ ...firstValues(request), delay: Math.random() * 40 });
		const { success } = await predict({
			rows: numbered(200),
			parameters: { options: { rowsPerRequest: 7, concurrency: 8 } },
		});
		expect(success).toEqual(
			numbered(200).map(({ id }) => ({ json: { id, prediction: `of ${id}` }, pairedItem: { item: id } })),
		);
	});

	test('an item keeps its files where it keeps its fields', async () => {
		const binary = { photo: { data: 'aGk=', mimeType: 'image/png' } };
		const kept = await predict({ items: [{ json: { id: 1 }, binary }] });
		const dropped = await predict({ items: [{ json: { id: 1 }, binary }], parameters: { includeInputFields: false } });
		expect(kept.success[0]?.binary).toEqual(binary);
		expect(dropped.success).toEqual([{ json: { prediction: 'of 1' }, pairedItem: { item: 0 } }]);
	});

	test('the limit on a request counts all of it, not only its rows', async () => {
		// Two rows of 511 bytes would fit into 1,024 without the field name and brackets around them.
		const rows = [{ id: 'x'.repeat(507) }, { id: 'y'.repeat(507) }];
		await predict({ rows, parameters: { options: { maxRequestKilobytes: 1, extraFields: '{"note": "z"}' } } });
		expect(server.requests).toHaveLength(2);
	});
});

describe('rows', () => {
	const row = { amount: '12.50', name: 'Ada', geo: { lat: 59.3 }, 'Amount USD': 7, code: '007' };

	test.each([
		[
			'columns in the order named, with paths and dragged names',
			{ columns: "name, geo.lat, ['Amount USD'], amount" },
			'[["Ada",59.3,7,12.50]]',
		],
		['columns as a list that an expression returns', { columns: '={{ ["amount", "Amount USD"] }}' }, '[[12.50,7]]'],
		['columns as pasted from Python', { columns: "['name', 'amount']" }, '[["Ada",12.50]]'],
		['text that is no number in JSON stays text', { columns: 'code, name' }, '[["007","Ada"]]'],
		['text stays text where conversion is off', { columns: 'amount', options: { convertText: false } }, '[["12.50"]]'],
		[
			'columns as an object',
			{ columns: 'name, amount', options: { rowFormat: 'object' } },
			'[{"name":"Ada","amount":12.50}]',
		],
		[
			'columns as an object of lists',
			{ columns: 'name, amount', options: { rowFormat: 'lists' } },
			'[{"name":["Ada"],"amount":[12.50]}]',
		],
		['one column as a single value', { columns: 'amount', options: { rowFormat: 'value' } }, '[12.50]'],
		[
			'JSON as an expression, unchanged',
			{ rows: 'json', rowJson: '={{ [$json.amount, $json.geo.lat] }}' },
			'[["12.50",59.3]]',
		],
		[
			'JSON as text, with every digit',
			{ rows: 'json', rowJson: '[12345678901234567890, 0.1]' },
			'[[12345678901234567890,0.1]]',
		],
		[
			'JSON as text, with every number as it was written',
			{ rows: 'json', rowJson: '[1.0, 2.50, 1e2, -0]' },
			'[[1.0,2.50,1e2,-0]]',
		],
		['JSON as one number', { rows: 'json', rowJson: '1.0' }, '[1.0]'],
		[
			'JSON as an object in another format, with every number as it was written',
			{ rows: 'json', rowJson: '{"a": 1.0, "b": "2"}', options: { rowFormat: 'lists' } },
			'[{"a":[1.0],"b":["2"]}]',
		],
		[
			'JSON as an object in another format',
			{ rows: 'json', rowJson: '{"a": 1, "b": "2"}', options: { rowFormat: 'values' } },
			'[[1,"2"]]',
		],
	])('%s', async (_name, parameters, expected) => {
		const { status } = await predict({ rows: [row], parameters });
		expect(bodies()).toEqual([`{"inputs":${expected}}`]);
		expect(status).toBe('success');
	});

	test('the whole item is the row of JSON by default', async () => {
		await predict({ rows: [{ a: 1 }, { a: 2 }], parameters: { rows: 'json' } });
		expect(bodies()).toEqual(['{"inputs":[{"a":1},{"a":2}]}']);
	});

	test('all fields are an object each, or lists in the order of the first item', async () => {
		const rows = [
			{ a: '1', b: 2 },
			{ b: 4, a: '3' },
		];
		await predict({ rows, parameters: { rows: 'allFields' } });
		await predict({ rows, parameters: { rows: 'allFields', options: { rowFormat: 'values' } } });
		expect(bodies()).toEqual(['{"inputs":[{"a":1,"b":2},{"b":4,"a":3}]}', '{"inputs":[[1,2],[3,4]]}']);
	});

	test('columnar puts the values of many rows into one list a column, and zips named outputs back', async () => {
		server.answer = () => ({ body: { outputs: { score: [0.1, 0.9], label: ['ok', 'fraud'] } } });
		const { success } = await predict({
			rows: [
				{ a: 1, b: 'x' },
				{ a: 2, b: 'y' },
			],
			parameters: { columns: 'a, b', options: { rowFormat: 'columnar' } },
		});
		expect(bodies()).toEqual(['{"inputs":{"a":[1,2],"b":["x","y"]}}']);
		expect(success.map(({ json }) => json.prediction)).toEqual([
			{ score: 0.1, label: 'ok' },
			{ score: 0.9, label: 'fraud' },
		]);
	});

	test('columnar refuses a row of another kind than the first, rather than fill up its columns', async () => {
		server.answer = () => ({ body: { outputs: [0.5] } });
		const parameters = { rows: 'json', rowJson: '={{ $json.row }}', options: { rowFormat: 'columnar' } };
		const settings = { onError: 'continueErrorOutput' } satisfies RunOptions['settings'];
		const named = await predict({ rows: [{ row: { a: 1, b: 2 } }, { row: [9] }], parameters, settings });
		const listed = await predict({ rows: [{ row: [9] }, { row: { a: 1, b: 2 } }], parameters, settings });
		expect(named.failed.map(({ json }) => json.error)).toEqual([expect.stringContaining('does not fit')]);
		expect(listed.failed.map(({ json }) => json.error)).toEqual([
			expect.stringContaining("'a' is not in the first item"),
		]);
		expect(bodies()).toEqual(['{"inputs":{"a":[1],"b":[2]}}', '{"inputs":[[9]]}']);
	});

	test.each([
		['values', '[1,{"b64":"aGk="},"x",{"b64":"aG8="}]'],
		['object', '{"id":1,"photo":{"b64":"aGk="},"text":"x","other":{"b64":"aG8="}}'],
	])('files among the columns go out in their places, as TensorFlow Serving reads them: %s', async (rowFormat, row) => {
		const file = (data: string) => ({ data, mimeType: 'image/png' });
		const binary = { photo: file('aGk='), other: file('aG8=') };
		const { success, failed } = await predict({
			items: [
				{ json: { id: 1, text: 'x' }, binary },
				{ json: { id: 2, text: 'y' }, binary: { photo: file('aGk=') } },
			],
			parameters: { columns: 'id, photo, text, other', options: { rowFormat } },
			settings: { onError: 'continueErrorOutput' },
		});
		expect(bodies()).toEqual([`{"inputs":[${row}]}`]);
		expect(success).toHaveLength(1);
		expect(failed[0]?.json.error).toBe("The field 'other' is missing");
	});

	test('the request field is as chosen, and Extra Fields go beside it', async () => {
		await predict({
			parameters: { options: { requestField: 'instances', extraFields: '{"signature_name": "raw"}' } },
			rows: [{ id: 1 }],
		});
		expect(bodies()).toEqual(['{"instances":[[1]],"signature_name":"raw"}']);
	});

	test('items with other Extra Fields go out apart, and each gets its own prediction', async () => {
		const rows = ['a', 'b', 'a'].map((signature, id) => ({ id, signature }));
		const options = { extraFields: '={{ { signature_name: $json.signature } }}', concurrency: 1 };
		const { success } = await predict({ rows, parameters: { options } });
		expect(bodies()).toEqual(['{"inputs":[[0],[2]],"signature_name":"a"}', '{"inputs":[[1]],"signature_name":"b"}']);
		expect(success.map(({ json }) => json.prediction)).toEqual(['of 0', 'of 1', 'of 2']);
	});

	test('the object of a single item is its prediction, and nothing is tried out', async () => {
		server.answer = () => ({ body: { predictions: { label: ['a'] } } });
		const { success } = await predict({ rows: [{ id: 1 }] });
		expect(success[0]?.json.prediction).toEqual({ label: ['a'] });
		expect(server.requests).toHaveLength(1);
	});

	test('a run that stops sends no doubtful rows again', async () => {
		server.answer = (request) => {
			const [first] = rowsOf(request).flat();
			if (rowsOf(request).length === 1) return { status: 500, body: { error: 'bad' } };
			return { body: { predictions: [1, 2, 3].map((rank) => `${String(first)}.${rank}`) } };
		};
		const { error } = await predict({
			rows: numbered(5),
			parameters: { options: { requestField: 'inputs', rowsPerRequest: 3, concurrency: 1 } },
		});
		expect(error?.context).toMatchObject({ itemIndex: 3 });
		// Three rows, two rows that get three predictions, and the first of them alone.
		expect(server.requests).toHaveLength(3);
	});

	test('a deployment that asks for instances gets them from then on', async () => {
		server.answer = (request) =>
			request.text.startsWith('{"instances"')
				? firstValues(request)
				: { status: 400, headers: { 'content-type': 'text/plain' }, body: 'no instances in the request\n' };
		const { success } = await predict({
			rows: numbered(4),
			parameters: { options: { rowsPerRequest: 1, concurrency: 1 } },
		});
		expect(success.map(({ json }) => json.prediction)).toEqual(['of 0', 'of 1', 'of 2', 'of 3']);
		expect(server.requests).toHaveLength(5);
	});

	test('a whole body goes out as given, one request an item, and the whole reply comes back', async () => {
		const { success } = await predict({
			rows: [{ id: 1 }, { id: 2 }],
			parameters: {
				rows: 'body',
				bodyJson: '={{ { inputs: [[$json.id]], note: "012" } }}',
				options: { extraFields: { signature_name: 'x' }, concurrency: 1 },
			},
		});
		expect(bodies()).toEqual([
			'{"inputs":[[1]],"note":"012","signature_name":"x"}',
			'{"inputs":[[2]],"note":"012","signature_name":"x"}',
		]);
		expect(success.map(({ json }) => json)).toEqual([
			{ id: 1, prediction: { predictions: ['of 1'] } },
			{ id: 2, prediction: { predictions: ['of 2'] } },
		]);
	});

	test('Response: Raw gives each item the whole reply, even one that is not JSON', async () => {
		server.answer = (_request, number) =>
			number === 1 ? { body: { predictions: [1, 2], model: 'm' } } : { body: 'plain text' };
		const { success } = await predict({
			rows: numbered(2),
			parameters: { options: { response: 'raw', outputField: 'reply', concurrency: 1 } },
		});
		expect(success.map(({ json }) => json.reply)).toEqual([{ predictions: [1, 2], model: 'm' }, 'plain text']);
	});

	test('numbers beyond 2^53 come out as text, digit for digit, and NaN as null', async () => {
		server.answer = () => ({ body: '{"predictions": [7615917337495251231, NaN, 0.12345678901234567, -Infinity]}' });
		const { success } = await predict({ rows: numbered(4) });
		expect(success.map(({ json }) => json.prediction)).toEqual([
			'7615917337495251231',
			null,
			0.12345678901234567,
			null,
		]);
	});

	test('a lone surrogate does not spoil the batch', async () => {
		await predict({ rows: [{ id: 'a\ud800b' }] });
		expect(bodies()).toEqual(['{"inputs":[["a\ufffdb"]]}']);
	});
});

describe('addresses', () => {
	test('by its host name, which Host Header gives: the older form of the REST guide', async () => {
		await predict({
			rows: [{ id: 1 }],
			parameters: { options: { routing: 'host', hostHeader: 'fraud.test.hopsworks.ai' } },
		});
		expect(server.requests.map(({ path, headers }) => [path, headers.host, headers.authorization])).toEqual([
			['/v1/models/fraud:predict', 'fraud.test.hopsworks.ai', `ApiKey ${API_KEY}`],
		]);
	});

	test('Host Header counts for nothing where the panel does not show it', async () => {
		await predict({ rows: [{ id: 1 }], parameters: { options: { hostHeader: 'fraud.test.hopsworks.ai' } } });
		expect(server.requests[0]?.path).toMatch(/^\/v1\/test\/fraud\//);
	});

	test('the namespace is the option, else the project as Kubernetes writes it', async () => {
		await predict({ rows: [{ id: 1 }], parameters: { options: { namespace: 'hw-prod-team-a' } } });
		await predict({ rows: [{ id: 1 }], credential: { project: 'Card_Fraud' } });
		expect(server.requests.map(({ path }) => path)).toEqual([
			'/v1/hw-prod-team-a/fraud/v1/models/fraud:predict',
			'/v1/card-fraud/fraud/v1/models/fraud:predict',
		]);
	});

	test('a pasted URL is used as it is, or as the base it is', async () => {
		const full = `${server.url}/v1/test/fraud/v1/models/fraud:predict`;
		await predict({ rows: [{ id: 1 }], parameters: { deployment: byUrl(full) } });
		await predict({ rows: [{ id: 1 }], parameters: { deployment: byUrl(`${server.url}/v1/test/fraud/`) } });
		expect(server.requests.map(({ path }) => server.url + path)).toEqual([full, full]);
	});

	test('a pasted URL on another origin is refused before anything is sent', async () => {
		const foreign = await startServer(firstValues);
		const { status, error } = await predict({
			rows: [{ id: 1 }],
			parameters: { deployment: byUrl(`${foreign.url}/v1/test/fraud/v1/models/fraud:predict`) },
		});
		await foreign.close();
		expect(status).toBe('error');
		expect(error?.message).toContain(`is on ${foreign.url}, which the credential does not name`);
		expect(foreign.requests).toEqual([]);
		expect(server.requests).toEqual([]);
	});

	test('a redirect is not followed', async () => {
		const elsewhere = await startServer(firstValues);
		server.answer = () => ({ status: 302, headers: { location: `${elsewhere.url}/login` } });
		const { status, error } = await predict({ rows: [{ id: 1 }] });
		await elsewhere.close();
		expect(status).toBe('error');
		expect(error?.message).toContain('redirect');
		expect(elsewhere.requests).toEqual([]);
		expect(server.requests).toHaveLength(1);
	});

	test('items for several deployments are batched by deployment and come out in their own order', async () => {
		server.answer = (request) => ({ body: { predictions: rowsOf(request).map(() => request.path.split('/')[3]) } });
		const rows = Array.from({ length: 10 }, (_, id) => ({ id, model: id % 3 === 0 ? 'churn' : 'fraud' }));
		const { success } = await predict({ rows, parameters: { deployment: byName('={{ $json.model }}') } });
		expect(success.map(({ json }) => json.prediction)).toEqual(rows.map(({ model }) => model));
		expect(server.requests).toHaveLength(2);
	});
});

describe('failures', () => {
	const rows = [{ id: 1 }, { id: 'bad', name: 'Bo' }, { id: 3 }];
	/** Refuses any request with the row `bad`, as scikit-learn's server does. */
	const refusesBad = (request: Recorded): Reply =>
		request.text.includes('bad')
			? { status: 500, body: { error: "could not convert string to float: 'bad'" } }
			: firstValues(request);
	const oneByOne = { options: { rowsPerRequest: 1, concurrency: 1 } };

	beforeEach(() => {
		server.answer = refusesBad;
	});

	test('On Error: Stop ends the run, names the item and starts no further request', async () => {
		const { status, error, success } = await predict({ rows, parameters: oneByOne });
		expect(status).toBe('error');
		expect(error?.message).toBe("The model failed (status 500): could not convert string to float: 'bad'");
		expect(error?.context).toMatchObject({ itemIndex: 1 });
		expect(error?.description).toContain("'Row Format'");
		expect(success).toEqual([]);
		expect(server.requests).toHaveLength(2);
	});

	test('On Error: Continue keeps the row and adds the error', async () => {
		const { status, success } = await predict({
			rows,
			parameters: oneByOne,
			settings: { onError: 'continueRegularOutput' },
		});
		expect(status).toBe('success');
		expect(success).toEqual([
			{ json: { id: 1, prediction: 'of 1' }, pairedItem: { item: 0 } },
			{ json: { id: 'bad', name: 'Bo', error: expect.stringContaining('could not convert') }, pairedItem: { item: 1 } },
			{ json: { id: 3, prediction: 'of 3' }, pairedItem: { item: 2 } },
		]);
	});

	test('On Error: error output carries the input row, linked', async () => {
		const { success, failed } = await predict({
			rows,
			parameters: oneByOne,
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success.map(({ json }) => json.id)).toEqual([1, 3]);
		expect(failed).toEqual([
			{ json: { id: 'bad', name: 'Bo', error: expect.stringContaining('could not convert') }, pairedItem: { item: 1 } },
		]);
	});

	test('a run that met trouble says so in one hint, one without says nothing', async () => {
		const troubled = await predict({ rows, parameters: oneByOne, settings: { onError: 'continueErrorOutput' } });
		server.answer = firstValues;
		const smooth = await predict({ rows });
		expect(troubled.hints.map(({ message }) => message)).toEqual([
			expect.stringMatching(
				/^3 items, 3 requests, 1 failed\. First item whose request failed: 1\. Request ID: [\da-f-]{36}$/,
			),
		]);
		expect(smooth.hints).toEqual([]);
	});

	test('another number of predictions than rows is never guessed at: each row is sent alone', async () => {
		server.answer = (request) => ({ body: { predictions: [`of ${String(rowsOf(request)[0])}`] } });
		const { success, hints } = await predict({ rows: numbered(3) });
		expect(success.map(({ json }) => json.prediction)).toEqual(['of 0', 'of 1', 'of 2']);
		expect(server.requests).toHaveLength(4);
		expect(hints[0]?.message).toContain('each row was sent alone');
	});

	test.each([
		[
			'a batcher that hides a failure',
			'{"message":"{\\"error\\":\\"X has 1 features\\"}","batchId":"","predictions":null}',
			'X has 1 features',
		],
		['a logger that lost the status', '{"error":"KeyError : \'amount\'"}', "KeyError : 'amount'"],
		['an HTML page', '<html><title>Sign in</title></html>', 'The reply is not JSON'],
		['an empty reply', '', 'The reply was empty'],
	])('a status of 200 can be a failure: %s', async (_name, body, text) => {
		server.answer = () => ({ body });
		const { error } = await predict({ rows: [{ id: 1 }] });
		expect(error?.message).toContain(text);
	});

	test('a missing column fails its own item only, and names what the item has', async () => {
		const { success, failed } = await predict({
			rows: [{ id: 1 }, { ID: 2 }],
			settings: { onError: 'continueErrorOutput' },
		});
		expect(success).toHaveLength(1);
		expect(failed[0]?.json).toEqual({ ID: 2, error: "The field 'id' is missing; the item has 'ID'" });
	});

	test.each([
		['={{ $json.id }}', { id: 7 }, "'Columns' is 7, and not names of fields", "'Fixed'"],
		['={{ $json.name }}, id', { id: 1, name: 'Ada' }, "The field 'Ada' is missing", "Switch it to 'Fixed'"],
		['id', { '\ufeffid': 1 }, "item has 'id' with a byte order mark before it", "'Exclude Byte Order Mark (BOM)'"],
	])('the columns %s of %j are told in words', async (columns, row, message, description) => {
		const { error } = await predict({ rows: [row], parameters: { columns } });
		expect(error?.message).toContain(message);
		expect(error?.description).toContain(description);
		expect(server.requests).toEqual([]);
	});

	test('set to stop, an item that cannot be read ends the run before anything is sent', async () => {
		const { error } = await predict({ rows: [{ id: 1 }, { ID: 2 }] });
		expect(error).toMatchObject({ message: "The field 'id' is missing; the item has 'ID'" });
		expect(error?.context).toMatchObject({ itemIndex: 1 });
		expect(error?.description).toContain('Capital letters count');
		expect(server.requests).toEqual([]);
	});

	test('a date that is none fails its own item, with the field', async () => {
		const rows = [new Date(0), new Date(NaN), NaN].map((id) => ({ json: { id } }));
		const { failed } = await predict({ items: rows, settings: { onError: 'continueErrorOutput' } });
		expect(bodies()).toEqual(['{"inputs":[["1970-01-01T00:00:00.000Z"]]}']);
		expect(failed.map(({ json }) => json.error)).toEqual([
			"'id' is not a valid date",
			"'id' is NaN, which JSON cannot carry",
		]);
	});

	test('a number that JSON cannot carry fails its own item, with the field', async () => {
		const { failed, success } = await predict({
			rows: [{ id: { deep: Infinity } }, { id: 2 }],
			parameters: { options: { rowFormat: 'object' } },
			settings: { onError: 'continueErrorOutput' },
		});
		expect(failed[0]?.json.error).toBe("'id.deep' is Infinity, which JSON cannot carry");
		expect(success).toHaveLength(1);
	});

	test.each([
		['an empty deployment', { deployment: byName('={{ "" }}') }, {}, "'Deployment' is empty"],
		['no gateway', {}, { servingUrl: '' }, "neither 'Model Serving URL' nor 'Hopsworks URL'"],
		['no project', {}, { project: '' }, 'The project of the deployment is not known'],
		[
			'a Host Header with a path',
			{ options: { routing: 'host', hostHeader: 'http://x/y' } },
			{},
			"'Host Header' is not a host name",
		],
		['no columns', { columns: ' , ' }, {}, "'Columns' names no column"],
		['rows of nothing', { options: { rowsPerRequest: 0 } }, {}, "'Rows per Request' is 0"],
		['a reserved output field', { options: { outputField: 'error' } }, {}, "'Output Field' is 'error'"],
		['extra fields that clash', { options: { extraFields: '{"inputs": []}' } }, {}, "holds 'inputs'"],
		['a row that is not JSON', { rows: 'json', rowJson: '{broken' }, {}, "'Row' is not valid JSON: {broken"],
		[
			'a list where names are needed',
			{ rows: 'json', rowJson: '[1]', options: { rowFormat: 'object' } },
			{},
			'does not fit',
		],
		['two columns for a single value', { columns: 'id, id', options: { rowFormat: 'value' } }, {}, 'takes one column'],
	])('%s is a clear failure and nothing is sent', async (_name, parameters, credential, message) => {
		const { error, status } = await predict({ rows: [{ id: 1 }], parameters, credential });
		expect(status).toBe('error');
		expect(error?.message).toContain(message);
		expect(error?.description).toBeTruthy();
		expect(server.requests).toEqual([]);
	});
});

describe('waiting and trying again', () => {
	const quick = { options: { maxRetryWait: 0.01 } };

	test('a busy or starting deployment is asked again, and the hint says so', async () => {
		server.answer = (request, number) =>
			number < 3 ? { status: 503, body: 'no healthy upstream' } : firstValues(request);
		const { success, hints } = await predict({ rows: [{ id: 1 }], parameters: quick });
		expect(success[0]?.json.prediction).toBe('of 1');
		expect(hints).toEqual([expect.objectContaining({ message: '1 item, 3 requests, 2 sent again' })]);
	});

	test('a connection that is reset before the reply is tried again', async () => {
		server.answer = (request, number) => (number === 1 ? { reset: true } : firstValues(request));
		const { success } = await predict({ rows: [{ id: 1 }], parameters: quick });
		expect(success[0]?.json.prediction).toBe('of 1');
	});

	test('where a connection is closed at a large request, memory is spoken of', async () => {
		server.answer = () => ({ reset: true });
		const rows = [{ id: 'x'.repeat(300 * 1024) }];
		const { error } = await predict({ rows, parameters: { options: { maxRetryWait: 0.01, maxTries: 2 } } });
		expect(error?.description).toContain(
			"The request had 300 kilobytes: if the deployment ran out of memory, lower 'Rows",
		);
	});

	test('tries end at Tries Before Giving Up, and the error says how many there were', async () => {
		server.answer = () => ({ status: 429, body: { error: 'The batch scheduling queue is full' } });
		const { error } = await predict({
			rows: [{ id: 1 }],
			parameters: { options: { maxRetryWait: 0.01, maxTries: 3 } },
		});
		expect(error?.message).toBe('Too many requests (status 429): The batch scheduling queue is full (after 3 tries)');
		expect(server.requests).toHaveLength(3);
	});

	test('Retry-After is obeyed', async () => {
		const at: number[] = [];
		server.answer = (request, number) => {
			at.push(Date.now());
			return number === 1 ? { status: 503, headers: { 'retry-after': '1' } } : firstValues(request);
		};
		await predict({ rows: [{ id: 1 }] });
		expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(950);
	});

	test('a Retry-After beyond Longest Pause Between Tries ends the tries at once and names both', async () => {
		server.answer = () => ({ status: 429, headers: { 'retry-after': '3600' } });
		const { error } = await predict({ rows: [{ id: 1 }] });
		expect(error?.description).toContain(
			"asked to wait 3600 s, and 'Longest Pause Between Tries (Seconds)' allows 60 s",
		);
		expect(server.requests).toHaveLength(1);
	});

	test.each([401, 403, 404, 413, 501, 504])('status %i is not tried again', async (status) => {
		server.answer = () => ({ status });
		await predict({ rows: [{ id: 1 }], parameters: quick });
		expect(server.requests).toHaveLength(1);
	});

	test.each([400, 422, 500])('status %i is tried again under the other name for rows alone', async (status) => {
		server.answer = () => ({ status });
		const { error } = await predict({ rows: [{ id: 1 }], parameters: quick });
		expect(server.requests.map(({ text }) => text)).toEqual(['{"inputs":[[1]]}', '{"instances":[[1]]}']);
		expect(error?.description).toContain(
			"A row was tried under 'instances' too, and failed. This one was sent under 'inputs' as: [1].",
		);
	});

	test.each([400, 422, 500])('status %i is final where the name is chosen', async (status) => {
		server.answer = () => ({ status });
		const { error } = await predict({
			rows: [{ id: 1 }],
			parameters: { options: { ...quick.options, requestField: 'inputs' } },
		});
		expect(server.requests).toHaveLength(1);
		expect(error?.description).toContain("The row was sent under 'inputs' ('Rows Sent Under' in the options) as: [1].");
	});

	test('Classify, which needs names, is not told of a Row Format that it refuses', async () => {
		server.answer = () => ({ status: 400, body: { error: "'float' object is not subscriptable" } });
		const { error } = await predict({ rows: [{ id: 1 }], parameters: { options: { verb: 'classify' } } });
		expect(error?.description).not.toContain("set 'Row Format'");
		expect(error?.description).toContain(`The row was sent under 'examples' as: {"id":1}.`);
	});

	test('what is only not ready is not searched for bad rows', async () => {
		server.answer = () => ({ status: 400, body: { error: 'Deployment not ready yet' } });
		const { error } = await predict({
			rows: numbered(4),
			parameters: { options: { maxTries: 2, maxRetryWait: 0.01 } },
		});
		expect(server.requests).toHaveLength(2);
		expect(error?.message).toBe('The deployment is not ready (status 400): Deployment not ready yet (after 2 tries)');
	});

	test('a server that is busy for a while, and asks for no wait at all, is waited for', async () => {
		const ready = Date.now() + 600;
		server.answer = (request) =>
			Date.now() < ready ? { status: 503, headers: { 'retry-after': '0' } } : firstValues(request);
		const { success } = await predict({ rows: [{ id: 1 }] });
		expect(success).toHaveLength(1);
		expect(server.requests.length).toBeLessThanOrEqual(3);
	});

	test('a time-out is a clear failure, tried again only when asked', async () => {
		server.answer = (request) => ({ ...firstValues(request), delay: 400 });
		const once = await predict({ rows: [{ id: 1 }], parameters: { options: { timeout: 0.1 } } });
		expect(once.error?.message).toBe('The deployment did not answer within 0.1 seconds');
		expect(server.requests).toHaveLength(1);
		server.answer = (request, number) => ({ ...firstValues(request), delay: number === 2 ? 400 : 0 });
		const again = await predict({
			rows: [{ id: 1 }],
			parameters: { options: { timeout: 0.1, retryTimeouts: true, maxRetryWait: 0.01 } },
		});
		expect(again.success).toHaveLength(1);
		expect(server.requests).toHaveLength(3);
	});

	test('an address where nothing listens is named', async () => {
		const closed = await startServer(firstValues);
		await closed.close();
		const { error } = await predict({
			rows: [{ id: 1 }],
			credential: { servingUrl: closed.url },
			parameters: { options: { maxTries: 1 } },
		});
		expect(error?.message).toBe(`${new URL(closed.url).host} refused the connection`);
		expect(error?.description).toContain('ECONNREFUSED');
	});

	test('a cancel ends a request under way and the wait before another try', async () => {
		server.answer = () => ({ delay: 5000 });
		const startedRequest = Date.now();
		const inRequest = await predict({ rows: [{ id: 1 }], cancelAfter: 100 });
		expect(inRequest.status).toBe('canceled');
		expect(Date.now() - startedRequest).toBeLessThan(2000);
		server.answer = () => ({ status: 503 });
		const startedWait = Date.now();
		const inWait = await predict({ rows: [{ id: 1 }], cancelAfter: 100 });
		expect(inWait.status).toBe('canceled');
		expect(Date.now() - startedWait).toBeLessThan(450);
	});
});

describe('the key', () => {
	test('is read once a run, however many requests it goes out with', async () => {
		let reads = 0;
		const options = { rowsPerRequest: 1 };
		await predict({ rows: numbered(20), parameters: { options }, onCredentialRead: () => reads++ });
		expect(reads).toBe(1);
		expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(Array(20).fill(`ApiKey ${API_KEY}`));
	});

	test('is blotted out where a server echoes it, in predictions and in errors', async () => {
		server.answer = ({ headers }) => ({ body: { predictions: [headers.authorization] } });
		const { success } = await predict({ rows: [{ id: 1 }] });
		expect(success[0]?.json.prediction).toBe('ApiKey ***');
		server.answer = ({ headers }) => ({ status: 400, body: { error: `bad header ${String(headers.authorization)}` } });
		const refused = await predict({ rows: [{ id: 1 }] });
		expect(JSON.stringify(refused)).not.toContain(API_KEY);
		expect(refused.error?.message).toContain('bad header ApiKey ***');
	});

	test('is in no error of a connection that failed', async () => {
		server.answer = () => ({ reset: true });
		const { error } = await predict({ rows: [{ id: 1 }], parameters: { options: { maxTries: 1 } } });
		expect(error?.message).toContain('closed the connection before it answered');
		expect(JSON.stringify([error, error?.cause, error?.context, error?.stack])).not.toContain(API_KEY);
	});
});

describe('as an AI agent’s tool', () => {
	/** What AI Agent v3 hands a tool: its own item, the model's arguments and `toolCallId`. */
	const agentItem = { chatInput: 'is it fraud?', sessionId: 's', toolCallId: 'call_1', row: { amount: 10, age: 5 } };

	test('the row comes from the arguments, and nothing of the agent goes out or back', async () => {
		const { success } = await predict({ tool: true, rows: [agentItem], parameters: {} });
		expect(bodies()).toEqual(['{"inputs":[{"amount":10,"age":5}]}']);
		expect(success).toEqual([{ json: { prediction: 'of {"amount":10,"age":5}' }, pairedItem: { item: 0 } }]);
	});

	test('typed arguments fill a row of values', async () => {
		await predict({
			tool: true,
			rows: [{ toolCallId: 'call_1', amount: 12.5, age: 40 }],
			parameters: { rowJson: "={{ [$fromAI('amount', 'Amount', 'number'), $fromAI('age', 'Age', 'number')] }}" },
		});
		expect(bodies()).toEqual(['{"inputs":[[12.5,40]]}']);
	});

	test('a failure reaches the agent as the error alone', async () => {
		server.answer = () => ({ status: 400, body: { error: 'the amount must be positive' } });
		const { success } = await predict({
			tool: true,
			rows: [agentItem],
			settings: { onError: 'continueRegularOutput' },
		});
		expect(success.map(({ json }) => json)).toEqual([{ error: expect.stringContaining('must be positive') }]);
	});
});
