/** KServe's model server for one deployment: the V1 routes, as strict as the real one (kserve: `protocol/dataplane.py`, `model.py`). */
import { stringify } from 'lossless-json';
import { readJson } from './body.cts';
import type { Flaw } from './flaw.cts';
import { ModelError, StatusError, type Predict, type Predictor } from './models/model.cts';
import { RAW_BYTES } from './models/rows.cts';
import { empty, isObject, json, type Call, type Reply } from './reply.cts';

/** Anything else, a charset suffix included, reaches the model as raw bytes. */
const PARSED_TYPES = [
	undefined,
	'application/json',
	'application/cloudevents+json',
	'application/ld+json',
	'application/octet-stream',
];

function refused(message: string): Reply {
	return json(400, { error: message });
}

/** The words of orjson. */
function wordsFor({ kind, inside }: Flaw): string {
	switch (kind) {
		case 'infinite':
			return 'number is infinity when parsed as double';
		case 'surrogate':
			return 'no low surrogate in string';
		case 'name':
			return 'unexpected character, expected a string key';
		case 'colon':
			return "unexpected character, expected ':' after key";
		case 'comma':
			return `unexpected character, expected ',' or '${inside === 'array' ? ']' : '}'}'`;
		case 'end':
			return 'unexpected content after document';
		case 'control':
			return 'unexpected control character in string';
		case 'escape':
			return 'invalid escaped sequence in string';
		default:
			return 'unexpected character, expected a JSON value';
	}
}

/** What orjson says of a flaw, and where it sees it. */
function told(text: string, flaw: Flaw): { says: string; position: number } {
	const { kind, position, isAtEnd } = flaw;
	if (isAtEnd || kind === 'quote') return { says: 'unexpected end of data', position: text.length };
	const before = text.slice(0, position).trimEnd();
	if ((kind === 'value' || kind === 'name') && before.endsWith(',') && /[\]}]/.test(text.charAt(position))) {
		return { says: 'trailing comma is not allowed', position: before.length - 1 };
	}
	const literal = ['true', 'false', 'null'].find((word) => word.startsWith(text.charAt(position)));
	if (kind === 'value' && literal !== undefined) return { says: `invalid literal, expected '${literal}'`, position };
	return { says: wordsFor(flaw), position };
}

/** With the place, which orjson counts in lines and in all. */
function flawed(text: string, flaw: Flaw): Reply {
	const { says, position } = told(text, flaw);
	const before = text.slice(0, position).split('\n');
	const place = `line ${before.length} column ${(before.at(-1) ?? '').length + 1} (char ${position})`;
	return refused(`Unrecognized request format: ${says}: ${place}`);
}

const START = 'line 1 column 1 (char 0)';

/** What a predictor gave, as it goes out: text as it is, anything else as JSON, in which numbers keep their digits. */
function replyOf(result: unknown): Reply {
	if (typeof result === 'string') return { status: 200, headers: {}, body: result };
	return { ...json(200, null), body: stringify(result) ?? 'null' };
}

function answer(predictor: Predictor, given: Parameters<Predictor>[0]): Reply {
	try {
		return replyOf(predictor(given));
	} catch (error) {
		if (error instanceof StatusError) return json(error.status, error.body);
		if (!(error instanceof ModelError)) throw error;
		return json(500, { error: [error.exception, error.message].filter(Boolean).join(' : ') });
	}
}

function predict(predictor: Predictor, { headers, body, isUtf8 }: Call): Reply {
	if (!PARSED_TYPES.includes(headers['content-type'])) return answer(predictor, { bytes: body });
	if (!isUtf8) {
		return refused(`Unrecognized request format: str is not valid UTF-8: surrogates not allowed: ${START}`);
	}
	if (body === '') return refused(`Unrecognized request format: Input is a zero-length, empty document: ${START}`);
	const read = readJson(body, ['infinite', 'surrogate']);
	if ('flaw' in read) return flawed(body, read.flaw);
	const payload = isObject(read.value) ? read.value : {};
	const { instances } = payload;
	if (instances !== undefined && !Array.isArray(instances)) return refused('Expected "instances" to be a list');
	// `inputs` wins where both are given.
	const rows = 'inputs' in payload ? payload.inputs : instances;
	if (rows === undefined) return json(500, { error: "'instances'" });
	if (!Array.isArray(rows)) return json(500, { error: '0' });
	return answer(predictor, { rows });
}

/** As scikit-learn's server: a list of predictions, by that name. */
function predictionsOf(model: Predict): Predictor {
	return (given) => {
		if ('bytes' in given) throw new ModelError(RAW_BYTES);
		return { predictions: model(given.rows) };
	};
}

/** A path as the server sees it: the colon may come escaped. */
function decoded(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}

/** The server of a deployment `name`, around any predictor; one that is not ready answers nothing. */
export function served(name: string, predictor: Predictor, isReady = true): (call: Call) => Reply {
	const base = `/v1/models/${name}`;
	const notReady = json(503, { error: `Model with name ${name} is not ready.` });
	return (call) => {
		const { method, headers } = call;
		const path = decoded(call.path);
		if (path === '/') return json(200, { status: 'alive' });
		if (path.endsWith('/')) return empty(307, { location: `http://${headers.host ?? ''}${path.replace(/\/+$/, '')}` });
		if (path === '/v1/models') return json(200, { models: [name] });
		if (!path.startsWith('/v1/models/')) return json(404, { detail: 'Not Found' });
		if (path === base && method === 'GET') return isReady ? json(200, { name, ready: true }) : notReady;
		if (path === `${base}:predict` && method === 'POST') return isReady ? predict(predictor, call) : notReady;
		if (path === `${base}:explain`) return json(501, { error: 'Could not find explainer_host.' });
		if (method !== 'GET' && method !== 'POST') {
			const reply = json(405, { detail: 'Method Not Allowed' });
			return { ...reply, headers: { ...reply.headers, allow: 'GET' } };
		}
		const asked = path.slice('/v1/models/'.length).replace(method === 'POST' ? /:\w+$/ : /$^/, '');
		return json(404, { error: `Model with name ${asked} does not exist.` });
	};
}

/** The server of the deployment `name`, around a model. */
export function kserve(name: string, model: Predict): (call: Call) => Reply {
	return served(name, predictionsOf(model));
}
