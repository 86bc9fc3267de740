/** The list of what the README says: nothing of the README is left out, and what shows it is there. */
import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { ROOT } from '../tools/root.cts';
import { readPage, type Block } from './support/pages.cts';

const readme = readPage('README.md').blocks;
const list = readPage('docs/statements.md').blocks;

const depthOf = ({ inside }: Block): number => inside.filter((one) => one === 'list_item').length;

const statements = list.filter((block) => depthOf(block) === 1).map(({ text }) => text);
const evidence = list.filter((block) => depthOf(block) === 2);

/** What says something: neither a heading nor a pointer to another page. */
function saysSomething({ inside, isLink, column }: Block, place: number): boolean {
	if (isLink || inside.includes('heading') || inside.includes('th')) return false;
	const row = readme.filter((block) => block.column >= 0 && block.row === readme[place]?.row);
	// The row of an index begins with its link; a cell that says something is not the label before it.
	return column < 0 || (column > 0 && row[0]?.isLink !== true);
}

/** Evidence as it is written: `path: a name`, or n8n's own documentation. */
function read({ text }: Block): { file: string; name: string } | undefined {
	const [, file, name] = /^((?:test|e2e|peers|docs\/reports)\/[\w./-]+): (.+)$/.exec(text) ?? [];
	return file === undefined || name === undefined ? undefined : { file, name };
}

/** Whether a file has a test of that name, or a report that line. */
function isIn(file: string, name: string): boolean {
	const path = join(ROOT, normalize(file));
	if (!existsSync(path)) return false;
	if (file.endsWith('.md')) return readPage(file).blocks.some(({ text }) => text.includes(name));
	const source = readFileSync(path, 'utf8');
	return ["'", '"', '`'].some((quote) => source.includes(`${quote}${name}${quote}`));
}

test('each statement is in the README, word for word', () => {
	expect(statements.length).toBeGreaterThan(30);
	expect(statements.filter((text) => !readme.some((block) => block.text.includes(text)))).toEqual([]);
});

test('each paragraph, step and row of the README has a statement in the list', () => {
	const saying = readme.filter(saysSomething).map(({ text }) => text);
	expect(saying.length).toBeGreaterThan(30);
	expect(saying.filter((text) => !statements.some((statement) => text.includes(statement)))).toEqual([]);
});

test('each statement is followed by what shows it', () => {
	const bare = list.filter((block, place) => {
		const next = list[place + 1];
		return depthOf(block) === 1 && (next === undefined || depthOf(next) !== 2);
	});
	expect(bare.map(({ text }) => text)).toEqual([]);
});

test('each test and each line that shows something is there', () => {
	expect(evidence.length).toBeGreaterThan(statements.length - 1);
	const ofN8n = evidence.filter((block) => block.text === "n8n's documentation");
	expect(ofN8n.length).toBeLessThan(4);
	const named = evidence.filter((block) => !ofN8n.includes(block)).map((block) => [block.text, read(block)] as const);
	const missing = named.filter(([, shown]) => shown === undefined || !isIn(shown.file, shown.name));
	expect(missing.map(([text]) => text)).toEqual([]);
	expect(isIn('test/predict.test.cts', 'no such test')).toBe(false);
	expect(isIn('test/none.test.cts', 'x')).toBe(false);
	expect(isIn('docs/reports/versions.md', 'no such line')).toBe(false);
});
