/**
 * The benchmark of files: every way of scoring one from disk to disk in a real n8n, in turn, each run in a fresh process:
 * `npm run bench:files`. `-- --short` leaves the million rows out, `-- --long` adds ten million; `-- --write` runs all, and
 * writes docs/reports/files.md and its picture.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Installation } from '../tools/installation.cts';
import { PlainError } from '../tools/plainError.cts';
import { ROOT } from '../tools/root.cts';
import { drawFiles } from './chart.cts';
import { fileArmsAt, type FileArm } from './fileArms.cts';
import { FileBench, type MeasuredFile } from './fileMeasure.cts';
import { fileReport, type FileResults, type Trial } from './fileReport.cts';
import { Bench } from './measure.cts';
import { median } from './median.cts';

interface Size {
	rows: number;
	times: number;
	/** All of them unless told otherwise. */
	names?: string[];
}

const SHORT: Size[] = [
	{ rows: 10_000, times: 1, names: ['floor', 'idle', 'ours'] },
	{ rows: 100_000, times: 1, names: ['floor', 'ours', 'items'] },
];
const USUAL: Size[] = [
	{ rows: 10_000, times: 3 },
	{ rows: 100_000, times: 3 },
	{ rows: 1_000_000, times: 3, names: ['floor', 'idle', 'ours', 'tuned'] },
];
const LONG: Size = { rows: 10_000_000, times: 1, names: ['floor', 'ours'] };

/** Rows per request that the bare script is tried with. */
const TRIED = [500, 1000, 2000, 5000, 10_000];
const TRIALS = 3;

const seconds = ({ usage }: MeasuredFile): number => usage?.seconds ?? NaN;

/** What the bare script takes with so many rows per request, the quickest first. */
async function tryOut(bench: FileBench, rows: number, url: string): Promise<Trial[]> {
	await bench.prepare([], rows);
	await bench.script(rows, url, 500); // the model's own code is then compiled
	const runs = new Map(TRIED.map((perRequest): [number, number[]] => [perRequest, []]));
	for (let time = 0; time < TRIALS; time++) {
		for (const [perRequest, took] of runs) took.push(seconds(await bench.script(rows, url, perRequest)));
	}
	const trials = Array.from(runs, ([rowsPerRequest, took]) => ({ rowsPerRequest, seconds: median(took) }));
	return trials.sort((one, other) => one.seconds - other.seconds);
}

/** Measures all ways in turn, so that whatever slows the machine slows all of them. */
async function compare(
	bench: FileBench,
	url: string,
	arms: FileArm[],
	{ rows, times, names }: Size,
	rowsPerRequest: number,
): Promise<FileResults> {
	const takesPart = (name: string): boolean => names?.includes(name) ?? true;
	const taking = arms.filter(({ name }) => takesPart(name));
	await bench.prepare(taking, rows);
	const measured = new Map<string, MeasuredFile[]>();
	const add = (name: string, one: MeasuredFile): void => {
		measured.set(name, [...(measured.get(name) ?? []), one]);
		const { usage, checked } = one;
		const said = usage && `${usage.seconds.toFixed(1)} s, ${usage.megabytes.toFixed(0)} MB`;
		console.log(`${rows} rows, ${name}: ${said ?? 'failed'}, ${checked?.right ?? 0} right`);
	};
	for (let time = 0; time < times; time++) {
		if (takesPart('floor')) add('floor', await bench.script(rows, url, rowsPerRequest));
		for (const arm of taking) add(arm.name, await bench.measure(arm, rows));
	}
	return { rows, measured };
}

async function main(): Promise<void> {
	const flag = { type: 'boolean', default: false } as const;
	const { short: isShort, long, write } = parseArgs({ options: { short: flag, long: flag, write: flag } }).values;
	if (write && isShort) throw new PlainError("'--write' writes the whole report, so it goes without '--short'");
	const sizes = isShort ? SHORT : [...USUAL, ...(long || write ? [LONG] : [])];
	const bench = await Bench.start();
	try {
		const files = new FileBench(bench);
		const url = bench.at(5, 20);
		const trials = await tryOut(files, isShort ? 100_000 : 1_000_000, url);
		const { rowsPerRequest } = trials[0] ?? { rowsPerRequest: 500 };
		const arms = fileArmsAt(url, rowsPerRequest);
		const measured: FileResults[] = [];
		for (const size of sizes) measured.push(await compare(files, url, arms, size, rowsPerRequest));
		const text = await fileReport({ arms, trials, measured });
		console.log(`\n${text}`);
		if (!write) return;
		writeFileSync(join(ROOT, 'docs', 'reports', 'files.md'), text);
		await new Installation(join(__dirname, 'chart')).installPackages();
		await drawFiles(measured, join(ROOT, 'docs', 'images', 'files.svg'));
	} finally {
		await bench.stop();
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof PlainError ? error.message : error);
	process.exit(1);
});
