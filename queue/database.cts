/** A PostgreSQL database of its own for a test, by the driver that n8n brings. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { at } from '../test/support/json.cts';
import { PlainError } from '../tools/plainError.cts';
import { ROOT } from '../tools/root.cts';

type Row = Record<string, unknown>;

interface Client {
	connect(): Promise<void>;
	query(text: string): Promise<{ rows: Row[] }>;
	end(): Promise<void>;
}

interface Driver {
	Client: new (options: object) => Client;
}

function isDriver(value: unknown): value is Driver {
	return typeof at(value, 'Client') === 'function';
}

export const POSTGRES = {
	host: process.env.POSTGRES_HOST ?? '127.0.0.1',
	port: Number(process.env.POSTGRES_PORT ?? 5432),
	user: process.env.POSTGRES_USER ?? 'postgres',
	password: process.env.POSTGRES_PASSWORD ?? '',
};

const MISSING = `PostgreSQL did not answer on ${POSTGRES.host}:${POSTGRES.port} to ${POSTGRES.user}. On Debian: apt-get install postgresql redis-server. POSTGRES_HOST, POSTGRES_PORT, POSTGRES_USER and POSTGRES_PASSWORD name another one.`;

async function connect(database: string): Promise<Client> {
	const driver: unknown = createRequire(__filename)(join(ROOT, 'e2e', 'n8n', 'node_modules', 'pg'));
	if (!isDriver(driver)) throw new Error('the pg of n8n has no Client');
	const client = new driver.Client({ ...POSTGRES, database });
	await client.connect().catch((error: unknown) => {
		throw new PlainError(`${MISSING}\n${String(error)}`);
	});
	return client;
}

export interface Database {
	name: string;
	query(text: string): Promise<Row[]>;
	/** The first value of a query's first row, as a number. */
	number(text: string): Promise<number>;
	drop(): Promise<void>;
}

/** Makes a database, in place of one of that name that an earlier run has left. */
export async function makeDatabase(name: string): Promise<Database> {
	const server = await connect('postgres');
	await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
	await server.query(`CREATE DATABASE ${name}`);
	const client = await connect(name);
	const query = async (text: string): Promise<Row[]> => (await client.query(text)).rows;
	return {
		name,
		query,
		number: async (text) => Number(Object.values((await query(text))[0] ?? {})[0]),
		async drop() {
			await client.end();
			await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
			await server.end();
		},
	};
}
