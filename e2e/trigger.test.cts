/**
 * The trigger in a whole n8n: 1,000 changes, with three restarts of n8n and one minute without Hopsworks among them. n8n
 * takes no schedule of less than a minute, but as many schedules as one likes: twelve of them make a poll every five seconds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ChangingHopsworks } from '../test/support/changingHopsworks.cts';
import { recordOf } from '../test/support/json.cts';
import { startServer, type TestServer } from '../test/support/server.cts';
import { credential } from '../tools/credential.cts';
import { pack } from '../tools/pack.cts';
import { freePorts, WholeN8n } from '../tools/wholeN8n.cts';
import { node, to, uses } from '../tools/workflowParts.cts';

const DEPLOYMENTS = 100;
/** Of each kind; together 1,000. */
const CHANGES = { deploymentState: 600, deploymentVersion: 200, modelVersion: 200 };
const ALL = Object.values(CHANGES).reduce((sum, count) => sum + count, 0);
const STATES = ['Running', 'Idle', 'Updating', 'Failed', 'Stopped'];
const WORKFLOW = 'triggerOfAllEvents';

/** Every five seconds, by n8n's own rules. */
const pollTimes = {
	item: Array.from({ length: 12 }, (_, index) => ({ mode: 'custom', cronExpression: `${5 * index} * * * * *` })),
};

let folder: string;
let n8n: WholeN8n;
let hopsworks: ChangingHopsworks;
let receiver: TestServer;
const endings: Array<() => Promise<unknown>> = [];

/** What was changed and what the workflow was told, each by a text that no other has. */
const changed: string[] = [];
const told: string[] = [];

function workflow(): object {
	const triggers = Object.keys(CHANGES).map((event, index) =>
		node(
			String(index),
			event,
			'n8n-nodes-hopsworks.hopsworksTrigger',
			1,
			{ event, pollTimes },
			uses('hopsworksApi', 'h'),
		),
	);
	const tell = node('4', 'Tell', 'n8n-nodes-base.httpRequest', 4.2, {
		method: 'POST',
		url: receiver.url,
		sendBody: true,
		specifyBody: 'json',
		jsonBody: '={{ JSON.stringify($json) }}',
		options: {},
	});
	return {
		id: WORKFLOW,
		name: 'Changes',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes: [...triggers, tell],
		connections: Object.fromEntries(Object.keys(CHANGES).map((event) => [event, to('Tell')])),
	};
}

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'trigger-'));
	endings.unshift(async () => rmSync(folder, { recursive: true, force: true }));
	hopsworks = await ChangingHopsworks.start();
	endings.unshift(() => hopsworks.server.close());
	for (let index = 0; index < DEPLOYMENTS; index++) hopsworks.deploy(`deployment${index}`);
	hopsworks.register('fraud', 1, {}, 0);
	receiver = await startServer(({ body }) => {
		const { event, deployment, model, before, after, reason } = recordOf(body);
		const words = [deployment ?? model, before, after];
		told.push((event === 'deploymentState' ? [...words, reason] : words).join(' '));
		return { body: {} };
	});
	endings.unshift(() => receiver.close());
	n8n = new WholeN8n({ userFolder: join(folder, 'user'), ...(await freePorts()) });
	endings.unshift(() => n8n.stop());
	await n8n.addPackage(await pack(join(folder, 'package')));
	await n8n.importAll('credentials', [credential('h', 'h', '', hopsworks.url)]);
	await n8n.importAll('workflow', [workflow()]);
	await n8n.command('publish:workflow', `--id=${WORKFLOW}`);
	await n8n.start();
});

afterAll(async () => {
	for (const end of endings) await end();
});

/** How many changes of a kind there were. */
const made = { deploymentState: 0, deploymentVersion: 0, modelVersion: 0 };

/** By deployment, its last change of state: one that no poll has seen could not be told, so the next one waits until it was. */
const last = new Map<number, string>();

/** Makes one more change, of a kind that is not used up. */
function changeOne(turn: number): void {
	const kind = turn % 5;
	if (kind === 0 && made.modelVersion < CHANGES.modelVersion) {
		const version = 2 + made.modelVersion++;
		hopsworks.register('fraud', version);
		changed.push(`fraud ${version - 1} ${version}`);
	} else if (kind === 1 && made.deploymentVersion < CHANGES.deploymentVersion) {
		const deployment = hopsworks.deployments[turn % 7];
		if (!deployment) return;
		// Every second one is rolled back at once: no record then names it.
		deployment.highest++;
		deployment.deployed = new Date().toISOString();
		if (turn % 2 === 0) deployment.version = deployment.highest;
		made.deploymentVersion++;
		changed.push(`${deployment.name} ${deployment.highest - 1} ${deployment.highest}`);
	} else if (kind > 1 && made.deploymentState < CHANGES.deploymentState) {
		const ready = hopsworks.deployments.filter(({ id }) => told.includes(last.get(id) ?? '') || !last.has(id));
		const deployment = ready[turn % Math.max(1, ready.length)];
		if (!deployment) return;
		const before = deployment.status;
		deployment.status = STATES[(STATES.indexOf(before) + 1 + (turn % (STATES.length - 1))) % STATES.length] ?? '';
		deployment.reason = `change ${made.deploymentState++}`;
		last.set(deployment.id, `${deployment.name} ${before} ${deployment.status} ${deployment.reason}`);
		changed.push(last.get(deployment.id) ?? '');
	}
}

/** No longer than a minute: what has not come by then is missed. */
async function untilAllAreTold(): Promise<void> {
	const end = Date.now() + 60_000;
	while (told.length < changed.length && Date.now() < end) await wait(200);
}

/** What happens while changes are made, each once so many were. */
const troubles: Array<{ after: number; happens: () => Promise<void> }> = [
	{
		after: 200,
		async happens() {
			await n8n.stop();
			await n8n.start();
		},
	},
	{
		// In the minute without Hopsworks n8n is started anew, too.
		after: 450,
		async happens() {
			const port = Number(new URL(hopsworks.url).port);
			await hopsworks.server.close();
			const end = Date.now() + 60_000;
			await wait(20_000);
			await n8n.stop();
			await n8n.start();
			await wait(end - Date.now());
			await hopsworks.server.listen(port);
		},
	},
	{
		// A power cut; what n8n is about to write then is its own to lose.
		after: 800,
		async happens() {
			await untilAllAreTold();
			await wait(2000);
			await n8n.kill();
			await n8n.start();
		},
	},
];

test('of 1,000 changes none is missed and none comes twice', async () => {
	// The first poll of each trigger has been made.
	while (new Set(hopsworks.server.requests.map(({ path }) => path.replace(/\d+/g, ''))).size < 4) await wait(200);
	await wait(2000);
	const coming = [...troubles];
	let trouble: Promise<void> = Promise.resolve();
	let isQuiet = true;
	const end = Date.now() + 210_000;
	for (let turn = 0; changed.length < ALL && Date.now() < end; turn++) {
		const next = coming[0];
		if (isQuiet && next && changed.length >= next.after) {
			coming.shift();
			isQuiet = false;
			trouble = next.happens().finally(() => (isQuiet = true));
			// A power cut waits until everything before it is told, so nothing more may come.
			if (coming.length === 0) await trouble;
		}
		changeOne(turn);
		await wait(100);
	}
	await trouble;
	await untilAllAreTold();
	// Two more polls, which find nothing.
	await wait(12_000);
	expect(told.toSorted()).toEqual(changed.toSorted());
	expect([changed.length, coming]).toEqual([ALL, []]);
});
