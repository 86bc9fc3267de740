/** A whole n8n with a folder of its own: given a package, credentials and workflows, run and stopped. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import execa from 'execa';
import { at, listOf, numberOf, read, recordOf } from '../test/support/json.cts';
import { freePort } from './freePort.cts';
import { type Installation, NEWEST, NPM } from './installation.cts';
import { PlainError } from './plainError.cts';
import { ROOT } from './root.cts';
import { Server } from './server.cts';

/** What a node made in a run, as far as it is read here. */
export interface NodeRun {
	/** Milliseconds. */
	executionTime: number;
	/** What n8n shows above its output. */
	hints: string[];
	/** Items of the main output. */
	items: Array<{ json: Record<string, unknown> }>;
}

interface Ports {
	port: number;
	/** For its task runners: one for the server, one for single commands. */
	brokerPorts: [server: number, command: number];
}

interface WholeN8nOptions extends Ports {
	/** Database, keys and packages live here. */
	userFolder: string;
	/** Folders that its file nodes may read, beside this checkout. */
	readable?: string[];
	/** The newest unless told otherwise. */
	installation?: Installation;
	/** Settings of n8n beside those that every run has. */
	environment?: Record<string, string>;
}

export async function freePorts(): Promise<Ports> {
	return { port: await freePort(), brokerPorts: [await freePort(), await freePort()] };
}

/** Modules that the package must get from n8n: of a copy nearer to it, n8n would not know the classes. */
const SHARED = ['n8n-workflow', '@n8n/ai-node-sdk'];

/** A copy of such a module where Node looks for it from a folder; undefined where there is none. */
function sharedModuleAbove(folder: string): string | undefined {
	const copy = SHARED.map((name) => join(folder, 'node_modules', name)).find((path) => existsSync(path));
	const above = dirname(folder);
	return copy ?? (above === folder ? undefined : sharedModuleAbove(above));
}

export class WholeN8n {
	private server: Server | undefined;
	private readonly installation: Installation;

	constructor(private readonly options: WholeN8nOptions) {
		this.installation = options.installation ?? NEWEST;
		const copy = sharedModuleAbove(options.userFolder);
		if (copy !== undefined) {
			throw new PlainError(
				`A package in ${options.userFolder} would use ${copy} instead of n8n's own. Choose another folder: with XDG_CACHE_HOME for npm start, with TMPDIR for the tests.`,
			);
		}
		mkdirSync(options.userFolder, { recursive: true });
	}

	get url(): string {
		return `http://127.0.0.1:${this.options.port}`;
	}

	private env(brokerPort: number): Record<string, string> {
		return {
			...this.installation.environment(),
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
			...this.options.environment,
		};
	}

	/** Runs one of n8n's own commands. */
	async command(...args: string[]): Promise<string> {
		// Through a file: n8n ends without waiting for a pipe to take all that it wrote.
		const file = join(this.options.userFolder, 'output');
		const stdout = openSync(file, 'w');
		const env = this.env(this.options.brokerPorts[1]);
		const command = execa('node', [this.installation.script, ...args], { cwd: ROOT, env, stdout, reject: false });
		closeSync(stdout);
		const { failed, exitCode, stderr } = await command;
		const output = readFileSync(file, 'utf8');
		rmSync(file);
		if (failed) throw new Error(`n8n ${args.join(' ')} ended with ${exitCode}:\n${output}\n${stderr}`);
		return output;
	}

	/** Installs a packed package as people do by hand, in n8n's folder for community nodes and on n8n's Node. */
	async addPackage(tarball: string, npm = [NPM]): Promise<void> {
		const cwd = join(this.options.userFolder, '.n8n', 'nodes');
		mkdirSync(cwd, { recursive: true });
		const manifest = join(cwd, 'package.json');
		// As n8n writes it; without one npm would look for a project further up.
		if (!existsSync(manifest)) writeFileSync(manifest, JSON.stringify({ name: 'installed-nodes', private: true }));
		// npm asks the registry for peers even where it installs none, and tries for two minutes where it is not reached.
		const install = [...npm, 'install', '--prefer-offline', tarball];
		await execa('node', install, { env: this.installation.environment(), cwd });
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
		return (await this.executeWithLog(id)).runs;
	}

	/** The same, and all that n8n wrote meanwhile. */
	async executeWithLog(id: string): Promise<{ runs: Record<string, NodeRun>; output: string }> {
		const output = await this.command('execute', `--id=${id}`, '--rawOutput');
		// Log lines may stand before and after the JSON.
		const [json] = /^\{$[^]*^\}$/m.exec(output) ?? [];
		if (json === undefined) throw new Error(output);
		const runs = recordOf(at(read(json), 'data', 'resultData', 'runData'));
		return {
			runs: Object.fromEntries(Object.entries(runs).map(([name, tasks]) => [name, nodeRun(listOf(tasks))])),
			output,
		};
	}

	/** Starts one of n8n's processes that go on until they are ended. */
	startProcess(args: string[], environment: Record<string, string> = {}): Server {
		const env = { ...this.env(this.options.brokerPorts[0]), ...environment };
		return new Server('node', [this.installation.script, ...args], { cwd: ROOT, env });
	}

	/** What answers well as soon as such a process is ready. */
	get readiness(): string {
		return `${this.url}/healthz/readiness`;
	}

	/** Starts the server and waits until it answers. */
	async start(): Promise<void> {
		this.server = this.startProcess(['start']);
		await this.server.untilAnswers(this.readiness);
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
		await this.server?.end();
	}

	/** Ends the server without giving it time for anything. */
	async kill(): Promise<void> {
		this.server?.kill();
		await this.server?.end();
	}
}

/** The data of a task is by the kind of output: `main`, or `ai_tool` and the like. */
function nodeRun(tasks: unknown[]): NodeRun {
	return {
		executionTime: tasks.reduce<number>((sum, task) => sum + numberOf(at(task, 'executionTime')), 0),
		hints: tasks.flatMap((task) => listOf(at(task, 'hints') ?? [])).map((hint) => String(at(hint, 'message'))),
		items: tasks
			.flatMap((task) => listOf(at(task, 'data', 'main', 0) ?? []))
			.map((item) => ({ json: recordOf(at(item, 'json')) })),
	};
}
