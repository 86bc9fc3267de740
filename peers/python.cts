/** Python packages in virtual environments of their own, which are kept between runs and shared by checkouts. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import execa from 'execa';
import { lock } from 'proper-lockfile';
import { PlainError } from '../tools/plainError.cts';

const PYTHON = process.env.PYTHON ?? 'python3';
const HOME = process.env.PEERS_CACHE ?? join(homedir(), '.cache', 'n8n-nodes-hopsworks', 'peers');

/** What the stamps of an environment say: that it is begun, or whole, for these requirements. */
const BEGUN = '.begun';
const WHOLE = '.whole';

function requirementsOf(name: string): string {
	return join(__dirname, `requirements-${name}.txt`);
}

function isStamped(environment: string, stamp: string, wanted: string): boolean {
	const file = join(environment, stamp);
	return existsSync(file) && readFileSync(file, 'utf8') === wanted;
}

function wantedOf(name: string): string {
	return createHash('sha256')
		.update(readFileSync(requirementsOf(name)))
		.digest('hex');
}

/** pip's own words, or what kept it from saying any. */
function saidBy(error: unknown): string {
	const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
	return said.trim() || String(error);
}

async function install(name: string, environment: string, finish: (programs: string) => Promise<void>): Promise<void> {
	const wanted = wantedOf(name);
	if (isStamped(environment, WHOLE, wanted)) return;
	console.log(`Installing ${name} …`);
	// One that was broken off is gone on with.
	if (!isStamped(environment, BEGUN, wanted)) {
		await execa(PYTHON, ['-m', 'venv', '--clear', environment]);
		writeFileSync(join(environment, BEGUN), wanted);
	}
	const programs = join(environment, 'bin');
	const quiet = ['--quiet', '--disable-pip-version-check'];
	await execa(join(programs, 'pip'), ['install', ...quiet, '--requirement', requirementsOf(name)]);
	await finish(programs);
	writeFileSync(join(environment, WHOLE), wanted);
}

/**
 * The folder of the programs of the environment that `requirements-<name>.txt` describes, installed where it is not yet, by one
 * process at a time. `finish` is what has to be done after pip, and can be done twice. Throws with the name and pip's words.
 */
export async function installed(
	name: string,
	finish = async (_programs: string): Promise<void> => {},
): Promise<string> {
	const environment = join(HOME, name);
	mkdirSync(HOME, { recursive: true });
	const release = await lock(environment, { realpath: false, retries: { retries: 600, factor: 1, minTimeout: 2000 } });
	try {
		await install(name, environment, finish);
	} catch (error) {
		throw new PlainError(`${name} could not be installed:\n${saidBy(error)}`);
	} finally {
		await release();
	}
	return join(environment, 'bin');
}

/** The version of a package in an environment. */
export async function versionIn(programs: string, name: string): Promise<string> {
	const code = `import importlib.metadata as m; print(m.version('${name}'))`;
	return (await execa(join(programs, 'python'), ['-c', code])).stdout;
}
