/**
 * PostgreSQL with pgvector as PGlite brings them, in memory and without anything to install, as a process of its own: jest does
 * not let it load its parts.
 */
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { vector } from '@electric-sql/pglite/vector';
import { startListening } from '../tools/listeningScript.cts';
import type { Server } from '../tools/server.cts';

async function serve(): Promise<void> {
	const database = await PGlite.create({ extensions: { vector } });
	// More than n8n's pool opens.
	const socket = new PGLiteSocketServer({ db: database, port: 0, maxConnections: 20 });
	await socket.start();
	console.log(`postgres://${socket.getServerConn()}`);
}

export async function startPgVector(): Promise<{ server: Server; host: string; port: number }> {
	const { server, url } = await startListening(join(__dirname, 'pgvector.cts'));
	const { hostname: host, port } = new URL(url);
	return { server, host, port: Number(port) };
}

if (require.main === module) void serve();
