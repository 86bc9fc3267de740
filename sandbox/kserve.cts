/** KServe's model server for one deployment: the V1 routes, as strict as the real one (kserve: `protocol/dataplane.py`, `model.py`). */
import { isInteger, isSafeNumber, parse } from 'lossless-json';
import { ModelError, type Predict } from './models/model.cts';
import { empty, isObject, json, type Call, type Reply } from './reply.cts';

/** Anything else, a charset suffix included, reaches the model as raw bytes. */
const PARSED_TYPES = [
	undefined,
	'application/json',
	'application/cloudevents+json',
	'application/ld+json',
	'application/octet-stream',
];

/** What the model makes of raw bytes. */
const RAW_BYTES =
	'Expected 2D array, got scalar array instead:\narray=None.\nReshape your data either using array.reshape(-1, 1) if your data has a single feature or array.reshape(1, -1) if it contains a single sample.';

function refused(message: string): Reply {
	return json(400, { error: message });
}

/** orjson refuses a number that no double holds, and a surrogate without its other half. */
function findUnreadable(value: unknown): string | undefined {
	if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'number is infinity when parsed as double';
	if (typeof value === 'string') return value.isWellFormed() ? undefined : 'no low surrogate in string';
	if (typeof value !== 'object' || value === null) return undefined;
	for (const member of Object.values(value)) {
		const problem = findUnreadable(member);
		if (problem !== undefined) return problem;
	}
	return undefined;
}

/** A body as Python reads it: integers of any length stay exact. */
function readBody(text: string): { value: unknown } | { problem: string } {
	try {
		const value = parse(text, null, (digits) =>
			isInteger(digits) && !isSafeNumber(digits) ? BigInt(digits) : Number(digits),
		);
		const problem = findUnreadable(value);
		return problem === undefined ? { value } : { problem };
	} catch (error) {
		return { problem: error instanceof Error ? error.message : String(error) };
	}
}

function predict(model: Predict, { headers, body }: Call): Reply {
	if (!PARSED_TYPES.includes(headers['content-type'])) return json(500, { error: RAW_BYTES });
	const read = readBody(body);
	if ('problem' in read) return refused(`Unrecognized request format: ${read.problem}`);
	const payload = isObject(read.value) ? read.value : {};
	const { instances } = payload;
	if (instances !== undefined && !Array.isArray(instances)) return refused('Expected "instances" to be a list');
	// `inputs` wins where both are given.
	const rows = 'inputs' in payload ? payload.inputs : instances;
	if (rows === undefined) return json(500, { error: "'instances'" });
	if (!Array.isArray(rows)) return json(500, { error: '0' });
	try {
		return json(200, { predictions: model(rows) });
	} catch (error) {
		if (!(error instanceof ModelError)) throw error;
		return json(500, { error: [error.exception, error.message].filter(Boolean).join(' : ') });
	}
}

/** The server of the deployment `name`. */
export function kserve(name: string, model: Predict): (call: Call) => Reply {
	const base = `/v1/models/${name}`;
	return (call) => {
		const { method, path, headers } = call;
		if (path === '/') return json(200, { status: 'alive' });
		if (path.endsWith('/')) return empty(307, { location: `http://${headers.host ?? ''}${path.replace(/\/+$/, '')}` });
		if (path === '/v1/models') return json(200, { models: [name] });
		if (!path.startsWith('/v1/models/')) return json(404, { detail: 'Not Found' });
		if (path === base && method === 'GET') return json(200, { name, ready: true });
		if (path === `${base}:predict` && method === 'POST') return predict(model, call);
		if (path === `${base}:explain`) return json(501, { error: 'Could not find explainer_host.' });
		if (method !== 'GET' && method !== 'POST') return json(405, { detail: 'Method Not Allowed' });
		const asked = path.slice('/v1/models/'.length).replace(method === 'POST' ? /:\w+$/ : /$^/, '');
		return json(404, { error: `Model with name ${asked} does not exist.` });
	};
}
