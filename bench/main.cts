/**
 * The benchmark: every way of scoring a table in a real n8n, in turn, each run in a fresh process: `npm run bench`.
 * `-- --short` runs fewer rows and ways. `-- --write` writes docs/reports/benchmark.md and the README's picture.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Installation } from '../tools/installation.cts';
import { PlainError } from '../tools/plainError.cts';
import { ROOT } from '../tools/root.cts';
import { armsAt } from './arms.cts';
import { cancelled } from './cancel.cts';
import { chatBesideChain } from './chain.cts';
import { drawChart } from './chart.cts';
import { hardCases } from './hardCases.cts';
import { Bench, type Measured } from './measure.cts';
import { report, type Results } from './report.cts';
import { bestRowsPerRequest } from './script.cts';
import { table } from './table.cts';

const LINKED_ROWS = 1000;
const SHORT_ARMS = ['chunk', 'expertBody', 'ours', 'reading'];
/** The ways that have failed at so many rows whenever they were tried: once is enough to see it. */
const FAILS_AT = { rows: 100_000, names: ['newcomer', 'chunk'] };

interface Size {
	rows: number;
	times: number;
}

/** Measures all ways in turn, so that whatever slows the machine slows all of them. */
async function compare(bench: Bench, url: string, { rows, times }: Size, names?: string[]): Promise<Results> {
	const items = table(rows);
	const arms = armsAt(url).filter(({ name }) => names === undefined || names.includes(name));
	const results: Results = { rows, measured: new Map() };
	const add = (name: string, one: Measured): void => {
		results.measured.set(name, [...(results.measured.get(name) ?? []), one]);
		console.log(
			`${rows} rows, ${name}: ${one.milliseconds?.toFixed(0) ?? 'failed'} ms, ${one.megabytes.toFixed(0)} MB`,
		);
	};
	await bench.script(items, url); // the model's own code is then compiled
	const floorSize = await bestRowsPerRequest(rows, async (size) => await bench.script(items, url, size));
	console.log(`${rows} rows, floor: fastest with ${floorSize} rows a request`);
	for (let time = 0; time < times; time++) {
		add('floor', await bench.script(items, url, floorSize));
		for (const arm of arms) {
			if (time > 0 && rows >= FAILS_AT.rows && FAILS_AT.names.includes(arm.name)) continue;
			add(arm.name, await bench.measure(arm, items));
		}
	}
	return results;
}

async function main(): Promise<void> {
	const flag = { type: 'boolean', default: false } as const;
	const { short: isShort, write } = parseArgs({ options: { short: flag, write: flag } }).values;
	if (write && isShort) throw new PlainError("'--write' writes the whole report, so it goes without '--short'");
	const bench = await Bench.start();
	try {
		const usual = bench.at(5, 20);
		// Before the timings, which take long: what breaks here breaks soon.
		const trouble = {
			hard: isShort ? [] : await hardCases(bench),
			cancelled: isShort ? [] : await cancelled(bench),
			chat: isShort ? undefined : await chatBesideChain(bench.n8n),
		};
		const sizes = isShort
			? [{ rows: 10_000, times: 3 }]
			: [
					{ rows: 1000, times: 5 },
					{ rows: 10_000, times: 5 },
					{ rows: 100_000, times: 3 },
				];
		const names = isShort ? SHORT_ARMS : undefined;
		const measured: Results[] = [];
		for (const size of sizes) measured.push(await compare(bench, usual, size, names));
		const atOnce: Results[] = [];
		for (const { rows } of sizes.slice(-2)) {
			atOnce.push(
				await compare(bench, bench.at(0, 0), { rows, times: 3 }, isShort ? names : ['loop', 'expertBody', 'ours']),
			);
		}
		const linked: Results = { rows: LINKED_ROWS, measured: new Map() };
		for (const arm of isShort ? [] : armsAt(usual)) {
			linked.measured.set(arm.name, [await bench.measure(arm, table(LINKED_ROWS), true)]);
		}
		const text = await report({
			arms: armsAt(usual),
			measured,
			atOnce,
			linked,
			...trouble,
		});
		console.log(`\n${text}`);
		if (!write) return;
		writeFileSync(join(ROOT, 'docs', 'reports', 'benchmark.md'), text);
		await new Installation(join(__dirname, 'chart')).installPackages();
		await drawChart(measured, join(ROOT, 'docs', 'images', 'benchmark.svg'));
	} finally {
		await bench.stop();
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof PlainError ? error.message : error);
	process.exit(1);
});
