/** What a server says in a reply that is a failure, read once, whatever its shape: whoever asks what it means asks this. */
import { asText, isRecord, parseReply } from '../json/json';
import type { Reply } from '../json/reply';
import { excerpt, show } from './excerpt';
import { lastException } from './traceback';
import { problemsIn } from './validation';

export interface ErrorReply {
	/** HTTP status; a failure can hide behind 200. */
	status: number;
	/** The server's own words on one line; '' where it says nothing. */
	text: string;
	/** Hopsworks' own error code. */
	code?: number;
	/** What deployments with a schema say: the kind of trouble, and what is wrong with which row. */
	detail: { code: string; errors: unknown[] };
	/** What servers of OpenAI's kind call the trouble, such as `context_length_exceeded`; '' where they do not. */
	name: string;
	/** The field that they name by itself, such as `temperature` or `body.stop`; '' where they name none. */
	param: string;
	/** `openai` is how vLLM and KServe's language model server write their errors; `page` is HTML; `empty` has no body at all. */
	form: 'empty' | 'openai' | 'page' | 'other';
	/** Whether the feature store has no row for a key, as Hopsworks' own predictor says anywhere in its body. */
	isEntityMissing: boolean;
}

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
		Array.isArray(detail) ? problemsText(detail) : detail,
		body.usrMsg,
		body.userMsg,
		isRecord(error) ? error.message : error,
		body.errorMsg,
		body.message,
		body.traceback,
	].map((text) => (isTraceback(text) ? text.join('\n') : text));
	return candidates.find((text): text is string => typeof text === 'string' && text.trim() !== '');
}

/** Whether a value is a traceback as Python's `format_exception` returns it: a list of texts. */
function isTraceback(value: unknown): value is string[] {
	return (
		Array.isArray(value) && value.every((line) => typeof line === 'string') && value.join('').includes('Traceback (')
	);
}

function problemsText(problems: unknown[]): unknown {
	return isTraceback(problems) ? problems : problems.slice(0, MOST_PROBLEMS).map(validationText).join('; ');
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

/** What holds the members of an error: vLLM before 0.10.1 had no object of its own for it. */
function errorIn(body: Record<string, unknown>): Record<string, unknown> {
	return isRecord(body.error) ? body.error : body;
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
	return readableHtml(within('<title') ?? within('<body') ?? begin);
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** A text of HTML as a reader sees it. */
function readableHtml(html: string): string {
	return html.replace(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|([a-z]{2,4}));/gi, (entity, decimal, hexadecimal, name) => {
		if (name !== undefined) return ENTITIES[asText(name).toLowerCase()] ?? asText(entity);
		const code = decimal === undefined ? parseInt(asText(hexadecimal), 16) : Number(decimal);
		return code <= 0x10_ff_ff ? String.fromCodePoint(code) : asText(entity);
	});
}

/** The traceback that a page shows, without what makes it a page. */
function exceptionOnPage(page: string): string | undefined {
	const text = page.replace(/<br ?\/?>/gi, '\n').replace(/<\/?[a-z][^<>]{0,500}>|-->/gi, '');
	return lastException(readableHtml(text));
}

/** vLLM's error whose text quotes more of the request than is read. */
const CUT_ERROR = /^\{"error": ?\{"message": ?"((?:[^"\\]|\\[^u]|\\u[\da-f]{4})*)/i;

/** Words without what vLLM says of the parameter once more behind them. */
function withoutParameter(words: string): string {
	const at = words.lastIndexOf(' (parameter=');
	return at > 0 && words.endsWith(')') ? words.slice(0, at) : words;
}

/** The words of an error body. */
function textOf({ text: body, json }: Reply): string {
	if (isRecord(json)) {
		const text = textIn(json) ?? '';
		const problems = problemsIn(text, asText(errorIn(json).param));
		if (problems !== undefined) return problems;
		// KServe's batcher puts the whole downstream body into `message`.
		const isNested = text.length <= LONGEST_PAGE && text.trimStart().startsWith('{');
		const words = (isNested ? textIn(parseReply(text)) : undefined) ?? text;
		return excerpt(`${excerpt(exceptionIn(words) ?? withoutParameter(words))}${codeIn(json)}`);
	}
	if (typeof json === 'string') return excerpt(exceptionIn(json) ?? json);
	// A reply that was too long to be read whole.
	const cut = CUT_ERROR.exec(body.slice(0, LONGEST_PAGE))?.[1];
	const problems = cut === undefined ? undefined : problemsIn(asText(parseReply(`"${cut}"`)), '');
	if (problems !== undefined) return problems;
	return excerpt(exceptionIn(body) ?? textOfPage(body));
}

/** The exception at the end of a traceback, in a text or on a page. */
function exceptionIn(text: string): string | undefined {
	if (!text.includes('Traceback (')) return undefined;
	return PAGE.test(text.trimStart()) ? exceptionOnPage(text) : lastException(text);
}

/** How HTML begins. */
const PAGE = /^<(?:!doctype|!--|html|head|body|title|h1|center)/i;

function formOf({ text, json }: Reply): ErrorReply['form'] {
	if (isRecord(json)) {
		const isOpenAi = json.object === 'error' || (isRecord(json.error) && 'type' in json.error);
		return isOpenAi ? 'openai' : 'other';
	}
	if (json !== undefined) return 'other';
	const begin = text.trimStart();
	if (begin === '') return 'empty';
	return PAGE.test(begin) ? 'page' : 'other';
}

/**
 * Reads a reply that is a failure. Knows the shapes of the Hopsworks REST API, the gateway, KServe, its batcher,
 * TensorFlow Serving, vLLM, FastAPI and HTML pages.
 */
export function readErrorReply(status: number, reply: Reply): ErrorReply {
	const body = isRecord(reply.json) ? reply.json : {};
	const { code, errors } = isRecord(body.detail) ? body.detail : {};
	const error = errorIn(body);
	return {
		status,
		text: textOf(reply),
		...(typeof body.errorCode === 'number' && { code: body.errorCode }),
		detail: { code: asText(code), errors: Array.isArray(errors) ? errors : [] },
		name: asText(error.code),
		param: asText(error.param),
		form: formOf(reply),
		isEntityMissing: reply.text.includes('ENTITY_NOT_FOUND'),
	};
}
