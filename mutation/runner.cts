/**
 * Runs tests for StrykerJS in a process that keeps n8n's engine loaded. Its own jest runner starts jest for every mutant, which
 * then loads the engine for every test file: half a minute and more for one mutant.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Modules } from './modules.cts';
import { fileOfRun, isTestWanted, SLOWEST_TEST, testFiles } from './settings.cts';
import { runTestFile, type Ran } from './testFile.cts';

/** What the instrumented code reads and counts. */
interface Instruments {
	activeMutant?: string;
	currentTestId?: string;
	hitCount?: number;
	hitLimit?: number;
	mutantCoverage?: Coverage;
}

interface Coverage {
	static: Record<string, number>;
	perTest: Record<string, Record<string, number>>;
}

interface MutantRun {
	activeMutant: { id: string };
	sandboxFileName: string;
	testFilter?: string[];
	hitLimit?: number;
	disableBail: boolean;
}

/** StrykerJS's number for a test that passed. */
const SUCCESS = 0;
const ENGINE = 'support/engine';

export class EngineRunner {
	private readonly instruments: Instruments = {};
	private files: string[] = [];

	capabilities(): { reloadEnvironment: boolean } {
		return { reloadEnvironment: true };
	}

	async init(): Promise<void> {
		Object.assign(globalThis, { __stryker__: this.instruments });
		new Modules().load(join(process.cwd(), 'test', 'support', 'environment.cts'));
		this.files = testFiles();
	}

	async dryRun(): Promise<object> {
		this.instruments.mutantCoverage = { static: {}, perTest: {} };
		const tests: object[] = [];
		const perTest: Coverage['perTest'] = {};
		const leftOut: string[] = [];
		for (const file of this.files) {
			const ofFile: Coverage = { static: {}, perTest: {} };
			this.instruments.mutantCoverage = ofFile;
			const ran = await this.run(file, { bail: false });
			for (const { id, milliseconds, failure } of ran) {
				if (milliseconds > SLOWEST_TEST || failure !== undefined) {
					leftOut.push(`${id}: ${failure?.split('\n')[0] ?? `${milliseconds} ms`}`);
					continue;
				}
				tests.push({
					id,
					name: id,
					fileName: file,
					timeSpentMs: milliseconds,
					status: SUCCESS,
				});
				// What ran while the file was loaded is part of each of its tests.
				perTest[id] = { ...ofFile.static, ...ofFile.perTest[id] };
			}
		}
		delete this.instruments.mutantCoverage;
		writeFileSync(fileOfRun('leftOut'), JSON.stringify(leftOut));
		return { status: 'complete', tests, mutantCoverage: { static: {}, perTest } };
	}

	async mutantRun(options: MutantRun): Promise<object> {
		const wanted = options.testFilter && new Set(options.testFilter);
		this.instruments.activeMutant = options.activeMutant.id;
		this.instruments.hitCount = 0;
		this.instruments.hitLimit = options.hitLimit ?? Infinity;
		let count = 0;
		try {
			for (const file of this.nearestFirst(options.sandboxFileName, wanted)) {
				const ran = await this.run(file, { bail: !options.disableBail, ...(wanted && { wanted }) });
				count += ran.length;
				if (this.instruments.hitCount > this.instruments.hitLimit) {
					return { status: 'timeout', reason: 'one place of the code ran without end' };
				}
				const failed = ran.find(({ failure }) => failure !== undefined);
				if (failed && !(await this.failsAnyway(failed.id, file, options.activeMutant.id))) {
					return { status: 'killed', killedBy: [failed.id], failureMessage: failed.failure, nrOfTests: count };
				}
			}
			return { status: 'survived', nrOfTests: count };
		} finally {
			delete this.instruments.activeMutant;
			delete this.instruments.hitCount;
			delete this.instruments.hitLimit;
		}
	}

	/** Whether a test fails without the mutant too, from what others left behind: then it noticed nothing. */
	private async failsAnyway(id: string, file: string, mutant: string): Promise<boolean> {
		delete this.instruments.activeMutant;
		delete this.instruments.hitCount;
		const ran = await this.run(file, { bail: true, wanted: new Set([id]) });
		this.instruments.activeMutant = mutant;
		this.instruments.hitCount = 0;
		return ran.some(({ failure }) => failure !== undefined);
	}

	private async run(file: string, { bail, wanted }: { bail: boolean; wanted?: Set<string> }): Promise<Ran[]> {
		return await runTestFile(join(process.cwd(), file), file, {
			bail,
			wants: (id) => wanted?.has(id) ?? isTestWanted(id),
			onTest: (id) => {
				if (id === undefined) delete this.instruments.currentTestId;
				else this.instruments.currentTestId = id;
			},
		});
	}

	/** The tests of the changed file itself find most mutants, and those without the engine are the quicker ones. */
	private nearestFirst(mutated: string, wanted: Set<string> | undefined): string[] {
		const module = `/${basename(mutated, '.ts')}`;
		const rank = (file: string): number => {
			const source = readFileSync(join(process.cwd(), file), 'utf8');
			const isNear = source.includes(`${module}'`) || source.includes(`${module}.ts'`);
			return (isNear ? 0 : 2) + (source.includes(ENGINE) ? 1 : 0);
		};
		const ids = wanted && [...wanted];
		return this.files
			.filter((file) => ids?.some((id) => id.startsWith(`${file} `)) ?? true)
			.map((file) => ({ file, rank: rank(file) }))
			.sort((one, other) => one.rank - other.rank)
			.map(({ file }) => file);
	}
}
