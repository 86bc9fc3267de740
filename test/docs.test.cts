/** The pages: short where they must be, with links that lead somewhere, pictures that are there, and names that the nodes still have. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import sharp from 'sharp';
import { ROOT } from '../tools/root.cts';
import { filesOf, readPage, rowsOf } from './support/pages.cts';

const pages = filesOf('.md').map((file) => readPage(file));
const page = new Map(pages.map((one) => [one.file, one]));

const REPOSITORY = 'https://github.com/n8n-nodes-hopsworks/n8n-nodes-hopsworks';

/** Where links out of the repository may lead: what is not here is probably a slip. */
const HOSTS = new Set([
	'creators.n8n.io',
	'docs.n8n.io',
	'github.com',
	'n8n.io',
	'semver.org',
	'www.contributor-covenant.org',
	'www.hopsworks.ai',
]);

/** What is wrong with a link of a page; undefined where it leads somewhere. */
function wrongWith(link: string, file: string): string | undefined {
	if (/^[a-z]+:/i.test(link)) {
		const inside = link.startsWith(`${REPOSITORY}/blob/main/`) || link.startsWith(`${REPOSITORY}#`);
		if (inside) return wrongWith(link.replace(REPOSITORY, '').replace(/^\/blob\/main\//, '') || '#', 'README.md');
		const { protocol, host } = new URL(link);
		return protocol === 'https:' && HOSTS.has(host) ? undefined : `${file}: ${link} leads out of the repository`;
	}
	const [path = '', anchor] = decodeURI(link).split('#');
	const target = path === '' ? file : normalize(join(dirname(file), path));
	if (target.startsWith('..') || !existsSync(join(ROOT, target))) return `${file}: ${link} is no file`;
	if (anchor === undefined) return undefined;
	return page.get(target)?.anchors.has(anchor) ? undefined : `${file}: ${link} is no heading`;
}

test('the README has at most 1,500 words, code and tables among them', () => {
	const words = readFileSync(join(ROOT, 'README.md'), 'utf8').split(/\s+/).filter(Boolean);
	expect(words.length).toBeLessThanOrEqual(1500);
});

test('every link of every page leads to a file or a heading that is there', () => {
	const wrong = pages.flatMap(({ file, links }) => links.map((link) => wrongWith(link, file)));
	expect(wrong.length).toBeGreaterThan(200);
	expect(wrong.filter((one) => one !== undefined)).toEqual([]);
	for (const link of ['none.md', '#none', 'docs/chat.md#none', '../none', 'http://n8n.io', `${REPOSITORY}#none`]) {
		expect(wrongWith(link, 'README.md')).toContain(link.replace(REPOSITORY, ''));
	}
});

test('no page has HTML, in which links would go unseen', () => {
	expect(pages.flatMap(({ file, html }) => html.map((text) => `${file}: ${text}`))).toEqual([]);
});

test('what nodes, credential, examples and forms link to is there', () => {
	const sources = ['.ts', '.json', '.yml', '.yaml'].flatMap((ending) =>
		['nodes', 'credentials', 'examples', '.github', 'docker'].flatMap((folder) => filesOf(ending, join(ROOT, folder))),
	);
	const links = sources.flatMap((file) =>
		[...readFileSync(join(ROOT, file), 'utf8').matchAll(new RegExp(`${REPOSITORY}(?:#|/blob/main/)[\\w./#-]+`, 'g'))]
			.map(([link]) => link)
			.filter((link) => !link.endsWith('#readme'))
			.map((link) => wrongWith(link, file)),
	);
	expect(links.length).toBeGreaterThan(2);
	expect(links.filter((one) => one !== undefined)).toEqual([]);
});

test('the index of the documentation names every page of it, and the one of the decisions every decision', () => {
	for (const [index, folder] of [
		['docs/README.md', 'docs'],
		['docs/decisions/README.md', 'docs/decisions'],
	] as const) {
		const files = readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.md') && file !== 'README.md');
		expect(files.length).toBeGreaterThan(10);
		expect(files.filter((file) => !page.get(index)?.links.includes(file))).toEqual([]);
	}
	const examples = readdirSync(join(ROOT, 'examples')).filter((file) => file.endsWith('.json'));
	const shown = page.get('docs/examples.md')?.links.map((link) => link.replace('../examples/', ''));
	expect(examples.filter((file) => !shown?.includes(file))).toEqual([]);
});

test('every picture that a page shows is there, and every picture is shown', () => {
	const shown = new Set(pages.flatMap(({ file, pictures }) => pictures.map((one) => join(dirname(file), one))));
	expect([...shown].filter((picture) => !existsSync(join(ROOT, picture)))).toEqual([]);
	const there = readdirSync(join(ROOT, 'docs', 'images')).map((file) => `docs/images/${file}`);
	expect(there.filter((picture) => !shown.has(picture))).toEqual([]);
});

/** Pixels of the browser test's window: all of it is on a picture. */
const WINDOW = 1280;
const DENSITY = 2;

test('pictures of the editor are sharp on screens of double density', async () => {
	const folder = join(ROOT, 'docs', 'images');
	const pictures = readdirSync(folder).filter((file) => /\.(png|webp)$/.test(file));
	const widths = await Promise.all(pictures.map(async (file) => (await sharp(join(folder, file)).metadata()).width));
	expect(widths.length).toBeGreaterThan(5);
	expect(pictures.filter((_, index) => (widths[index] ?? 0) < DENSITY * WINDOW)).toEqual([]);
});

test('no picture is so large that a page loads slowly', () => {
	const folder = join(ROOT, 'docs', 'images');
	const sizes = readdirSync(folder).map((file) => ({ file, bytes: statSync(join(folder, file)).size }));
	expect(sizes.filter(({ bytes }) => bytes > 4_000_000)).toEqual([]);
});

test('the table of versions says what was tried, and what came of it', () => {
	const report = readPage('docs/reports/versions.md');
	const headings = report.blocks.filter(({ inside }) => inside.includes('th')).map(({ text }) => text);
	const isTried = (words: string): boolean => headings.some((heading) => heading.startsWith(words));
	const tried = rowsOf(report).map((row) => {
		const works = (words: string): boolean => row[headings.findIndex((one) => one.startsWith(words))] === 'works';
		return [
			row[0]?.replace(/^n8n ([\d.]+), Node (\d+).*$/, '$1 on Node $2'),
			['Predict', 'Chat', 'Hopsworks Deployment', 'Hopsworks Embeddings and Hopsworks Reranker'].every(works),
			works('Hopsworks Chat Model'),
			...(isTried("'CA Certificate'") ? [works("'CA Certificate'")] : []),
		];
	});
	expect(tried.length).toBeGreaterThan(2);
	const said = rowsOf(readPage('docs/install.md'))
		.filter(([version]) => version?.includes('tried: '))
		.map(([version, all, chatModel, authority]) => [
			/tried: ([^)]*)/.exec(version ?? '')?.[1],
			all === 'yes',
			chatModel === 'yes',
			...(isTried("'CA Certificate'") ? [authority === 'yes'] : []),
		]);
	expect(said).toEqual(tried);
});
