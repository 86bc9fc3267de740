/**
 * Takes the README's pictures in the real editor: npm run screenshots -- [--port 5690]. Needs Chromium: CHROMIUM names it,
 * /usr/bin/chromium unless told otherwise.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Locator, type Page } from 'playwright-core';
import { startSandbox } from '../sandbox/sandbox.cts';
import {
	AGENT,
	CHAT,
	CLASSIFY,
	credential,
	MAPPING,
	paymentsWorkflow,
	picked,
	PICKING,
	readExamples,
	sandboxCredential,
	SANDBOX_PORT,
	SCORING,
} from './examples.cts';
import { installN8n } from './installation.cts';
import { pack } from './pack.cts';
import { PlainError } from './process.cts';
import { WholeN8n } from './wholeN8n.cts';

const PICTURES = join(__dirname, '..', 'docs', 'images');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const OWNER = { email: 'demo@example.com', password: 'Pictures-2026' };
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync', '--no-first-run'];
/** Milliseconds for animations and loading to end before a picture. */
const CALM = 1500;

const byTestId = (page: Page, id: string): Locator => page.locator(`[data-test-id="${id}"]`);

async function openWorkflow(page: Page, base: string, id: string, node: string): Promise<Locator> {
	await page.goto(`${base}/workflow/${id}`, { waitUntil: 'domcontentloaded' });
	const found = page.locator(`[data-test-id="canvas-node"][data-node-name="${node}"]`);
	await found.waitFor();
	await page.waitForTimeout(CALM);
	return found;
}

async function execute(page: Page): Promise<void> {
	await page.locator('[data-test-id^="execute-workflow-button"]').first().click({ force: true });
	await closeNotice(page);
}

/** Waits for a run to end, and takes its notice out of the picture. */
async function closeNotice(page: Page): Promise<void> {
	const done = page.getByText('Workflow executed successfully');
	await done.waitFor({ timeout: 60_000 });
	await page.locator('.el-notification__closeBtn').first().click();
	await done.waitFor({ state: 'hidden' });
}

async function picture(page: Page, name: string): Promise<void> {
	await page.waitForTimeout(CALM);
	await page.screenshot({ path: join(PICTURES, `${name}.png`) });
	console.log(`docs/images/${name}.png`);
}

/** From an empty locator to 1,000 predictions, with a credential that holds a Hopsworks URL and no other address. */
async function pick(page: Page, base: string): Promise<void> {
	const model = await openWorkflow(page, base, PICKING, 'Hopsworks Model');
	await model.dblclick();
	await byTestId(page, 'ndv').waitFor();
	await byTestId(page, 'rlc-input').first().click();
	const choice = byTestId(page, 'rlc-item').filter({ hasText: 'fraud (Running, Python)' });
	await choice.waitFor();
	await picture(page, 'pick');
	await choice.click();
	await byTestId(page, 'node-execute-button').click();
	await page.getByText('1000 items').last().waitFor({ timeout: 60_000 });
	await picture(page, 'picked');

	const byHand = await openWorkflow(page, base, MAPPING, 'Hopsworks Model');
	await byHand.dblclick();
	await page.getByText('channel (string, optional)').first().waitFor();
	await picture(page, 'mapper');
}

async function take(page: Page, base: string): Promise<void> {
	await pick(page, base);
	const scoring = await openWorkflow(page, base, SCORING, 'Hopsworks Model');
	await execute(page);
	await picture(page, 'run');
	await scoring.dblclick();
	await byTestId(page, 'ndv').waitFor();
	await page.waitForTimeout(CALM);
	// The prediction is the last column.
	await byTestId(page, 'ndv-data-container')
		.last()
		.evaluate((panel) => {
			for (const part of [panel, ...panel.querySelectorAll('*')]) part.scrollLeft = part.scrollWidth;
		});
	await picture(page, 'panel');
	await byTestId(page, 'credential-edit-button').click();
	await page.getByText('Connection tested successfully').waitFor();
	await picture(page, 'credential');

	const chat = await openWorkflow(page, base, CHAT, 'Hopsworks Model');
	await execute(page);
	await chat.dblclick();
	await byTestId(page, 'ndv').waitFor();
	await picture(page, 'chat');

	const tool = await openWorkflow(page, base, AGENT, 'Check Card Numbers');
	await tool.dblclick();
	await byTestId(page, 'ndv').waitFor();
	await picture(page, 'tool');

	const schema = await openWorkflow(page, base, CLASSIFY, 'Hopsworks Model');
	await execute(page);
	await schema.dblclick();
	await byTestId(page, 'ndv').waitFor();
	await picture(page, 'schema');

	await openWorkflow(page, base, AGENT, 'AI Agent');
	await byTestId(page, 'workflow-chat-button').click();
	const question = byTestId(page, 'canvas-chat').locator('textarea');
	await question.fill('Is a payment from card 4641025220953719 to card 4920355418495856 fraud?');
	await question.press('Enter');
	await page.getByText('The tool says').first().waitFor();
	await closeNotice(page);
	await byTestId(page, 'zoom-to-fit').click();
	await picture(page, 'agent');
}

async function main(): Promise<void> {
	if (!existsSync(CHROMIUM)) {
		throw new PlainError(
			`There is no Chromium at ${CHROMIUM}. On Debian: apt-get install chromium; elsewhere name yours with CHROMIUM.`,
		);
	}
	await installN8n(console.log);
	mkdirSync(PICTURES, { recursive: true });
	const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
	const sandbox = await startSandbox(SANDBOX_PORT);
	const { values } = parseArgs({ options: { port: { type: 'string', default: '5690' } } });
	const port = Number(values.port);
	const n8n = new WholeN8n({ userFolder: join(folder, 'user'), port, brokerPorts: [port + 5, port + 6] });
	try {
		await n8n.addPackage(await pack(join(folder, 'package')), 'n8n-nodes-hopsworks');
		const hopsworksOnly = credential('hopsworksOnly', 'Hopsworks', '', sandbox.url);
		await n8n.importAll('credentials', [sandboxCredential(sandbox.url), hopsworksOnly]);
		await n8n.importAll('workflow', [
			...readExamples(sandbox.url),
			paymentsWorkflow(PICKING, 'hopsworksOnly', { deployment: picked(''), columns: 'card' }),
			paymentsWorkflow(MAPPING, 'hopsworksOnly', {
				deployment: picked('payments'),
				rows: 'schema',
				schemaColumns: { mappingMode: 'defineBelow', value: null },
			}),
		]);
		await n8n.start();
		await n8n.setUpOwner(OWNER.email, OWNER.password);
		const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
		const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
		const login = { emailOrLdapLoginId: OWNER.email, password: OWNER.password };
		await page.request.post(`${n8n.url}/rest/login`, { data: login });
		await take(page, n8n.url);
		await browser.close();
	} finally {
		await n8n.stop();
		await sandbox.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof PlainError ? error.message : error);
	process.exit(1);
});
