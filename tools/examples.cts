/** The example workflows and the credential that they use, pointed at a sandbox. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, read } from '../test/support/json.cts';
import { credential } from './credential.cts';
import { ROOT } from './root.cts';
import type { WholeN8n } from './wholeN8n.cts';

const FOLDER = join(ROOT, 'examples');
/** Where the examples expect the sandbox: the port that `npm start` gives it unless told otherwise. */
export const SANDBOX_PORT = 5691;

interface ExampleNode {
	name: string;
	type: string;
	parameters: Record<string, unknown>;
	credentials?: object;
}

export interface Workflow {
	id: string;
	name: string;
	nodes: ExampleNode[];
	connections: object;
}

function areTexts(value: unknown, ...names: string[]): boolean {
	return names.every((name) => typeof at(value, name) === 'string');
}

function isObject(value: unknown): boolean {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNode(value: unknown): value is ExampleNode {
	const credentials = at(value, 'credentials');
	const isComplete = areTexts(value, 'name', 'type') && isObject(at(value, 'parameters'));
	return isComplete && (credentials === undefined || isObject(credentials));
}

function isWorkflow(value: unknown): value is Workflow {
	const nodes = at(value, 'nodes');
	const isComplete = areTexts(value, 'id', 'name') && isObject(at(value, 'connections'));
	return isComplete && Array.isArray(nodes) && nodes.every(isNode);
}

/** Ids of the examples that are run or opened by name. */
export const SCORING = 'hopsworksBatch01';
/** Reads the bundled table, and so runs only where n8n may read this checkout. */
export const CSV_FILE = 'hopsworksCsvFile';
const WEBHOOK = 'hopsworksWebhook';
export const CHAT = 'hopsworksChat001';
export const AGENT = 'hopsworksAgent01';
export const NIGHTLY = 'hopsworksNightly';
export const FILE = 'hopsworksFile001';
export const NIGHTLY_FILE = 'hopsworksFile002';
export const ALERT = 'hopsworksAlert01';
export const TRIGGER = 'hopsworksTrigger';
export const ALERTS = 'hopsworksAlert02';
export const SCHEMA = 'hopsworksSchema1';
export const CLASSIFY = 'hopsworksClass01';
export const EMBED = 'hopsworksEmbed01';
export const ASK = 'hopsworksAskDocs';
export const ROLLOUT = 'hopsworksRollout';

export function readExamples(sandboxUrl: string): Workflow[] {
	return readdirSync(FOLDER)
		.filter((file) => file.endsWith('.json'))
		.map((file) => readFileSync(join(FOLDER, file), 'utf8').replaceAll(`http://127.0.0.1:${SANDBOX_PORT}`, sandboxUrl))
		.map((text) => {
			const workflow = read(text);
			if (isWorkflow(workflow)) return workflow;
			throw new Error(`an example that is no workflow: ${text.slice(0, 200)}`);
		});
}

/** What an example needs beside n8n and the sandbox, by the credentials that it names; nothing where it runs as it is. */
export function needsOf({ nodes }: Workflow): string[] {
	const types = nodes.flatMap(({ credentials = {} }) => Object.keys(credentials));
	return [...new Set(types)].filter((type) => type !== 'hopsworksApi');
}

/** What the note of an example tells to ask, and the answer that it promises. */
export function promiseOf(example: Workflow | undefined): { question: string; answer: string } {
	const note = example?.nodes.find(({ type }) => type === 'n8n-nodes-base.stickyNote')?.parameters.content;
	const [, question, answer] = /asks?: \*([^*]+)\*.*answers: \*([^*]+)\*/s.exec(String(note)) ?? [];
	if (question === undefined || answer === undefined)
		throw new Error(`a note that promises no answer: ${String(note)}`);
	return { question, answer };
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
