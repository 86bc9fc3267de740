/** What the tests found, written down as they go, since each file of them runs apart; and the report of it. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { at, read } from '../test/support/json.cts';
import { markdownTable } from '../tools/markdownTable.cts';
import { writeReport } from '../tools/report.cts';
import { ROOT } from '../tools/root.cts';
import { versionOf } from '../tools/versionOf.cts';

/** Names the file of a run to the tests, which jest runs apart from what begins and ends the run. */
const FILE_VARIABLE = 'PEERS_RESULTS';
const KINDS = ['planned', 'passed', 'server', 'row'] as const;
type Kind = (typeof KINDS)[number];

function record(kind: Kind, ...texts: string[]): void {
	appendFileSync(process.env[FILE_VARIABLE] ?? '', `${JSON.stringify({ kind, texts })}\n`);
}

/** A new file for the results of a run. */
export function beginResults(): void {
	process.env[FILE_VARIABLE] = join(mkdtempSync(join(tmpdir(), 'results-')), 'results');
}

export function endResults(): void {
	rmSync(dirname(process.env[FILE_VARIABLE] ?? ''), { recursive: true, force: true });
}

/** Names a server for the report, with its version. */
export function noteServer(version: string): void {
	record('server', version);
}

/** Expects every row to be equal, and notes it. */
export function note(server: string, asked: string, rows: number, equal: number): void {
	record('row', server, asked, rows.toLocaleString('en-US'), equal.toLocaleString('en-US'));
	expect(equal).toBe(rows);
}

/** A test that has to pass for the report to be written; one that never ran keeps it from that too. */
export function peerTest(what: string, body: () => Promise<void>, milliseconds?: number): void {
	record('planned', what);
	test(
		what,
		async () => {
			await body();
			record('passed', what);
		},
		milliseconds,
	);
}

type Results = Record<Kind, string[][]>;

function readResults(): Results {
	const results: Results = { planned: [], passed: [], server: [], row: [] };
	const file = process.env[FILE_VARIABLE] ?? '';
	for (const line of existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []) {
		const entry = read(line);
		const kind = KINDS.find((one) => one === at(entry, 'kind'));
		const texts = at(entry, 'texts');
		if (kind && Array.isArray(texts)) results[kind].push(texts.map(String));
	}
	return results;
}

export function writeResults(): void {
	const { planned, passed, server, row } = readResults();
	if (passed.length < planned.length) {
		console.error(`${planned.length - passed.length} tests failed or did not run, so no report is written.`);
		return;
	}
	const facts = {
		Servers: [...new Set(server.flat())].toSorted().join(', '),
		Node: process.version,
		Command: '`npm run test:peers -- --write`',
	};
	const core = versionOf(join(ROOT, 'node_modules', 'n8n-core'));
	const parts = [
		`Through the nodes in n8n-core ${core}, over HTTP. What a row is compared with was computed by the model itself in Python, is what\nthe server answers without n8n, or is what Hopsworks' own library says of it.\n`,
		`${markdownTable(
			['server', 'asked', 'rows', 'equal'],
			row.toSorted(([one = ''], [other = '']) => one.localeCompare(other)),
		)}\n`,
	];
	writeReport('peers', 'Real servers', facts, parts.join('\n'));
}
