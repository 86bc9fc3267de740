/** The figures of files as text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NEWEST } from '../tools/installation.cts';
import { markdownTable } from '../tools/markdownTable.cts';
import { reportText } from '../tools/report.cts';
import { ROOT } from '../tools/root.cts';
import type { FileArm } from './fileArms.cts';
import type { MeasuredFile } from './fileMeasure.cts';
import { median, spread } from './median.cts';
import { IN_FLIGHT } from './settings.cts';
import type { Usage } from './usage.cts';

/** What was measured with a number of rows, by way of scoring: 'floor', or an arm's name. */
export interface FileResults {
	rows: number;
	measured: Map<string, MeasuredFile[]>;
}

/** Seconds that the bare script takes with so many rows per request. */
export interface Trial {
	rowsPerRequest: number;
	seconds: number;
}

interface FileFigures {
	arms: FileArm[];
	trials: Trial[];
	measured: FileResults[];
}

const FLOOR = 'Bare streaming script: the floor';
const number = (value: number): string => Math.round(value).toLocaleString('en-US');

function usages(results: FileResults | undefined, name: string, what: keyof Usage): number[] {
	return (results?.measured.get(name) ?? []).flatMap(({ usage }) => usage?.[what] ?? []);
}

/** The middle of what runs took; NaN where there was none, or none came to its end. */
export function middleOf(results: FileResults | undefined, name: string, what: keyof Usage): number {
	return median(usages(results, name, what));
}

/** Whether every row came out in its place, with its own prediction and all its columns. */
function isWhole({ checked }: MeasuredFile, rows: number): boolean {
	return checked?.rows === rows && checked.right === rows && checked.kept === rows;
}

function sizeTable({ arms }: FileFigures, results: FileResults): string {
	const labels = new Map([['floor', FLOOR], ...arms.map(({ name, label }): [string, string] => [name, label])]);
	const idle = middleOf(results, 'idle', 'megabytes');
	const floor = middleOf(results, 'floor', 'seconds');
	const lines = [...results.measured].map(([name, runs]) => {
		const label = labels.get(name) ?? name;
		const took = (what: keyof Usage, digits = 0): string => spread(usages(results, name, what), digits);
		if (name === 'idle')
			return [label, took('seconds', 1), '–', '–', took('processorSeconds', 1), took('megabytes'), '–', '–', '–'];
		const nodes = runs.flatMap(({ nodeSeconds }) => nodeSeconds ?? []);
		const hasFailed = !runs.some((run) => isWhole(run, results.rows));
		const above = middleOf(results, name, 'megabytes') - idle;
		return [
			label,
			hasFailed ? '**failed**' : took('seconds', 1),
			hasFailed ? '–' : `${(middleOf(results, name, 'seconds') / floor).toFixed(2)} ×`,
			spread(nodes, 1),
			took('processorSeconds', 1),
			took('megabytes'),
			name === 'floor' || Number.isNaN(above) ? '–' : number(above),
			number(median(runs.map(({ requests }) => requests))),
			runs.every((run) => isWhole(run, results.rows))
				? 'all'
				: number(Math.min(...runs.map(({ checked }) => checked?.right ?? 0))),
		];
	});
	const head = [
		'',
		'whole process, s',
		'of the floor',
		'its nodes, s',
		'processor, s',
		'peak memory, MB',
		'above idle, MB',
	];
	return markdownTable([...head, 'requests', 'rows right'], lines);
}

/** A bar of the project and what was measured against it. */
function bars({ measured }: FileFigures): string[][] {
	const of = (rows: number): FileResults | undefined => measured.find((one) => one.rows === rows);
	const [hundred, million, ten] = [of(100_000), of(1_000_000), of(10_000_000)];
	const idle = middleOf(million, 'idle', 'megabytes');
	const above = middleOf(million, 'ours', 'megabytes') - idle;
	const slower = middleOf(million, 'ours', 'seconds') / middleOf(million, 'floor', 'seconds');
	const [few, many] = [middleOf(million, 'ours', 'megabytes'), middleOf(ten, 'ours', 'megabytes')];
	const faster = middleOf(hundred, 'items', 'seconds') / middleOf(hundred, 'ours', 'seconds');
	const share = middleOf(hundred, 'ours', 'megabytes') / middleOf(hundred, 'items', 'megabytes');
	const lines: Array<[what: string, value: number, shown: string, bar: string, met: boolean]> = [
		['1,000,000 rows: peak memory above idle', above, `${number(above)} MB`, 'at most 200 MB', above <= 200],
		['1,000,000 rows: whole time, of the floor', slower, `${slower.toFixed(2)} ×`, 'at most 2 ×', slower <= 2],
		[
			'10,000,000 rows: peak memory, of that with 1,000,000',
			many / few,
			`${(many / few).toFixed(2)} × (${number(many - idle)} MB above idle)`,
			'at most 1.2 ×',
			many / few <= 1.2,
		],
		[
			'100,000 rows: faster than Extract From File and Predict',
			faster,
			`${faster.toFixed(2)} ×`,
			'at least 2 ×',
			faster >= 2,
		],
		['100,000 rows: peak memory, of theirs', share, `${(share * 100).toFixed(0)} %`, 'at most a third', share <= 1 / 3],
	];
	return lines
		.filter(([, value]) => Number.isFinite(value))
		.map(([what, , shown, bar, met]) => [what, shown, bar, met ? 'met' : '**missed**']);
}

/** The rows a second of queue mode with this model, as its own report has them, by the number of workers. */
function queueLines(): string[][] {
	const text = readFileSync(join(ROOT, 'docs', 'reports', 'queue.md'), 'utf8');
	const lines = [...text.matchAll(/^\| 5 ms \+ 0\.02 ms a row \| (\d) \| [\d.]+ \| ([\d,]+) \|/gm)];
	return lines.map(([, workers = '', speed = '']) => [
		workers,
		speed,
		(1_000_000 / Number(speed.replace(',', ''))).toFixed(0),
	]);
}

export async function fileReport(figures: FileFigures): Promise<string> {
	const { measured, trials } = figures;
	const trialLines = trials
		.toSorted((one, other) => one.rowsPerRequest - other.rowsPerRequest)
		.map(({ rowsPerRequest, seconds }) => [number(rowsPerRequest), seconds.toFixed(1)]);
	const parts = [
		`A CSV file of ten columns, of which the model reads six, from disk to disk: Read Files from Disk, the nodes that score, Write File to
Disk. Each run is a fresh \`n8n execute\` with n8n's defaults (SQLite, files in its store on disk, executions saved), the ways one after
the other in turn; medians, with the lowest and the highest. "Idle" is the same n8n, started for a workflow that holds a trigger and
nothing else. Whole process is from its start to its end, with n8n's own start and what it prints of the run at its end. The model takes 5 ms
a request and 0.02 ms a row, and is a process on the same machine; all ways send ${IN_FLIGHT} requests at a time. Every row of every file that
came out is compared with what it must be: its own prediction, and all its columns.
A million rows as items are left out: n8n had not ended after six minutes when that was tried, with its heap full.
`,
		`## Bars\n\n${markdownTable(['', 'measured', 'bar', ''], bars(figures))}\n`,
		...measured.map((results) => `## ${number(results.rows)} rows\n\n${sizeTable(figures, results)}\n`),
		`## The floor

Node's own streams and a keep-alive pool; lines are cut at every comma and come out in their order. It checks nothing. Of these
rows per request it gets those with which it is quickest:

${markdownTable(['rows per request', 'seconds'], trialLines)}
`,
		`## Chunks through queue mode

The same model, tables in PostgreSQL, chunks of 10,000 rows, one job each, as the [report of queue mode](queue.md) measured them
(500 rows a request, on the same two cores as the database and the model):

${markdownTable(['workers', 'rows a second', '1,000,000 rows at that rate, s'], queueLines())}
`,
	];
	const facts = {
		n8n: `${NEWEST.version}, on Node ${await NEWEST.nodeVersion()}`,
		Command: '`npm run bench:files -- --write`',
	};
	return reportText('Files', facts, parts.join('\n'));
}
