/** What `npm start` leaves open: an n8n whose agent answers, because the package in it uses n8n's own modules. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import execa from 'execa';
import { at, read, textOf } from '../test/support/json.cts';
import { AGENT, promiseOf, readExamples } from '../tools/examples.cts';
import { freePort } from '../tools/freePort.cts';
import { ROOT } from '../tools/root.cts';
import { typedScript } from '../tools/typedScript.cts';
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

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'demo-'));
	const ports = ['--port', String(await freePort()), '--sandbox-port', String(await freePort())];
	demo = execa(process.execPath, typedScript(join(ROOT, 'demo', 'start.cts'), ...ports), {
		cwd: ROOT,
		env: {
			XDG_CACHE_HOME: folder,
			NODE_OPTIONS: `--require ${join(__dirname, 'resolved.cjs')}`,
			RESOLVED_FILE: join(folder, 'resolved'),
		},
		stdin: 'ignore',
		all: true,
		reject: false,
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
