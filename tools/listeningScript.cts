/** Starts a script that listens as a process of its own, and waits for the first line that it prints: its address. */
import { ROOT } from './root.cts';
import { Server } from './server.cts';
import { typedScript } from './typedScript.cts';

export async function startListening(script: string, ...args: string[]): Promise<{ server: Server; url: string }> {
	const server = new Server(process.execPath, typedScript(script, ...args), { cwd: ROOT, stderr: 'inherit' });
	return { server, url: await server.firstLine() };
}
