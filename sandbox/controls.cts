/** Requests to the sandbox itself, without a key: what it has seen, what it shall do wrong or differently, and a place for messages. */
import { change } from './deployments.cts';
import { readFault } from './faults.cts';
import { isObject } from './reply.cts';
import type { Sandbox } from './sandbox.cts';

/** The fields of a body, which has to be JSON. */
function fieldsOf(body: string): Record<string, unknown> {
	const given: unknown = JSON.parse(body);
	return isObject(given) ? given : {};
}

/** By method and path: what is answered, as JSON. */
export const controls: Record<string, (sandbox: Sandbox, body: string) => unknown> = {
	'GET /sandbox/traffic': ({ traffic }) => traffic,
	'POST /sandbox/faults': ({ faults }, body) => {
		faults.add(readFault(fieldsOf(body)));
		return { added: true };
	},
	'DELETE /sandbox/faults': ({ faults }) => {
		faults.clear();
		return { cleared: true };
	},
	'POST /sandbox/settings': ({ cluster: { settings } }, body) => {
		change(settings, fieldsOf(body));
		return settings;
	},
	'POST /sandbox/deployments': ({ cluster }, body) => {
		cluster.add(Number(fieldsOf(body).count));
		return { deployments: cluster.deployments.length };
	},
	'POST /sandbox/messages': ({ messages }, body) => {
		messages.push(String(fieldsOf(body).text));
		return { ok: true };
	},
	'GET /sandbox/messages': ({ messages }) => messages,
};
