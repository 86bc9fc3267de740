/** The built package where n8n's AI node SDK is missing, as on n8n 1.123, loaded by n8n's own loader. */
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import manifest from '../package.json';
import { listOf, read } from './support/json.cts';

const ROOT = join(__dirname, '..');
const run = promisify(execFile);
let folder: string;
let withoutSdk: unknown;
let withSdk: unknown;

/** Folders far from this checkout's modules, with the package and only those modules that n8n brings. */
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'packages-'));
	const dist = join(folder, 'dist');
	await run(process.execPath, [require.resolve('typescript/bin/tsc'), '--noCheck', '--outDir', dist], { cwd: ROOT });
	// In one process, as n8n's engine takes the longest.
	[withoutSdk, withSdk] = await load([
		packageWith(dist, 'without', ['n8n-workflow']),
		packageWith(dist, 'with', ['n8n-workflow', '@n8n/ai-node-sdk']),
	]);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

function packageWith(dist: string, name: string, modules: string[]): string {
	const made = join(folder, name);
	cpSync(dist, join(made, 'dist'), { recursive: true });
	copyFileSync(join(ROOT, 'package.json'), join(made, 'package.json'));
	mkdirSync(join(made, 'node_modules', '@n8n'), { recursive: true });
	for (const module of modules) symlinkSync(join(ROOT, 'node_modules', module), join(made, 'node_modules', module));
	return made;
}

async function load(folders: string[]): Promise<unknown[]> {
	const script = join(__dirname, 'support', 'loadPackage.cts');
	const { stdout } = await run(process.execPath, ['--require', 'tsx/cjs', script, ...folders], { cwd: ROOT });
	return listOf(read(stdout.slice(stdout.lastIndexOf('\n[') + 1)));
}

const loaded = {
	nodes: manifest.n8n.nodes.map((file) => {
		const [, name = ''] = /(\w+)\.node\.js$/.exec(file) ?? [];
		return name.charAt(0).toLowerCase() + name.slice(1);
	}),
	credentials: ['hopsworksApi'],
};

test('every node loads, and the chat model alone says which n8n it needs', () => {
	expect(withoutSdk).toEqual({
		...loaded,
		message: 'Error in sub-node Chat Model',
		description:
			"The Hopsworks Chat Model needs n8n 2.16.0 or newer, which brings the AI node SDK. Update n8n. The other nodes of this package work without it. (Cannot find module '@n8n/ai-node-sdk')",
	});
});

test('with the SDK the same files ask the deployment', () => {
	expect(withSdk).toMatchObject({ ...loaded, message: expect.stringContaining('127.0.0.1:9') });
});
