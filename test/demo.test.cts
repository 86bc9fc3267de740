/** What `npm start` says before it installs anything, each in a process of its own. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import execa from 'execa';
import { homeOf } from '../demo/home.cts';
import { ROOT } from '../tools/root.cts';
import { at, listOf, read } from './support/json.cts';

interface Said {
	exitCode: number;
	out: string;
	errors: string;
}

/** Runs a script of the demo, on a system that `pretence` makes it take for another. */
async function run(script: string, args: string[] = [], pretence = ''): Promise<Said> {
	const before = ['--import', `data:text/javascript,${encodeURIComponent(pretence)}`];
	const { exitCode, stdout, stderr } = await execa(process.execPath, [...before, join(ROOT, 'demo', script), ...args], {
		reject: false,
	});
	return { exitCode, out: stdout, errors: stderr };
}

test('--help says what can be asked, and does nothing', async () => {
	const { exitCode, out } = await run('main.mjs', ['--help']);
	expect(exitCode).toBe(0);
	for (const option of ['--once', '--port', '--sandbox-port', '--help']) expect(out).toContain(option);
	expect(out).not.toContain('Installing');
});

test.each([
	[['--port', 'x'], "--port is 'x'. It must be a port, a whole number from 1 to 65000."],
	[['--sandbox-port', '70000'], "--sandbox-port is '70000'"],
	[['--port', '5700', '--sandbox-port', '5700'], '--port and --sandbox-port are both 5700'],
	[['--nope'], "Unknown option '--nope'"],
])('%j ends with a sentence, and no stack', async (args, sentence) => {
	const { exitCode, errors } = await run('main.mjs', args);
	expect(exitCode).toBe(1);
	expect(errors).toContain(sentence);
	expect(errors).toContain('npm start -- --help');
	expect(errors).not.toMatch(/\n\s+at /);
});

const platform = (name: string): string => `Object.defineProperty(process, 'platform', { value: '${name}' })`;

test.each([
	['Windows', platform('win32'), 'npm start does not run on Windows itself'],
	['a Linux without glibc', `${platform('linux')}; process.report.getReport = () => ({ header: {} })`, 'Alpine'],
	['a system that n8n’s Node is not made for', platform('sunos'), 'npm start does not run on sunos'],
])('%s gets a sentence', async (_name, pretence, sentence) => {
	const { exitCode, out, errors } = await run('system.mjs', [], pretence);
	expect([exitCode, out]).toEqual([1, '']);
	expect(errors).toContain(sentence);
	expect(errors).not.toMatch(/\n\s+at /);
});

test('on this system it goes on, and the shell of Windows reads no further than its sentence', async () => {
	expect(await run('system.mjs')).toEqual({ exitCode: 0, out: '', errors: '' });
	const { default: manifest } = await import('../package.json');
	expect(manifest.scripts.start).toMatch(/^node demo\/system\.mjs && exec /);
});

test('a demo on another port has a folder of its own', () => {
	expect(homeOf(5690, 5690)).not.toBe(homeOf(5790, 5690));
	expect(homeOf(5790, 5690)).not.toBe(homeOf(5890, 5690));
	expect(homeOf(5790, 5690)).toBe(homeOf(5790, 5690));
});

describe('before and while packages are installed', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'install-'));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	/** What one of the scripts finds, printed as JSON by a module that imports it. */
	async function found(module: string, expression: string): Promise<unknown> {
		const code = `import * as it from ${JSON.stringify(join(ROOT, module))}; console.log(JSON.stringify(${expression} ?? null))`;
		const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', code]);
		return read(stdout);
	}

	const packages = {
		'': {},
		'node_modules/a': {},
		'node_modules/a/node_modules/b': {},
		'node_modules/here': { os: [process.platform], cpu: [process.arch] },
		'node_modules/elsewhere': { os: ['sunos'] },
		'node_modules/linked': { link: true },
	};

	test('the packages that npm is to unpack on this machine are counted', async () => {
		writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
		const paths = listOf(await found('scripts/lockFile.mjs', `it.packagesOf(${JSON.stringify(folder)})`));
		const names = ['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/here'];
		expect(paths).toEqual(names.map((name) => join(folder, name)));
	});

	test('what is installed is known by the lock file that it was installed from', async () => {
		const isInstalled = () => found('scripts/lockFile.mjs', `it.isInstalled(${JSON.stringify(folder)})`);
		const lock = JSON.stringify({ packages });
		writeFileSync(join(folder, 'package-lock.json'), lock);
		expect(await isInstalled()).toBe(false);
		mkdirSync(join(folder, 'node_modules'));
		const stamp = createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex');
		writeFileSync(join(folder, 'node_modules', '.installed'), stamp);
		expect(await isInstalled()).toBe(true);
		writeFileSync(join(folder, 'package-lock.json'), `${lock} `);
		expect(await isInstalled()).toBe(false);
	});

	test('what is missing is told with its size and time', async () => {
		const parts = [
			{ folder, what: 'this', fetched: 380, onDisk: 1040, minutes: 1.5 },
			{ folder, what: 'that', fetched: 760, onDisk: 2860, minutes: 3 },
		];
		writeFileSync(join(folder, 'package-lock.json'), '{}');
		const told = await found('demo/firstStart.mjs', `[it.costOfStart(${JSON.stringify(parts)}), it.costOfStart([])]`);
		expect(at(told, 0)).toContain('This start installs this, and that:');
		expect(at(told, 0)).toContain('about 1.1 GB to download and 3.9 GB on disk in this folder, in about 5 minutes');
		expect(at(told, 1)).toBeNull();
	});
});
