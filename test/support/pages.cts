/** The Markdown pages of this repository, as far as tests look at them: links, anchors, pictures, tables, and what is said where. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import MarkdownIt from 'markdown-it';
import { ROOT } from '../../tools/root.cts';

const ELSEWHERE = new Set(['node_modules', 'dist', 'coverage', '.git']);

/** Every file of a folder with such an ending, by its path from the root; none of what is installed or built. */
export function filesOf(ending: string, folder = ROOT): string[] {
	return readdirSync(folder, { withFileTypes: true })
		.filter(({ name }) => !ELSEWHERE.has(name))
		.flatMap((entry) => {
			const path = join(folder, entry.name);
			if (entry.isDirectory()) return filesOf(ending, path);
			return entry.name.endsWith(ending) ? [relative(ROOT, path)] : [];
		});
}

type Token = MarkdownIt.Token;

export interface Page {
	/** Path from the root. */
	file: string;
	/** Where links lead to, as they are written. */
	links: string[];
	/** Where pictures are, as it is written. */
	pictures: string[];
	/** What a link to a heading of this page has behind '#'. */
	anchors: Set<string>;
	/** Each paragraph, entry of a list, heading and cell of a table, as it is read. */
	blocks: Block[];
	/** Code, by the language that it says it is in. */
	code: Array<{ language: string; text: string }>;
	/** HTML, which nothing here looks into. */
	html: string[];
}

export interface Block {
	text: string;
	/** What the block stands in, such as `list_item` or `tr`, from the outside to the inside. */
	inside: string[];
	/** Whether all of it is links, as in a table of contents, or a picture. */
	isLink: boolean;
	/** How many rows of tables have begun in the page so far. */
	row: number;
	/** Which cell of its row it is, from 0; -1 outside tables. */
	column: number;
	italics: string[];
	bold: string[];
}

/** The anchor that GitHub gives to a heading. */
function anchorOf(heading: string): string {
	return heading
		.toLowerCase()
		.replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
		.replaceAll(' ', '-');
}

const children = (token: Token): Token[] => token.children ?? [];

/** What is read of a line: without the marks of its format. */
function textOf(tokens: Token[]): string {
	return tokens
		.map(({ type, content }) => (type === 'softbreak' || type === 'hardbreak' ? ' ' : content))
		.join('')
		.replace(/\s+/g, ' ')
		.trim();
}

/** Texts between the beginning and the end of a format. */
function between(tokens: Token[], type: string): string[] {
	return tokens.flatMap((token, start) => {
		if (token.type !== `${type}_open`) return [];
		const end = tokens.findIndex((one, place) => place > start && one.type === `${type}_close`);
		return [textOf(tokens.slice(start + 1, end))];
	});
}

function isAllLink(tokens: Token[]): boolean {
	let depth = 0;
	return tokens.every((token) => {
		depth += token.type === 'link_open' ? 1 : token.type === 'link_close' ? -1 : 0;
		return depth > 0 || token.type === 'link_close' || token.type === 'image' || token.content.trim() === '';
	});
}

/** The page of a Markdown file, or of such a text. */
export function readPage(file: string, text = readFileSync(join(ROOT, file), 'utf8')): Page {
	const page: Page = { file, links: [], pictures: [], anchors: new Set(), blocks: [], code: [], html: [] };
	const inside: string[] = [];
	const headings = new Map<string, number>();
	let row = 0;
	let column = -1;
	for (const token of new MarkdownIt({ html: true }).parse(text, {})) {
		const kind = token.type.replace(/_(open|close)$/, '');
		if (token.nesting === 1) inside.push(kind);
		if (token.nesting === -1) inside.pop();
		if (token.type === 'tr_open') row += 1;
		if (token.type === 'tr_open' || token.type === 'table_close') column = -1;
		if (token.type === 'td_open' || token.type === 'th_open') column += 1;
		if (token.type === 'fence') page.code.push({ language: token.info.trim(), text: token.content });
		if (token.type === 'html_block') page.html.push(token.content);
		if (token.type !== 'inline') continue;
		const parts = children(token);
		page.html.push(...parts.filter(({ type }) => type === 'html_inline').map(({ content }) => content));
		for (const part of parts) {
			if (part.type === 'link_open') page.links.push(String(part.attrGet('href')));
			if (part.type === 'image') page.pictures.push(String(part.attrGet('src')));
		}
		const said = textOf(parts);
		if (inside.at(-1) === 'heading') {
			const anchor = anchorOf(said);
			const before = headings.get(anchor) ?? 0;
			page.anchors.add(before === 0 ? anchor : `${anchor}-${before}`);
			headings.set(anchor, before + 1);
		}
		const formats = { italics: between(parts, 'em'), bold: between(parts, 'strong') };
		page.blocks.push({ text: said, inside: [...inside], isLink: isAllLink(parts), row, column, ...formats });
	}
	return page;
}

/** The rows of a page's tables, without their heads: the texts of the cells. */
export function rowsOf({ blocks }: Page): string[][] {
	const rows = new Map<number, string[]>();
	for (const { text, inside, row } of blocks) {
		if (inside.includes('td')) rows.set(row, [...(rows.get(row) ?? []), text]);
	}
	return [...rows.values()];
}
