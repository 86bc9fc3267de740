/**
 * A big table through n8n's queue mode: `npm run test:queue`. The example workflows score it on one, two and three workers;
 * then a worker is killed and the model server is away for a while, and every row must be scored just once in the end.
 * QUEUE_ROWS sets the rows of that last run. `-- --write` writes docs/reports/queue.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { credential } from '../tools/credential.cts';
import { startModel } from '../tools/firstValueModel.cts';
import { freePort } from '../tools/freePort.cts';
import { NEWEST } from '../tools/installation.cts';
import { markdownTable } from '../tools/markdownTable.cts';
import { pack } from '../tools/pack.cts';
import { PlainError } from '../tools/plainError.cts';
import { reportText, writeReport } from '../tools/report.cts';
import type { Server } from '../tools/server.cts';
import { Cluster, expectRedis } from './cluster.cts';
import { makeDatabase, POSTGRES, type Database } from './database.cts';
import { CHUNK, Payments, type Counted } from './payments.cts';

const ROWS = Number(process.env.QUEUE_ROWS ?? 1_000_000);
/** Rows for the comparison of one, two and three workers. */
const COMPARED = Math.min(ROWS, 200_000);
/** Seconds. */
const OUTAGE = 30;
/** Models that take any number of requests at a time: milliseconds a request, microseconds a row. */
const MODELS = { slow: [400, 20], fast: [5, 20] } as const;
const NAMES = ['slow', 'fast'] as const;

type Tables = Record<keyof typeof MODELS, Payments>;

class ModelServer {
	private constructor(
		private readonly port: number,
		private server: Server,
		readonly url: string,
	) {}

	static async start(): Promise<ModelServer> {
		const port = await freePort();
		const { model, url } = await startModel(port);
		return new ModelServer(port, model, url);
	}

	at(name: keyof typeof MODELS): string {
		return `${this.url}/v1/${MODELS[name].join('-')}/number/v1/models/m:predict`;
	}

	async stop(): Promise<void> {
		await this.server.end();
	}

	async restart(): Promise<void> {
		this.server = (await startModel(this.port)).model;
	}
}

const shown = (value: number, digits = 0): string => Number(value.toFixed(digits)).toLocaleString('en-US');

/** Adds worker after worker, and scores both tables with each number of them: a line of the report each. */
async function compareWorkers(cluster: Cluster, tables: Tables, tarball: string): Promise<string[][]> {
	const lines: string[][] = [];
	const single: Partial<Record<keyof typeof MODELS, number>> = {};
	for (const workers of [1, 2, 3]) {
		const worker = await cluster.addWorker(tarball);
		for (const name of NAMES) {
			const before = cluster.processorSeconds(worker);
			await tables[name].fill(COMPARED);
			const seconds = await tables[name].secondsToEnd();
			const speed = COMPARED / seconds;
			const first = (single[name] ??= speed);
			const busy = (cluster.processorSeconds(worker) - before) / seconds;
			lines.push([
				`${MODELS[name][0]} ms + ${MODELS[name][1] / 1000} ms a row`,
				String(workers),
				shown(seconds, 1),
				shown(speed),
				`${(speed / first).toFixed(2)} ×`,
				`${Math.round(busy * 100)} %`,
			]);
			console.log(lines.at(-1)?.join(' | '));
		}
	}
	return lines;
}

/** Scores a table while a worker is killed and the model server is away; gives the seconds that it took. */
async function scoreInTrouble(cluster: Cluster, payments: Payments, model: ModelServer): Promise<number> {
	console.log(`${shown(ROWS)} rows, with a worker killed and the model server away for ${OUTAGE} s …`);
	const chunks = Math.ceil(ROWS / CHUNK);
	await payments.fill(ROWS);
	await payments.untilLeft(chunks * 0.8);
	cluster.workers[0]?.kill();
	console.log('One worker is killed.');
	await payments.untilLeft(chunks * 0.5);
	await model.stop();
	console.log('The model server is gone …');
	await wait(OUTAGE * 1000);
	await model.restart();
	console.log('… and back.');
	return await payments.secondsToEnd();
}

const isComplete = ({ scored, distinct, wrong }: Counted): boolean =>
	scored === ROWS && distinct === ROWS && wrong === 0;

function bodyOf(lines: string[][], seconds: number, counted: Counted, peak: number): string {
	const { scored, distinct, wrong, repeated } = counted;
	const head = ['model, a request of 500 rows', 'workers', 'seconds', 'rows a second', 'of one worker', 'processor'];
	const ends = ['rows', 'scored', 'wrong or missing', 'rows twice', 'chunks sent more than once'];
	const figures = [ROWS, scored, wrong, scored - distinct, repeated].map((value) => shown(value));
	return [
		'The two workflows `examples/big-table-*.json`: chunks of 10,000 rows, one job each, workers that do one job at a time. The last\ncolumn is how much of one processor the newest worker used; main, workers, PostgreSQL, Redis and the model share the machine,\nwhich is the limit where the model is fast.\n',
		`## ${shown(COMPARED)} rows\n\n${markdownTable(head, lines)}\n`,
		`## ${shown(ROWS)} rows, with trouble\n\nThree workers, the model of 5 ms. After a fifth of the chunks one worker was killed (SIGKILL); after half of them the model server was\naway for ${OUTAGE} s. ${shown(seconds)} s in all, lost time included; a lost chunk was sent again after 60 s.\n`,
		`${markdownTable([...ends, 'peak memory of a worker'], [[...figures, `${shown(peak)} MB`]])}\n`,
		isComplete(counted) ? 'Every row is scored exactly once.' : '**Rows are missing or wrong.**',
	].join('\n');
}

/** Puts package, credentials and both pairs of workflows into the main process, and starts it. */
async function startMain({ main }: Cluster, tables: Tables, rows: Database, model: ModelServer, tarball: string) {
	await main.addPackage(tarball);
	const postgres = { ...POSTGRES, database: rows.name, ssl: 'disable', maxConnections: 10 };
	await main.importAll('credentials', [
		credential('hopsworksSandbox', 'Hopsworks Sandbox', model.url),
		{ id: 'postgres', name: 'Postgres', type: 'postgres', data: postgres },
	]);
	for (const name of NAMES) {
		await tables[name].make();
		const pair = tables[name].workflows(main.url, model.at(name));
		await main.importAll('workflow', pair);
		for (const { id } of pair) await main.command('publish:workflow', `--id=${id}`);
	}
	await main.start();
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
	if (values.write && process.env.QUEUE_ROWS !== undefined) {
		throw new PlainError("'--write' writes the whole report, so it goes without QUEUE_ROWS");
	}
	await expectRedis();
	await NEWEST.install(console.log);
	const folder = mkdtempSync(join(tmpdir(), 'queue-'));
	const own = await makeDatabase('hopsworks_queue_n8n');
	const rows = await makeDatabase('hopsworks_queue_rows');
	const cluster = await Cluster.make(join(folder, 'users'), own.name);
	const model = await ModelServer.start();
	const end = async (): Promise<void> => {
		await cluster.stop();
		await model.stop();
		await rows.drop();
		await own.drop();
		rmSync(folder, { recursive: true, force: true });
	};
	for (const signal of ['SIGINT', 'SIGTERM'] as const)
		process.once(signal, () => void end().finally(() => process.exit(130)));
	try {
		const tables = { slow: new Payments(rows, 'slow'), fast: new Payments(rows, 'fast') };
		const tarball = await pack(join(folder, 'package'));
		await startMain(cluster, tables, rows, model, tarball);
		const lines = await compareWorkers(cluster, tables, tarball);
		const seconds = await scoreInTrouble(cluster, tables.fast, model);
		const counted = await tables.fast.count();
		const peak = Math.max(...cluster.workers.map((worker) => cluster.peakMegabytes(worker)).filter(Number.isFinite));
		const [{ server_version: version } = {}] = await rows.query('SHOW server_version');
		const facts = {
			n8n: `${NEWEST.version}, on Node ${await NEWEST.nodeVersion()}`,
			PostgreSQL: String(version),
			Command: '`npm run test:queue -- --write`',
		};
		const body = bodyOf(lines, seconds, counted, peak);
		console.log(reportText('Queue mode', facts, body));
		if (values.write) writeReport('queue', 'Queue mode', facts, body);
		if (!isComplete(counted)) process.exitCode = 1;
	} finally {
		await end();
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof PlainError ? error.message : error);
	process.exit(1);
});
