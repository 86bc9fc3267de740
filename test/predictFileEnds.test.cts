/** How runs of Predict File end: what is refused before anything is sent, what ends a run early, and that nothing half is left. */
import { setTimeout as wait } from 'node:timers/promises';
import { useFileStore } from './support/fileStore.cts';
import { at } from './support/json.cts';
import { fileScorer, type FileParameters, type FileRun } from './support/scoreFile.cts';
import { firstValues, rowsOf } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);
const files = useFileStore();
const score = fileScorer(server, files);

const SMALL = 'id,amount,age\n1,10,20\n2,11.50,21\n';
const rowsFile = (rows: number): string =>
	`id,amount,age\n${Array.from({ length: rows }, (_, row) => `r${row + 1},${row + 1},7\n`).join('')}`;

/** Runs on a file, and expects that it fails and leaves no file. */
async function fails(content: string | Buffer, parameters: FileParameters = {}): Promise<FileRun> {
	const before = files.files().length;
	const run = await score(content, parameters);
	expect(run.success).toEqual([]);
	expect(run.error).toBeDefined();
	// The file that was scored itself, and no other one.
	expect(files.files().length).toBe(before + 1);
	return run;
}
const said = ({ error }: FileRun): string => [error?.message, error?.description].join('. ');

describe('refused before anything is sent', () => {
	test.each<[string, string | Buffer, FileParameters, string]>([
		['a column that is not there', SMALL, { columns: 'amount, Age' }, "The file has no column 'Age'"],
		['a column that stands twice', 'amount,age,age\n1,2,3\n', {}, "The file has more than one column 'age'"],
		['no columns', SMALL, { columns: ',' }, "'Columns' names no column"],
		['a column without a name among all', ',amount\n0,1\n', { rows: 'allFields' }, 'Column 1 of the file has no name'],
		['an empty file', '', {}, 'The file is empty'],
		['a workbook', Buffer.from('504b0304', 'hex'), {}, 'seems to be a ZIP or Excel file'],
		['a JSON document', '[{"amount":1}]', { fileName: 'rows.json' }, 'seems to be a JSON array'],
		['no file', SMALL, { inputFile: 'other' }, "The item has no file 'other'"],
		['a broken gzip file', Buffer.from('1f8b0800000000000003ffff', 'hex'), {}, 'gzip'],
		['a quote that is never closed', 'amount,age\n1,"2\n3,4\n', {}, 'The quote that opens in line 2'],
		['an unknown format', SMALL, { fileFormat: 'xlsx' }, "'File Format'"],
		[
			'a name for the failed file that is taken',
			SMALL,
			{ options: { failedRows: 'file' }, inputFile: 'failed' },
			'failed',
		],
	])('%s', async (_what, content, parameters, words) => {
		const run = await fails(content, parameters);
		expect(said(run)).toContain(words);
		expect(server.requests).toHaveLength(0);
	});
});

describe('ended early', () => {
	test('by more failed rows than are allowed', async () => {
		server.answer = (request) =>
			rowsOf(request).some((row) => Number(at(row, 0)) % 100 === 0)
				? { status: 400, body: { error: 'no hundreds' } }
				: firstValues(request);
		const run = await fails(rowsFile(30_000), { options: { maxFailedRows: 3, rowsPerRequest: 500, concurrency: 1 } });
		expect(said(run)).toMatch(/The run ended at row \d+ of the file: 4 rows failed, and 'Maximum Failed Rows' is 3/);
		expect(said(run)).toMatch(/[\d,]+ rows of the file had been scored by then/);
		expect(server.requests.length).toBeLessThan(60);
	});

	test.each([
		['a key that is refused', 401],
		['a deployment that is not there', 404],
	])('by %s', async (_what, status) => {
		server.answer = () => ({ status, body: { error: 'no' } });
		const run = await fails(rowsFile(5000), { options: { concurrency: 1, rowsPerRequest: 500 } });
		expect(said(run)).toContain('No row was scored by then');
		expect(server.requests.length).toBeLessThanOrEqual(2);
	});

	test('by a deployment that is gone for good, after some rows were scored', async () => {
		server.answer = (request, number) => (number > 5 ? { status: 403, body: { error: 'gone' } } : firstValues(request));
		const run = await fails(rowsFile(20_000), { options: { rowsPerRequest: 500, concurrency: 2 } });
		expect(said(run)).toContain('2,500 rows of the file had been scored by then');
		expect(server.requests.length).toBeLessThanOrEqual(17);
	});

	test('and the file of failed rows goes with the other one', async () => {
		server.answer = (request, number) => {
			if (number > 50) return { status: 403, body: { error: 'gone' } };
			const isBad = rowsOf(request).some((row) => at(row, 0) === 7);
			return isBad ? { status: 400, body: { error: 'no seven' } } : firstValues(request);
		};
		const options = { rowsPerRequest: 1000, concurrency: 2, failedRows: 'file' };
		const run = await fails(rowsFile(60_000), { options });
		expect(said(run)).toContain('gone');
	});

	test('by a file that breaks off in the middle', async () => {
		const run = await fails(`${rowsFile(20_000)}r,1,"never closed`, { options: { rowsPerRequest: 500 } });
		expect(said(run)).toContain('is never closed');
	});

	test('by rows of which none can be scored', async () => {
		server.answer = () => ({ status: 400, body: { error: 'Expected 3 features' } });
		const run = await fails(SMALL);
		expect(said(run)).toMatch(/None of the 2 rows of the file could be scored. Row 1: .*Expected 3 features/);
	});

	test('by a model that turns out to answer other rows than it is asked', async () => {
		// A recommender's hundred ids for whatever it gets, as many as the rows of each request at first.
		server.answer = () => ({ body: { predictions: Array.from({ length: 100 }, (_, id) => id) } });
		const run = await fails(rowsFile(25_050), { options: { rowsPerRequest: 100, concurrency: 20 } });
		expect(said(run)).toContain('begun to answer with another number of predictions');
	});

	test('by a cancel, within a tenth of a second', async () => {
		const before = files.files().length;
		server.answer = (request) => ({ ...firstValues(request), delay: 30 });
		const run = await score(rowsFile(60_000), { options: { rowsPerRequest: 100 } }, { cancelAfter: 1500 });
		expect(run.status).toBe('canceled');
		await wait(100);
		const sent = server.requests.length;
		expect(sent).toBeGreaterThan(10);
		expect(server.underWay()).toBe(0);
		expect(files.files().length).toBe(before + 1);
		await wait(300);
		expect(server.requests.length).toBe(sent);
	});
});

describe('trouble on the way', () => {
	test('a busy server and one that is away for a while lose no row', async () => {
		let seen = 0;
		server.answer = (request) => {
			seen++;
			if (seen === 3) return { status: 429, headers: { 'retry-after': '0' }, body: { error: 'busy' } };
			if (seen === 5) return { reset: true };
			if (seen === 6) return { status: 503, body: 'no healthy upstream' };
			return firstValues(request);
		};
		const { text, summary } = await score(rowsFile(6000), { options: { rowsPerRequest: 500 } });
		const lines = text.trimEnd().split('\n').slice(1);
		expect(lines).toEqual(Array.from({ length: 6000 }, (_, row) => `r${row + 1},${row + 1},7,of ${row + 1},`));
		expect(summary).toMatchObject({ rows: 6000, scored: 6000, failed: 0, retries: 3 });
	});

	test('a request that fails for good fails its rows, and the others are scored', async () => {
		server.answer = (request) =>
			rowsOf(request).some((row) => at(row, 0) === 1001)
				? { status: 403, body: { error: 'no' } }
				: firstValues(request);
		const { summary } = await score(rowsFile(6000), { options: { rowsPerRequest: 500, concurrency: 1 } });
		expect(summary).toMatchObject({ rows: 6000, scored: 5500, failed: 500, failures: { length: 10 } });
	});
});

describe('several items', () => {
	const contents = [SMALL, 'nothing\n1\n', SMALL];

	test('each has its own file, and one that fails is an item that fails', async () => {
		const run = await score(contents, {}, { settings: { onError: 'continueErrorOutput' } });
		expect(run.success.map(({ json, pairedItem }) => [json.rows, pairedItem])).toEqual([
			[2, { item: 0 }],
			[2, { item: 2 }],
		]);
		expect(run.failed.map(({ json }) => json)).toEqual([{ id: 1, error: "The file has no column 'amount'" }]);
	});

	test('the first that fails ends a run that stops', async () => {
		const run = await score(contents);
		expect(run.error?.message).toBe("The file has no column 'amount'");
		expect(server.requests).toHaveLength(1);
	});
});

describe('where n8n keeps files', () => {
	test('among the fields, the file is found there', async () => {
		const { success, error } = await score(SMALL, { inputFile: '_files.data' }, { binaryMode: 'combined' });
		expect(error).toBeUndefined();
		expect(at(success[0]?.json, '_files', 'data', 'fileName')).toBe('rows-predictions.csv');
	});

	test('in memory, the whole file is held, and the run says so', async () => {
		const data = { data: Buffer.from(SMALL).toString('base64'), mimeType: 'text/csv', fileName: 'rows.csv' };
		const { success, error } = await score([], {}, { items: [{ json: {}, binary: { data } }] });
		expect(error).toBeUndefined();
		expect((await files.read(success[0]?.binary?.data)).toString()).toContain('1,10,20,of 10,');
	});
});

test('a preview shows the first request and sends nothing', async () => {
	const { success, hints } = await score(SMALL, { options: { previewOnly: true } });
	expect(at(success[0]?.json, 'request', 'bodyText')).toBe('{"inputs":[[10,20]]}');
	expect(server.requests).toHaveLength(0);
	expect(hints[0]?.message).toContain('nothing was sent');
	expect(success[0]?.binary).toBeUndefined();
});
