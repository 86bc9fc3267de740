/** The example workflows and the credential that they use, pointed at a sandbox. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SANDBOX_KEY } from '../sandbox/keys.cts';
import type { WholeN8n } from './wholeN8n.cts';
import { chain, node, uses } from './workflow.cts';

const FOLDER = join(__dirname, '..', 'examples');
/** Where the examples expect the sandbox: the port that `npm start` gives it unless told otherwise. */
export const SANDBOX_PORT = 5691;

export interface Workflow {
	id: string;
	name: string;
	nodes: Array<{ name: string; type: string; parameters: Record<string, unknown>; credentials?: object }>;
	connections: object;
}

/** Ids of the examples that are run or opened by name. */
export const SCORING = 'hopsworksBatch01';
export const WEBHOOK = 'hopsworksWebhook';
export const CHAT = 'hopsworksChat001';
export const AGENT = 'hopsworksAgent01';
export const NIGHTLY = 'hopsworksNightly';
export const ALERT = 'hopsworksAlert01';
export const CLASSIFY = 'hopsworksSchema1';
export const EMBED = 'hopsworksEmbed01';

export function readExamples(sandboxUrl: string): Workflow[] {
	return readdirSync(FOLDER)
		.filter((file) => file.endsWith('.json'))
		.map((file) => readFileSync(join(FOLDER, file), 'utf8').replaceAll(`http://127.0.0.1:${SANDBOX_PORT}`, sandboxUrl))
		.map((text) => JSON.parse(text));
}

/** What the note of an example tells to ask, and the answer that it promises. */
export function promiseOf(example: Workflow | undefined): { question: string; answer: string } {
	const note = example?.nodes.find(({ type }) => type === 'n8n-nodes-base.stickyNote')?.parameters.content;
	const [, question, answer] = /ask: \*([^*]+)\*.*answers: \*([^*]+)\*/s.exec(String(note)) ?? [];
	if (question === undefined || answer === undefined) throw new Error(`a note that promises no answer: ${note}`);
	return { question, answer };
}

/** A credential for a gateway that takes the sandbox's key, as n8n imports it. */
export function credential(id: string, name: string, servingUrl: string, hopsworksUrl = ''): object {
	const data = { apiKey: SANDBOX_KEY, servingUrl, hopsworksUrl, project: 'test', ignoreSslIssues: false };
	return { id, name, type: 'hopsworksApi', data };
}

/** The credential that the examples name. */
export function sandboxCredential(sandboxUrl: string): object {
	return credential('hopsworksSandbox', 'Hopsworks Sandbox', sandboxUrl, sandboxUrl);
}

/** Puts the credential and the examples into an n8n, and publishes the one that is called from outside. */
export async function importExamples(n8n: WholeN8n, sandboxUrl: string): Promise<void> {
	await n8n.importAll('credentials', [sandboxCredential(sandboxUrl)]);
	await n8n.importAll('workflow', readExamples(sandboxUrl));
	await n8n.command('publish:workflow', `--id=${WEBHOOK}`);
}

export const PICKING = 'pickADeployment1';

/**
 * 1,000 payments, every other one with a wrong check digit in its card number, scored as `model` says, or not at all yet.
 * The first `unreadable` have no card number.
 */
export function paymentsWorkflow(
	id: string,
	model?: { credentialId: string; [parameter: string]: unknown },
	unreadable = 0,
) {
	const jsCode = `return Array.from({ length: 1000 }, (_, id) => ({
  json: { payment: 'P' + (id + 1), amount: id / 4, card: id < ${unreadable} ? 'unknown' : id % 2 ? 18 : 17 }
}));`;
	const { credentialId = '', ...parameters } = model ?? {};
	const table = [
		node('0', 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
		node('1', 'Payments', 'n8n-nodes-base.code', 2, { jsCode }),
	];
	const scoring = node(
		'2',
		'Hopsworks Model',
		'n8n-nodes-hopsworks.hopsworksModel',
		1,
		{ operation: 'predict', ...parameters },
		uses('hopsworksApi', credentialId),
	);
	const nodes = model ? [...table, scoring] : table;
	return {
		id,
		name: 'Payments',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes,
		connections: chain(...nodes.map(({ name }) => name)),
	};
}

/** A chat whose answers the node itself streams. */
export function streamingChat(id: string) {
	const nodes = [
		node(
			'1',
			'When Asked',
			'@n8n/n8n-nodes-langchain.chatTrigger',
			1.3,
			{ options: { responseMode: 'streaming' } },
			{ webhookId: id },
		),
		node(
			'2',
			'Hopsworks Model',
			'n8n-nodes-hopsworks.hopsworksModel',
			1,
			{
				operation: 'chat',
				deployment: { __rl: true, mode: 'name', value: 'assistant' },
				prompt: '={{ $json.chatInput }}',
			},
			uses('hopsworksApi', 'hopsworksSandbox'),
		),
	];
	return {
		id,
		name: 'Chat',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes,
		connections: chain('When Asked', 'Hopsworks Model'),
	};
}

/** A deployment as the list leaves it in a workflow; '' is one that is yet to be picked. */
export function picked(deployment: string): object {
	return { __rl: true, mode: 'list', value: deployment };
}
