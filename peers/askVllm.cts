/** What is asked of a language model: through the nodes in n8n's engine, behind the gateway; and of the server itself, to compare with. */
import type { ExecutionError, IDataObject, INodeParameters } from 'n8n-workflow';
import { inPanel } from '../test/support/chat.cts';
import { runModel, type RunOptions, type RunResult } from '../test/support/engine.cts';
import { at, read, textOf } from '../test/support/json.cts';
import { PROJECT } from './envoy.cts';
import type { Vllm } from './vllm.cts';

export interface Asked extends Partial<Omit<RunOptions, 'parameters'>> {
	options?: IDataObject;
	/** Other fields of the panel. */
	fields?: INodeParameters;
}

export const CONTINUES = { onError: 'continueErrorOutput' } as const;

export function credentialOf({ gateway }: Vllm): IDataObject {
	return { servingUrl: gateway.url, project: PROJECT };
}

export function deploymentNamed(name: string): INodeParameters {
	return { deployment: { __rl: true, mode: 'name', value: name } };
}

type Ask = (vllm: Vllm, deployment: string, asked: Asked) => Promise<RunResult>;

/** Asks with an operation, the item's 'text' in one of its fields. */
function asking(operation: string, field: string, more: INodeParameters = {}): Ask {
	return (vllm, deployment, { options, fields, ...rest }) =>
		runModel({
			...rest,
			credential: credentialOf(vllm),
			parameters: {
				operation,
				...deploymentNamed(deployment),
				...more,
				[field]: '={{ $json.text }}',
				includeInputFields: false,
				...fields,
				...inPanel({ timeout: 120, ...options }),
			},
		});
}

export const chat = asking('chat', 'prompt');
export const classify = asking('classify', 'text');
export const embed = asking('embed', 'text');
export const rerank = asking('rerank', 'text', { query: 'fraud score' });

/** What a failed run tells its user. */
export function messageOf({ error }: { error?: ExecutionError }): string {
	return [error?.message, error?.description].join(' ');
}

export interface Said {
	status: number;
	reply: unknown;
}

function post(vllm: Vllm, deployment: string, route: string, body: object): Promise<Response> {
	return fetch(`${vllm.urlOf(deployment)}/v1/${route}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ model: deployment, ...body }),
	});
}

/** What the server itself answers to a body. */
export async function directly(vllm: Vllm, deployment: string, route: string, body: object): Promise<Said> {
	const reply = await post(vllm, deployment, route, body);
	return { status: reply.status, reply: read(await reply.text()) };
}

/** What the server itself answers to a prompt: the first choice. */
export function choiceDirectly(vllm: Vllm, deployment: string, prompt: string, fields: object): Promise<Said> {
	return directly(vllm, deployment, 'chat/completions', { messages: [{ role: 'user', content: prompt }], ...fields });
}

/** What the server itself streams for a prompt: the pieces of one field of its message, in a row. */
export async function streamedDirectly(
	vllm: Vllm,
	deployment: string,
	prompt: string,
	fields: object,
): Promise<(name: string) => string> {
	const body = { messages: [{ role: 'user', content: prompt }], ...fields, stream: true };
	const text = await (await post(vllm, deployment, 'chat/completions', body)).text();
	const events = text.split('\n\n').filter((event) => event.startsWith('data: {'));
	const deltas = events.map((event) => at(read(event.slice('data: '.length)), 'choices', 0, 'delta'));
	return (name) => deltas.map((delta) => textOf(at(delta, name) ?? '')).join('');
}

/** How many requests a deployment got while something was done. */
export async function requestsDuring(vllm: Vllm, deployment: string, work: () => Promise<unknown>): Promise<number> {
	const before = await vllm.gateway.requests(deployment);
	await work();
	return (await vllm.gateway.requests(deployment)) - before;
}
