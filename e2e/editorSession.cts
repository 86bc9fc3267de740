/** What the browser tests begin with: a sandbox, an n8n with the packed package in it, and its editor in a browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { sandboxCredential } from '../tools/examples.cts';
import { pack } from '../tools/pack.cts';
import { freePorts, WholeN8n } from '../tools/wholeN8n.cts';
import { Editor, startBrowser } from './editor.cts';

const OWNER = { email: 'demo@example.com', password: 'Pictures-2026' };

export interface EditorSession {
	sandbox: Sandbox;
	browser: Browser;
	editor: Editor;
	/** Ends what was started, and begins with the last. */
	end(): Promise<void>;
}

/** `workflows` are imported, and the credential for the sandbox together with further ones. */
export async function startEditorSession(
	workflows: (sandbox: Sandbox) => object[],
	credentials: (sandbox: Sandbox) => object[] = () => [],
): Promise<EditorSession> {
	const endings: Array<() => Promise<void>> = [];
	const end = async (): Promise<void> => {
		for (const one of endings) await one();
	};
	try {
		const folder = mkdtempSync(join(tmpdir(), 'browser-'));
		endings.unshift(async () => rmSync(folder, { recursive: true, force: true }));
		const sandbox = await startSandbox();
		endings.unshift(() => sandbox.close());
		const n8n = new WholeN8n({ userFolder: join(folder, 'user'), ...(await freePorts()) });
		endings.unshift(() => n8n.stop());
		const browser = await startBrowser();
		endings.unshift(() => browser.close());
		await n8n.addPackage(await pack(join(folder, 'package')));
		await n8n.importAll('credentials', [sandboxCredential(sandbox.url), ...credentials(sandbox)]);
		await n8n.importAll('workflow', workflows(sandbox));
		await n8n.start();
		await n8n.setUpOwner(OWNER.email, OWNER.password);
		const editor = await Editor.open(browser, n8n.url, OWNER.email, OWNER.password);
		return { sandbox, browser, editor, end };
	} catch (error) {
		await end();
		throw error;
	}
}
