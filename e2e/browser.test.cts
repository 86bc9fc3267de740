/** The packed package in n8n's editor, used by hand in a real browser; its pictures are the README's, and `npm run screenshots` replaces them. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { SANDBOX_KEY } from '../sandbox/keys.cts';
import type { Sandbox } from '../sandbox/sandbox.cts';
import { credential } from '../tools/credential.cts';
import {
	AGENT,
	ASK,
	CHAT,
	CLASSIFY,
	FILE,
	promiseOf,
	readExamples,
	ROLLOUT,
	SCHEMA,
	SCORING,
	TRIGGER,
} from '../tools/examples.cts';
import { NEWEST } from '../tools/installation.cts';
import { writeReport } from '../tools/report.cts';
import { ROOT } from '../tools/root.cts';
import { versionOf } from '../tools/versionOf.cts';
import { isWriting } from '../tools/writing.cts';
import type { Editor } from './editor.cts';
import { startEditorSession, type EditorSession } from './editorSession.cts';
import { paymentsWorkflow, PICKING, picked, rollbackWorkflow, streamingChat } from './workflows.cts';

const MODEL = 'Hopsworks Model';
const UNREADABLE = 3;
const [UNREADABLE_ROWS, STOPPED, MAPPING] = ['unreadableRows01', 'stoppedModel0001', 'columnsOfSchema1'];
const STREAMING = 'streamedAnswer01';
const ROLLBACK = 'rollBackOneStep1';

let session: EditorSession;
let sandbox: Sandbox;
let editor: Editor;
/** What was done, with its seconds; a step that failed is not among them. */
const done: string[] = [];
let steps = 0;

/** A part of the page, as far as it is scrolled here. */
interface Scrolled {
	scrollLeft: number;
	readonly scrollWidth: number;
	querySelectorAll(selector: string): Iterable<Scrolled>;
}

beforeAll(async () => {
	const [credentialId, columns] = ['hopsworksOnly', 'card'];
	session = await startEditorSession(
		({ url }) => [
			...readExamples(url),
			paymentsWorkflow(PICKING),
			paymentsWorkflow(UNREADABLE_ROWS, { credentialId, deployment: picked('cardcheck'), columns }, UNREADABLE),
			paymentsWorkflow(STOPPED, { credentialId, deployment: picked(''), columns: 'amount, age, hour' }),
			streamingChat(STREAMING),
			rollbackWorkflow(ROLLBACK, credentialId),
			paymentsWorkflow(MAPPING, { credentialId, deployment: picked('payments'), rows: 'schema' }),
		],
		({ url }) => [credential(credentialId, 'Hopsworks', '', url)],
	);
	({ sandbox, editor } = session);
	sandbox.cluster.settings.pace.start = 1500;
	sandbox.cluster.find(({ name }) => name === 'test', 'returns')?.lifecycle.become('Stopped');
});

afterAll(async () => {
	if (isWriting && done.length === steps) await report();
	await session.end();
});

async function report(): Promise<void> {
	const facts = {
		n8n: `${NEWEST.version}, on Node ${await NEWEST.nodeVersion()}`,
		Browser: `Chromium ${session.browser.version()}, Playwright ${versionOf(join(ROOT, 'node_modules', 'playwright-core'))}`,
		Command: '`npm run screenshots`',
	};
	const pictures = editor.pictures.map((name) => `[${name}](../images/${name}.png)`).join(', ');
	const body = `The packed package, used by hand in n8n's editor against the sandbox:\n\n${done.join('\n')}\n\nPictures taken on the way: ${pictures}.`;
	writeReport('browser', 'The package in a browser', facts, body);
}

/** A test that leaves a picture behind where it fails. */
function step(name: string, body: () => Promise<void>): void {
	steps++;
	test(name, async () => {
		const started = performance.now();
		try {
			await body();
		} catch (error) {
			console.log(`What the editor showed: ${await editor.keep(name)}`);
			throw error;
		}
		done.push(`- ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
	});
}

step('a search in the node panel finds the nodes, and the chosen one stands behind the rows', async () => {
	await editor.openWorkflow(PICKING, 'Payments');
	await editor.node('Payments').click();
	const found = await editor.searchNodes('hopsworks');
	// The first is the trigger: n8n leaves that word out in its list.
	expect(found.toSorted()).toEqual(['Hopsworks', 'Hopsworks Chat Model', 'Hopsworks Deployment', MODEL]);
	await editor.choose(MODEL);
	await editor.choose('Get predictions from deployed model');
	await editor.part('tab-params').waitFor();
});

step('a credential typed by hand: a wrong key is said to be refused, the right one is accepted', async () => {
	await editor.part('node-credentials-select').click();
	await editor.part('node-credentials-select-item-new').click();
	await editor.field('apiKey').fill('PREFIX.WRONG');
	await editor.field('hopsworksUrl').fill(sandbox.url);
	await editor.field('project').fill('test');
	await editor.part('credential-save-button').click();
	await editor.page.getByText('More details').click();
	const refusal = editor.page.getByText("'Hopsworks URL': the API key was refused: Invalid or incorrect API key");
	await refusal.waitFor();

	await editor.field('apiKey').fill(SANDBOX_KEY);
	await editor.part('credential-save-button').click();
	await editor.part('credential-save-button').waitFor({ state: 'hidden' });
	await editor.part('credential-edit-button').click();
	await editor.page.getByText('Connection tested successfully').waitFor();
	await editor.closeNotices();
	await editor.picture('credential');
	await editor.page.keyboard.press('Escape');
	await editor.part('credential-save-button').waitFor({ state: 'hidden' });
});

step('a deployment picked, a column dragged to its field: 1,000 predictions beside their rows', async () => {
	await editor.openNodeAgain(MODEL);
	await editor.part('rlc-input').first().click();
	const choice = editor.part('rlc-item').filter({ hasText: /^\s*cardcheck\s*$/ });
	await choice.waitFor();
	await editor.picture('pick');
	await choice.click();
	await editor.part('execute-previous-node').click();
	await editor.part('ndv-input-panel').getByText('card', { exact: true }).waitFor();
	await editor.closeNotices();
	await editor.drag(
		editor.part('ndv-input-panel').getByText('card', { exact: true }),
		editor.part('parameter-input-columns').last(),
	);
	expect(await editor.field('columns').inputValue()).toBe('card');
	await editor.runNode();
	await editor.output.getByText('1000 items').waitFor();
	await editor.closeNotices();
	const rows = await editor.outputRows();
	expect(rows.length).toBeGreaterThan(10);
	expect(rows).toEqual(
		rows.map((_, row) => ({
			payment: `P${row + 1}`,
			amount: String(row / 4),
			age: row % 2 ? '400' : '3',
			hour: row % 2 ? '14' : '2',
			card: row % 2 ? '18' : '17',
			prediction: String(1 - (row % 2)),
			'': '',
		})),
	);
	await editor.picture('picked');
	await editor.closeNode();
});

step('with On Error set to the error output, unreadable rows stand in the second tab with their error', async () => {
	await editor.openWorkflow(UNREADABLE_ROWS, MODEL);
	await editor.openNode(MODEL);
	await editor.part('tab-settings').click();
	await editor.select('onError', 'Continue (using error output)');
	await editor.part('tab-params').click();
	await editor.runNode();
	await editor.output.getByText(`Success Branch (${1000 - UNREADABLE} items)`).waitFor();
	const [first] = await editor.outputRows();
	expect(first).toMatchObject({ payment: `P${UNREADABLE + 1}`, prediction: '0' });
	await editor.output.getByText(`Error Branch (${UNREADABLE} items)`).click();
	await editor.output.getByText('invalid literal').first().waitFor();
	const failed = await editor.outputRows();
	expect(failed.map(({ payment, card }) => [payment, card])).toEqual([
		['P1', 'unknown'],
		['P2', 'unknown'],
		['P3', 'unknown'],
	]);
	for (const { error } of failed) expect(error).toContain("invalid literal for int() with base 10: 'unknown'");
	await editor.closeNode();
});

step('a stopped deployment is said to be, and is started by the node once it may', async () => {
	await editor.openWorkflow(STOPPED, MODEL);
	await editor.openNode(MODEL);
	await editor.part('rlc-input').first().click();
	await editor
		.part('rlc-item')
		.filter({ hasText: /^\s*returns\s*$/ })
		.click();
	await editor.runNode();
	await editor.output.getByText('is not running').first().waitFor();
	await editor.addOption('When Stopped');
	await editor.select('whenStopped', 'Start It');
	await editor.runNode();
	await editor.output.getByText('1000 items').waitFor();
	const [first] = await editor.outputRows();
	expect(first).toMatchObject({ payment: 'P1', prediction: '1' });
	await editor.closeNode();
});

step("the columns of a deployment's schema, mapped by hand", async () => {
	await editor.openWorkflow(MAPPING, MODEL);
	await editor.openNode(MODEL);
	await editor.chooseFrom(editor.part('mapping-mode-select').first(), 'Map Each Column Manually');
	await editor.page.getByText('channel (string, optional)').first().waitFor();
	await editor.picture('mapper');
	await editor.closeNode();
});

step('the batch-scoring example runs, and every measurement has its diagnosis', async () => {
	await editor.openWorkflow(SCORING, MODEL);
	await editor.runWorkflow();
	await editor.picture('run');
	await editor.openNode(MODEL);
	const rows = await editor.outputRows();
	expect(rows.length).toBeGreaterThan(10);
	for (const { patient, prediction } of rows) {
		expect(patient).toMatch(/^P\d{3}$/);
		expect(prediction).toMatch(/^(malignant|benign)$/);
	}
	const right = rows.filter(({ diagnosis, prediction }) => diagnosis === prediction);
	expect(right.length / rows.length).toBeGreaterThan(0.9);
	// The prediction is the last column.
	await editor
		.part('ndv-data-container')
		.last()
		.evaluate((panel: Scrolled) => {
			for (const part of [panel, ...panel.querySelectorAll('*')]) part.scrollLeft = part.scrollWidth;
		});
	await editor.picture('panel');
	await editor.closeNode();
});

step('the chat example answers every ticket with its team', async () => {
	await editor.openWorkflow(CHAT, MODEL);
	await editor.runWorkflow();
	await editor.openNode(MODEL);
	const rows = await editor.outputRows();
	expect(rows).toHaveLength(12);
	expect(rows[0]).toMatchObject({ ticket: 'T01', answer: 'billing' });
	await editor.picture('chat');
	await editor.closeNode();
});

step('the classifying example fills in the fields of the schema', async () => {
	await editor.openWorkflow(SCHEMA, MODEL);
	await editor.runWorkflow();
	await editor.openNode(MODEL);
	const rows = await editor.outputRows();
	expect(rows).toHaveLength(12);
	expect(rows[0]?.answer).toMatch(/team\s*:\s*billing\s*urgency\s*:\s*high/);
	await editor.picture('schema');
	await editor.closeNode();
});

step('the sorting example shows how sure the model is of every ticket', async () => {
	await editor.openWorkflow(CLASSIFY, MODEL);
	await editor.runWorkflow();
	await editor.picture('sorted');
	await editor.openNode(MODEL);
	const rows = await editor.outputRows();
	expect(rows.length).toBeGreaterThan(5);
	for (const { classification } of rows) expect(classification).toMatch(/category\s*:.*confidence\s*:\s*[01]/s);
	await editor.picture('classify');
	await editor.closeNode();
});

step('the example of a file scores its rows, and the one of documents finds its answer in them', async () => {
	await editor.openWorkflow(FILE, MODEL);
	await editor.runWorkflow();
	await editor.openNode(MODEL);
	await editor.picture('file');
	await editor.closeNode();
	await editor.openWorkflow(ASK, 'Hopsworks Embeddings');
	await editor.runWorkflow();
	await editor.part('zoom-to-fit').click();
	await editor.picture('retrieval');
});

step('the guarded rollout is there to be read', async () => {
	await editor.openWorkflow(ROLLOUT, 'Roll Back');
	await editor.part('zoom-to-fit').click();
	await editor.picture('guarded-rollout');
});

step('an answer stands in the chat panel piece by piece, as it is written', async () => {
	await editor.openWorkflow(STREAMING, MODEL);
	// Long enough to be seen growing by a browser that looks only a few times a second.
	const question = Array.from({ length: 300 }, (_, number) => `part ${number}`).join(', ');
	const shown = await editor.watchAnswer(question);
	expect(shown.at(-1)).toMatch(/^This is the sandbox, /);
	expect(shown.length).toBeGreaterThan(10);
	for (const [index, text] of shown.slice(1).entries()) expect(text.startsWith(shown[index] ?? '')).toBe(true);
});

step('an AI agent asks the node as its tool and answers with what the tool said', async () => {
	await editor.openWorkflow(AGENT, 'Check a Payment');
	await editor.openNode('Check a Payment');
	await editor.picture('tool');
	await editor.closeNode();
	const promise = promiseOf(readExamples('').find(({ id }) => id === AGENT));
	const answer = await editor.ask(promise.question);
	await answer.getByText(promise.answer).waitFor();
	await editor.page.getByText('Workflow executed successfully').waitFor();
	await editor.closeNotices();
	await editor.part('zoom-to-fit').click();
	await editor.picture('agent');
});

step('a deployment is rolled back to its version before, and the node says from what to what', async () => {
	await editor.openWorkflow(ROLLBACK, 'Roll Back');
	await editor.openNode('Roll Back');
	await editor.runNode();
	await editor.output.getByText('1 item').waitFor();
	await editor.closeNotices();
	const made = await editor.output.innerText();
	for (const [field, value] of Object.entries({
		name: 'tumor',
		status: 'Running',
		fromVersion: '2',
		toVersion: '1',
		rolledBack: 'true',
	})) {
		expect(made).toMatch(new RegExp(`\\b${field}\\s+${value}\\b`));
	}
	await editor.picture('rollback');
	await editor.closeNode();
});

step('the trigger shows a deployment that has failed as an example, and the team is told of it', async () => {
	sandbox.messages.length = 0;
	await editor.openWorkflow(TRIGGER, 'Hopsworks Trigger');
	await editor.runWorkflow();
	expect(sandbox.messages).toEqual([expect.stringContaining('The deployment broken is Failed')]);
	await editor.openNode('Hopsworks Trigger');
	await editor.picture('trigger');
	await editor.closeNode();
});
