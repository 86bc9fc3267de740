/** Starts a script that listens as a process of its own, and waits for the address that it prints. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export async function startListening(script: string, ...args: string[]): Promise<{ child: ChildProcess; url: string }> {
	const child = spawn(process.execPath, ['--require', 'tsx/cjs', script, ...args], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const [url] = await once(createInterface(child.stdout), 'line');
	return { child, url };
}
