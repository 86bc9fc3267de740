/**
 * A big table through n8n's queue mode: `npm run test:queue`. The example workflows score it on one, two and three workers;
 * then a worker is killed and the model server is away for a while, and every row must be scored just once in the end.
 * QUEUE_ROWS sets the rows of that last run; --port the first of 20 ports. It writes docs/reports/queue.md.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { credential } from '../e2e/examples.cts';
import { NEWEST } from '../e2e/installation.cts';
import { markdownTable, reportText, writeReport } from '../e2e/report.cts';
import { pack } from '../e2e/pack.cts';
import { endCommands, endProcess, PlainError, ROOT } from '../e2e/process.cts';
import { Cluster, expectRedis } from './cluster.cts';
import { makeDatabase, POSTGRES, type Database } from './database.cts';

const ROWS = Number(process.env.QUEUE_ROWS ?? 1_000_000);
/** Rows for the comparison of one, two and three workers. */
const COMPARED = Math.min(ROWS, 200_000);
const TITLE = 'Queue mode';
/** Rows of a chunk, as the example has it. */
const CHUNK = 10_000;
/** Seconds. */
const OUTAGE = 30;
/** What is quicker here than in the examples: chunks are sent every few seconds, and lost ones again after a minute. */
const QUICKER: Array<[string, string]> = [
	["interval '10 minutes'", "interval '60 seconds'"],
	['GREATEST(0, 100 -', 'GREATEST(0, 20 -'],
	['"field":"minutes","minutesInterval":1', '"field":"seconds","secondsInterval":5'],
];

/** Models that take any number of requests at a time: milliseconds a request, microseconds a row. */
const MODELS = { slow: [400, 20], fast: [5, 20] } as const;
type Model = keyof typeof MODELS;

async function startModel(port: number): Promise<ChildProcess> {
	const args = ['--require', 'tsx/cjs', join(ROOT, 'bench', 'model.cts'), String(port)];
	const model = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
	await once(createInterface(model.stdout), 'line');
	return model;
}

/** The example workflows as a user would change them: their own table, deployment and address. A pair for each model. */
function workflows(model: Model, n8nUrl: string, modelUrl: string): Array<{ id: string }> {
	const changes: Array<[string, string]> = [
		...QUICKER,
		['http://127.0.0.1:5678', n8nUrl],
		['payments', `payments_${model}`],
		['score-one-chunk', `score-one-chunk-${model}`],
		['"hopsworksFanOut1"', `"${model}FanOut`.padEnd(17, '0').concat('"')],
		['"hopsworksOneChnk"', `"${model}OneChunk`.padEnd(17, '0').concat('"')],
		[
			'{"__rl":true,"mode":"list","value":"fraud","cachedResultName":"fraud"}',
			JSON.stringify({ __rl: true, mode: 'url', value: modelUrl }),
		],
	];
	return ['big-table-send-chunks', 'big-table-score-chunk'].map((name) => {
		const example: unknown = JSON.parse(readFileSync(join(ROOT, 'examples', `${name}.json`), 'utf8'));
		return JSON.parse(changes.reduce((text, [from, to]) => text.replaceAll(from, to), JSON.stringify(example)));
	});
}

const table = (model: Model): string => `payments_${model}`;

/** An empty table for each model, so that the workflows find it. */
async function makeTables(database: Database): Promise<void> {
	for (const model of ['slow', 'fast'] as const) {
		await database.query(
			`CREATE TABLE ${table(model)} (id bigint PRIMARY KEY, amount bigint, age int, distance numeric, hour int)`,
		);
	}
}

/** Puts rows into a table, whose chunks and predictions are forgotten. */
async function fill(database: Database, model: Model, rows: number): Promise<void> {
	const made = `SELECT format('TRUNCATE %s', string_agg(tablename, ', ')) FROM pg_tables WHERE tablename LIKE '${table(model)}%'`;
	const [{ format: truncate } = {}] = await database.query(made);
	await database.query(`${String(truncate)};
		INSERT INTO ${table(model)} SELECT id, (id::bigint * 7919) % 1000003, id % 90, id % 500 / 4.0, id % 24
		FROM generate_series(1, ${rows}) AS id`);
}

/** Chunks that are not done yet; all of them as long as none is made. */
async function chunksLeft(database: Database, model: Model): Promise<number> {
	const isMade = `SELECT (to_regclass('${table(model)}_chunks') IS NOT NULL)::int`;
	if ((await database.number(isMade)) === 0) return Infinity;
	const all = await database.number(`SELECT count(*) FROM ${table(model)}_chunks`);
	return all === 0
		? Infinity
		: await database.number(`SELECT count(*) FROM ${table(model)}_chunks WHERE done_at IS NULL`);
}

/** Waits until no more than some chunks are left. */
async function untilLeft(database: Database, model: Model, most: number): Promise<void> {
	while ((await chunksLeft(database, model)) > most) await wait(200);
}

/** Scores a fresh table to its end; gives the seconds from the first chunk that was sent. */
async function secondsOf(database: Database, model: Model): Promise<number> {
	await untilLeft(database, model, 0);
	return await database.number(`SELECT extract(epoch FROM max(done_at) - min(sent_at)) FROM ${table(model)}_chunks`);
}

interface Counted {
	scored: number;
	distinct: number;
	wrong: number;
	repeated: number;
}

async function countRows(database: Database, model: Model): Promise<Counted> {
	const rows = table(model);
	const scored = `${rows}_scored`;
	const joined = `${rows} LEFT JOIN ${scored} USING (id)`;
	return {
		scored: await database.number(`SELECT count(*) FROM ${scored} WHERE error IS NULL`),
		distinct: await database.number(`SELECT count(DISTINCT id) FROM ${scored}`),
		wrong: await database.number(`SELECT count(*) FROM ${joined} WHERE prediction IS DISTINCT FROM amount`),
		repeated: await database.number(`SELECT count(*) FROM ${rows}_chunks WHERE tries > 1`),
	};
}

const shown = (value: number, digits = 0): string => Number(value.toFixed(digits)).toLocaleString('en-US');

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { port: { type: 'string', default: '5800' } } });
	const port = Number(values.port);
	await expectRedis();
	await NEWEST.install(console.log);
	const folder = mkdtempSync(join(tmpdir(), 'queue-'));
	const own = await makeDatabase('hopsworks_queue_n8n');
	const database = await makeDatabase('hopsworks_queue_rows');
	const cluster = new Cluster(join(folder, 'users'), port, own.name);
	const modelPort = port + 19;
	let model = await startModel(modelPort);
	const end = async (): Promise<void> => {
		await endCommands();
		await cluster.stop();
		await endProcess(model);
		await database.drop();
		await own.drop();
		rmSync(folder, { recursive: true, force: true });
	};
	for (const signal of ['SIGINT', 'SIGTERM'] as const)
		process.once(signal, () => void end().finally(() => process.exit(130)));
	try {
		const at = (name: Model): string =>
			`http://127.0.0.1:${modelPort}/${MODELS[name].join('/')}/number/v1/models/m:predict`;
		const tarball = await pack(join(folder, 'package'));
		await makeTables(database);
		await cluster.main.addPackage(tarball, 'n8n-nodes-hopsworks');
		await cluster.main.importAll('credentials', [
			credential('hopsworksSandbox', 'Hopsworks Sandbox', `http://127.0.0.1:${modelPort}`),
			{
				id: 'postgres',
				name: 'Postgres',
				type: 'postgres',
				data: { ...POSTGRES, database: database.name, ssl: 'disable', maxConnections: 10 },
			},
		]);
		for (const name of ['slow', 'fast'] as const) {
			const pair = workflows(name, cluster.main.url, at(name));
			await cluster.main.importAll('workflow', pair);
			for (const { id } of pair) await cluster.main.command('publish:workflow', `--id=${id}`);
		}
		await cluster.main.start();

		const lines: string[][] = [];
		const single: Record<string, number> = {};
		for (const workers of [1, 2, 3]) {
			const worker = await cluster.addWorker(tarball);
			for (const name of ['slow', 'fast'] as const) {
				const before = cluster.processorSeconds(worker);
				await fill(database, name, COMPARED);
				const seconds = await secondsOf(database, name);
				const speed = COMPARED / seconds;
				single[name] ??= speed;
				const busy = (cluster.processorSeconds(worker) - before) / seconds;
				lines.push([
					`${MODELS[name][0]} ms + ${MODELS[name][1] / 1000} ms a row`,
					String(workers),
					shown(seconds, 1),
					shown(speed),
					`${(speed / single[name]).toFixed(2)} ×`,
					`${Math.round(busy * 100)} %`,
				]);
				console.log(lines.at(-1)?.join(' | '));
			}
		}

		console.log(`${shown(ROWS)} rows, with a worker killed and the model server away for ${OUTAGE} s …`);
		const chunks = Math.ceil(ROWS / CHUNK);
		await fill(database, 'fast', ROWS);
		await untilLeft(database, 'fast', chunks * 0.8);
		cluster.workers[0]?.kill('SIGKILL');
		console.log('One worker is killed.');
		await untilLeft(database, 'fast', chunks * 0.5);
		await endProcess(model);
		console.log('The model server is gone …');
		await wait(OUTAGE * 1000);
		model = await startModel(modelPort);
		console.log('… and back.');
		const seconds = await secondsOf(database, 'fast');
		const counted = await countRows(database, 'fast');
		const isRight = counted.scored === ROWS && counted.distinct === ROWS && counted.wrong === 0;
		const peak = Math.max(...cluster.workers.map((worker) => cluster.peakMegabytes(worker)).filter(Number.isFinite));
		const [{ server_version: version } = {}] = await database.query('SHOW server_version');
		const facts = {
			n8n: `${NEWEST.version}, on Node ${await NEWEST.nodeVersion()}`,
			PostgreSQL: String(version),
			Command: '`npm run test:queue`',
		};
		const body = [
			'The two workflows `examples/big-table-*.json`: chunks of 10,000 rows, one job each, workers that do one job at a time. The last\ncolumn is how much of one processor the newest worker used; main, workers, PostgreSQL, Redis and the model share the machine.\n',
			`## ${shown(COMPARED)} rows\n\n${markdownTable(['model, a request of 500 rows', 'workers', 'seconds', 'rows a second', 'of one worker', 'processor'], lines)}\n`,
			`## ${shown(ROWS)} rows, with trouble\n\nThree workers, the model of 5 ms. After a fifth of the chunks one worker was killed (SIGKILL); after half of them the model server was away\nfor ${OUTAGE} s. ${shown(seconds)} s in all, lost time included; a lost chunk was sent again after 60 s.\n`,
			`${markdownTable(['rows', 'scored', 'wrong or missing', 'rows twice', 'chunks sent more than once', 'peak memory of a worker'], [[shown(ROWS), shown(counted.scored), shown(counted.wrong), shown(counted.scored - counted.distinct), shown(counted.repeated), `${shown(peak)} MB`]])}\n`,
			isRight ? 'Every row is scored exactly once.\n' : '**Rows are missing or wrong.**\n',
		].join('\n');
		console.log(reportText(TITLE, facts, body));
		if (process.env.QUEUE_ROWS === undefined) writeReport('queue', TITLE, facts, body);
		if (!isRight) process.exitCode = 1;
	} finally {
		await end();
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof PlainError ? error.message : error);
	process.exit(1);
});
