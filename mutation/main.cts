/**
 * Mutation tests: changes the code in one place at a time and looks whether a test notices: `npm run test:mutation`.
 * `-- --sample N` takes so many mutants, `--all` every one, `--seed S` others, `--only file` those of files whose path holds
 * that, `--processes N` so many at once; `--write` writes docs/reports/mutation.md.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { report, scoreOf } from './report.cts';
import { choose, fileOf, fromZero, keyOf, mutantsOf } from './sample.cts';
import { fileOfRun, filesToMutate, isCore, readOfRun, ROOT, strykerOptions, useFolder } from './settings.cts';

const USUAL_SAMPLE = 800;
/** Percent of the core's mutants that the tests must notice. */
const BAR = 85;
const REPORT = join(ROOT, 'docs', 'reports', 'mutation.md');

/** A small sample may miss the bar by chance: it gets two standard errors, the usual one none. */
function barFor(size: number, isSmall: boolean): number {
	return isSmall && size > 0 ? BAR - 2 * Math.sqrt((BAR * (100 - BAR)) / size) : BAR;
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			sample: { type: 'string', default: String(USUAL_SAMPLE) },
			seed: { type: 'string', default: '1' },
			all: { type: 'boolean', default: false },
			only: { type: 'string', default: '' },
			processes: { type: 'string', default: '2' },
			write: { type: 'boolean', default: false },
		},
	});
	const files = filesToMutate().filter((file) => file.includes(values.only));
	const all = await mutantsOf(files);
	const chosen = choose(all, values.all ? all.length : Number(values.sample), values.seed);
	const keys = new Set(chosen.map(keyOf));
	const mutated = [...new Set(chosen.map(fileOf))];
	const started = Date.now();
	console.log(`${keys.size} of ${all.length} mutants, in ${mutated.length} files`);

	// In here and not in the tree, which stays as it is.
	const folder = mkdtempSync(join(tmpdir(), 'mutation-'));
	useFolder(folder);
	writeFileSync(fileOfRun('chosen'), JSON.stringify([...keys]));
	const { Stryker } = await import('@stryker-mutator/core');
	const stryker = new Stryker(strykerOptions(mutated, join(folder, 'copies'), Number(values.processes)));
	const judged = (await stryker.runMutationTest()).filter((mutant) => keys.has(keyOf(fromZero(mutant))));
	const leftOut = readOfRun('leftOut');
	rmSync(folder, { recursive: true, force: true });

	const minutes = ((Date.now() - started) / 60_000).toFixed(1);
	const text = report(
		judged,
		`\`npm run test:mutation\` changed the code in one place at a time and looked whether a test noticed: ${judged.length} of ` +
			`${all.length} possible changes, seed ${values.seed}, in ${minutes} minutes.`,
		(file) => readFileSync(join(ROOT, file), 'utf8'),
	);
	console.log(`\n${text}`);
	if (leftOut.length > 0)
		console.log(`Tests left out, as they fail or are slow when run here:\n${leftOut.join('\n')}\n`);
	if (values.write) writeFileSync(REPORT, text);

	const core = scoreOf(judged.filter((mutant) => isCore(fileOf(mutant))));
	const bar = barFor(core.all, !values.all && keys.size < USUAL_SAMPLE);
	console.log(`nodes/core: ${core.percent.toFixed(1)} %, wanted ${bar.toFixed(1)} %`);
	if (judged.length < keys.size) throw new Error(`only ${judged.length} of ${keys.size} mutants were judged`);
	if (core.percent < bar) process.exitCode = 1;
}

void main();
