/** What the tests found, written down as they go, since each file of them runs apart; and the report of it. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listOf, read, textOf } from '../test/support/json.cts';
import { markdownTable } from '../tools/markdownTable.cts';
import { writeReport } from '../tools/report.cts';
import { ROOT } from '../tools/root.cts';
import { versionOf } from '../tools/versionOf.cts';
import { fileOfRun, readPeers } from './peers.cts';

/** A line of the report: server, what was asked of it, rows, rows equal. Or the name of a test that failed. */
type Result = string[] | string;

function record(result: Result): void {
	appendFileSync(fileOfRun('results'), `${JSON.stringify(result)}\n`);
}

/** Expects every row to be equal, and notes it. */
export function note(server: string, asked: string, rows: number, equal: number): void {
	record([server, asked, rows.toLocaleString('en-US'), equal.toLocaleString('en-US')]);
	expect(equal).toBe(rows);
}

/** A test whose failure keeps the report from being written. */
export function peerTest(what: string, body: () => Promise<void>): void {
	test(what, async () => {
		try {
			await body();
		} catch (error) {
			record(what);
			throw error;
		}
	});
}

export function writeResults(): void {
	const results = readFileSync(fileOfRun('results'), 'utf8')
		.trim()
		.split('\n')
		.map((line): Result => {
			const result = read(line);
			return typeof result === 'string' ? result : listOf(result).map(textOf);
		});
	const lines = results.filter((result) => typeof result !== 'string');
	if (lines.length < results.length) {
		console.error('Tests failed, so no report is written.');
		return;
	}
	const { kserve, languageModel, gateway } = readPeers();
	const facts = {
		Servers: [kserve, languageModel, gateway].map(({ version }) => version).join(', '),
		Node: process.version,
		Command: '`npm run test:peers -- --write`',
	};
	const core = versionOf(join(ROOT, 'node_modules', 'n8n-core'));
	const parts = [
		`Through the nodes in n8n-core ${core}, over HTTP; what a row is compared with was computed by the model itself in Python, or\nis what the server answers without n8n.\n`,
		`${markdownTable(
			['server', 'asked', 'rows', 'equal'],
			lines.toSorted(([one = ''], [other = '']) => one.localeCompare(other)),
		)}\n`,
		'`transformers serve` has no route for embeddings, so Embed is tested against the sandbox alone. It ignores `response_format`,\nso structured answers are too.\n',
	];
	writeReport('peers', 'Real servers', facts, parts.join('\n'));
}
