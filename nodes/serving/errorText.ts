/** What a server says in an error body, whatever its shape, as one line of text. */
import { isRecord, parseReply } from './json';

const LONGEST_TEXT = 500;

export function excerpt(text: string): string {
	const line = text.trim().replace(/\s+/g, ' ');
	return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}…` : line;
}

/** The first text that a JSON error body holds, from the most telling member to the least. */
function textIn(body: unknown): string | undefined {
	if (typeof body === 'string') return body;
	if (!isRecord(body)) return undefined;
	const { detail, error } = body;
	const candidates = [
		isRecord(detail) ? detail.message : undefined,
		Array.isArray(detail) ? detail.map(validationText).join('; ') : detail,
		body.usrMsg,
		body.userMsg,
		isRecord(error) ? error.message : error,
		body.errorMsg,
		body.message,
	];
	return candidates.find((text): text is string => typeof text === 'string' && text.trim() !== '');
}

/** One entry of FastAPI's list of validation problems: `{loc: ['body', 'messages'], msg: 'field required'}`. */
function validationText(problem: unknown): string {
	if (!isRecord(problem)) return String(problem);
	const place = Array.isArray(problem.loc) ? `${problem.loc.join('.')}: ` : '';
	return `${place}${String(problem.msg ?? '')}`;
}

function codeIn(body: unknown): string {
	if (!isRecord(body)) return '';
	const code = body.errorCode ?? (isRecord(body.detail) ? body.detail.code : undefined);
	return typeof code === 'string' || typeof code === 'number' ? ` (code ${code})` : '';
}

/**
 * What a server says in an error body, in its own words and on one line; '' where it says nothing. Knows the shapes of
 * the Hopsworks REST API, the gateway, KServe, its batcher, TensorFlow Serving, vLLM, FastAPI and HTML pages.
 */
export function errorText(body: string): string {
	const json = parseReply(body);
	if (isRecord(json)) {
		const text = textIn(json) ?? '';
		// KServe's batcher puts the whole downstream body into `message`.
		const nested = text.trimStart().startsWith('{') ? textIn(parseReply(text)) : undefined;
		return excerpt(`${nested ?? text}${codeIn(json)}`);
	}
	if (typeof json === 'string') return excerpt(json);
	const page = /<title>([^<]*)<\/title>/i.exec(body) ?? /<body[^>]*>([^<]*)/i.exec(body);
	return excerpt(page?.[1] ?? body);
}

/** Hopsworks' own error code in a body; `undefined` where it has none. */
export function errorCodeOf(body: string): number | undefined {
	const json = parseReply(body);
	return isRecord(json) && typeof json.errorCode === 'number' ? json.errorCode : undefined;
}
