/** The packed package in the editor of a whole n8n, by hand in a browser. The README's pictures are taken on the way. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SANDBOX_KEY } from '../sandbox/keys.cts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { Editor } from './browser.cts';
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
import { heading, markdownTable, versionOf } from './machine.cts';
import { pack } from './pack.cts';
import { freePort, ROOT } from './process.cts';
import { WholeN8n } from './wholeN8n.cts';
import { chain, node } from './workflow.cts';

const EMPTY = 'nothingButAStart';
const BAD_ROWS = 'someRowsAreBad01';
const MODEL = 'Hopsworks Model';

let folder: string;
let sandbox: Sandbox;
let n8n: WholeN8n;
let editor: Editor;
/** What the report says: what was done, and what was seen. */
const seen: string[][] = [];

beforeAll(async () => {
	await installN8n(console.log);
	folder = mkdtempSync(join(tmpdir(), 'browser-'));
	sandbox = await startSandbox(SANDBOX_PORT);
	const port = await freePort(5690);
	n8n = new WholeN8n({
		userFolder: join(folder, 'user'),
		port,
		brokerPorts: [await freePort(port + 1), await freePort(port + 20)],
	});
	await n8n.addPackage(await pack(join(folder, 'package')), 'n8n-nodes-hopsworks');
	const hopsworksOnly = credential('hopsworksOnly', 'Hopsworks', '', sandbox.url);
	await n8n.importAll('credentials', [sandboxCredential(sandbox.url), hopsworksOnly]);
	const start = node('1', 'Start', 'n8n-nodes-base.manualTrigger', 1, {});
	const jsCode = "return [17, 18, 'no card', 17].map((card, id) => ({ json: { id, card } }));";
	const fields = { active: false, settings: { executionOrder: 'v1' } };
	const byHand = {
		credentials: { hopsworksApi: { id: 'hopsworksOnly', name: 'Hopsworks' } },
		onError: 'continueErrorOutput',
	};
	await n8n.importAll('workflow', [
		...readExamples(sandbox.url),
		paymentsWorkflow(PICKING, 'hopsworksOnly', { deployment: picked(''), columns: 'card' }),
		paymentsWorkflow(MAPPING, 'hopsworksOnly', {
			deployment: picked('payments'),
			rows: 'schema',
			schemaColumns: { mappingMode: 'defineBelow', value: null },
		}),
		{ ...fields, id: EMPTY, name: 'Empty', nodes: [start], connections: {} },
		{
			...fields,
			id: BAD_ROWS,
			name: 'Some rows are bad',
			nodes: [
				start,
				node('2', 'Payments', 'n8n-nodes-base.code', 2, { jsCode }),
				node(
					'3',
					MODEL,
					'n8n-nodes-hopsworks.hopsworksModel',
					1,
					{ operation: 'predict', deployment: picked('fraud'), columns: 'card' },
					byHand,
				),
			],
			connections: chain('Start', 'Payments', MODEL),
		},
	]);
	await n8n.start();
	editor = await Editor.open(n8n);
});

afterAll(async () => {
	if (seen.length > 0) {
		const versions = [`n8n ${versionOf('n8n', 'e2e/n8n')}`, `Chromium ${editor.version}`];
		const text = [
			heading('The editor in a browser', 'npm run test:e2e', [
				...versions,
				`Playwright ${versionOf('playwright-core')}`,
			]),
			`${markdownTable(['done by hand', 'seen'], seen)}\n`,
			"The README's pictures were taken in this run.\n",
		].join('\n');
		writeFileSync(join(ROOT, 'docs', 'reports', 'browser.md'), text);
	}
	await editor?.close();
	await n8n?.stop();
	await sandbox?.close();
	rmSync(folder, { recursive: true, force: true });
});

/** A test whose failure leaves a picture behind, and whose success a line in the report. */
function inEditor(done: string, what: string, body: () => Promise<void>): void {
	test(`${done}: ${what}`, async () => {
		await editor.step(done.replaceAll(/\W+/g, '-'), body);
		seen.push([done, what]);
	});
}

inEditor('make a credential', 'a wrong key is refused with the reason, the right one is accepted', async () => {
	const { page } = editor;
	await editor.openWorkflow(EMPTY, 'Start');
	await editor.byTestId('node-creator-plus-button').click();
	await editor.byTestId('node-creator-search-bar').fill('hopsworks model');
	await editor.byTestId('node-creator-item-name').filter({ hasText: MODEL }).first().click();
	await page.getByText('Get predictions from deployed model').first().click();
	await editor.byTestId('ndv').waitFor();
	await editor.byTestId('node-credentials-select').first().click();
	await editor.byTestId('node-credentials-select-item-new').first().click();
	const field = (name: string) => editor.byTestId(`parameter-input-${name}`).locator('input').first();
	await field('apiKey').fill('OTHER.SECRET');
	await field('hopsworksUrl').fill(sandbox.url);
	await field('project').fill('test');
	await editor.byTestId('credential-save-button').click();
	await page.getByText('the API key was refused').first().waitFor();
	await field('apiKey').fill(SANDBOX_KEY);
	await editor.byTestId('credential-save-button').click();
	await page.getByText('Connection tested successfully').first().waitFor();
});

inEditor('pick a deployment from the list and run', '1,000 items, each with its own prediction', async () => {
	const { page } = editor;
	const model = await editor.openWorkflow(PICKING, MODEL);
	await editor.openNode(model);
	await editor.byTestId('rlc-input').first().click();
	const choice = editor.byTestId('rlc-item').filter({ hasText: 'fraud (Running, Python)' });
	await choice.waitFor();
	await editor.picture('pick');
	await choice.click();
	await editor.byTestId('node-execute-button').click();
	await page.getByText('1000 items').last().waitFor({ timeout: 60_000 });
	const rows = await editor.outputRows();
	expect(rows.length).toBeGreaterThan(5);
	for (const { card, prediction } of rows)
		expect([card, prediction]).toEqual(card === '17' ? ['17', '1'] : ['18', '0']);
	await editor.picture('picked');
});

inEditor('map columns', 'the columns of the deployment’s own schema are offered', async () => {
	await editor.openNode(await editor.openWorkflow(MAPPING, MODEL));
	await editor.page.getByText('channel (string, optional)').first().waitFor();
	await editor.picture('mapper');
});

inEditor('read the output table', '569 rows of a CSV file, each with its prediction', async () => {
	const model = await editor.openWorkflow(SCORING, MODEL);
	await editor.execute();
	await editor.picture('run');
	await editor.openNode(model);
	await editor.page.getByText('569 items').last().waitFor();
	const rows = await editor.outputRows();
	expect(rows.length).toBeGreaterThan(5);
	for (const { prediction } of rows) expect(prediction).toMatch(/^(malignant|benign)$/);
	await editor.scrollToPrediction();
	await editor.picture('panel');
	await editor.byTestId('credential-edit-button').click();
	await editor.page.getByText('Connection tested successfully').waitFor();
	await editor.picture('credential');
});

inEditor('read the error output', 'the bad row alone, with its own fields and the reason', async () => {
	const { page } = editor;
	const model = await editor.openWorkflow(BAD_ROWS, MODEL);
	await editor.execute();
	await editor.openNode(model);
	const output = editor.byTestId('output-panel');
	expect(await editor.outputRows()).toHaveLength(3);
	await output.getByText('Error Branch').first().click();
	await output.getByText('no card').first().waitFor();
	const [row, ...others] = await editor.outputRows();
	expect(others).toEqual([]);
	expect(row).toMatchObject({ id: '2', card: 'no card', error: expect.stringContaining('invalid literal') });
	await page.keyboard.press('Escape');
});

inEditor('chat over a list', 'every ticket with its answer', async () => {
	const chat = await editor.openWorkflow(CHAT, MODEL);
	await editor.execute();
	await editor.openNode(chat);
	await editor.picture('chat');
	expect(await editor.outputRows()).not.toEqual([]);
});

inEditor('look at the tool of an agent', 'its fields', async () => {
	await editor.openNode(await editor.openWorkflow(AGENT, 'Check Card Numbers'));
	await editor.picture('tool');
});

inEditor('classify by a schema', 'each ticket with its fields', async () => {
	const schema = await editor.openWorkflow(CLASSIFY, MODEL);
	await editor.execute();
	await editor.openNode(schema);
	await editor.picture('schema');
});

inEditor(
	'ask an AI agent in the chat panel',
	'the answer grows as it is written, and holds what the tool said',
	async () => {
		const { page } = editor;
		await editor.openWorkflow(AGENT, 'AI Agent');
		await editor.byTestId('workflow-chat-button').click();
		const panel = editor.byTestId('canvas-chat');
		const question = panel.locator('textarea');
		await question.fill('Is a payment from card 4641025220953719 to card 4920355418495856 fraud?');
		await question.press('Enter');
		const lengths = new Set<number>();
		const answer = page.getByText('The tool says').first();
		while (!(await answer.isVisible())) lengths.add((await panel.innerText()).length);
		while (!(await panel.innerText()).includes('"prediction":0')) lengths.add((await panel.innerText()).length);
		expect(lengths.size).toBeGreaterThan(2);
		await editor.closeNotice();
		await editor.byTestId('zoom-to-fit').click();
		await editor.picture('agent');
	},
);
