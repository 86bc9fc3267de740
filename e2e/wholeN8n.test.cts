/** The packed package in a whole n8n: the examples, ten thousand rows, a webhook, and an AI agent with its model and tool. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { at, listOf, read, recordOf, textOf } from '../test/support/json.cts';
import { hasSample, sampleOf, violations } from '../test/support/sampleOutput.cts';
import { firstValues, startServer, type TestServer } from '../test/support/server.cts';
import { credential } from '../tools/credential.cts';
import {
	AGENT,
	ALERT,
	CHAT,
	CLASSIFY,
	CSV_FILE,
	EMBED,
	importExamples,
	NIGHTLY,
	promiseOf,
	readExamples,
	SCHEMA,
	SCORING,
	type Workflow,
} from '../tools/examples.cts';
import { NPM } from '../tools/installation.cts';
import { pack } from '../tools/pack.cts';
import { ROOT } from '../tools/root.cts';
import { freePorts, WholeN8n, type NodeRun } from '../tools/wholeN8n.cts';
import { askInEditor, readChunks, saidBy, type Chunk } from './editorChat.cts';
import {
	agentWorkflow,
	callingTwice,
	callingTwiceWithoutIds,
	offeredTool,
	scriptedAgentModel,
} from './scriptedAgent.cts';
import { PICKING, picked, paymentsWorkflow, streamingChat, tableWorkflow } from './workflows.cts';

const ROWS = 10_000;
const OWNER = { email: 'demo@example.com', password: 'Whole-2026' };

let n8n: WholeN8n;
let sandbox: Sandbox;
let folder: string;
let tarball: string;
let examples: Workflow[];
const servers: TestServer[] = [];
/** Ends what was started, and begins with the last. */
const endings: Array<() => Promise<unknown>> = [];

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'whole-n8n-'));
	endings.unshift(async () => rmSync(folder, { recursive: true, force: true }));
	sandbox = await startSandbox();
	endings.unshift(() => sandbox.close());
	endings.unshift(() => Promise.all(servers.map((server) => server.close())));
	n8n = new WholeN8n({ userFolder: join(folder, 'user'), readable: [folder], ...(await freePorts()) });
	endings.unshift(() => n8n.stop());
	tarball = await pack(join(folder, 'package'));
	await n8n.addPackage(tarball);
	examples = readExamples(sandbox.url);
	await importExamples(n8n, sandbox.url);
});

afterAll(async () => {
	for (const end of endings) await end();
});

/** Runs an example, and holds what the nodes of this package made against the outputs that the editor offers before. */
async function runExample(id: string): Promise<Record<string, NodeRun>> {
	const runs = await n8n.execute(id);
	for (const { name, type, parameters } of examples.find((example) => example.id === id)?.nodes ?? []) {
		const [isOurs, node = ''] = /^n8n-nodes-hopsworks\.(.+)$/.exec(type) ?? [];
		const made = runs[name]?.items.map(({ json }) => json).filter((json) => !('error' in json)) ?? [];
		if (isOurs === undefined || !hasSample(node, textOf(parameters.operation))) continue;
		expect(made.flatMap((json) => violations(sampleOf(node, textOf(parameters.operation)), json))).toEqual([]);
	}
	return runs;
}

test.each([
	['that the newest Node brings', [NPM]],
	['of old Nodes', [NPM, 'exec', '--yes', '--package=npm@10.9.9', '--', 'npm']],
])('the npm %s installs the package alone', async (name, npm) => {
	const userFolder = join(folder, name);
	await new WholeN8n({ userFolder, port: 1, brokerPorts: [2, 3] }).addPackage(tarball, npm);
	const lock = readFileSync(join(userFolder, '.n8n', 'nodes', 'package-lock.json'), 'utf8');
	expect(Object.keys(recordOf(at(read(lock), 'packages')))).toEqual(['', 'node_modules/n8n-nodes-hopsworks']);
});

test('a folder from which packages would find the modules of a checkout is refused', () => {
	const userFolder = join(ROOT, 'node_modules', '.cache', 'user');
	const make = () => new WholeN8n({ userFolder, port: 1, brokerPorts: [2, 3] });
	expect(make).toThrow(`would use ${join(ROOT, 'node_modules', 'n8n-workflow')} instead of n8n's own`);
});

test.each([
	['CSV file', CSV_FILE, 569],
	['batch-scoring', SCORING, 40],
])('the %s example scores every one of its rows', async (_name, id, count) => {
	const { Rows: rows, 'Hopsworks Model': model, 'Scored File': file } = await runExample(id);
	expect(rows?.items).toHaveLength(count);
	expect(model?.items).toHaveLength(count);
	for (const { json } of model?.items ?? []) expect(json.prediction).toMatch(/^(malignant|benign)$/);
	const agreeing = model?.items.filter(({ json }) => json.prediction === json.diagnosis).length ?? 0;
	expect(agreeing / count).toBeGreaterThan(0.94);
	expect(file?.items.length ?? 0).toBe(id === CSV_FILE ? 1 : 0);
});

test('the batch-scoring example tells the team', async () => {
	sandbox.messages.length = 0;
	const { 'Tell the Team': told } = await runExample(SCORING);
	expect(told?.items).toHaveLength(1);
	expect(sandbox.messages).toEqual([expect.stringMatching(/^\d+ samples look malignant/)]);
});

test('the chat example answers every ticket', async () => {
	const { Team: team } = await runExample(CHAT);
	expect(team?.items).toHaveLength(12);
	expect(team?.items[0]?.json).toEqual({ ticket: 'T01', team: 'billing', tokens: expect.any(Number) });
	expect(new Set(team?.items.map(({ json }) => json.team))).toEqual(new Set(['billing', 'technical', 'sales']));
});

test('the nightly example starts its deployment, scores every row, and stops it', async () => {
	const nodes = await runExample(NIGHTLY);
	expect(nodes['Start the Deployment']?.items.map(({ json }) => json.status)).toEqual(['Running']);
	const scored = nodes['Hopsworks Model']?.items ?? [];
	expect(scored).toHaveLength(nodes.Rows?.items.length ?? 0);
	for (const { json } of scored) expect(json.prediction).toMatch(/^(malignant|benign)$/);
	expect(nodes['Stop the Deployment']?.items.map(({ json }) => json.status)).toEqual(['Stopped']);
});

test('the nightly example stops its deployment though no row could be scored, and its run counts as failed', async () => {
	sandbox.faults.add({ deployment: 'screening', status: 500, body: '{"error": "out of tune"}' });
	await expect(runExample(NIGHTLY)).rejects.toThrow('out of tune');
	sandbox.faults.clear();
	expect(sandbox.cluster.find(({ name }) => name === 'test', 'screening')?.lifecycle.status).toBe('Stopped');
});

test('the alert example tells of the deployment that has failed, with the reason', async () => {
	sandbox.messages.length = 0;
	await runExample(ALERT);
	expect(sandbox.messages).toEqual([expect.stringContaining('The deployment broken has failed. Failed to run')]);
});

test('with a Hopsworks URL and a key alone, 1,000 rows are scored in their batches and three look-ups', async () => {
	await n8n.importAll('credentials', [credential('hopsworksOnly', 'hopsworksOnly', '', sandbox.url)]);
	await n8n.importAll('workflow', [
		paymentsWorkflow(PICKING, {
			credentialId: 'hopsworksOnly',
			deployment: picked('fraud'),
			columns: 'amount, age, hour',
		}),
	]);
	const [requests, lookUps] = [sandbox.traffic.requests, sandbox.traffic.restApi.length];
	const { 'Hopsworks Model': model } = await n8n.execute(PICKING);
	expect(model?.items.map(({ json }) => json.prediction)).toEqual(
		Array.from({ length: 1000 }, (_, id) => 1 - (id % 2)),
	);
	expect(sandbox.traffic.requests - requests).toBe(2);
	expect(sandbox.traffic.restApi.length - lookUps).toBe(3);
});

test(`${ROWS} rows from a CSV file: few requests, few connections, every row linked to its own input`, async () => {
	const server = await startServer(firstValues);
	servers.push(server);
	const table = join(folder, 'table.csv');
	const lines = Array.from({ length: ROWS }, (_, id) => `${id},${id / 7},${id % 90},${id % 24}`);
	writeFileSync(table, ['id,amount,age,hour', ...lines].join('\n'));
	await n8n.importAll('credentials', [credential('testServer', 'testServer', server.url)]);
	await n8n.importAll('workflow', [tableWorkflow('tenThousandRows1', table, 'testServer')]);
	const { Model: model, Linked: linked } = await n8n.execute('tenThousandRows1');
	console.log(
		`${ROWS} rows: ${server.requests.length} requests, ${server.mostAtOnce} at once, node time ${model?.executionTime ?? NaN} ms`,
	);
	expect(linked?.items).toHaveLength(ROWS);
	const wrong = linked?.items.filter(
		({ json }, row) => json.id !== String(row) || json.source !== String(row) || json.prediction !== `of ${row}`,
	);
	expect(wrong).toEqual([]);
	expect(server.requests.length).toBeLessThanOrEqual(20);
	expect(server.mostAtOnce).toBeLessThanOrEqual(4);
});

test('the classifying example sorts every ticket into the schema', async () => {
	const { Sorted: sorted, 'For a Person to Sort': unsorted } = await runExample(SCHEMA);
	expect(sorted?.items).toHaveLength(12);
	expect(unsorted?.items ?? []).toEqual([]);
	expect(sorted?.items[0]?.json).toEqual({ ticket: 'T01', team: 'billing', urgency: 'high' });
});

test('the example of Classify sorts the tickets that it is sure of, and hands the others to a person', async () => {
	const { Sorted: sorted, 'For a Person to Sort': unsure } = await runExample(CLASSIFY);
	expect(sorted?.items).toHaveLength(12);
	expect(sorted?.items[0]?.json).toMatchObject({ ticket: 'T01', team: 'billing' });
	expect(unsure?.items.map(({ json }) => json.ticket)).toEqual(['T13', 'T14']);
});

test('the embedding example finds the ticket nearest to the question', async () => {
	const { 'Embed the Tickets': embedded, 'Nearest Three': nearest } = await runExample(EMBED);
	expect(embedded?.items.map(({ json }) => listOf(json.embedding).length)).toEqual(Array(12).fill(64));
	expect(nearest?.items.map(({ json }) => json.ticket)).toHaveLength(3);
	expect(nearest?.items[0]?.json.ticket).toBe('T01');
});

test('an AI agent answers through the Hopsworks Chat Model, and the prediction alone comes back from its tool', async () => {
	const server = await startServer(scriptedAgentModel);
	servers.push(server);
	await n8n.importAll('credentials', [credential('scripted', 'scripted', server.url)]);
	await n8n.importAll('workflow', [agentWorkflow('agentWithTool001', examples, 'scripted')]);
	const { 'AI Agent': agent } = await n8n.execute('agentWithTool001');
	const [first] = server.requests;
	expect(first?.path).toBe('/v1/test/assistant/v1/chat/completions');
	expect(first && offeredTool(first)).toMatchObject({
		description: expect.stringContaining('fraud'),
		parameters: { properties: { amount: { type: 'number' }, age: { type: 'number' }, hour: { type: 'number' } } },
	});
	expect(agent?.items[0]?.json.output).toBe('It said [{"prediction":0}]');
});

test('an AI agent whose server gives calls no ids finishes in as many turns as with ids', async () => {
	const turns: number[] = [];
	for (const [id, model] of [
		['withIds000000001', callingTwice],
		['withoutIds000001', callingTwiceWithoutIds],
	] as const) {
		const server = await startServer(model);
		servers.push(server);
		await n8n.importAll('credentials', [credential(id, id, server.url)]);
		await n8n.importAll('workflow', [agentWorkflow(id, examples, id)]);
		const { 'AI Agent': agent } = await n8n.execute(id);
		expect(agent?.items[0]?.json.output).toBe('It said [{"prediction":0}] and [{"prediction":0}]');
		turns.push(server.requests.length);
	}
	expect(turns).toEqual([2, 2]);
});

describe('a running n8n', () => {
	beforeAll(async () => {
		await publishChat('chatOfTheNode001', streamingChat('chatOfTheNode001'));
		await n8n.start();
		await n8n.setUpOwner(OWNER.email, OWNER.password);
	});

	/** Publishes a copy of a workflow with a public chat, whose address is its id. */
	async function publishChat(id: string, workflow: Workflow | undefined): Promise<void> {
		const nodes = workflow?.nodes.map((one) =>
			one.name === 'When Asked' ? { ...one, webhookId: id, parameters: { ...one.parameters, public: true } } : one,
		);
		await n8n.importAll('workflow', [{ ...workflow, id, nodes, active: false, settings: { executionOrder: 'v1' } }]);
		await n8n.command('publish:workflow', `--id=${id}`);
	}

	/** Asks in the chat of a published workflow. */
	async function ask(id: string, chatInput: string): Promise<Chunk[]> {
		for (;;) {
			const reply = await fetch(`${n8n.url}/webhook/${id}/chat`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ action: 'sendMessage', sessionId: 's', chatInput }),
			});
			const text = await reply.text();
			// n8n says that it is ready before it has registered its webhooks.
			if (reply.status === 404) await wait(200);
			else return readChunks(text);
		}
	}

	test('the agent example answers as its note says, piece by piece', async () => {
		const { question, answer } = promiseOf(examples.find(({ id }) => id === AGENT));
		const pieces = saidBy('AI Agent', await askInEditor(n8n.url, OWNER, AGENT, 'When Asked', question));
		expect(pieces.join('')).toBe(answer);
		expect(pieces.length).toBeGreaterThan(2);
	});

	test('Chat streams its answer piece by piece', async () => {
		const chunks = await ask('chatOfTheNode001', 'Tell me a story');
		const own = chunks.filter(({ metadata }) => metadata.nodeName === 'Hopsworks Model').map(({ type }) => type);
		expect([own[0], own.at(-1)]).toEqual(['begin', 'end']);
		const pieces = saidBy('Hopsworks Model', chunks);
		expect(pieces.length).toBeGreaterThan(10);
		expect(pieces.join('')).toMatch(/^This is the sandbox, .* You asked: Tell me a story$/);
	});

	test('the webhook example answers with a prediction, and with the reason where there is none', async () => {
		const post = async (body: object) => {
			const reply = await fetch(`${n8n.url}/webhook/is-it-fraud`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
			return { status: reply.status, body: read(await reply.text()) };
		};
		// n8n says that it is ready before it has registered its webhooks.
		while ((await post({})).status === 404) await wait(200);
		expect(await post({ amount: 12.5, age: 400, hour: 14 })).toEqual({ status: 200, body: { fraud: false } });
		expect(await post({ amount: 900, age: 3, hour: 2 })).toEqual({ status: 200, body: { fraud: true } });
		expect(await post({ amount: 'much', age: 3, hour: 2 })).toEqual({
			status: 422,
			body: { error: expect.stringContaining('could not convert string to float') },
		});
		expect(await post({ amount: 900, age: 3 })).toEqual({
			status: 422,
			body: { error: expect.stringContaining("'body.hour' is missing") },
		});
	});
});
