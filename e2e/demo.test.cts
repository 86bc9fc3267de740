/** What `npm start` leaves open: an n8n whose agent answers, because the package in it uses n8n's own modules. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENT, promiseOf, readExamples } from '../tools/examples.cts';
import { freePort } from '../tools/process.cts';
import { ROOT } from '../tools/root.cts';
import { askInEditor, saidBy } from './editorChat.cts';

let demo: ChildProcess;
let folder: string;
let shown = '';

/** The module that n8n gives to the package, by name. */
function resolved(): Map<string, string> {
	const lines = readFileSync(join(folder, 'resolved'), 'utf8').trim().split('\n');
	return new Map(
		lines.map((line): [string, string] => {
			const { name, file }: { name: string; file: string } = JSON.parse(line);
			return [name, file];
		}),
	);
}

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'demo-'));
	const ports = ['--port', String(await freePort(6100)), '--sandbox-port', String(await freePort(6150))];
	demo = spawn(process.execPath, ['--require', 'tsx/cjs', join(ROOT, 'demo', 'start.cts'), ...ports], {
		cwd: ROOT,
		env: {
			...process.env,
			XDG_CACHE_HOME: folder,
			NODE_OPTIONS: `--require ${join(__dirname, 'resolved.cjs')}`,
			RESOLVED_FILE: join(folder, 'resolved'),
		},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	await new Promise<void>((resolve, reject) => {
		const read = (data: unknown): void => {
			shown += String(data);
			if (shown.includes('Press Ctrl-C')) resolve();
		};
		demo.stdout?.on('data', read);
		demo.stderr?.on('data', read);
		demo.once('close', () => reject(new Error(`npm start ended:\n${shown}`)));
	});
});

afterAll(async () => {
	const ended = new Promise((resolve) => demo.once('close', resolve));
	if (demo.kill()) await ended;
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
