/** What is mutated, which tests look at it, and how StrykerJS is to go about it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

export const ROOT = join(__dirname, '..');
/** Names the folder of a run, to the processes that StrykerJS starts. */
const FOLDER_VARIABLE = 'MUTATION_FOLDER';

/** Makes a folder that of the run. */
export function useFolder(folder: string): void {
	process.env[FOLDER_VARIABLE] = folder;
}

/** A file of the run: `chosen` holds the mutants, `leftOut` the tests that were not asked about them, and why. */
export function fileOfRun(name: 'chosen' | 'leftOut'): string {
	return join(process.env[FOLDER_VARIABLE] ?? '', `${name}.json`);
}

/** The texts that such a file holds. */
export function readOfRun(name: Parameters<typeof fileOfRun>[0]): string[] {
	const texts: unknown = JSON.parse(readFileSync(fileOfRun(name), 'utf8'));
	if (!Array.isArray(texts)) throw new Error(`${fileOfRun(name)} holds no list`);
	return texts.map(String);
}

const CORE = 'nodes/core';
const EDGE = ['execute', 'modelRun', 'response', 'run', 'send', 'sendOptions', 'stream'].map(
	(name) => `nodes/n8n/${name}.ts`,
);

/**
 * Left out: they take seconds for each mutant and see little that the others do not. Random cases (property, fuzz, whole runs)
 * would make the score a matter of luck as well. And blockedAddress wants an engine of its own.
 */
const LEFT_OUT =
	/^test\/(faults\/(fuzz|property|runs|wholeRuns)|withoutSdk|floorPlan|blockedAddress|longReplies|addressProperty)\.test\.cts$/;

/** The same of single tests: long texts, and time or steps counted, which the instruments falsify. */
const LEFT_OUT_TESTS =
	/100 MB|in proportion|takes (time|steps)|costs? no more than|repeated until|as regular expressions|any text gives|steps without end|any schema and any answer/;
/** Milliseconds that a test may take to be asked about a mutant. */
export const SLOWEST_TEST = 2500;

function filesIn(folder: string, ending: string): string[] {
	return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith(ending))
		.map((file) => `${folder}/${file.split(sep).join('/')}`)
		.sort();
}

export function isCore(file: string): boolean {
	return file.startsWith(`${CORE}/`);
}

export function filesToMutate(): string[] {
	return [...filesIn(CORE, '.ts'), ...EDGE];
}

/** Also right in StrykerJS's copy of the project, from where it is called there. */
export function testFiles(): string[] {
	return filesIn('test', '.test.cts').filter((file) => !LEFT_OUT.test(file));
}

export function isTestWanted(id: string): boolean {
	return !LEFT_OUT_TESTS.test(id);
}

export function strykerOptions(mutate: string[], temporary: string, concurrency: number): object {
	return {
		mutate,
		plugins: [join(ROOT, 'mutation', 'plugin.cjs')],
		testRunner: 'engine',
		checkers: ['sample'],
		coverageAnalysis: 'perTest',
		concurrency,
		timeoutMS: 10_000,
		timeoutFactor: 2,
		// What a mutant may leave behind in the process ends with it.
		maxTestRunnerReuse: 100,
		tempDirName: temporary,
		ignorePatterns: ['dist', 'tools', 'e2e', 'peers', 'queue', 'docs/images', '/mutation/node_modules'],
		disableTypeChecks: false,
		reporters: ['progress-append-only'],
		allowConsoleColors: false,
		thresholds: { high: 100, low: 0, break: null },
	};
}
