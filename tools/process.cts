/** Commands and servers that are started from here, and ended with whoever started them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { ROOT } from './root.cts';

interface Finished {
	code: number;
	output: string;
	errors: string;
}

const running = new Set<ChildProcess>();

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
	return exitCode !== null || signalCode !== null;
}

/** Ends a process, the hard way where it takes longer than it should. */
export async function endProcess(child: ChildProcess): Promise<void> {
	if (hasEnded(child)) return;
	const ended = new Promise((resolve) => child.once('close', resolve));
	const patience = setTimeout(() => child.kill('SIGKILL'), 5000);
	child.kill('SIGTERM');
	await ended;
	clearTimeout(patience);
}

/** Ends the commands that are still running. */
export async function endCommands(): Promise<void> {
	await Promise.all([...running].map(endProcess));
}

export interface RunOptions {
	env?: NodeJS.ProcessEnv;
	/** Passes the output on as it comes. */
	shows?: boolean;
	cwd?: string;
	/** Where the output goes; it is then not in the result. */
	outputFile?: string;
}

/** Runs a command to its end. */
export async function run(
	command: string,
	args: string[],
	{ env = process.env, shows = false, cwd = ROOT, outputFile }: RunOptions = {},
): Promise<Finished> {
	const kept = shows ? 'inherit' : 'pipe';
	const file = outputFile === undefined ? undefined : openSync(outputFile, 'w');
	const child = spawn(command, args, { cwd, env, stdio: ['ignore', file ?? kept, kept] });
	if (file !== undefined) closeSync(file);
	running.add(child);
	child.on('close', () => running.delete(child));
	const ended = new Promise<number>((resolve, reject) =>
		child.on('error', reject).on('close', (code) => resolve(code ?? 1)),
	);
	const read = (stream: typeof child.stdout): Promise<string> => (stream ? text(stream) : Promise.resolve(''));
	const [output, errors, code] = await Promise.all([read(child.stdout), read(child.stderr), ended]);
	return { code, output, errors };
}

export async function isFree(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const probe = createServer();
		probe.once('error', () => resolve(false));
		probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
	});
}

/** The first free port from a number on. */
export async function freePort(from: number): Promise<number> {
	return (await isFree(from)) ? from : await freePort(from + 1);
}
