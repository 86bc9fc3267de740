/** What real servers of vLLM and KServe answered, and Hopsworks' own predictor, word for word; how it was recorded stands in the README of the recording. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'lossless-json';
import { at, listOf, numberOf, read, recordOf, textOf } from './json.cts';

export interface RecordedReply {
	/** The server's version, with what was recorded apart. */
	server: string;
	name: string;
	request: {
		method: string;
		path: string;
		/** What was asked, as an object where it was JSON. */
		body: unknown;
		headers: Record<string, string>;
		/** The body as it was sent: what was shortened is whole again, and numbers have all their digits. */
		bytes: Buffer;
	};
	status: number;
	/** '' where the server sent none. */
	contentType: string;
	body: string;
	location?: string;
	allow?: string;
}

const FILES = ['vllm-0.32.0', 'vllm-0.28.0', 'vllm-0.32.0-decisions'];

/** A text or a list of a request as it was, where only its beginning was kept. */
function restored(value: unknown): unknown {
	if (typeof value === 'string') {
		const [, head = '', length] = /^(.*) …\((\d+) characters\)$/s.exec(value) ?? [];
		if (length === undefined) return value;
		const phrase = head.startsWith('hello world ') ? 'hello world ' : 'hello ';
		return phrase.repeat(Number(length) / phrase.length);
	}
	if (Array.isArray(value)) {
		const [, all] = /^…\((\d+) in all\)$/.exec(String(value.at(-1))) ?? [];
		if (all === undefined) return value.map(restored);
		const list: unknown[] = value;
		const [first, second] = list;
		const isCounted = typeof first === 'string' && first !== second;
		return Array.from({ length: Number(all) }, (_, index): unknown => (isCounted ? `hello ${index}` : first));
	}
	if (typeof value !== 'object' || value === null || 'isLosslessNumber' in value) return value;
	return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, restored(member)]));
}

/** A text was sent as it stands, each character one byte. */
function bytesOf(body: unknown): Buffer {
	if (body === null || body === undefined) return Buffer.alloc(0);
	if (typeof body === 'string') return Buffer.from(body, 'latin1');
	// A half of a character goes out as its escape.
	const text = stringify(restored(body)) ?? '';
	return Buffer.from(text.replace(/\p{Cs}/gu, (half) => `\\u${half.charCodeAt(0).toString(16)}`));
}

function repliesIn(file: string): RecordedReply[] {
	const text = readFileSync(join(__dirname, '..', 'fixtures', `${file}.json`), 'utf8');
	const { replies } = recordOf(read(text));
	const lossless = parse(text);
	return listOf(replies)
		.map(recordOf)
		.map(({ name, request, status, headers, body }, index) => {
			const { method, path, body: sent, headers: given = { 'Content-Type': 'application/json' } } = recordOf(request);
			const { 'content-type': contentType = '', location, allow } = recordOf(headers);
			return {
				server: file,
				name: textOf(name),
				request: {
					method: textOf(method),
					path: textOf(path),
					body: sent,
					headers: Object.fromEntries(Object.entries(recordOf(given)).map(([one, value]) => [one, textOf(value)])),
					bytes: bytesOf(at(lossless, 'replies', index, 'request', 'body')),
				},
				status: numberOf(status),
				contentType: textOf(contentType),
				body: textOf(body),
				...(location !== undefined && { location: textOf(location) }),
				...(allow !== undefined && { allow: textOf(allow) }),
			};
		});
}

/** Of vLLM. */
export const recorded = FILES.flatMap(repliesIn);

export const recordedOfKserve = repliesIn('kserve-0.21.0');

/** Of Hopsworks' own predictor of a deployment with a schema, in KServe. */
export const recordedOfPredictor = repliesIn('hopsworks-default-predictor-5.2.1');

/** An id that the predictor made up; one that was given to it is left as it is. */
const MADE_UP = /"request_id":"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"/;

export function withoutRequestId(body: string): string {
	return body.replace(MADE_UP, '"request_id":"…"');
}

/** What was left out of a long reply. */
export const LEFT_OUT = / …\(\d+ characters\)… /;
