/** A deployment with a schema, served by Hopsworks' own default predictor in KServe: the node in n8n's engine, and what the sandbox says in its place. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { schema, schemaAs } from '../sandbox/schema.cts';
import { runModel, type RunResult } from '../test/support/engine.cts';
import { at, read } from '../test/support/json.cts';
import { recordedOfPredictor, withoutRequestId } from '../test/support/recorded.cts';
import { freePort } from '../tools/freePort.cts';
import { startHopsworksWith, type HopsworksWith } from './hopsworksWith.cts';
import { installed, versionIn } from './python.cts';
import { note, noteServer, peerTest } from './results.cts';
import { folder, INSTALL_PATIENCE, startServer } from './servers.cts';

const NAME = 'payments';
const SERVER = 'default predictor of Hopsworks in KServe';

let hopsworks: HopsworksWith;
let kserve = '';
const rendered = join(folder, 'rendered.json');
beforeAll(async () => {
	const programs = await installed('kserve');
	const port = await freePort();
	kserve = `http://127.0.0.1:${port}`;
	const schemaFile = join(folder, 'schema.json');
	writeFileSync(schemaFile, JSON.stringify(schema));
	const args = [join(__dirname, 'default_predictor.py'), String(port), schemaFile, rendered];
	await startServer(join(programs, 'python'), args, `${kserve}/v1/models`);
	hopsworks = await startHopsworksWith({ [NAME]: port });
	noteServer(`hopsworks ${await versionIn(programs, 'hopsworks')} in KServe ${await versionIn(programs, 'kserve')}`);
}, INSTALL_PATIENCE);
afterAll(() => hopsworks.close());
beforeEach(() => {
	hopsworks.passed.length = 0;
});

interface Ask {
	rows: IDataObject[];
	/** Instead of the schema's columns. */
	columns?: string;
	parameters?: INodeParameters;
	options?: IDataObject;
}

function score({ rows, columns, parameters, options }: Ask): Promise<RunResult> {
	const source: INodeParameters =
		columns === undefined
			? { rows: 'schema', schemaColumns: { mappingMode: 'autoMapInputData', value: null } }
			: { rows: 'columns', columns };
	return runModel({
		credential: { hopsworksUrl: hopsworks.url },
		rows,
		settings: { onError: 'continueErrorOutput' },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'list', value: NAME },
			...source,
			...parameters,
			options: {
				maxTries: 2,
				maxRetryWait: 1,
				...(columns !== undefined && { rowFormat: 'object' }),
				...options,
			},
		},
	});
}

const ALL_COLUMNS = 'cc_num, amount, budget, merchant_hint';

/** A payment as a CSV file would hold it. Its key is known. */
const payment = (index: number, more: IDataObject = {}): IDataObject => ({
	index,
	cc_num: String(1000 + 2 * index),
	amount: String(index / 8),
	budget: '25.0',
	merchant_hint: `hint ${index}`,
	...more,
});
const payments = (count: number, changed: Record<number, IDataObject> = {}): IDataObject[] =>
	Array.from({ length: count }, (_, index) => payment(index, changed[index]));

/** How many items got the sum that is theirs. */
function equalIn({ success, error }: RunResult): number {
	if (error) throw error;
	return success.filter(({ json, pairedItem }) => {
		const sum = Number(json.cc_num) + Number(json.amount);
		return json.prediction === sum && at(pairedItem, 'item') === json.index;
	}).length;
}
const failedIn = ({ failed }: RunResult): Array<[unknown, unknown]> =>
	failed.map(({ json }) => [json.index, json.error]);
const requests = (): number => hopsworks.passed.length;

describe('the node', () => {
	peerTest('keys as text beyond 2^53 arrive with every digit', async () => {
		const cc_num = ['9007199254740994', '18446744073709551614', '-9223372036854775808'];
		const rows = cc_num.map((key, index) => payment(index, { cc_num: key, amount: '' }));
		const { success, failed } = await score({ rows });
		expect(failed).toEqual([]);
		const equal = success.filter(({ json }, index) => json.prediction === cc_num[index]).length;
		note(SERVER, 'keys beyond 2^53 as text', rows.length, equal);
	});

	peerTest('no request has more rows than the schema allows', async () => {
		for (const rowsPerRequest of [500, 1000]) {
			hopsworks.passed.length = 0;
			const run = await score({ rows: payments(1500), options: { rowsPerRequest } });
			note(SERVER, `rows by schema, ${rowsPerRequest} asked for a request`, 1500, equalIn(run));
			expect([requests(), Math.max(...hopsworks.passed.map(({ rows }) => rows))]).toEqual([
				3,
				Math.min(rowsPerRequest, 512),
			]);
		}
	});

	peerTest('rows as lists of values', async () => {
		const run = await score({ rows: payments(100), options: { rowFormat: 'values' } });
		note(SERVER, 'rows by schema as lists', 100, equalIn(run));
		expect(requests()).toBe(1);
	});

	peerTest('entities that are not found are named by the reply', async () => {
		const run = await score({ rows: payments(100, { 41: { cc_num: '7' }, 73: { cc_num: 9 } }) });
		note(SERVER, '2 of 100 entities missing: the others', 98, equalIn(run));
		expect(failedIn(run)).toEqual([
			[41, expect.stringContaining('no entity with these serving keys')],
			[73, expect.stringContaining('no entity with these serving keys')],
		]);
		expect(requests()).toBe(2);
	});

	const failing: Array<[what: string, key: number, said: string]> = [
		['a transformation fails', 13, 'A transformation of feature view'],
		['the model fails', 19, 'The model raised ValueError'],
	];
	for (const [what, cc_num, said] of failing)
		peerTest(`${what} for one row, which is found`, async () => {
			const run = await score({ rows: payments(100, { 41: { cc_num } }) });
			note(SERVER, `${what} for 1 of 100: the others`, 99, equalIn(run));
			expect(failedIn(run)).toEqual([[41, expect.stringContaining(said)]]);
			expect(requests()).toBeLessThanOrEqual(2 + 2 * Math.ceil(Math.log2(100)));
		});

	peerTest('a feature store that is away is asked again, and given up', async () => {
		const run = await score({ rows: payments(100, { 41: { cc_num: 17 } }) });
		expect(run.success).toEqual([]);
		expect(run.failed).toHaveLength(100);
		expect(run.failed[0]?.json.error).toContain('The feature store could not be reached');
		expect(requests()).toBe(2);
	});

	peerTest('a feature store that is away for a moment costs a retry, under the same id', async () => {
		const run = await score({ rows: payments(100, { 41: { cc_num: 34 } }) });
		note(SERVER, 'feature store away for a moment', 100, equalIn(run));
		expect(requests()).toBe(2);
		expect(new Set(hopsworks.passed.map(({ requestId }) => requestId)).size).toBe(1);
		expect(hopsworks.passed[0]?.requestId).toMatch(/^[\da-f-]{36}$/);
	});

	peerTest('what the schema refuses is not sent', async () => {
		const run = await score({ rows: payments(20, { 5: { amount: 'much' }, 6: { cc_num: '' } }) });
		note(SERVER, '2 of 20 rows refused by the node: the others', 18, equalIn(run));
		expect(failedIn(run).map(([index]) => index)).toEqual([5, 6]);
		expect(hopsworks.passed).toMatchObject([{ rows: 18 }]);
	});

	peerTest('without the schema: the reply names the row', async () => {
		const run = await score({ rows: payments(20, { 5: { budget: 'much' } }), columns: ALL_COLUMNS });
		note(SERVER, 'columns picked by hand, 1 of 20 rows bad: the others', 19, equalIn(run));
		expect(failedIn(run)).toEqual([[5, expect.stringContaining('budget: must be a number (double)')]]);
		expect(requests()).toBe(2);
	});

	peerTest('without the schema: a request with too many rows is cut as the reply says', async () => {
		const options = { rowsPerRequest: 1000 };
		const run = await score({ rows: payments(1000), columns: ALL_COLUMNS, options });
		note(SERVER, 'columns picked by hand, 1,000 rows asked for a request', 1000, equalIn(run));
		expect(hopsworks.passed.map(({ rows }) => rows)).toEqual([1000, 512, 488]);
	});

	peerTest('without the schema: columns that are missing fail all', async () => {
		const run = await score({ rows: payments(20), columns: 'cc_num, amount' });
		expect(run.failed).toHaveLength(20);
		expect(run.failed[0]?.json.error).toContain('budget: missing');
	});
});

describe('what the sandbox and the recordings say in its place', () => {
	peerTest('every recorded request is answered as it was', async () => {
		let equal = 0;
		for (const { request, status, body } of recordedOfPredictor) {
			const { headers, bytes } = request;
			const asked = { method: 'POST', headers, body: String(bytes) };
			const reply = await fetch(`${kserve}/v1/models/${NAME}:predict`, asked);
			const said = [reply.status, withoutRequestId(await reply.text())];
			expect(said).toEqual([status, withoutRequestId(body)]);
			equal++;
		}
		note(SERVER, 'recorded requests, answered alike', recordedOfPredictor.length, equal);
	});

	peerTest('the library writes the schema of the sandbox as the sandbox does', async () => {
		const written = read(readFileSync(rendered, 'utf8'));
		const formats = ['schema', 'jsonschema', 'openapi'];
		const equal = formats.filter(
			(format) => JSON.stringify(at(written, format)) === JSON.stringify(schemaAs(format, NAME)),
		);
		note(SERVER, 'formats of the schema', formats.length, equal.length);
	});
});
