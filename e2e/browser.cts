/** The editor of a whole n8n in Chromium: what a user does there, by hand. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { PlainError, ROOT } from './process.cts';
import type { WholeN8n } from './wholeN8n.cts';

const PICTURES = join(ROOT, 'docs', 'images');
/** Where a step that failed leaves a picture; below node_modules, so that git does not see it. */
const FAILURES = join(ROOT, 'node_modules', '.cache', 'browser');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync', '--no-first-run'];
const OWNER = { email: 'demo@example.com', password: 'Pictures-2026' };
/** Milliseconds for animations and loading to end before a picture. */
const CALM = 1500;

export class Editor {
	private constructor(
		private readonly browser: Browser,
		readonly page: Page,
		private readonly base: string,
	) {}

	/** Opens the editor of a running n8n, signed in as its owner. */
	static async open(n8n: WholeN8n): Promise<Editor> {
		if (!existsSync(CHROMIUM)) {
			throw new PlainError(
				`There is no Chromium at ${CHROMIUM}. On Debian: apt-get install chromium; elsewhere name yours with CHROMIUM.`,
			);
		}
		await n8n.setUpOwner(OWNER.email, OWNER.password);
		const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
		const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
		const login = { emailOrLdapLoginId: OWNER.email, password: OWNER.password };
		await page.request.post(`${n8n.url}/rest/login`, { data: login });
		return new Editor(browser, page, n8n.url);
	}

	get version(): string {
		return this.browser.version();
	}

	async close(): Promise<void> {
		await this.browser.close();
	}

	byTestId(id: string): Locator {
		return this.page.locator(`[data-test-id="${id}"]`);
	}

	/** Runs a step, and leaves a picture behind where it fails. */
	async step<Value>(name: string, act: () => Promise<Value>): Promise<Value> {
		try {
			return await act();
		} catch (error) {
			mkdirSync(FAILURES, { recursive: true });
			await this.page.screenshot({ path: join(FAILURES, `${name}.png`) });
			throw error;
		}
	}

	/** Opens a workflow and gives one of its nodes on the canvas. */
	async openWorkflow(id: string, node: string): Promise<Locator> {
		await this.page.goto(`${this.base}/workflow/${id}`, { waitUntil: 'domcontentloaded' });
		const found = this.page.locator(`[data-test-id="canvas-node"][data-node-name="${node}"]`);
		await found.waitFor();
		await this.page.waitForTimeout(CALM);
		return found;
	}

	/** Opens a node's panel. */
	async openNode(node: Locator): Promise<void> {
		await node.dblclick();
		await this.byTestId('ndv').waitFor();
		await this.page.waitForTimeout(CALM);
	}

	/** Runs the workflow to its end, as the button below the canvas does. */
	async execute(): Promise<void> {
		await this.page.locator('[data-test-id^="execute-workflow-button"]').first().click({ force: true });
		await this.closeNotice();
	}

	/** Waits for a run to end, and takes its notice out of the way. */
	async closeNotice(): Promise<void> {
		const done = this.page.getByText('Workflow executed successfully');
		await done.waitFor({ timeout: 60_000 });
		await this.page.locator('.el-notification__closeBtn').first().click();
		await done.waitFor({ state: 'hidden' });
	}

	/** The cells of the panel's output table, row by row, under their columns' names. */
	async outputRows(): Promise<Array<Record<string, string>>> {
		const panel = this.byTestId('output-panel');
		const names = (await panel.locator('thead th').allInnerTexts()).map((name) => name.trim());
		const rows = await panel.locator('tbody tr').all();
		const cells = await Promise.all(rows.map((row) => row.locator('td').allInnerTexts()));
		return cells.map((row) => Object.fromEntries(row.map((cell, column) => [names[column] ?? '', cell.trim()])));
	}

	/** Shows the last columns of every table, where the predictions stand. */
	async scrollToPrediction(): Promise<void> {
		await this.byTestId('ndv-data-container')
			.last()
			.evaluate((panel) => {
				for (const part of [panel, ...panel.querySelectorAll('*')]) part.scrollLeft = part.scrollWidth;
			});
	}

	/** Takes one of the README's pictures. */
	async picture(name: string): Promise<void> {
		await this.page.waitForTimeout(CALM);
		mkdirSync(PICTURES, { recursive: true });
		await this.page.screenshot({ path: join(PICTURES, `${name}.png`) });
	}
}
