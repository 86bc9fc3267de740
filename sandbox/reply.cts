/** What a part of the sandbox is asked and answers. */
import type { IncomingHttpHeaders } from 'node:http';

export interface Call {
	method: string;
	/** Path below the deployment, such as `/v1/models/fraud:predict`. */
	path: string;
	query: URLSearchParams;
	headers: IncomingHttpHeaders;
	body: string;
	/** Whether the body came as bytes that are text. */
	isUtf8: boolean;
}

export interface Reply {
	status: number;
	headers: Record<string, string>;
	body: string;
	/** The body where it is no text. */
	bytes?: Buffer;
	/** What is sent after the body, piece by piece. */
	stream?: Stream;
}

export interface Stream {
	pieces: string[];
	/** Milliseconds before each piece. */
	pause: number;
	/** After the last piece: ends as it should unless told otherwise. */
	ending?: 'cut' | 'stall';
}

/** Whether a JSON value is an object, not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is unknown[] {
	return Array.isArray(value);
}

/** A JSON value as a text: a text as it is. */
export function shown(value: unknown): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}

export function json(status: number, body: unknown): Reply {
	return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export function empty(status: number, headers: Record<string, string> = {}): Reply {
	return { status, headers, body: '' };
}
