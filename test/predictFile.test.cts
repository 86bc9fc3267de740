/** Predict File in n8n's engine, over real HTTP, with n8n's own store for files. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { useFileStore } from './support/fileStore.cts';
import { at, read } from './support/json.cts';
import { fileScorer } from './support/scoreFile.cts';
import { firstValues, rowsOf, type Answer } from './support/server.cts';
import { sharedServer } from './support/sharedServer.cts';

const server = sharedServer(firstValues);
const files = useFileStore();
const score = fileScorer(server, files);

const bodies = (): string[] => server.requests.map(({ text }) => text);
const SMALL = 'id,amount,age\n1,10,20\n2,11.50,21\n';

/** A file of so many rows, whose amounts are their numbers from 1. */
const rowsFile = (rows: number): string =>
	`id,amount,age\n${Array.from({ length: rows }, (_, row) => `r${row + 1},${row + 1},7\n`).join('')}`;
const scoredRows = (rows: number): string =>
	`id,amount,age,prediction,error\n${Array.from({ length: rows }, (_, row) => `r${row + 1},${row + 1},7,of ${row + 1},\n`).join('')}`;

/** Predictions by a function of each row. */
const predicting =
	(predict: (row: unknown) => unknown): Answer =>
	(request) => ({ body: { predictions: rowsOf(request).map(predict) } });

/** A model that refuses a whole request for one bad row, as scikit-learn does. */
const refusing =
	(isBad: (row: unknown) => boolean): Answer =>
	(request) =>
		rowsOf(request).some(isBad)
			? { status: 500, body: { error: 'ValueError: could not convert string to float' } }
			: firstValues(request);

describe('a CSV file', () => {
	test('comes out with the prediction of every row, and as it was otherwise', async () => {
		const { text, summary, error, file } = await score(SMALL);
		expect(error).toBeUndefined();
		expect(text).toBe('id,amount,age,prediction,error\n1,10,20,of 10,\n2,11.50,21,of 11.5,\n');
		expect(summary).toEqual({
			rows: 2,
			scored: 2,
			failed: 0,
			requests: 1,
			retries: 0,
			seconds: expect.any(Number),
			failures: [],
		});
		expect(bodies()).toEqual(['{"inputs":[[10,20],[11.50,21]]}']);
		expect(file).toMatchObject({ fileName: 'rows-predictions.csv', mimeType: 'text/csv' });
	});

	test.each([
		[
			'a byte order mark and CRLF',
			'\ufeffamount;age\r\n10;20\r\n',
			'\ufeffamount;age;prediction;error\r\n10;20;of 10;\r\n',
		],
		[
			'quotes, line breaks in them and no last line end',
			'age,amount,text\n1,2,"a ""b"",\nc"',
			'age,amount,text,prediction,error\n1,2,"a ""b"",\nc",of 2,\n',
		],
		['tabs and blank lines', 'amount\tage\n\n10\t20\n\n', 'amount\tage\tprediction\terror\n10\t20\tof 10\t\n'],
		[
			"Excel's line for the delimiter",
			'sep=|\namount|age\n10|20\n',
			'sep=|\namount|age|prediction|error\n10|20|of 10|\n',
		],
		[
			'a name that stands twice and one that is empty, both unused',
			',x,amount,age,x\na,b,1,2,c\n',
			',x,amount,age,x,prediction,error\na,b,1,2,c,of 1,\n',
		],
	])('with %s', async (_what, content, expected) => {
		const { text, error } = await score(content);
		expect(error).toBeUndefined();
		expect(text).toBe(expected);
	});

	test('keeps the order over many requests, whichever is answered first', async () => {
		server.answer = (request, number) => ({ ...firstValues(request), delay: (number * 7919) % 40 });
		const { text, summary } = await score(rowsFile(25_000), { options: { rowsPerRequest: 500 } });
		expect(text).toBe(scoredRows(25_000));
		expect(summary).toMatchObject({ rows: 25_000, scored: 25_000, requests: 50 });
	});

	test('has a row that the model refuses in its place, with the reason', async () => {
		server.answer = refusing((row) => at(row, 0) === 'BAD');
		const content = rowsFile(1200).replace('r700,700,', 'r700,BAD,');
		const { text, summary, hints } = await score(content, { options: { rowsPerRequest: 500 } });
		const lines = text.trimEnd().split('\n');
		expect(lines).toHaveLength(1201);
		expect(lines[700]).toMatch(/^r700,BAD,7,,/);
		expect(lines[700]).toContain('ValueError: could not convert string to float');
		expect(lines.filter((line) => line.includes('of ')).length).toBe(1199);
		expect(summary).toMatchObject({ rows: 1200, scored: 1199, failed: 1, failures: [{ row: 700 }] });
		expect(hints[0]?.message).toContain("1 of the 1,200 rows of 'rows.csv' failed");
	});

	test('has rows of the wrong length fail alone, in their place and in the columns of the others', async () => {
		const { text, summary } = await score('id,amount,age\na,1,2\nb,1\nc,1,2,3,4\nd,5,6\n');
		const [, first, short, long, last] = text.split('\n');
		expect([first, last]).toEqual(['a,1,2,of 1,', 'd,5,6,of 5,']);
		expect(short).toMatch(/^b,1,,,"?Line 3 has 2 cells, and the header has 3"?$/);
		expect(long).toMatch(/^c,1,2,,"?Line 4 has 5 cells, and the header has 3: there is no column for '3, 4'"?$/);
		expect(summary).toMatchObject({ rows: 4, scored: 2, failed: 2 });
	});

	test('decides by its first rows which columns are text', async () => {
		await score('amount,age,zip\n1,2,00711\n3,4,10000\n', { columns: 'amount, zip' });
		expect(bodies()).toEqual(['{"inputs":[[1,"00711"],[3,"10000"]]}']);
	});

	test('is read in another encoding, and comes out in UTF-8', async () => {
		const latin1 = Buffer.from('amount,age,name\n1,2,Jos\xe9\n', 'latin1');
		const wrong = await score(latin1);
		expect(wrong.error?.message).toContain('not UTF-8');
		expect(server.requests).toHaveLength(0);
		const { text } = await score(latin1, { options: { encoding: 'latin1' } });
		expect(text).toBe('amount,age,name,prediction,error\n1,2,José,of 1,\n');
	});

	test('is unpacked and packed again', async () => {
		const { file, success } = await score(gzipSync(SMALL), { fileName: 'rows.csv.gz' });
		expect(file).toMatchObject({ fileName: 'rows-predictions.csv.gz', mimeType: 'application/gzip' });
		const stored = await files.read(success[0]?.binary?.data);
		expect(gunzipSync(stored).toString()).toContain('1,10,20,of 10,');
	});

	test('of names alone comes out with no rows', async () => {
		const { text, summary } = await score('amount,age\n');
		expect(text).toBe('amount,age,prediction,error\n');
		expect(summary).toMatchObject({ rows: 0, scored: 0, failed: 0, requests: 0 });
	});
});

describe('predictions', () => {
	test('that are objects get a column for each member', async () => {
		server.answer = predicting((row) => ({ label: `l${String(at(row, 0))}`, scores: [0.5, 1], none: null }));
		const { text } = await score('amount,age\n1,2\n');
		expect(text).toBe('amount,age,prediction.label,prediction.scores,prediction.none,error\n1,2,l1,"[0.5,1]",,\n');
	});

	test('of several forms at the beginning get columns for all of them', async () => {
		server.answer = predicting((row) => (at(row, 0) === 1 ? { a: 1 } : at(row, 0) === 2 ? { b: 2 } : 'plain'));
		const { text } = await score('amount,age\n1,2\n2,2\n3,2\n');
		expect(text).toBe('amount,age,prediction,prediction.a,prediction.b,error\n1,2,,1,,\n2,2,,,2,\n3,2,plain,,,\n');
	});

	test('of another form behind the first rows fail, and are no half predictions', async () => {
		server.answer = predicting((row) => (at(row, 0) === 11_000 ? { a: 1, late: 2 } : { a: 1 }));
		const { text, summary } = await score(rowsFile(12_000));
		const lines = text.trimEnd().split('\n');
		expect(lines[10_999]).toBe('r10999,10999,7,1,');
		expect(lines[11_000]).toMatch(/^r11000,11000,7,,"The prediction of this row has no columns in the file.*late/);
		expect(summary).toMatchObject({ rows: 12_000, failed: 1 });
	});

	test('of one value in a list come out of it, or stay lists where the first rows show others', async () => {
		server.answer = predicting((row) => [at(row, 0)]);
		expect((await score('amount,age\n5,2\n')).text).toContain('5,2,5,');
		server.answer = predicting((row) => (at(row, 0) === 3 ? [1, 2] : [1]));
		expect((await score(rowsFile(3))).text).toContain('r1,1,7,[1],\nr2,2,7,[1],\nr3,3,7,"[1,2]",');
	});

	test('of another number of values behind the first rows fail', async () => {
		server.answer = predicting((row) => (at(row, 0) === 11_000 ? [1, 2] : [1]));
		const { text } = await score(rowsFile(11_001));
		expect(text).toContain('r10999,10999,7,1,\n');
		expect(text).toMatch(/r11000,11000,7,,The deployment answered this row with another number of values/);
	});

	test('that go to names of the file take the place of what was there', async () => {
		const first = await score(SMALL);
		server.answer = predicting((row) => ({ label: at(row, 0) }));
		const { text, hints } = await score(first.text);
		expect(text).toBe('id,amount,age,prediction.label,error\n1,10,20,10,\n2,11.50,21,11.5,\n');
		expect(hints[0]?.message).toContain("'prediction', 'error' of 'rows.csv' made way for what comes out");
	});

	test('under the names of classes', async () => {
		server.answer = predicting(() => [0.2, 0.8]);
		const { text } = await score('amount,age\n1,2\n', { options: { classNames: 'genuine, fraud' } });
		expect(text).toMatch(/^amount,age,prediction\.label,prediction\.\w+/);
		expect(text).toContain('1,2,fraud,0.8,');
	});
});

describe('what is kept', () => {
	test.each([
		['chosen', 'amount,age,prediction,error\n10,20,of 10,\n11.50,21,of 11.5,\n'],
		['none', 'prediction,error\nof 10,\nof 11.5,\n'],
	])('%s columns', async (keepColumns, expected) => {
		const { text } = await score(SMALL, { options: { keepColumns } });
		expect(text).toBe(expected);
	});

	test('rows that failed go to a file of their own', async () => {
		server.answer = refusing((row) => at(row, 0) === 'BAD');
		const { text, success } = await score('id,amount,age\na,1,2\nb,BAD,2\nc\nd,3,4\n', {
			options: { failedRows: 'file' },
		});
		expect(text).toBe('id,amount,age,prediction\na,1,2,of 1\nd,3,4,of 3\n');
		const apart = success[0]?.binary?.failed;
		expect(apart).toMatchObject({ fileName: 'rows-failed.csv' });
		const lines = (await files.read(apart)).toString().trimEnd().split('\n');
		expect(lines).toEqual([
			'id,amount,age,error',
			expect.stringMatching(/^b,BAD,2,.*ValueError/),
			expect.stringMatching(/^c,,,.*Line 4/),
		]);
	});

	test('no file of failed rows comes out where none has failed', async () => {
		const { success } = await score(SMALL, { options: { failedRows: 'file', fileName: 'out.csv' } });
		expect(Object.keys(success[0]?.binary ?? {})).toEqual(['data']);
		expect(success[0]?.binary?.data?.fileName).toBe('out.csv');
	});
});

describe('JSON Lines', () => {
	const fileName = 'rows.jsonl';

	test('come out with a member more, every number as it was written', async () => {
		const { text, file } = await score('{"amount": 1.50, "age": 12345678901234567890}\r\n\n{"age":2,"amount":"x"}', {
			fileName,
		});
		expect(text).toBe(
			'{"amount": 1.50, "age": 12345678901234567890,"prediction":"of 1.5"}\r\n{"age":2,"amount":"x","prediction":"of x"}\r\n',
		);
		expect(bodies()).toEqual(['{"inputs":[[1.50,12345678901234567890],["x",2]]}']);
		expect(file).toMatchObject({ fileName: 'rows-predictions.jsonl' });
	});

	test('that are no objects fail alone, and nothing of them is lost', async () => {
		const { text, summary } = await score('{"amount":1,"age":2}\n{"amount":\n[1]\n{"amount":3}\n', { fileName });
		const lines = text
			.trimEnd()
			.split('\n')
			.map((line): unknown => JSON.parse(line));
		expect(lines).toEqual([
			{ amount: 1, age: 2, prediction: 'of 1' },
			{ line: '{"amount":', error: 'Line 2 of the file is not JSON' },
			{ line: '[1]', error: 'Line 3 of the file is not a JSON object' },
			{ amount: 3, error: "The field 'age' is missing" },
		]);
		expect(summary).toMatchObject({ rows: 4, scored: 1, failed: 3 });
	});

	test('take predictions of any form, and columns of members of members', async () => {
		server.answer = predicting((row) => (at(row, 0) === 1 ? { a: [1] } : null));
		const { text } = await score('{"geo":{"lat":1},"prediction":0}\n{"geo":{"lat":2}}\n', {
			fileName,
			columns: 'geo.lat',
			options: { rowFormat: 'values', keepColumns: 'chosen' },
		});
		expect(text).toBe('{"geo.lat":1,"prediction":{"a":[1]}}\n{"geo.lat":2,"prediction":null}\n');
	});

	test.each(['x', '_files.x'])('cannot ask for files of others: %s', async (column) => {
		const stored = await files.store('secret', 'other.txt');
		const row = JSON.stringify({ amount: 1, _files: { x: stored } });
		const { text } = await score(`${row}\n{"amount":2,"x":3,"_files":{"x":4}}\n`, {
			fileName,
			columns: `amount, ${column}`,
		});
		expect(at(read(text.split('\n')[0] ?? ''), 'error')).toBe(`The field '${column}' is missing`);
		expect(server.requests).toHaveLength(1);
		expect(bodies()[0]).not.toContain('b64');
	});
});
