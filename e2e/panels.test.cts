/** The panel of every operation as a newcomer first sees it: its fields, its options, and a picture of each. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { NEWEST } from '../tools/installation.cts';
import { writeReport } from '../tools/report.cts';
import { ROOT } from '../tools/root.cts';
import { node, uses } from '../tools/workflowParts.cts';
import { isWriting } from '../tools/writing.cts';
import type { Editor } from './editor.cts';
import { startEditorSession, type EditorSession } from './editorSession.cts';

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
const file = (name: string, more: Record<string, unknown> = {}): Panel => {
	const fields = ['Input File', 'File Format', 'Rows From', ...(more.rows === undefined ? ['Columns'] : [])];
	return {
		name,
		type: 'hopsworksModel',
		parameters: { operation: 'predictFile', ...more },
		fields: ['Credential', 'Operation', 'Deployment', ...fields, 'Options'],
	};
};
const deployment = (name: string, operation: string, fields: string[]): Panel => ({
	name,
	type: 'hopsworksDeployment',
	parameters: { operation },
	fields: ['Credential', 'Operation', ...fields, 'Options'],
});
/** n8n itself adds the times of its polls, as the first field. */
const trigger = (name: string, event: string, fields: string[], more: Record<string, unknown> = {}): Panel => ({
	name,
	type: 'hopsworksTrigger',
	parameters: { event, ...more },
	fields: ['Credential', 'Poll Times', 'Mode', 'Event', ...fields, 'Options'],
});
const asTool = (panel: Panel): Panel => {
	const [credential = '', ...fields] = panel.fields;
	return { ...panel, type: `${panel.type}Tool`, fields: [credential, 'Tool Description', ...fields] };
};

/** The fields of each of the two categories that stand there at first. */
const CATEGORY = ['Name', 'Description'];

const panels: Panel[] = [
	model('Predict', 'predict', ['Rows From', 'Columns']),
	model('Predict, columns of the schema', 'predict', ['Rows From', 'Mapping Column Mode'], { rows: 'schema' }),
	model('Predict, JSON', 'predict', ['Rows From', 'Row'], { rows: 'json' }),
	asTool(model('Predict as a tool', 'predict', ['Rows From', 'Row'])),
	file('Predict File'),
	file('Predict File, columns of the schema', { rows: 'schema' }),
	model('Chat', 'chat', ['Prompt From', 'Prompt', 'System Prompt', 'Response Format', 'Simplify']),
	model('Classify', 'classify', ['Text', 'Categories', ...CATEGORY, ...CATEGORY, 'Instructions']),
	model('Embed', 'embed', ['Text']),
	model('Rerank', 'rerank', ['Query', 'Text']),
	deployment('Get', 'get', ['Deployment', 'Simplify']),
	deployment('Get Many', 'getAll', ['Return All', 'Limit', 'Simplify', 'Filters']),
	deployment('Start', 'start', ['Deployment', 'Wait Until Done', 'Wait at Most (Seconds)', 'Simplify']),
	deployment('Stop', 'stop', ['Deployment', 'Wait Until Done', 'Wait at Most (Seconds)', 'Simplify']),
	deployment('Get Logs', 'getLogs', ['Deployment', 'Component', 'Lines', 'Since', 'Include Timestamps']),
	deployment('Get Schema', 'getSchema', ['Deployment', 'Format']),
	deployment('Get Versions', 'getVersions', ['Deployment', 'Simplify']),
	deployment('Roll Back', 'rollBack', [
		'Deployment',
		'Roll Back To',
		'Wait Until Done',
		'Wait at Most (Seconds)',
		'Simplify',
	]),
	asTool(
		deployment('Stop as a tool', 'stop', [
			'Deployment',
			'Allow Changes',
			'Wait Until Done',
			'Wait at Most (Seconds)',
			'Simplify',
		]),
	),
	trigger('Hopsworks Trigger', 'deploymentState', ['Deployment Names or IDs', 'States']),
	trigger('New Deployment Version', 'deploymentVersion', ['Deployment Names or IDs']),
	trigger('New Model Version', 'modelVersion', ['Model', 'Best So Far Only']),
	trigger('New Model Version, best so far', 'modelVersion', ['Model', 'Best So Far Only', 'Metric', 'Better Is'], {
		bestOnly: true,
	}),
	{
		name: 'Hopsworks Chat Model',
		type: 'lmChatHopsworks',
		parameters: {},
		fields: ['Credential', 'Deployment', 'Options'],
	},
	{
		name: 'Hopsworks Embeddings',
		type: 'embeddingsHopsworks',
		parameters: {},
		fields: ['Credential', 'Deployment', 'Options'],
	},
	{
		name: 'Hopsworks Reranker',
		type: 'rerankerHopsworks',
		parameters: {},
		fields: ['Credential', 'Deployment', 'Top N', 'Options'],
	},
];

let session: EditorSession;
let editor: Editor;
/** The report's part for each panel that is as it should be. */
const parts: string[] = [];

function panelsWorkflow(): object {
	const used = uses('hopsworksApi', 'hopsworksSandbox');
	const nodes = panels.map(({ name, type, parameters }, number) => ({
		...node(String(number), name, `n8n-nodes-hopsworks.${type}`, 1, parameters, used),
		// A trigger has a button to its left, which would cover the node before it.
		position: [220 * number, type === 'hopsworksTrigger' ? 300 : 0],
	}));
	const settings = { executionOrder: 'v1' };
	return { id: WORKFLOW, name: 'Panels', active: false, settings, nodes, connections: {} };
}

beforeAll(async () => {
	session = await startEditorSession(() => [panelsWorkflow()]);
	editor = session.editor;
	await editor.page.setViewportSize({ width: 1280, height: 1100 });
	await editor.openWorkflow(WORKFLOW, 'Predict');
});

afterAll(async () => {
	if (isWriting && parts.length === panels.length) report();
	await session.end();
});

/** Its picture is taken by the browser test, which fills it in. */
const CREDENTIAL =
	'## The credential\n\n| Before | Now |\n| --- | --- |\n| ![The credential](panels/before/credential.webp) | ![The credential](../images/credential.png) |';

function report(): void {
	const facts = { n8n: NEWEST.version, Command: '`npm run test:e2e -- panels --write`' };
	writeReport('panels', 'Every panel at first sight', facts, [...parts, CREDENTIAL].join('\n\n'));
}

/** The name of a panel's pictures. */
const fileOf = (name: string): string => `${name.toLowerCase().replace(/\W+/g, '-')}.webp`;

test.each(panels)('$name', async ({ name, type, fields }) => {
	await editor.openNode(name);
	const panel = editor.page.locator('.node-settings');
	const shown = await editor.fieldNames();
	if (isWriting) {
		mkdirSync(PICTURES, { recursive: true });
		await editor.page.mouse.move(4, 4);
		const picture = await panel.screenshot();
		await sharp(picture)
			.webp({ quality: 80 })
			.toFile(join(PICTURES, fileOf(name)));
	}
	// Where there is but one, n8n shows a button in the place of a list.
	const hasButton = /^hopsworks(?:Deployment|Trigger)/.test(type);
	const options = fields.includes('Options') && !hasButton ? await editor.optionNames() : [];
	await editor.closeNode();
	expect(shown).toEqual(fields);
	const listed = options.length > 0 ? `\n\nOptions: ${options.join(' · ')}` : '';
	const picture = (folder: string): string => `![${name}](panels/${folder}${fileOf(name)})`;
	// An operation that is new has no panel of before.
	const hasBefore = existsSync(join(PICTURES, 'before', fileOf(name)));
	const pictures = hasBefore
		? `| Before | Now |\n| --- | --- |\n| ${picture('before/')} | ${picture('')} |`
		: picture('');
	parts.push(`## ${name}\n\n${pictures}${listed}`);
});
