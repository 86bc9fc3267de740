/** The guarded rollout in a whole n8n, as it is imported: a good new version of a deployment stays, a bad one is rolled back, once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { until } from '../test/support/until.cts';
import { importExamples, readExamples, ROLLOUT } from '../tools/examples.cts';
import { pack } from '../tools/pack.cts';
import { freePorts, WholeN8n } from '../tools/wholeN8n.cts';
import { logIn } from './ownRestApi.cts';

/** In seconds. One schedule may poll once a minute at most, and there may be several. */
const POLL_EVERY = 4;
const SCHEDULES = Array.from({ length: 60 / POLL_EVERY }, (_, index) => ({
	mode: 'custom',
	cronExpression: `${index * POLL_EVERY} * * * * *`,
}));
const OWNER = { email: 'demo@example.com', password: 'Whole-2026' };
/** From the poll to the message: what comes up is looked at every five seconds, and so is the way back. */
const PATIENCE = 120_000;

let n8n: WholeN8n;
let sandbox: Sandbox;
/** Ends what was started, and begins with the last. */
const endings: Array<() => unknown> = [];

beforeAll(async () => {
	const folder = mkdtempSync(join(tmpdir(), 'rollout-'));
	endings.unshift(() => rmSync(folder, { recursive: true, force: true }));
	sandbox = await startSandbox();
	endings.unshift(() => sandbox.close());
	// Long enough for a version to be announced while the one before still answers.
	sandbox.cluster.settings.pace.start = 6000;
	n8n = new WholeN8n({ userFolder: join(folder, 'user'), ...(await freePorts()) });
	endings.unshift(() => n8n.stop());
	await n8n.addPackage(await pack(join(folder, 'package')));
	await importExamples(n8n, sandbox.url);
	await n8n.importAll('workflow', [often(sandbox.url)]);
	await n8n.command('publish:workflow', `--id=${ROLLOUT}`);
	await n8n.start();
	await n8n.setUpOwner(OWNER.email, OWNER.password);
});
afterAll(async () => {
	for (const end of endings) await end();
});

/** The example, which looks more often than once a minute. */
function often(sandboxUrl: string): object {
	const example = readExamples(sandboxUrl).find(({ id }) => id === ROLLOUT);
	if (!example) throw new Error('no such example');
	const pollTimes = { item: SCHEDULES };
	const nodes = example.nodes.map((node) =>
		node.type.endsWith('hopsworksTrigger') ? { ...node, parameters: { ...node.parameters, pollTimes } } : node,
	);
	return { ...example, nodes };
}

/** What the team is told next. */
async function told(count: number): Promise<string | undefined> {
	await until(async () => sandbox.messages.length >= count, PATIENCE);
	return sandbox.messages[count - 1];
}

async function control(path: string, body: object): Promise<void> {
	const reply = await fetch(`${sandbox.url}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
	expect(await reply.json()).toEqual({ version: expect.any(Number) });
}

/** A version of the model that was trained so, and one of the deployment that serves it. */
async function roll(border: number, modelVersion: number): Promise<void> {
	await control('models', { name: 'tumor', parameters: { border } });
	await control('versions', { deployment: 'tumor', fields: { modelVersion } });
}

const tumor = () => sandbox.cluster.find(({ name }) => name === 'test', 'tumor');
const rollbacks = (): string[] => sandbox.traffic.restApi.filter((call) => call.endsWith('/rollback'));

test('the version that serves is measured and remembered, by hand', async () => {
	const { post } = await logIn(n8n.url, OWNER);
	await post(`/rest/workflows/${ROLLOUT}/run`, { triggerToStartFrom: { name: 'Measure What Serves Now' } });
	expect(await told(1)).toBe('tumor stays on version 2, which is right for 95.0 % of the labelled rows.');
});

test('a better version is measured once it serves, and stays', async () => {
	await roll(1, 3);
	expect(await told(2)).toBe('tumor stays on version 3, which is right for 97.5 % of the labelled rows.');
	expect([tumor()?.versions.active.number, rollbacks()]).toEqual([3, []]);
});

test('a worse version is rolled back to the one that was kept, and the way back starts nothing', async () => {
	await roll(-4, 4);
	expect(await told(3)).toBe(
		'tumor is back on version 3. Version 4 was right for 77.5 % of the labelled rows (0 failed), version 3 for 97.5 %.',
	);
	await wait(3 * POLL_EVERY * 1000);
	expect(sandbox.messages).toHaveLength(3);
	expect(rollbacks()).toEqual(['POST /project/119/serving/12/rollback']);
	expect([tumor()?.versions.active.number, tumor()?.lifecycle.status]).toEqual([3, 'Running']);
});

test('a version that does not come up is rolled back too', async () => {
	const failure = 'the predictor script raised SyntaxError';
	await control('versions', { deployment: 'tumor', fields: { predictor: 'new.py' }, failure });
	expect(await told(4)).toBe(`tumor is back on version 3. Version 5 did not come up: Failed to run: ${failure}.`);
	expect(rollbacks()).toHaveLength(2);
	expect([tumor()?.versions.active.number, tumor()?.lifecycle.status]).toEqual([3, 'Running']);
});
