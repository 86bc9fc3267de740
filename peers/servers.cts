/** The servers of a file of tests: started when its first test needs them, ended after its last, and with them their folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type execa from 'execa';
import { Server } from '../tools/server.cts';

/** Milliseconds that a `beforeAll` may take that installs and starts servers. */
export const INSTALL_PATIENCE = 900_000;
/** Milliseconds that a server may take to start. */
const START_PATIENCE = 600_000;

/** A folder for what the servers read and write. */
export const folder = mkdtempSync(join(tmpdir(), 'peers-'));
const started: Server[] = [];

afterAll(async () => {
	await endServers();
	rmSync(folder, { recursive: true, force: true });
}, START_PATIENCE);

/** Starts a server and waits until the address `ready` answers well. Throws with what it wrote where it does not. */
export async function startServer(
	command: string,
	args: string[],
	ready: string,
	options: execa.Options = {},
): Promise<Server> {
	const server = new Server(command, args, options);
	started.push(server);
	await server.untilAnswers(ready, START_PATIENCE);
	return server;
}

/** Ends the servers that are there, before others take their place. */
export async function endServers(): Promise<void> {
	await Promise.all(started.splice(0).map((server) => server.end()));
}
