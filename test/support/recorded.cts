/** What real servers of vLLM answered, word for word; how it was recorded stands in the README of the recording. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listOf, numberOf, read, recordOf, textOf } from './json.cts';

export interface RecordedReply {
	/** The server's version, with what was recorded apart. */
	server: string;
	name: string;
	/** What was asked, as an object where it was JSON. */
	request: { method: string; path: string; body: unknown };
	status: number;
	/** '' where the server sent none. */
	contentType: string;
	body: string;
	location?: string;
}

const FILES = ['vllm-0.32.0', 'vllm-0.28.0', 'vllm-0.32.0-decisions'];

function repliesIn(file: string): RecordedReply[] {
	const { replies } = recordOf(read(readFileSync(join(__dirname, '..', 'fixtures', `${file}.json`), 'utf8')));
	return listOf(replies)
		.map(recordOf)
		.map(({ name, request, status, headers, body }) => {
			const { method, path, body: sent } = recordOf(request);
			const { 'content-type': contentType = '', location } = recordOf(headers);
			return {
				server: file,
				name: textOf(name),
				request: { method: textOf(method), path: textOf(path), body: sent },
				status: numberOf(status),
				contentType: textOf(contentType),
				body: textOf(body),
				...(location !== undefined && { location: textOf(location) }),
			};
		});
}

export const recorded = FILES.flatMap(repliesIn);
