/** Builds and packs the package, as it would be published. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NPM } from './installation.cts';
import { run } from './process.cts';

async function npm(...args: string[]): Promise<void> {
	const { code, output, errors } = await run(process.execPath, [NPM, ...args]);
	if (code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${code}:\n${output}\n${errors}`);
}

/** The path of a fresh tarball in `folder`. */
export async function pack(folder: string): Promise<string> {
	if (existsSync(folder)) rmSync(folder, { recursive: true });
	mkdirSync(folder, { recursive: true });
	await npm('run', 'build', '--silent');
	await npm('pack', '--silent', '--pack-destination', folder);
	const [tarball] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
	if (tarball === undefined) throw new Error('npm pack made no tarball');
	return join(folder, tarball);
}
