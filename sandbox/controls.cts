/** Requests to the sandbox itself, without a key: what it has seen, what it shall do wrong or differently, and a place for messages. */
import type { Settings } from './deployments.cts';
import type { Sandbox } from './sandbox.cts';

/** By method and path: what is answered, as JSON. */
export const controls: Record<string, (sandbox: Sandbox, body: string) => unknown> = {
	'GET /sandbox/traffic': ({ traffic }) => traffic,
	'POST /sandbox/faults': ({ faults }, body) => {
		faults.add(JSON.parse(body));
		return { added: true };
	},
	'DELETE /sandbox/faults': ({ faults }) => {
		faults.clear();
		return { cleared: true };
	},
	'POST /sandbox/settings': ({ cluster: { settings } }, body) => {
		const { pace, ...others }: Partial<Settings> = JSON.parse(body);
		Object.assign(settings, others);
		Object.assign(settings.pace, pace);
		return settings;
	},
	'POST /sandbox/deployments': ({ cluster }, body) => {
		const { count }: { count?: unknown } = JSON.parse(body);
		cluster.add(Number(count));
		return { deployments: cluster.deployments.length };
	},
	'POST /sandbox/messages': ({ messages }, body) => {
		const { text }: { text?: unknown } = JSON.parse(body);
		messages.push(String(text));
		return { ok: true };
	},
	'GET /sandbox/messages': ({ messages }) => messages,
};
