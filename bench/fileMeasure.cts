/** One way of scoring a file from disk to disk, run once in a process of its own, and what it took. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import execa from 'execa';
import { countsOf, type Counts } from '../tools/firstValueModel.cts';
import { NEWEST } from '../tools/installation.cts';
import { ROOT } from '../tools/root.cts';
import { typedScript } from '../tools/typedScript.cts';
import { workflowId, fileWorkflow, type FileArm } from './fileArms.cts';
import { checkTable, FILE_COLUMNS, writeTable, type Checked } from './fileTable.cts';
import type { Bench } from './measure.cts';
import { IN_FLIGHT } from './settings.cts';
import { usageIfWhole, type Usage } from './usage.cts';

/** Characters that are shown of what n8n said where a run failed. */
const LAST_WORDS = 1000;

export interface MeasuredFile extends Counts {
	/** Undefined where the process did not come to its own end. */
	usage?: Usage;
	/** Seconds of n8n's nodes, as n8n times them; of the script all of it. */
	nodeSeconds?: number;
	/** What is in the file that came out; undefined where none did. */
	checked?: Checked;
}

export class FileBench {
	private readonly tables: string;
	private readonly output: string;

	constructor(private readonly bench: Bench) {
		this.tables = join(bench.folder, 'files');
		this.output = join(bench.folder, 'scored.csv');
	}

	private tableOf(rows: number): string {
		return join(this.tables, `${rows}.csv`);
	}

	/** Writes a table, and gives n8n the workflows that score it. */
	async prepare(arms: FileArm[], rows: number): Promise<void> {
		mkdirSync(this.tables, { recursive: true });
		await writeTable(this.tableOf(rows), rows);
		const workflows = arms.map((arm) => fileWorkflow(arm, rows, this.tableOf(rows), this.output));
		await this.bench.n8n.importAll('workflow', workflows);
	}

	/** Runs a workflow in an n8n of its own. */
	async measure({ name, nodes }: FileArm, rows: number): Promise<MeasuredFile> {
		return await this.taken('peak.json', nodes !== undefined, async () => {
			const runs = await this.bench.n8n.execute(workflowId(name, rows)).catch((error: unknown) => {
				console.log(String(error).slice(-LAST_WORDS));
				return undefined;
			});
			// What n8n keeps of a run would fill the disk.
			rmSync(join(this.bench.folder, 'user', '.n8n', 'storage'), { recursive: true, force: true });
			return runs && Object.values(runs).reduce((sum, { executionTime }) => sum + executionTime / 1000, 0);
		});
	}

	/** Runs the bare script, on the same Node. */
	async script(rows: number, url: string, rowsPerRequest: number): Promise<MeasuredFile> {
		return await this.taken('script.json', true, async (peak) => {
			const settings = [FILE_COLUMNS.join(), String(rowsPerRequest), String(IN_FLIGHT)];
			const script = typedScript(join(__dirname, 'fileScript.cts'), this.tableOf(rows), this.output, url, ...settings);
			await execa('node', script, {
				cwd: ROOT,
				env: {
					...NEWEST.environment(),
					NODE_OPTIONS: `--require ${join(__dirname, 'peak.cjs')}`,
					PEAK_FILE: peak,
				},
			});
			return undefined;
		});
	}

	private async taken(
		peakName: string,
		writes: boolean,
		run: (peak: string) => Promise<number | undefined>,
	): Promise<MeasuredFile> {
		const peak = join(this.bench.folder, peakName);
		for (const file of [peak, this.output]) rmSync(file, { force: true });
		await this.bench.counts();
		const nodeSeconds = await run(peak);
		const counts = await countsOf(this.bench.url);
		const checked = writes && existsSync(this.output) ? await checkTable(this.output) : undefined;
		return { ...counts, nodeSeconds, usage: usageIfWhole(peak), checked };
	}
}
