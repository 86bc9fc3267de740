/** The first five minutes: from a canvas with a few rows to a filtered prediction, by the panel alone; its moving picture is the README's. */
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { ROOT } from '../tools/root.cts';
import { isWriting } from '../tools/writing.cts';
import type { Editor } from './editor.cts';
import { startEditorSession, type EditorSession } from './editorSession.cts';
import { Recording } from './recording.cts';
import { PAYMENTS, WALK, walkWorkflow } from './workflows.cts';

const MODEL = 'Hopsworks Model';

let session: EditorSession;
let editor: Editor;

beforeAll(async () => {
	session = await startEditorSession(() => [walkWorkflow()]);
	editor = session.editor;
	await editor.page.setViewportSize({ width: 1360, height: 800 });
});
afterAll(() => session.end());

/** What someone does in the panel of Hopsworks Model. */
const hand = { clicks: 0, drags: 0 };

async function click(place: Locator): Promise<void> {
	hand.clicks++;
	await place.click();
}

async function drag(field: Locator, onto: Locator): Promise<void> {
	hand.drags++;
	await field.waitFor();
	await editor.closeNotices();
	await editor.drag(field, onto);
}

/** A field of the items that come in, as the panel lists it. */
const incoming = (name: string): Locator => editor.part('ndv-input-panel').getByText(name, { exact: true }).first();

async function predictWithTheModel(): Promise<void> {
	await editor.node('Payments').click();
	const [first] = await editor.searchNodes('prediction', MODEL);
	expect(first).toBe(MODEL);
	await editor.choose(MODEL);
	await editor.choose('Get predictions from deployed model');
	await editor.part('tab-params').waitFor();

	await click(editor.part('rlc-input').first());
	await click(editor.part('rlc-item').filter({ hasText: 'fraud' }).first());
	await click(editor.part('execute-previous-node'));
	await drag(incoming('amount'), editor.part('parameter-input-columns').last());
	await click(editor.field('columns'));
	await editor.page.keyboard.press('End');
	await editor.page.keyboard.type(', age, hour', { delay: 60 });
	// The editor takes what was typed a moment later.
	await editor.page.waitForTimeout(1000);
	await click(editor.part('node-execute-button'));
	await editor.output.getByText(`${PAYMENTS.length} items`).waitFor();
	await editor.closeNotices();
}

async function filterThePredictions(): Promise<void> {
	await editor.node(MODEL).click();
	await editor.searchNodes('filter');
	await editor.choose('Filter');
	await editor.part('tab-params').waitFor();
	await incoming('prediction').waitFor();
	await editor.drag(incoming('prediction'), editor.part('filter-condition-left').first());
	// Closes what n8n shows of the expression, which lies over the next field.
	await editor.part('tab-params').click();
	await editor.page.waitForTimeout(1000);
	await editor.part('filter-condition-right').getByRole('spinbutton').fill('1');
	await editor.page.waitForTimeout(1000);
	await editor.part('node-execute-button').click();
	await editor.output.getByText('items').first().waitFor();
	await editor.closeNotices();
}

const shownPayments = async (): Promise<unknown[]> =>
	(await editor.outputRows()).map(({ payment, prediction }) => [payment, prediction]);

test('five clicks and one drag in Hopsworks Model, a first run that is green, and a filter behind it', async () => {
	await editor.openWorkflow(WALK, 'Payments');
	const recording = isWriting ? await Recording.begin(editor.page) : undefined;
	await predictWithTheModel();
	const scored = await shownPayments();
	await editor.closeNode();
	await filterThePredictions();
	const kept = await shownPayments();
	await recording?.end(join(ROOT, 'docs', 'images', 'walk.webp'));

	expect(hand).toEqual({ clicks: 5, drags: 1 });
	const suspicious = ['P1', 'P4', 'P6', 'P8'];
	expect(scored).toEqual(PAYMENTS.map(({ payment }) => [payment, suspicious.includes(payment) ? '1' : '0']));
	expect(kept).toEqual(suspicious.map((payment) => [payment, '1']));
});
