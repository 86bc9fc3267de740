/** Python packages in virtual environments of their own, and the programs in them. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import execa from 'execa';
import { ROOT } from '../tools/root.cts';

const PYTHON = process.env.PYTHON ?? 'python3';
/** Below node_modules, where neither lint nor tarball looks. */
const HOME = join(ROOT, 'node_modules', '.cache', 'peers');

/** The folder of an environment's programs, installed where it is not yet. Throws with pip's own words where that fails. */
export async function installed(name: string): Promise<string> {
	const requirements = join(__dirname, `requirements-${name}.txt`);
	const environment = join(HOME, name);
	const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
	const stamp = join(environment, '.installed');
	const programs = join(environment, 'bin');
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return programs;
	console.log(`Installing ${name} …`);
	const install = ['install', '--quiet', '--disable-pip-version-check', '-r', requirements];
	await execa(PYTHON, ['-m', 'venv', '--clear', environment]);
	await execa(join(programs, 'pip'), install);
	writeFileSync(stamp, wanted);
	return programs;
}

/** The version of a package in an environment. */
export async function versionIn(programs: string, name: string): Promise<string> {
	const code = `import importlib.metadata as m; print(m.version('${name}'))`;
	return (await execa(join(programs, 'python'), ['-c', code])).stdout;
}
