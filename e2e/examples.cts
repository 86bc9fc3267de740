/** The example workflows and the credential that they use, pointed at a sandbox. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SANDBOX_KEY } from '../sandbox/keys.cts';

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
export const CLASSIFY = 'hopsworksSchema1';
export const EMBED = 'hopsworksEmbed01';

export function readExamples(sandboxUrl: string): Workflow[] {
	return readdirSync(FOLDER)
		.filter((file) => file.endsWith('.json'))
		.map((file) => readFileSync(join(FOLDER, file), 'utf8').replaceAll(`http://127.0.0.1:${SANDBOX_PORT}`, sandboxUrl))
		.map((text) => JSON.parse(text));
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
