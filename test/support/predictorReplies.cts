/** What Hopsworks' own predictor of a deployment with a schema answered, in KServe; how it was recorded stands in the README of the recording. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listOf, numberOf, read, recordOf, textOf } from './json.cts';

export interface PredictorReply {
	name: string;
	headers: Record<string, string>;
	/** What was asked, as it was sent. */
	sent: string;
	status: number;
	body: string;
}

const FILE = join(__dirname, '..', 'fixtures', 'hopsworks-default-predictor-5.2.1.json');

/** A list of which only the beginning was kept is whole again: its elements are all the same. */
function restored(rows: unknown[]): unknown[] {
	const [, length] = /^…\((\d+) in all\)$/.exec(String(rows.at(-1))) ?? [];
	return length === undefined ? rows : Array.from({ length: Number(length) }, () => rows[0]);
}

function bodyOf(body: unknown): string {
	if (typeof body === 'string') return body;
	const members = Object.entries(recordOf(body)).map(([name, value]): [string, unknown] => [
		name,
		Array.isArray(value) ? restored(value) : value,
	]);
	return JSON.stringify(Object.fromEntries(members));
}

export const predictorReplies: PredictorReply[] = listOf(recordOf(read(readFileSync(FILE, 'utf8'))).replies)
	.map(recordOf)
	.map(({ name, request, status, body }) => {
		const { headers, body: sent } = recordOf(request);
		return {
			name: textOf(name),
			headers: Object.fromEntries(
				Object.entries(recordOf(headers)).map(([header, value]): [string, string] => [header, textOf(value)]),
			),
			sent: bodyOf(sent),
			status: numberOf(status),
			body: textOf(body),
		};
	});

/** An id that the server made up; one that was given to it is left as it is. */
const MADE_UP = /"request_id":"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"/;

export function withoutRequestId(body: string): string {
	return body.replace(MADE_UP, '"request_id":"…"');
}
