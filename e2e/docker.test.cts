/** What the Docker files do, as far as it can be done without a container: they install the package, and n8n starts with it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import execa from 'execa';
import { parse } from 'yaml';
import { filesOf } from '../test/support/pages.cts';
import { at, listOf, read, recordOf, textOf } from '../test/support/json.cts';
import { NEWEST } from '../tools/installation.cts';
import { pack } from '../tools/pack.cts';
import { ROOT } from '../tools/root.cts';
import { freePorts, WholeN8n } from '../tools/wholeN8n.cts';

const compose: unknown = parse(readFileSync(join(ROOT, 'docker', 'compose.yaml'), 'utf8'));
let folder: string;
let tarball: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'docker-'));
	tarball = await pack(join(folder, 'package'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs what the service `package` runs, with a folder in the place of the container's home, and on n8n's Node. */
async function installAsInContainer(home: string): Promise<void> {
	const service = at(compose, 'services', 'package');
	const [program = '', ...options] = listOf(at(service, 'entrypoint')).map(textOf);
	const command = listOf(at(service, 'command')).map(textOf);
	const here = command.map((one) => one.replaceAll('/home/node', home).replaceAll('/package.tgz', tarball));
	mkdirSync(home, { recursive: true });
	await execa(program, [...options, ...here], { cwd: home, env: { ...NEWEST.environment(), HOME: home } });
}

test('the package is installed alone, over an earlier one too, and n8n offers its nodes', async () => {
	const home = join(folder, 'home');
	await installAsInContainer(home);
	await installAsInContainer(home);
	const nodes = join(home, '.n8n', 'nodes');
	const lock = read(readFileSync(join(nodes, 'package-lock.json'), 'utf8'));
	expect(Object.keys(recordOf(at(lock, 'packages')))).toEqual(['', 'node_modules/n8n-nodes-hopsworks']);

	const n8n = new WholeN8n({ userFolder: home, ...(await freePorts()) });
	const list = join(folder, 'nodes.json');
	await n8n.command('export:nodes', `--output=${list}`);
	const offered = listOf(read(readFileSync(list, 'utf8'))).map((node) => textOf(at(node, 'name')));
	expect(offered).toEqual(
		expect.arrayContaining([
			'n8n-nodes-hopsworks.hopsworksDeployment',
			'n8n-nodes-hopsworks.hopsworksModel',
			'n8n-nodes-hopsworks.hopsworksTrigger',
			'n8n-nodes-hopsworks.lmChatHopsworks',
		]),
	);
});

test('the health check says whether n8n is ready', async () => {
	const [, program = '', ...script] = listOf(at(compose, 'services', 'n8n', 'healthcheck', 'test')).map(textOf);
	const n8n = new WholeN8n({ userFolder: join(folder, 'healthy'), ...(await freePorts()) });
	const check = script.map((one) => one.replace('http://127.0.0.1:5678', n8n.url));
	const env = NEWEST.environment();
	expect((await execa(program, check, { env, reject: false })).exitCode).toBe(1);
	await n8n.start();
	try {
		expect((await execa(program, check, { env })).exitCode).toBe(0);
	} finally {
		await n8n.stop();
	}
});

/** Settings of n8n, by the beginnings of their names. */
const SETTING = /\b(?:N8N|DB|EXECUTIONS|QUEUE|OFFLOAD)_[A-Z0-9_]*[A-Z0-9]\b/g;
/** Where n8n reads its settings. */
const READERS = ['n8n/dist', '@n8n/config/dist', 'n8n-core/dist', '@n8n/backend-network/dist', '@n8n/db/dist'];

test('n8n reads every setting that the pages and the Docker files name', () => {
	const modules = join(ROOT, 'e2e', 'n8n', 'node_modules');
	const sources = READERS.flatMap((path) => filesOf('.js', join(modules, path)));
	const known = new Set(sources.flatMap((file) => readFileSync(join(ROOT, file), 'utf8').match(SETTING) ?? []));
	const pages = [...filesOf('.md'), ...filesOf('.yaml'), ...filesOf('.yml')];
	const named = new Set(pages.flatMap((file) => readFileSync(join(ROOT, file), 'utf8').match(SETTING) ?? []));
	expect(named.size).toBeGreaterThan(15);
	expect([...named].filter((name) => !known.has(name))).toEqual([]);
});
