/** What a server says in an error body, whatever its shape, as one line of text. */
import { excerpt, show } from './excerpt';
import { asText, isRecord, parseReply } from './json';
import type { Reply } from './reply';

/** No server says more than this about one failure; what is longer is not looked through. */
const LONGEST_PAGE = 64 * 1024;

/** More would not fit into a message. */
const MOST_PROBLEMS = 50;

/** The first text that a JSON error body holds, from the most telling member to the least. */
function textIn(body: unknown): string | undefined {
	if (typeof body === 'string') return body;
	if (!isRecord(body)) return undefined;
	const { detail, error } = body;
	const candidates = [
		isRecord(detail) ? detail.message : undefined,
		Array.isArray(detail) ? detail.slice(0, MOST_PROBLEMS).map(validationText).join('; ') : detail,
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
	if (!isRecord(problem)) return typeof problem === 'string' ? problem : show(problem);
	const place = Array.isArray(problem.loc) ? `${problem.loc.slice(0, MOST_PROBLEMS).map(asText).join('.')}: ` : '';
	return `${place}${asText(problem.msg)}`;
}

function codeIn(body: unknown): string {
	if (!isRecord(body)) return '';
	const code = body.errorCode ?? (isRecord(body.detail) ? body.detail.code : undefined);
	return typeof code === 'string' || typeof code === 'number' ? ` (code ${code})` : '';
}

/** The text of an HTML page: its title, else what its body begins with. Takes time linear in the page. */
function textOfPage(page: string): string {
	const begin = page.slice(0, LONGEST_PAGE);
	const lower = begin.toLowerCase();
	const within = (opening: string): string | undefined => {
		const tag = lower.indexOf(opening);
		const start = tag === -1 ? -1 : lower.indexOf('>', tag);
		if (start === -1) return undefined;
		const end = lower.indexOf('<', start);
		return begin.slice(start + 1, end === -1 ? undefined : end);
	};
	return within('<title') ?? within('<body') ?? begin;
}

/**
 * What a server says in an error body, in its own words and on one line; '' where it says nothing. Knows the shapes of
 * the Hopsworks REST API, the gateway, KServe, its batcher, TensorFlow Serving, vLLM, FastAPI and HTML pages.
 */
export function errorText({ text: body, json }: Reply): string {
	if (isRecord(json)) {
		const text = textIn(json) ?? '';
		// KServe's batcher puts the whole downstream body into `message`.
		const isNested = text.length <= LONGEST_PAGE && text.trimStart().startsWith('{');
		const nested = isNested ? textIn(parseReply(text)) : undefined;
		return excerpt(`${nested ?? text}${codeIn(json)}`);
	}
	return excerpt(typeof json === 'string' ? json : textOfPage(body));
}

/** Hopsworks' own error code in a body; `undefined` where it has none. */
export function errorCodeOf({ json }: Reply): number | undefined {
	return isRecord(json) && typeof json.errorCode === 'number' ? json.errorCode : undefined;
}
