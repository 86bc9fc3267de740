/** The built package where n8n's AI node SDK is missing, as on n8n 1.123, loaded by n8n's own loader. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import manifest from '../package.json';
import { read, recordOf } from './support/json.cts';

const ROOT = join(__dirname, '..');
const run = promisify(execFile);
let folder: string;

/** A folder far from this checkout's modules, with the package and only those modules that n8n brings. */
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'package-'));
	await run(process.execPath, [require.resolve('typescript/bin/tsc'), '--noCheck', '--outDir', join(folder, 'dist')], {
		cwd: ROOT,
	});
	copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
	link('n8n-workflow');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

function link(name: string): void {
	mkdirSync(join(folder, 'node_modules', '@n8n'), { recursive: true });
	symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
}

async function load(): Promise<Record<string, unknown>> {
	const script = join(__dirname, 'support', 'loadPackage.cts');
	const { stdout } = await run(process.execPath, ['--require', 'tsx/cjs', script, folder], { cwd: ROOT });
	return recordOf(read(stdout.slice(stdout.lastIndexOf('\n{') + 1)));
}

const loaded = {
	nodes: manifest.n8n.nodes.map((file) => {
		const [, name = ''] = /(\w+)\.node\.js$/.exec(file) ?? [];
		return name.charAt(0).toLowerCase() + name.slice(1);
	}),
	credentials: ['hopsworksApi'],
};

test('every node loads, and the chat model alone says in one sentence which n8n it needs', async () => {
	expect(await load()).toEqual({
		...loaded,
		message: 'Error in sub-node Chat Model',
		description: 'The Hopsworks Chat Model needs n8n 2.16.0 or newer, which brings the AI node SDK',
	});
}, 60_000);

test('with the SDK the same files ask the deployment', async () => {
	link('@n8n/ai-node-sdk');
	expect(await load()).toMatchObject({ ...loaded, message: expect.stringContaining('127.0.0.1:9') });
}, 60_000);
