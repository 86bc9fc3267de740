/** Predict File in a whole n8n: from disk to disk, whatever the server does meanwhile, and the examples that score files. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { at, listOf, read, textOf } from '../test/support/json.cts';
import { sampleOf, violations } from '../test/support/sampleOutput.cts';
import { firstValues, rowsOf, startServer, type Answer, type TestServer } from '../test/support/server.cts';
import { credential } from '../tools/credential.cts';
import { FILE, NIGHTLY_FILE, readExamples, sandboxCredential } from '../tools/examples.cts';
import { pack } from '../tools/pack.cts';
import { freePorts, WholeN8n, type NodeRun } from '../tools/wholeN8n.cts';
import { logIn } from './ownRestApi.cts';
import { startSftpServer, type SftpServer } from './sftpServer.cts';
import { fileWorkflow } from './workflows.cts';

const ROWS = 20_000;
const OWNER = { email: 'demo@example.com', password: 'Files-2026' };
/** Rows that no model can score: too few cells, too many, and a value that the model refuses. */
const [SHORT, LONG, BAD] = [7_001, 12_001, 15_001];

const isBad = ({ body }: Parameters<Answer>[0]): boolean => JSON.stringify(body).includes('"unknown"');

/** A model that refuses text among its values. */
const model: Answer = (request) =>
	isBad(request)
		? { status: 400, body: { error: "could not convert string to float: 'unknown'" } }
		: firstValues(request);

let folder: string;
let n8n: WholeN8n;
let inMemory: WholeN8n;
let sandbox: Sandbox;
let server: TestServer;
let sftp: SftpServer;
/** Ends what was started, and begins with the last. */
const endings: Array<() => Promise<unknown>> = [];

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'files-'));
	endings.unshift(async () => rmSync(folder, { recursive: true, force: true }));
	server = await startServer(model);
	endings.unshift(() => server.close());
	sandbox = await startSandbox();
	endings.unshift(() => sandbox.close());
	mkdirSync(join(folder, 'sftp', 'payments'), { recursive: true });
	sftp = await startSftpServer(join(folder, 'sftp'));
	endings.unshift(() => sftp.close());
	const options = { userFolder: join(folder, 'user'), readable: [folder], ...(await freePorts()) };
	n8n = new WholeN8n(options);
	inMemory = new WholeN8n({ ...options, environment: { N8N_DEFAULT_BINARY_DATA_MODE: 'default' } });
	endings.unshift(() => n8n.stop());
	await n8n.addPackage(await pack(join(folder, 'package')));
	await n8n.importAll('credentials', [
		sandboxCredential(sandbox.url),
		credential('server', 'server', server.url),
		sftp.credential('sftpServer'),
	]);
	const examples = readExamples(sandbox.url).filter(({ id }) => id === FILE || id === NIGHTLY_FILE);
	await n8n.importAll('workflow', [...examples, ...Object.values(cases).map(workflowOf)]);
}, 900_000);

afterAll(async () => {
	for (const end of endings) await end();
});

beforeEach(() => {
	server.answer = model;
	server.requests.length = 0;
});

const amountOf = (row: number): string => (row / 8).toFixed(3);
const noteOf = (row: number): string => (row % 100 === 0 ? `"note ${row}, with a\nline break"` : `note ${row}`);

/** A row as it stands in the file. */
function rowOf(row: number): string {
	if (row === SHORT) return `${row},${amountOf(row)}`;
	if (row === LONG) return `${row},${amountOf(row)},${noteOf(row)},more`;
	if (row === BAD) return `${row},unknown,${noteOf(row)}`;
	return `${row},${amountOf(row)},${noteOf(row)}`;
}

function writeTable(name: string, rows: number): string {
	const lines = Array.from({ length: rows }, (_, index) => rowOf(index + 1));
	const text = `id,amount,note\n${lines.join('\n')}\n`;
	const path = join(folder, name);
	writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
	return path;
}

interface FileCase {
	id: string;
	/** The file that is scored. */
	name: string;
	rows: number;
	options?: Record<string, unknown>;
}

const cases = {
	busy: { id: 'busyServer000001', name: 'busy.csv', rows: ROWS, options: { rowsPerRequest: 500 } },
	packed: { id: 'packedFile000001', name: 'packed.csv.gz', rows: ROWS, options: { failedRows: 'file' } },
	long: { id: 'takesLong0000001', name: 'long.csv', rows: 6000, options: { concurrency: 1, rowsPerRequest: 300 } },
	memory: { id: 'inMemory00000001', name: 'memory.csv', rows: ROWS },
	stopped: {
		id: 'stoppedInBetween',
		name: 'stopped.csv',
		rows: ROWS,
		options: { concurrency: 1, rowsPerRequest: 400 },
	},
} satisfies Record<string, FileCase>;

const outputOf = ({ id }: FileCase): string => join(folder, `${id}.output`);

/** Writes its file, and makes the workflow that scores it. */
function workflowOf(one: FileCase): object {
	mkdirSync(outputOf(one));
	const file = writeTable(one.name, one.rows);
	return fileWorkflow(one.id, { file, folder: outputOf(one), credentialId: 'server', options: one.options ?? {} });
}

interface Scored {
	runs: Record<string, NodeRun>;
	output: string;
	/** What was written, unpacked. */
	scored: string;
	failed: string;
}

async function score(one: FileCase, whole = n8n): Promise<Scored> {
	const { runs, output } = await whole.executeWithLog(one.id);
	const written = (field: string): string => {
		if (!readdirSync(outputOf(one)).includes(field)) return '';
		const bytes = readFileSync(join(outputOf(one), field));
		return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
	};
	return { runs, output, scored: written('scored'), failed: written('failed') };
}

/** The row as it comes out with its prediction. */
const scoredRow = (row: number): string => `${rowOf(row)},of ${row},`;

const isScored = (row: number): boolean => ![SHORT, LONG, BAD].includes(row);

test('a server that is busy, away for five seconds, and refuses a row costs no other row of 20,000', async () => {
	server.answer = (request, number) => {
		if (number === 5 || number === 6) return { status: 429, headers: { 'retry-after': '1' } };
		if (number === 20) {
			const { port } = new URL(server.url);
			void server.close().then(async () => {
				await wait(5000);
				await server.listen(Number(port));
			});
			return { reset: true };
		}
		return model(request, number);
	};
	const { runs, scored } = await score(cases.busy);
	const [item] = runs.Model?.items ?? [];
	expect(violations(sampleOf('hopsworksModel', 'predictFile'), item?.json ?? {})).toEqual([]);
	expect(item?.json).toMatchObject({ rows: ROWS, scored: ROWS - 3, failed: 3 });
	expect(listOf(item?.json.failures).map((failure) => at(failure, 'row'))).toEqual([SHORT, LONG, BAD]);
	expect(item?.json.retries).toBeGreaterThan(2);
	expect(item?.json.seconds).toBeGreaterThan(5);
	expect(runs.Model?.hints.join('\n')).toContain(`3 of the ${ROWS.toLocaleString('en-US')} rows of 'busy.csv' failed`);
	const wanted = Array.from({ length: ROWS }, (_, index) => index + 1)
		.filter(isScored)
		.map(scoredRow);
	const lines = scored.split('\n');
	expect(lines[0]).toBe('id,amount,note,prediction,error');
	const failures = lines.filter((line) => [SHORT, LONG, BAD].some((row) => line.startsWith(`${row},`)));
	expect(failures).toEqual([
		expect.stringMatching(/^7001,875\.125,,,.*2 cells, and the header has 3/),
		expect.stringMatching(
			/^12001,1500\.125,note 12001,,.*4 cells, and the header has 3: there is no column for 'more'/,
		),
		expect.stringMatching(/^15001,unknown,note 15001,,.*could not convert string to float: 'unknown'$/),
	]);
	expect(lines.filter((line) => !failures.includes(line)).join('\n')).toBe(
		['id,amount,note,prediction,error', ...wanted, ''].join('\n'),
	);
});

test('a compressed file comes out compressed, and rows that failed in a file of their own', async () => {
	const { scored, failed, runs } = await score(cases.packed);
	const wanted = Array.from({ length: ROWS }, (_, index) => index + 1).filter(isScored);
	expect(scored).toBe(['id,amount,note,prediction', ...wanted.map((row) => `${rowOf(row)},of ${row}`), ''].join('\n'));
	const [head, ...rest] = failed.trimEnd().split('\n');
	expect(head).toBe('id,amount,note,error');
	expect(rest.filter((line) => /^\d+,/.test(line)).map((line) => Number(line.split(',')[0]))).toEqual([
		SHORT,
		LONG,
		BAD,
	]);
	expect(runs.Model?.items[0]?.json).toMatchObject({ rows: ROWS, scored: ROWS - 3, failed: 3 });
});

test('a run that takes longer than ten seconds says in the log of n8n how far it is', async () => {
	server.answer = (request, number) => ({ ...firstValues(request), delay: number > 1 ? 1500 : 0 });
	const { output, runs } = await score(cases.long);
	const lines = output.split('\n').filter((line) => line.includes("of 'long.csv' scored"));
	const seconds = Number(runs.Model?.items[0]?.json.seconds);
	expect(seconds).toBeGreaterThan(20);
	expect(lines.length).toBeGreaterThanOrEqual(1);
	expect(lines.length).toBeLessThanOrEqual(Math.floor(seconds / 10));
	expect(runs.Model?.hints).toEqual([]);
	expect(lines[0]).toMatch(/[\d,]+ rows of 'long\.csv' scored, [\d,]+ a second, about \d+ s left/);
});

test('where n8n keeps files in memory, the file is scored all the same, and a hint says what that costs', async () => {
	const { runs, scored } = await score(cases.memory, inMemory);
	expect(
		scored.split('\n').filter((line) => /^\d+,.*,of \d+,$/.test(line) || line.startsWith('line break",of')),
	).toHaveLength(ROWS - 3);
	const hints = runs.Model?.hints.join('\n');
	expect(hints).toContain('n8n keeps files in memory here, so the whole file was in its memory');
	expect(hints).toContain('N8N_DEFAULT_BINARY_DATA_MODE=filesystem');
});

test('the example that holds its file scores every row that can be, and names the two that cannot', async () => {
	const runs = await n8n.execute(FILE);
	expect(runs['Hopsworks Model']?.items[0]?.json).toMatchObject({ rows: 20, scored: 18, failed: 2 });
	expect(runs['Scored Rows']?.items).toHaveLength(20);
	const fraud = runs['Looks Like Fraud']?.items.map(({ json }) => json.payment);
	expect(fraud).toEqual(['P001', 'P004', 'P006', 'P008', 'P012', 'P016', 'P019']);
});

describe('the nightly example on an SFTP server', () => {
	const remote = (name: string): string => join(folder, 'sftp', 'payments', name);
	const PAYMENTS = ['payment,amount,age,hour', 'P1,1250,3,2', 'P2,n/a,400,14', 'P3,12.5,400,14', ''].join('\n');

	beforeEach(() => {
		sandbox.messages.length = 0;
		sandbox.faults.clear();
		for (const name of readdirSync(join(folder, 'sftp', 'payments'))) rmSync(remote(name));
	});

	test('brings a file, scores it, puts it back, and tells of rows that failed', async () => {
		writeFileSync(remote('payments.csv.gz'), gzipSync(PAYMENTS));
		await n8n.execute(NIGHTLY_FILE);
		expect(gunzipSync(readFileSync(remote('payments-scored.csv.gz'))).toString()).toBe(
			'payment,amount,age,hour,prediction\nP1,1250,3,2,1\nP3,12.5,400,14,0\n',
		);
		expect(gunzipSync(readFileSync(remote('payments-failed.csv.gz'))).toString()).toMatch(
			/^payment,amount,age,hour,error\nP2,n\/a,400,14,.*could not convert string to float/,
		);
		expect(sandbox.messages).toEqual([expect.stringMatching(/^1 of 3 payments could not be scored\. Row 2: /)]);
	});

	test('tells nobody of a night on which every row was scored', async () => {
		writeFileSync(remote('payments.csv.gz'), gzipSync(PAYMENTS.replace('n/a', '1')));
		await n8n.execute(NIGHTLY_FILE);
		expect(readdirSync(join(folder, 'sftp', 'payments')).toSorted()).toEqual([
			'payments-scored.csv.gz',
			'payments.csv.gz',
		]);
		expect(sandbox.messages).toEqual([]);
	});

	test.each<[string, () => void, string]>([
		['there is no file', () => {}, 'No such file'],
		[
			'the deployment is away',
			() => {
				writeFileSync(remote('payments.csv.gz'), gzipSync(PAYMENTS));
				sandbox.faults.add({ deployment: 'fraud', status: 500, body: '{"error": "out of tune"}' });
			},
			'out of tune',
		],
	])('tells why where %s, and its run counts as failed', async (_name, prepare, reason) => {
		prepare();
		await expect(n8n.execute(NIGHTLY_FILE)).rejects.toThrow(reason);
		expect(sandbox.messages).toEqual([expect.stringContaining(`The payments of this night are not scored: `)]);
		expect(sandbox.messages[0]).toContain(reason);
		expect(readdirSync(join(folder, 'sftp', 'payments'))).not.toContain('payments-scored.csv.gz');
	});
});

test('a run that is stopped leaves nothing of what it wrote in the store of n8n', async () => {
	const { id, name } = cases.stopped;
	server.answer = (request, number) => ({ ...firstValues(request), delay: number > 30 ? 300 : 0 });
	await n8n.start();
	await n8n.setUpOwner(OWNER.email, OWNER.password);
	const stored = (): string[] =>
		readdirSync(join(folder, 'user'), { recursive: true, withFileTypes: true })
			.filter((one) => one.isFile() && one.parentPath.includes(id) && !one.name.endsWith('.metadata'))
			.map((one) => join(one.parentPath, one.name));
	const { post } = await logIn(n8n.url, OWNER);
	const started = read(
		await (await post(`/rest/workflows/${id}/run`, { triggerToStartFrom: { name: 'Start' } })).text(),
	);
	// The first 10,000 rows are answered by then, so that what goes out is written.
	while (server.requests.length < 40) await wait(100);
	const meanwhile = stored();
	expect(meanwhile).toHaveLength(2);
	await post(`/rest/executions/${textOf(at(started, 'data', 'executionId'))}/stop`, {});
	const sent = server.requests.length;
	for (let tries = 0; tries < 50 && stored().length > 1; tries++) await wait(100);
	expect(stored().map((path) => statSync(path).size)).toEqual([statSync(join(folder, name)).size]);
	await wait(1000);
	expect(server.requests.length).toBeLessThanOrEqual(sent + 1);
	expect(rowsOf(server.requests[0] ?? { method: '', path: '', headers: {}, text: '', body: {} })).toHaveLength(400);
});
