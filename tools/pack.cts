/** Builds and packs the package, as it would be published. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import execa from 'execa';
import { NPM } from './installation.cts';
import { ROOT } from './root.cts';

async function npm(...args: string[]): Promise<void> {
	await execa(process.execPath, [NPM, ...args], { cwd: ROOT });
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
