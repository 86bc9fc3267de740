/** Packages in a folder with a lock file of its own: n8n above all, with the Node that it wants beside it. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import execa from 'execa';
import { PlainError } from './plainError.cts';
import nodePackages from './nodePackages.json';
import { ROOT } from './root.cts';
import { sayingMeanwhile } from './signsOfLife.cts';
import { versionOf } from './versionOf.cts';

/** The npm that the lock files were made with: others read their peer dependencies in another way. */
export const NPM = join(ROOT, 'node_modules', 'npm', 'bin', 'npm-cli.js');

/** The Node that comes with an n8n, by platform. */
const NODE_PACKAGES: Partial<Record<string, string>> = nodePackages;

const NO_COMPILER =
	"n8n's database driver could not be built. It needs a C++ compiler, make and Python 3: on Debian and Ubuntu 'apt-get install build-essential python3', on macOS 'xcode-select --install'.";

/** The last file that a compiler was given in these lines of make. */
function compiledIn(lines: string): string | undefined {
	const files = [...lines.matchAll(/^\s*(?:CC|CXX|AR|SOLINK_MODULE)\([^)]*\) (\S+)/gm)].map(([, file]) => file);
	return files.at(-1)?.split('/').at(-1);
}

export class Installation {
	/** `folder` holds the lock file; the native parts are packages that must be compiled, or fetched, for its Node. */
	constructor(
		private readonly folder: string,
		private readonly nativeParts = ['sqlite3'],
	) {}

	private get modules(): string {
		return join(this.folder, 'node_modules');
	}

	/** n8n's own entry point, for its Node to run. */
	get script(): string {
		return join(this.modules, 'n8n', 'bin', 'n8n');
	}

	get version(): string {
		return versionOf(join(this.modules, 'n8n'));
	}

	async nodeVersion(): Promise<string> {
		const { stdout } = await execa('node', ['--version'], { env: this.environment() });
		return stdout.replace(/^v/, '');
	}

	private get node(): string {
		const name = NODE_PACKAGES[`${process.platform} ${process.arch}`];
		const folder = join(this.modules, name ?? '');
		if (name !== undefined && existsSync(join(folder, 'bin', 'node'))) return folder;
		throw new PlainError(
			`There is no Node to be had for ${process.platform} on ${process.arch} that this n8n runs on.`,
		);
	}

	/** What everything that runs on n8n's own Node has in its environment beside ours. */
	environment(): { PATH: string } {
		return { PATH: [join(this.node, 'bin'), process.env.PATH].filter(Boolean).join(':') };
	}

	/** Installs what the lock file asks for, where that is not done yet. */
	async installPackages(): Promise<void> {
		const install = [join(ROOT, 'scripts', 'install.mjs'), this.folder];
		const env = { npm_execpath: NPM };
		const { failed } = await execa(process.execPath, install, { cwd: ROOT, env, stdio: 'inherit', reject: false });
		if (failed) throw new PlainError('The packages were not installed.');
	}

	/** The same for an n8n, whose native parts are then built. */
	async install(say: (line: string) => void): Promise<void> {
		await this.installPackages();
		const stamp = join(this.modules, '.native-parts-built');
		if (existsSync(stamp)) return;
		say(`Building n8n's native parts (${this.nativeParts.join(', ')}), a minute or two …`);
		const rebuild = [NPM, 'rebuild', ...this.nativeParts, '--ignore-scripts=false', '--foreground-scripts'];
		const env = { ...this.environment(), npm_config_nodedir: this.node };
		const building = execa('node', rebuild, { env, cwd: this.folder, reject: false, all: true });
		let last = '';
		building.all?.on('data', (data) => (last = compiledIn(String(data)) ?? last));
		const doing = (seconds: number): void => say(`  still building${last && `: ${last}`} (${seconds} s)`);
		const { failed, all = '' } = await sayingMeanwhile(Promise.resolve(building), doing);
		if (failed) throw new PlainError(`${all.split('\n').slice(-30).join('\n')}\n\n${NO_COMPILER}`);
		writeFileSync(stamp, '');
	}
}

/** The newest n8n that the package is tried in. */
export const NEWEST = new Installation(join(ROOT, 'e2e', 'n8n'), ['sqlite3', 'isolated-vm']);

/** The last n8n 1, on Node 20: the isolated-vm that comes with it is not used unless asked for, and cannot be built there. */
export const LAST_1 = new Installation(join(ROOT, 'e2e', 'n8n-1'));

/** An early n8n 2, on Node 22. */
export const EARLY_2 = new Installation(join(ROOT, 'e2e', 'n8n-early-2'));

/** Installs the newest n8n, where that is not done yet. */
export async function installN8n(say: (line: string) => void): Promise<void> {
	await NEWEST.install(say);
}
