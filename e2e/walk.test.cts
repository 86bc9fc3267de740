/** The first five minutes: from a canvas with a few rows to a filtered prediction, by the panel alone; its moving picture is the README's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { startSandbox } from '../sandbox/sandbox.cts';
import { sandboxCredential } from '../tools/examples.cts';
import { pack } from '../tools/pack.cts';
import { freePorts, WholeN8n } from '../tools/wholeN8n.cts';
import { Editor, startBrowser } from './editor.cts';
import { Recording } from './recording.cts';
import { WALK, walkWorkflow } from './workflows.cts';

const OWNER = { email: 'demo@example.com', password: 'Pictures-2026' };
const MODEL = 'Hopsworks Model';

let browser: Browser;
let editor: Editor;
/** Ends what was started, and begins with the last. */
const endings: Array<() => Promise<void>> = [];

beforeAll(async () => {
	const folder = mkdtempSync(join(tmpdir(), 'walk-'));
	endings.unshift(async () => rmSync(folder, { recursive: true, force: true }));
	const sandbox = await startSandbox();
	endings.unshift(() => sandbox.close());
	const n8n = new WholeN8n({ userFolder: join(folder, 'user'), ...(await freePorts()) });
	endings.unshift(() => n8n.stop());
	browser = await startBrowser();
	endings.unshift(() => browser.close());
	await n8n.addPackage(await pack(join(folder, 'package')));
	await n8n.importAll('credentials', [sandboxCredential(sandbox.url)]);
	await n8n.importAll('workflow', [walkWorkflow()]);
	await n8n.start();
	await n8n.setUpOwner(OWNER.email, OWNER.password);
	editor = await Editor.open(browser, n8n.url, OWNER.email, OWNER.password);
	await editor.page.setViewportSize({ width: 1120, height: 700 });
});

afterAll(async () => {
	for (const end of endings) await end();
});

test('five clicks and one drag in Hopsworks Model, a first run that is green, and a filter behind it', async () => {
	const hand = { clicks: 0, drags: 0 };
	const click = async (place: Locator): Promise<void> => {
		hand.clicks++;
		await place.click();
	};
	await editor.openWorkflow(WALK, 'Payments');
	const recording = await Recording.begin(editor.page);
	try {
		await editor.node('Payments').click();
		expect((await editor.searchNodes('hopsworks')).length).toBeGreaterThan(0);
		await editor.choose(MODEL);
		await editor.choose('Get predictions from deployed model');
		await editor.part('tab-params').waitFor();

		await click(editor.part('rlc-input').first());
		await click(editor.part('rlc-item').filter({ hasText: 'fraud' }).first());
		await click(editor.part('execute-previous-node'));
		const amount = editor.part('ndv-input-panel').getByText('amount', { exact: true });
		await amount.waitFor();
		await editor.closeNotices();
		await editor.drag(amount, editor.part('parameter-input-columns').last());
		hand.drags++;
		await click(editor.field('columns'));
		await editor.page.keyboard.press('End');
		await editor.page.keyboard.type(', age, hour', { delay: 40 });
		await click(editor.part('node-execute-button'));
		await editor.output.getByText('10 items').waitFor();
		await editor.closeNotices();
		const rows = await editor.outputRows();
		console.log(rows);
		expect(hand).toEqual({ clicks: 5, drags: 1 });
		await editor.closeNode();

		await editor.node(MODEL).click();
		await editor.searchNodes('filter');
		await editor.choose('Filter');
		await editor.part('tab-params').waitFor();
		await editor.keep('filter');
	} finally {
		await recording.end('/tmp/walk.webp');
	}
});
