/** n8n in queue mode: one main, and workers that come and go, on one PostgreSQL and one Redis. */
import { type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PlainError } from '../tools/plainError.cts';
import { endProcess, hasEnded } from '../tools/process.cts';
import { WholeN8n } from '../tools/wholeN8n.cts';
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
	readonly main: WholeN8n;
	readonly workers: ChildProcess[] = [];
	private readonly environment: Record<string, string>;

	/** `database` is for n8n's own tables; ports from `port` on. */
	constructor(
		private readonly folder: string,
		private readonly port: number,
		database: string,
	) {
		this.environment = {
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
		this.main = this.n8n('main', port);
	}

	private n8n(name: string, port: number): WholeN8n {
		return new WholeN8n({
			userFolder: join(this.folder, name),
			port,
			brokerPorts: [port + 1, port + 2],
			environment: this.environment,
		});
	}

	/** A further worker that does one job at a time, as soon as it is ready. */
	async addWorker(tarball: string): Promise<ChildProcess> {
		const port = this.port + 3 * (this.workers.length + 1);
		const worker = this.n8n(`worker${this.workers.length}`, port);
		await worker.addPackage(tarball);
		const child = worker.spawn(['worker', '--concurrency=1'], {
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
			QUEUE_HEALTH_CHECK_PORT: String(port),
		});
		this.workers.push(child);
		while (!hasEnded(child)) {
			const isReady = await fetch(`${worker.url}/healthz/readiness`)
				.then(({ ok }) => ok)
				.catch(() => false);
			if (isReady) return child;
			await wait(200);
		}
		throw new Error(`a worker ended before it was ready`);
	}

	/** Seconds of a processor that a worker has used, where Linux tells. */
	processorSeconds({ pid }: ChildProcess): number {
		try {
			const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
			return (Number(fields[11]) + Number(fields[12])) / TICKS;
		} catch {
			return NaN;
		}
	}

	/** Megabytes that a worker has held at most, where Linux tells. */
	peakMegabytes({ pid }: ChildProcess): number {
		try {
			const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
			return Number(kilobytes) / 1024;
		} catch {
			return NaN;
		}
	}

	async stop(): Promise<void> {
		await Promise.all([...this.workers.map(endProcess), this.main.stop()]);
	}
}
