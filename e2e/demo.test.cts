/** What `npm start` leaves open: an n8n whose agent answers, because the package in it uses n8n's own modules; and another demo beside it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import execa from 'execa';
import { SANDBOX_KEY } from '../sandbox/keys.cts';
import { at, read, textOf } from '../test/support/json.cts';
import { AGENT, needsOf, promiseOf, readExamples } from '../tools/examples.cts';
import { freePort } from '../tools/freePort.cts';
import { ROOT } from '../tools/root.cts';
import { askInEditor, saidBy } from './editorChat.cts';

let demo: execa.ExecaChildProcess;
let folder: string;
let shown = '';

/** The module that n8n gives to the package, by name. */
function resolved(): Map<string, string> {
	const lines = readFileSync(join(folder, 'resolved'), 'utf8').trim().split('\n');
	return new Map(
		lines.map((line): [string, string] => {
			const one = read(line);
			return [textOf(at(one, 'name')), textOf(at(one, 'file'))];
		}),
	);
}

let ports: string[];

/** `npm start` with these arguments, and its data in the folder of this test. */
function start(args: string[], env: Record<string, string> = {}): execa.ExecaChildProcess {
	return execa(process.execPath, [join(ROOT, 'demo', 'main.mjs'), ...args], {
		cwd: ROOT,
		env: { XDG_CACHE_HOME: folder, ...env },
		stdin: 'ignore',
		all: true,
		reject: false,
	});
}

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'demo-'));
	ports = ['--port', String(await freePort()), '--sandbox-port', String(await freePort())];
	demo = start(ports, {
		NODE_OPTIONS: `--require ${join(__dirname, 'resolved.cjs')}`,
		RESOLVED_FILE: join(folder, 'resolved'),
	});
	await new Promise<void>((resolve, reject) => {
		demo.all?.on('data', (data) => {
			shown += String(data);
			if (shown.includes('Press Ctrl-C')) resolve();
		});
		void demo.once('close', () => reject(new Error(`npm start ended:\n${shown}`)));
	});
});

afterAll(async () => {
	demo.kill('SIGTERM', { forceKillAfterTimeout: false });
	await demo;
	rmSync(folder, { recursive: true, force: true });
});

test('the agent example answers as its note says, with the modules of n8n', async () => {
	const said = (name: string): string => new RegExp(`${name} +(\\S+)`).exec(shown)?.[1] ?? '';
	const owner = { email: said('e-mail'), password: said('password') };
	const { question, answer } = promiseOf(readExamples('').find(({ id }) => id === AGENT));
	const chunks = await askInEditor(said('The editor is open:'), owner, AGENT, 'When Asked', question);
	expect(saidBy('AI Agent', chunks).join('')).toBe(answer);

	const own = join(ROOT, 'e2e', 'n8n', 'node_modules');
	for (const name of ['n8n-workflow', '@n8n/ai-node-sdk']) {
		expect(resolved().get(name)).toMatch(join(own, name));
	}
});

test('it says how to try the credential by hand, and which workflows run as they are', () => {
	const sandbox = `http://127.0.0.1:${ports[3] ?? ''}`;
	expect(shown).toMatch(new RegExp(`API Key +${SANDBOX_KEY}\n +Hopsworks URL +${sandbox}\n`));
	const [, runnable = '', needing = ''] = shown.split(/^Workflows that run.*$|^In place too.*$/m);
	for (const example of readExamples('')) {
		const isRunnable = needsOf(example).length === 0;
		expect([example.name, runnable.includes(`${example.name}:`)]).toEqual([example.name, isRunnable]);
		expect([example.name, needing.includes(`${example.name}:`)]).toEqual([example.name, !isRunnable]);
	}
});

test('another one with the same port is refused in a sentence', async () => {
	const { exitCode, all } = await start(ports);
	expect(exitCode).toBe(1);
	expect(all).toMatch(/^A demo with the data in .* is starting or running already\. .* npm start -- --port \d+$/);
});

test('another one with another port runs beside it, with data of its own', async () => {
	const port = await freePort();
	const { exitCode, all } = await start(['--once', '--port', String(port), '--sandbox-port', String(await freePort())]);
	expect([exitCode, all]).toEqual([0, expect.stringContaining('569 of 569 rows scored')]);
	const folders = readdirSync(folder).filter((name) => name.startsWith('n8n-nodes-hopsworks-demo-'));
	expect(folders.map((name) => name.split('-').at(-1)).toSorted()).toEqual([String(port), ports[1]].toSorted());
	expect(demo.exitCode).toBeNull();
});
