/** A big table of payments in PostgreSQL, and the two example workflows that score it, as a user would change them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { read, recordOf, textOf } from '../test/support/json.cts';
import { ROOT } from '../tools/root.cts';
import type { Database } from './database.cts';

/** Rows of a chunk, as the example has it. */
export const CHUNK = 10_000;
/** What is quicker here than in the examples: chunks are sent every few seconds, and lost ones again after a minute. */
const QUICKER: Array<[string, string]> = [
	["interval '10 minutes'", "interval '60 seconds'"],
	['GREATEST(0, 100 -', 'GREATEST(0, 20 -'],
	['"field":"minutes","minutesInterval":1', '"field":"seconds","secondsInterval":5'],
];
const PICKED = { __rl: true, mode: 'list', value: 'fraud', cachedResultName: 'fraud' };
const ID_LENGTH = 16;

export interface Counted {
	/** Rows with a prediction. */
	scored: number;
	distinct: number;
	/** Rows whose prediction is missing, or not that of their own values. */
	wrong: number;
	/** Chunks that were sent more than once. */
	repeated: number;
}

export class Payments {
	private readonly table: string;

	/** Several tables have names of their own, and so have their workflows. */
	constructor(
		private readonly database: Database,
		private readonly name: string,
	) {
		this.table = `payments_${name}`;
	}

	/** An empty table, so that the workflows find it. */
	async make(): Promise<void> {
		await this.database.query(`CREATE TABLE ${this.table} (id bigint PRIMARY KEY, amount bigint, age int, hour int)`);
	}

	/** The pair, with this table and its own addresses in place of the example's. */
	workflows(n8nUrl: string, modelUrl: string): Array<{ id: string }> {
		const idOf = (end: string): string => `"${`${this.name}${end}`.padEnd(ID_LENGTH, '0')}"`;
		const changes: Array<[string, string]> = [
			...QUICKER,
			['http://127.0.0.1:5678', n8nUrl],
			['payments', this.table],
			['score-one-chunk', `score-one-chunk-${this.name}`],
			['"hopsworksFanOut1"', idOf('FanOut')],
			['"hopsworksOneChnk"', idOf('OneChunk')],
			[JSON.stringify(PICKED), JSON.stringify({ __rl: true, mode: 'url', value: modelUrl })],
		];
		return ['big-table-send-chunks', 'big-table-score-chunk'].map((file) => {
			const example = JSON.stringify(read(readFileSync(join(ROOT, 'examples', `${file}.json`), 'utf8')));
			const workflow = recordOf(read(changes.reduce((text, [from, to]) => text.replaceAll(from, to), example)));
			return { ...workflow, id: textOf(workflow.id) };
		});
	}

	/** Puts rows into the table, whose chunks and predictions are forgotten. */
	async fill(rows: number): Promise<void> {
		const [{ format: truncate } = {}] = await this.database.query(
			`SELECT format('TRUNCATE %s', string_agg(tablename, ', ')) FROM pg_tables WHERE tablename LIKE '${this.table}%'`,
		);
		await this.database.query(`${String(truncate)};
			INSERT INTO ${this.table} SELECT id, (id::bigint * 7919) % 1000003, id % 90, id % 24
			FROM generate_series(1, ${rows}) AS id`);
	}

	/** Chunks that are not done yet; infinitely many as long as none is made. */
	private async chunksLeft(): Promise<number> {
		const isMade = `SELECT (to_regclass('${this.table}_chunks') IS NOT NULL)::int`;
		if ((await this.database.number(isMade)) === 0) return Infinity;
		const all = await this.database.number(`SELECT count(*) FROM ${this.table}_chunks`);
		if (all === 0) return Infinity;
		return await this.database.number(`SELECT count(*) FROM ${this.table}_chunks WHERE done_at IS NULL`);
	}

	/** Waits until no more than some chunks are left. */
	async untilLeft(most: number): Promise<void> {
		while ((await this.chunksLeft()) > most) await wait(200);
	}

	/** Waits until all chunks are done; gives the seconds from the first that was sent. */
	async secondsToEnd(): Promise<number> {
		await this.untilLeft(0);
		return await this.database.number(
			`SELECT extract(epoch FROM max(done_at) - min(sent_at)) FROM ${this.table}_chunks`,
		);
	}

	async count(): Promise<Counted> {
		const scored = `${this.table}_scored`;
		const joined = `${this.table} LEFT JOIN ${scored} USING (id)`;
		return {
			scored: await this.database.number(`SELECT count(*) FROM ${scored} WHERE error IS NULL`),
			distinct: await this.database.number(`SELECT count(DISTINCT id) FROM ${scored}`),
			wrong: await this.database.number(`SELECT count(*) FROM ${joined} WHERE prediction IS DISTINCT FROM amount`),
			repeated: await this.database.number(`SELECT count(*) FROM ${this.table}_chunks WHERE tries > 1`),
		};
	}
}
