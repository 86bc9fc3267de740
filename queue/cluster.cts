/** n8n in queue mode: one main, and workers that come and go, on one PostgreSQL and one Redis. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { PlainError } from '../tools/plainError.cts';
import type { Server } from '../tools/server.cts';
import { freePorts, WholeN8n } from '../tools/wholeN8n.cts';
import { POSTGRES } from './database.cts';

const REDIS = { host: process.env.REDIS_HOST ?? '127.0.0.1', port: Number(process.env.REDIS_PORT ?? 6379) };
/** Clock ticks of Linux' /proc a second. */
const TICKS = 100;

export async function expectRedis(): Promise<void> {
	const answers = await new Promise<boolean>((resolve) => {
		const socket = createConnection(REDIS, () => resolve(true)).on('error', () => resolve(false));
		socket.on('connect', () => socket.end());
	});
	if (answers) return;
	throw new PlainError(
		`Redis did not answer on ${REDIS.host}:${REDIS.port}. On Debian: apt-get install redis-server. REDIS_HOST and REDIS_PORT name another one.`,
	);
}

export class Cluster {
	readonly workers: Server[] = [];

	private constructor(
		readonly main: WholeN8n,
		private readonly folder: string,
		private readonly environment: Record<string, string>,
	) {}

	/** `database` is for n8n's own tables. */
	static async make(folder: string, database: string): Promise<Cluster> {
		const environment = {
			EXECUTIONS_MODE: 'queue',
			N8N_ENCRYPTION_KEY: randomBytes(16).toString('hex'),
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: POSTGRES.host,
			DB_POSTGRESDB_PORT: String(POSTGRES.port),
			DB_POSTGRESDB_USER: POSTGRES.user,
			DB_POSTGRESDB_PASSWORD: POSTGRES.password,
			DB_POSTGRESDB_DATABASE: database,
			QUEUE_BULL_REDIS_HOST: REDIS.host,
			QUEUE_BULL_REDIS_PORT: String(REDIS.port),
			QUEUE_BULL_PREFIX: database,
			EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none',
		};
		const main = new WholeN8n({ userFolder: join(folder, 'main'), environment, ...(await freePorts()) });
		return new Cluster(main, folder, environment);
	}

	/** A further worker that does one job at a time, as soon as it is ready. */
	async addWorker(tarball: string): Promise<Server> {
		const { environment } = this;
		const userFolder = join(this.folder, `worker${this.workers.length}`);
		const ports = await freePorts();
		const n8n = new WholeN8n({ userFolder, environment, ...ports });
		await n8n.addPackage(tarball);
		const worker = n8n.startProcess(['worker', '--concurrency=1'], {
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(ports.port),
		});
		this.workers.push(worker);
		await worker.untilAnswers(n8n.readiness);
		return worker;
	}

	/** Seconds of a processor that a worker has used, where Linux tells. */
	processorSeconds({ pid }: Server): number {
		try {
			const fields =
				readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
					.split(') ')[1]
					?.split(' ') ?? [];
			return (Number(fields[11]) + Number(fields[12])) / TICKS;
		} catch {
			return NaN;
		}
	}

	/** Megabytes that a worker has held at most, where Linux tells. */
	peakMegabytes({ pid }: Server): number {
		try {
			const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
			return Number(kilobytes) / 1024;
		} catch {
			return NaN;
		}
	}

	async stop(): Promise<void> {
		await Promise.all([...this.workers.map((worker) => worker.end()), this.main.stop()]);
	}
}
