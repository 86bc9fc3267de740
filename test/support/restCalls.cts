/** Calls of the sandbox's REST API and of its own controls, as tests make them. */
import type { Sandbox } from '../../sandbox/sandbox.cts';
import { API_KEY } from './engine.cts';
import { isJsonText, read } from './json.cts';

interface Answer {
	status: number;
	body: unknown;
}

export interface Calls {
	/** With a key that may do everything, unless another is given. */
	ask(path: string, options?: { method?: string; body?: unknown; key?: string }): Promise<Answer>;
	/** What one of its controls answers. */
	control(path: string, body: object): Promise<unknown>;
	/** What a deployment of the first project predicts for rows, asked at its gateway. */
	predict(deployment: string, rows: unknown[]): Promise<Answer>;
}

export function callsOf({ url }: Pick<Sandbox, 'url'>): Calls {
	async function send(address: string, options: RequestInit): Promise<Answer> {
		const reply = await fetch(`${url}${address}`, options);
		const text = await reply.text();
		return { status: reply.status, body: isJsonText(text) ? read(text) : text };
	}
	const headersOf = (key = API_KEY): Record<string, string> => ({
		authorization: `ApiKey ${key}`,
		'content-type': 'application/json',
	});
	return {
		ask: async (path, { method = 'GET', body, key } = {}) =>
			await send(`/hopsworks-api/api${path}`, { method, headers: headersOf(key), body: JSON.stringify(body) }),
		control: async (path, body) =>
			(await send(`/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) })).body,
		predict: async (deployment, rows) =>
			await send(`/v1/test/${deployment}/v1/models/${deployment}:predict`, {
				method: 'POST',
				headers: headersOf(),
				body: JSON.stringify({ inputs: rows }),
			}),
	};
}
