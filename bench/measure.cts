/** One way of scoring, run once in a whole n8n of its own process, and what it took. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import execa from 'execa';
import { at, numberOf, read } from '../test/support/json.cts';
import { credential } from '../tools/credential.cts';
import { countsOf, startModel, type Counts } from '../tools/firstValueModel.cts';
import { NEWEST } from '../tools/installation.cts';
import { pack } from '../tools/pack.cts';
import { ROOT } from '../tools/root.cts';
import type { Server } from '../tools/server.cts';
import { typedScript } from '../tools/typedScript.cts';
import { freePorts, WholeN8n } from '../tools/wholeN8n.cts';
import { node } from '../tools/workflowParts.cts';
import { CREDENTIAL, END, TABLE, type Arm } from './arms.cts';
import { IN_FLIGHT, ROWS_PER_REQUEST } from './settings.cts';
import { csvOf, type Row } from './table.cts';
import { readUsage } from './usage.cts';
import { workflowOf } from './workflowOf.cts';

const ASKED = 'Asked';

export interface Measured extends Counts {
	/** Milliseconds of the arm's own nodes, as n8n times them; undefined where the run failed. */
	milliseconds?: number;
	/** Seconds of the whole process, with its start and what it writes at its end. */
	seconds: number;
	/** The most memory that the process held. */
	megabytes: number;
	/** Rows with their own prediction. */
	right: number;
	/** Rows that came out with all their fields. */
	kept: number;
	/** Rows whose source n8n finds from behind the arm; undefined where it was not asked. */
	linked?: number;
}

/** The prediction in an item, wherever the arm leaves it. */
function predictionOf({ prediction, predictions }: Record<string, unknown>): string {
	return String(Array.isArray(predictions) ? predictions[0] : prediction);
}

export class Bench {
	private constructor(
		readonly n8n: WholeN8n,
		readonly url: string,
		private readonly model: Server,
		readonly folder: string,
	) {}

	/** Installs, packs and starts what every measurement needs. */
	static async start(): Promise<Bench> {
		await NEWEST.install(console.log);
		const folder = mkdtempSync(join(tmpdir(), 'bench-'));
		const { model, url } = await startModel();
		const n8n = new WholeN8n({
			userFolder: join(folder, 'user'),
			readable: [folder],
			...(await freePorts()),
			environment: { NODE_OPTIONS: `--require ${join(__dirname, 'peak.cjs')}`, PEAK_FILE: join(folder, 'peak.json') },
		});
		await n8n.addPackage(await pack(join(folder, 'package')));
		await n8n.importAll('credentials', [credential(CREDENTIAL, CREDENTIAL, url)]);
		return new Bench(n8n, url, model, folder);
	}

	/** The address of a model that takes some milliseconds a request and microseconds a row. */
	at(milliseconds: number, microseconds: number, kind = 'number'): string {
		return `${this.url}/v1/${milliseconds}-${microseconds}/${kind}/v1/models/m:predict`;
	}

	tableFile(items: Row[]): string {
		mkdirSync(join(this.folder, 'tables'), { recursive: true });
		const file = join(this.folder, 'tables', `${items.length}.csv`);
		writeFileSync(file, csvOf(items));
		return file;
	}

	async counts(): Promise<Counts> {
		return await countsOf(this.url);
	}

	/** Runs an arm on a table. `asks` adds a node behind it that looks up the source of each row. */
	async measure(arm: Arm, items: Row[], asks = false): Promise<Measured> {
		const id = `bench${arm.name}`.padEnd(16, '0');
		const source = { id: 'a', name: 'source', type: 'string', value: `={{ $('${TABLE}').item.json.id }}` };
		const asking = node(
			'11',
			ASKED,
			'n8n-nodes-base.set',
			3.4,
			{ assignments: { assignments: [source] }, options: {} },
			{ onError: 'continueRegularOutput' },
		);
		await this.n8n.importAll('workflow', [workflowOf(arm, id, this.tableFile(items), asks ? [asking] : [])]);
		await this.counts();
		const nodes = await this.n8n.execute(id).catch(() => undefined);
		const { megabytes, seconds } = readUsage(join(this.folder, 'peak.json'));
		const took = { seconds, megabytes, ...(await this.counts()) };
		if (nodes === undefined) return { ...took, right: 0, kept: 0 };
		const own = arm.nodes.map(({ name }) => nodes[name]?.executionTime ?? 0);
		const out = nodes[END]?.items ?? [];
		const rowOf = (json: Record<string, unknown>, position: number): number => Number(json.id ?? position);
		return {
			...took,
			milliseconds: own.reduce((sum, one) => sum + one, 0),
			right: out.filter(
				({ json }, position) => predictionOf(json) === String(items[rowOf(json, position)]?.json.amount),
			).length,
			kept: out.filter(({ json }, position) =>
				Object.entries(items[position]?.json ?? {}).every(([name, value]) => json[name] === String(value)),
			).length,
			...(asks && {
				linked: (nodes[ASKED]?.items ?? []).filter(({ json }, position) => json.source === String(position)).length,
			}),
		};
	}

	/** The bare script on a table, in a process of its own on the same Node. */
	async script(items: Row[], url: string, rowsPerRequest = ROWS_PER_REQUEST): Promise<Measured> {
		await this.counts();
		const settings = [String(IN_FLIGHT), String(rowsPerRequest)];
		const script = typedScript(join(__dirname, 'script.cts'), this.tableFile(items), url, ...settings);
		const { stdout } = await execa('node', script, {
			cwd: ROOT,
			env: {
				...NEWEST.environment(),
				NODE_OPTIONS: `--require ${join(__dirname, 'peak.cjs')}`,
				PEAK_FILE: join(this.folder, 'script.json'),
			},
		});
		const scored = read(stdout);
		const [milliseconds, right] = [numberOf(at(scored, 'milliseconds')), numberOf(at(scored, 'right'))];
		const { megabytes, seconds } = readUsage(join(this.folder, 'script.json'));
		return { milliseconds, seconds, megabytes, right, kept: right, ...(await this.counts()) };
	}

	async stop(): Promise<void> {
		await this.n8n.stop();
		await this.model.end();
		rmSync(this.folder, { recursive: true, force: true });
	}
}
