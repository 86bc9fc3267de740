/** Python packages in virtual environments of their own, and the programs in them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { endProcess, hasEnded, run } from '../tools/process.cts';
import { ROOT } from '../tools/root.cts';

const PYTHON = process.env.PYTHON ?? 'python3';
/** Below node_modules, where neither lint nor tarball looks. */
const HOME = join(ROOT, 'node_modules', '.cache', 'peers');
/** Milliseconds that a server may take to start. */
const PATIENCE = 120_000;

/** The folder of an environment's programs, installed where it is not yet. Throws with pip's own words where that fails. */
export async function installed(name: string): Promise<string> {
	const requirements = join(__dirname, `requirements-${name}.txt`);
	const environment = join(HOME, name);
	const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
	const stamp = join(environment, '.installed');
	const programs = join(environment, 'bin');
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return programs;
	console.log(`Installing ${name} …`);
	const steps: Array<[string, string[]]> = [
		[PYTHON, ['-m', 'venv', '--clear', environment]],
		[join(programs, 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', requirements]],
	];
	for (const [command, args] of steps) {
		const { code, output, errors } = await run(command, args);
		if (code !== 0) throw new Error(`${name} could not be installed: ${(errors || output).trim().slice(-1000)}`);
	}
	writeFileSync(stamp, wanted);
	return programs;
}

/** The version of a package in an environment. */
export async function versionIn(programs: string, name: string): Promise<string> {
	const code = `import importlib.metadata as m; print(m.version('${name}'))`;
	return (await run(join(programs, 'python'), ['-c', code])).output.trim();
}

const started: ChildProcess[] = [];
// Also where a test run is broken off.
process.on('exit', () => started.forEach((child) => child.kill('SIGKILL')));

/** Starts a server and waits until an address answers. Throws with what it wrote where it ends before. */
export async function startServer(
	command: string,
	args: string[],
	ready: string,
	options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<void> {
	const written: string[] = [];
	const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
	started.push(child);
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => written.push(String(data)));
	for (const end = Date.now() + PATIENCE; Date.now() < end && !hasEnded(child); await wait(200)) {
		const isReady = await fetch(ready)
			.then(({ ok }) => ok)
			.catch(() => false);
		if (isReady) return;
	}
	throw new Error(`${command} did not start:\n${written.join('').slice(-3000)}`);
}

export async function stopServers(): Promise<void> {
	await Promise.all(started.map(endProcess));
}
