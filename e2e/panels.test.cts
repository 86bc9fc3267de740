/** The panel of every operation as a newcomer first sees it: its fields, its options, and a picture of each. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { startSandbox } from '../sandbox/sandbox.cts';
import { sandboxCredential } from '../tools/examples.cts';
import { NEWEST } from '../tools/installation.cts';
import { pack } from '../tools/pack.cts';
import { writeReport } from '../tools/report.cts';
import { ROOT } from '../tools/root.cts';
import { freePorts, WholeN8n } from '../tools/wholeN8n.cts';
import { node, uses } from '../tools/workflowParts.cts';
import { isWriting } from '../tools/writing.cts';
import { Editor, startBrowser } from './editor.cts';

const OWNER = { email: 'demo@example.com', password: 'Pictures-2026' };
const WORKFLOW = 'panelsOfAllNodes';
const PICTURES = join(ROOT, 'docs', 'reports', 'panels');

/** A panel and what stands in it, in the order of the editor. */
interface Panel {
	name: string;
	type: string;
	parameters: Record<string, unknown>;
	fields: string[];
}
const model = (name: string, operation: string, fields: string[], more: Record<string, unknown> = {}): Panel => ({
	name,
	type: 'hopsworksModel',
	parameters: { operation, ...more },
	fields: ['Credential', 'Operation', 'Deployment', ...fields, 'Include Input Fields', 'Options'],
});
const deployment = (name: string, operation: string, fields: string[]): Panel => ({
	name,
	type: 'hopsworksDeployment',
	parameters: { operation },
	fields: ['Credential', 'Operation', ...fields],
});
const asTool = (panel: Panel): Panel => {
	const [credential = '', ...fields] = panel.fields;
	return { ...panel, type: `${panel.type}Tool`, fields: [credential, 'Tool Description', ...fields] };
};

const panels: Panel[] = [
	model('Predict', 'predict', ['Rows From', 'Columns']),
	model('Predict, columns of the schema', 'predict', ['Rows From'], { rows: 'schema' }),
	model('Predict, JSON', 'predict', ['Rows From', 'Row'], { rows: 'json' }),
	asTool(model('Predict as a tool', 'predict', ['Rows From', 'Row'])),
	model('Chat', 'chat', ['Prompt From', 'Prompt', 'System Prompt', 'Response Format', 'Simplify']),
	model('Embed', 'embed', ['Text']),
	deployment('Get', 'get', ['Deployment', 'Simplify']),
	deployment('Get Many', 'getAll', ['Return All', 'Limit', 'Simplify', 'Filters']),
	deployment('Start', 'start', ['Deployment', 'Wait Until Done', 'Max Wait (Seconds)', 'Simplify']),
	deployment('Stop', 'stop', ['Deployment', 'Wait Until Done', 'Max Wait (Seconds)', 'Simplify']),
	deployment('Get Logs', 'getLogs', ['Deployment', 'Component', 'Lines']),
	deployment('Get Schema', 'getSchema', ['Deployment', 'Format']),
	{
		name: 'Hopsworks Chat Model',
		type: 'lmChatHopsworks',
		parameters: {},
		fields: ['Credential', 'Deployment', 'Options'],
	},
];

let browser: Browser;
let editor: Editor;
/** Ends what was started, and begins with the last. */
const endings: Array<() => Promise<void>> = [];
/** The report's part for each panel that is as it should be. */
const parts: string[] = [];

beforeAll(async () => {
	const folder = mkdtempSync(join(tmpdir(), 'panels-'));
	endings.unshift(async () => rmSync(folder, { recursive: true, force: true }));
	const sandbox = await startSandbox();
	endings.unshift(() => sandbox.close());
	const n8n = new WholeN8n({ userFolder: join(folder, 'user'), ...(await freePorts()) });
	endings.unshift(() => n8n.stop());
	browser = await startBrowser();
	endings.unshift(() => browser.close());
	await n8n.addPackage(await pack(join(folder, 'package')));
	await n8n.importAll('credentials', [sandboxCredential(sandbox.url)]);
	const used = uses('hopsworksApi', 'hopsworksSandbox');
	const nodes = panels.map(({ name, type, parameters }, number) =>
		node(String(number), name, `n8n-nodes-hopsworks.${type}`, 1, parameters, used),
	);
	const settings = { executionOrder: 'v1' };
	await n8n.importAll('workflow', [{ id: WORKFLOW, name: 'Panels', active: false, settings, nodes, connections: {} }]);
	await n8n.start();
	await n8n.setUpOwner(OWNER.email, OWNER.password);
	editor = await Editor.open(browser, n8n.url, OWNER.email, OWNER.password);
	await editor.page.setViewportSize({ width: 1280, height: 1100 });
	await editor.openWorkflow(WORKFLOW, 'Predict');
});

afterAll(async () => {
	if (isWriting && parts.length === panels.length) report();
	for (const end of endings) await end();
});

function report(): void {
	const facts = { n8n: NEWEST.version, Command: '`npm run test:e2e -- panels --write`' };
	writeReport('panels', 'Every panel at first sight', facts, parts.join('\n\n'));
}

/** The name of a panel's pictures. */
const fileOf = (name: string): string => `${name.toLowerCase().replace(/\W+/g, '-')}.webp`;

test.each(panels)('$name', async ({ name, fields }) => {
	await editor.openNode(name);
	const panel = editor.page.locator('.node-settings');
	const shown = await editor.fieldNames();
	if (isWriting) {
		mkdirSync(PICTURES, { recursive: true });
		const picture = await panel.screenshot();
		await sharp(picture)
			.webp({ quality: 80 })
			.toFile(join(PICTURES, fileOf(name)));
	}
	const options = fields.includes('Options') ? await editor.optionNames() : [];
	await editor.closeNode();
	expect(shown).toEqual(fields);
	const listed = options.length > 0 ? `\n\nOptions: ${options.join(' · ')}` : '';
	const picture = (folder: string): string => `![${name}](panels/${folder}${fileOf(name)})`;
	parts.push(`## ${name}\n\n| Before | Now |\n| --- | --- |\n| ${picture('before/')} | ${picture('')} |${listed}`);
});
