/** Stop pressed in the middle of a run: what each way of scoring goes on to send. */
import { setTimeout as wait } from 'node:timers/promises';
import { at, listOf, read } from '../test/support/json.cts';
import { node } from '../tools/workflowParts.cts';
import { armsAt } from './arms.cts';
import type { Bench } from './measure.cts';
import { table } from './table.cts';
import { workflowOf } from './workflowOf.cts';

const ROWS = 10_000;
const COMPARED = ['loop', 'chunk', 'expertBody', 'ours'];
/** Milliseconds that the model takes for each request, and after which Stop is pressed. */
const SLOW = 1000;
const STOP_AFTER = 1500;
/** Milliseconds in which further requests are counted. */
const WATCHED = 5000;
const OWNER = { email: 'bench@example.com', password: 'Benchmark-2026' };

export interface Cancelled {
	name: string;
	/** Requests before Stop, and after it. */
	before: number;
	after: number;
}

async function signIn({ n8n }: Bench): Promise<string> {
	await n8n.setUpOwner(OWNER.email, OWNER.password);
	const reply = await fetch(`${n8n.url}/rest/login`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ emailOrLdapLoginId: OWNER.email, password: OWNER.password }),
	});
	return reply.headers
		.getSetCookie()
		.map((cookie) => cookie.split(';')[0])
		.join('; ');
}

/** Runs each arm on a slow model and stops it, as the editor's Stop button does. */
export async function cancelled(bench: Bench): Promise<Cancelled[]> {
	const { n8n } = bench;
	const arms = armsAt(bench.at(SLOW, 0)).filter(({ name }) => COMPARED.includes(name));
	const file = bench.tableFile(table(ROWS));
	const idOf = (name: string): string => `stop${name}`.padEnd(16, '0');
	for (const arm of arms) {
		const path = idOf(arm.name);
		const hook = node(
			'1',
			'Start',
			'n8n-nodes-base.webhook',
			2,
			{ path, responseMode: 'onReceived' },
			{ webhookId: path },
		);
		await n8n.importAll('workflow', [workflowOf(arm, path, file, [], hook)]);
		await n8n.command('publish:workflow', `--id=${path}`);
	}
	await n8n.start();
	const headers = { cookie: await signIn(bench), 'browser-id': 'bench' };
	const done: Cancelled[] = [];
	for (const { name } of arms) {
		await bench.counts();
		// n8n says that it is ready before it has registered its webhooks.
		while ((await fetch(`${n8n.url}/webhook/${idOf(name)}`)).status === 404) await wait(200);
		await wait(STOP_AFTER);
		const listed = await fetch(`${n8n.url}/rest/executions?filter={"status":["running"]}`, { headers });
		const runs = listOf(at(read(await listed.text()), 'data', 'results'));
		const running = runs.find((run) => at(run, 'workflowId') === idOf(name));
		if (running === undefined) throw new Error(`the run of '${name}' was over before it could be stopped`);
		const before = (await bench.counts()).requests;
		await fetch(`${n8n.url}/rest/executions/${String(at(running, 'id'))}/stop`, { method: 'POST', headers });
		await wait(WATCHED);
		done.push({ name, before, after: (await bench.counts()).requests });
	}
	await n8n.stop();
	return done;
}
