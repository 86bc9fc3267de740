/** Commands and servers that are started from here, and ended with whoever started them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export const ROOT = join(__dirname, '..');

/** A failure with a sentence for whoever runs the command; its stack would tell them nothing. */
export class PlainError extends Error {}

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

/** Runs a command to its end. `shows` passes its output on as it comes. */
export async function run(
	command: string,
	args: string[],
	env: NodeJS.ProcessEnv,
	shows = false,
	cwd = ROOT,
): Promise<Finished> {
	const child = spawn(command, args, {
		cwd,
		env,
		stdio: ['ignore', shows ? 'inherit' : 'pipe', shows ? 'inherit' : 'pipe'],
	});
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
