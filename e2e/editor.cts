/** n8n's editor in a Chromium, as someone uses it: what is clicked, typed, dragged and read. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { PlainError } from '../tools/plainError.cts';
import { ROOT } from '../tools/root.cts';
import { isWriting } from '../tools/writing.cts';
import { watchAnswers } from './watchAnswers.cts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync', '--no-first-run'];
/** Milliseconds for animations to end before a picture. */
const CALM = 1000;
/** Milliseconds until something that should be there counts as missing. */
const PATIENCE = 30_000;

/** Where a step that failed leaves what it saw. */
const SEEN = join(ROOT, 'node_modules', '.cache', 'browser');
/** The pictures of the README are taken in any case, and replaced where that is asked for. */
const PICTURES = isWriting ? join(ROOT, 'docs', 'images') : SEEN;

export async function startBrowser(): Promise<Browser> {
	if (existsSync(CHROMIUM)) return await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
	throw new PlainError(
		`The browser test needs a Chromium, and there is none at ${CHROMIUM}. On Debian and Ubuntu: apt-get install chromium; elsewhere let CHROMIUM name the program of your Chromium or Chrome.`,
	);
}

/** A line of a table in the page, as far as it is read here. */
interface TableLine {
	querySelectorAll(selector: 'td'): Iterable<{ innerText: string }>;
}

export class Editor {
	/** Names of the pictures taken. */
	readonly pictures: string[] = [];

	private constructor(
		readonly page: Page,
		private readonly base: string,
	) {}

	/** A page of an n8n, logged in as its owner. */
	static async open(browser: Browser, base: string, email: string, password: string): Promise<Editor> {
		const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 });
		page.setDefaultTimeout(PATIENCE);
		await page.request.post(`${base}/rest/login`, { data: { emailOrLdapLoginId: email, password } });
		return new Editor(page, base);
	}

	part(testId: string): Locator {
		return this.page.locator(`[data-test-id="${testId}"]`);
	}

	node(name: string): Locator {
		return this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
	}

	get output(): Locator {
		return this.part('output-panel');
	}

	/** What the fields of the open panel are called, from the top. */
	async fieldNames(): Promise<string[]> {
		await this.page.waitForTimeout(CALM);
		const labels = await this.part('node-parameters').locator('label:visible').allInnerTexts();
		// Behind a name stand the choices of the field, where it has some.
		return labels
			.map((label) => label.split('\n')[0]?.trim() ?? '')
			.filter((label, place, all) => label !== '' && label !== all[place - 1]);
	}

	/** What the open panel offers under 'Options'. */
	async optionNames(): Promise<string[]> {
		await this.part('collection-parameter-add').click();
		await this.page.waitForTimeout(CALM);
		const list = await this.page.locator('.el-select-dropdown:visible, [role="menu"]:visible').last().innerText();
		await this.page.keyboard.press('Escape');
		return list
			.split('\n')
			.map((name) => name.trim())
			.filter((name) => name !== '');
	}

	/** The text field of a parameter; the last, since a dialog lies above the panel. */
	field(parameter: string): Locator {
		return this.part(`parameter-input-${parameter}`).last().locator('input, textarea').last();
	}

	/** Opens a workflow, once this node of it is there. */
	async openWorkflow(id: string, node: string): Promise<void> {
		await this.page.goto(`${this.base}/workflow/${id}`, { waitUntil: 'domcontentloaded' });
		await this.node(node).waitFor();
		await this.page.waitForTimeout(CALM);
	}

	/** Opens a node's panel. */
	async openNode(name: string): Promise<void> {
		await this.node(name).dblclick();
		await this.part('tab-params').waitFor();
	}

	/** The same, unless it is open already: Escape may have closed it together with a dialog above it. */
	async openNodeAgain(name: string): Promise<void> {
		await this.page.waitForTimeout(CALM);
		if (!(await this.part('tab-params').isVisible())) await this.openNode(name);
	}

	async closeNode(): Promise<void> {
		await this.part('ndv-close-button').click();
		await this.part('tab-params').waitFor({ state: 'hidden' });
	}

	/** The names that the node panel offers for a search, once `expected` is among them. */
	async searchNodes(text: string, expected = text): Promise<string[]> {
		await this.part('node-creator-plus-button').click();
		await this.part('node-creator-search-bar').fill(text);
		const names = this.part('node-creator-item-name');
		await names
			.filter({ hasText: new RegExp(expected, 'i') })
			.first()
			.waitFor();
		return await names.allInnerTexts();
	}

	/** Chooses a node or an action in the node panel. */
	async choose(name: string): Promise<void> {
		await this.part('node-creator-item-name').getByText(name, { exact: true }).click();
	}

	/** Chooses among the options of a parameter. */
	async select(parameter: string, option: string): Promise<void> {
		await this.chooseFrom(this.field(parameter), option);
	}

	/** Chooses among the options of a list that drops down. */
	async chooseFrom(list: Locator, option: string): Promise<void> {
		await list.click();
		await this.page.locator('.el-select-dropdown:visible').getByText(option, { exact: true }).click();
	}

	async addOption(name: string): Promise<void> {
		await this.part('collection-parameter-add').click();
		await this.page
			.locator('.el-select-dropdown:visible, [role="menu"]:visible')
			.getByText(name, { exact: true })
			.click();
	}

	/** Runs the whole workflow and waits for its good end. */
	async runWorkflow(): Promise<void> {
		await this.page.locator('[data-test-id^="execute-workflow-button"]').first().click({ force: true });
		await this.page.getByText('Workflow executed successfully').waitFor();
		await this.closeNotices();
	}

	/** Runs the open node, and the nodes before it that have not run yet. */
	async runNode(): Promise<void> {
		await this.closeNotices();
		await this.part('node-execute-button').click();
	}

	/** Takes the notices out of the picture. */
	async closeNotices(): Promise<void> {
		const close = this.page.locator('.el-notification__closeBtn');
		while ((await close.count()) > 0) {
			await close
				.first()
				.click({ timeout: 2000 })
				.catch(() => undefined);
			await this.page.waitForTimeout(200);
		}
	}

	/** The rows of the output table that the panel shows, each as column names and cells. */
	async outputRows(): Promise<Array<Record<string, string>>> {
		const table = this.output.locator('table').first();
		await table.locator('tbody tr').first().waitFor();
		const columns = await table.locator('thead th').allInnerTexts();
		const rows = await table
			.locator('tbody tr')
			.evaluateAll((lines: TableLine[]) =>
				lines.map((line) => [...line.querySelectorAll('td')].map((cell) => cell.innerText)),
			);
		return rows.map((cells) =>
			Object.fromEntries(cells.map((cell, place): [string, string] => [columns[place]?.trim() ?? '', cell.trim()])),
		);
	}

	/** Drags something onto something else, as a hand does. */
	async drag(from: Locator, onto: Locator): Promise<void> {
		const [start, end] = await Promise.all([from.boundingBox(), onto.boundingBox()]);
		if (!start || !end) throw new Error('there is nothing to drag, or nowhere to drop it');
		await this.page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
		await this.page.mouse.down();
		await this.page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 20 });
		await this.page.mouse.up();
		// The editor takes what was dropped a moment later.
		await this.page.waitForTimeout(CALM);
	}

	/** What the chat below the canvas shows of an answer, from its first words to the whole of it. */
	async watchAnswer(question: string): Promise<string[]> {
		await this.ask(question);
		return await this.page.evaluate(watchAnswers, { patience: PATIENCE, calm: CALM });
	}

	/** Asks in the chat below the canvas; the answer is the last message of this locator. */
	async ask(question: string): Promise<Locator> {
		const input = this.part('canvas-chat').locator('textarea');
		if (!(await input.isVisible())) await this.part('workflow-chat-button').click();
		await input.fill(question);
		await input.press('Enter');
		return this.page.locator('.chat-message-from-bot').last();
	}

	/** Takes a picture for the README. */
	async picture(name: string): Promise<void> {
		await this.page.waitForTimeout(CALM);
		await this.page.mouse.move(640, 4);
		await this.page.screenshot({ path: join(PICTURES, `${name}.png`) });
		this.pictures.push(name);
	}

	/** Keeps what can be seen now; gives the file. */
	async keep(name: string): Promise<string> {
		mkdirSync(SEEN, { recursive: true });
		const path = join(SEEN, `${name.replace(/\W+/g, '-').slice(0, 60)}.png`);
		await this.page.screenshot({ path });
		return path;
	}
}
