/** The body of a request to vLLM: JSON of the right type, and an object. */
import { readJson } from '../body.cts';
import type { Flaw } from '../flaw.cts';
import { isObject, type Call } from '../reply.cts';
import { invalid, issue, missing } from './issues.cts';
import type { Refusal } from './refusal.cts';
import type { Fields, Server } from './server.cts';

/** The words of Python's `json`. */
function wordsFor({ kind }: Flaw): string {
	switch (kind) {
		case 'name':
			return 'Expecting property name enclosed in double quotes';
		case 'colon':
			return "Expecting ':' delimiter";
		case 'comma':
			return "Expecting ',' delimiter";
		case 'end':
			return 'Extra data';
		case 'quote':
			return 'Unterminated string starting at';
		case 'control':
			return 'Invalid control character at';
		case 'escape':
			return 'Invalid \\escape';
		default:
			return 'Expecting value';
	}
}

const NOT_AN_OBJECT = 'Input should be a valid dictionary or object to extract fields from';

export function readRequest(server: Server, { headers, body }: Call): { fields: Fields } | { refusal: Refusal } {
	const [type = ''] = (headers['content-type'] ?? '').split(';');
	if (type.trim().toLowerCase() !== 'application/json') {
		const message = "1 validation error:\n  Unsupported Media Type: Only 'application/json' is allowed";
		return { refusal: { status: 400, type: 'Bad Request', message } };
	}
	if (body === '') return { refusal: invalid(server, [missing([], null)]) };
	const read = readJson(body);
	if ('flaw' in read) {
		const { flaw } = read;
		const found = issue('json_invalid', [flaw.position], 'JSON decode error', {}, { error: wordsFor(flaw) });
		return { refusal: invalid(server, [found]) };
	}
	if (isObject(read.value)) return { fields: read.value };
	return { refusal: invalid(server, [issue('model_attributes_type', [], NOT_AN_OBJECT, read.value)]) };
}
