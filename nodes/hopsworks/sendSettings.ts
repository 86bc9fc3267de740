/** How requests are sent, as the user sets it: the options of every operation, and their reading. */
import type { INodeProperties } from 'n8n-workflow';
import type { RetryPolicy } from '../serving/retry';
import { readNumber } from './parameters';

export interface SendSettings extends RetryPolicy {
	/** Longest wait for a reply, in seconds. */
	timeout: number;
	/** Requests in flight at once. */
	concurrency: number;
	/** The most that is read of a reply. */
	mostReplyBytes: number;
}

export const MEGABYTE = 1024 * 1024;

/** Seconds of a day: nobody waits longer for one request. */
export const DAY = 24 * 60 * 60;

/** The options that every operation has, read by `readSendSettings`. */
export const sendOptions: INodeProperties[] = [
	{
		displayName: 'Max Concurrent Requests',
		name: 'concurrency',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100, numberPrecision: 0 },
		default: 4,
		description: 'How many requests are under way at the same time',
	},
	{
		displayName: 'Max Reply Size (MB)',
		name: 'maxReplyMegabytes',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 500, numberPrecision: 0 },
		default: 256,
		description: 'A reply that is larger fails, so that no server can fill up the memory of n8n',
	},
	{
		displayName: 'Max Retry Wait (Seconds)',
		name: 'maxRetryWait',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: DAY },
		default: 60,
		description: 'Longest wait before a request is sent again',
	},
	{
		displayName: 'Max Tries',
		name: 'maxTries',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1000, numberPrecision: 0 },
		default: 6,
		description:
			'How often a request is sent before it fails. Sent again are those that met a busy, starting or unreachable deployment.',
	},
	{
		displayName: 'Retry Timeouts',
		name: 'retryTimeouts',
		type: 'boolean',
		default: false,
		description: 'Whether to send a request again that ran out of time, although its work may still be going on',
	},
	{
		displayName: 'Timeout (Seconds)',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 0.1, maxValue: DAY, numberPrecision: 1 },
		default: 300,
		description:
			'How long to wait for a whole reply; of an answer that streams, the longest silence. The first call after a sleep can take minutes.',
	},
];

export function readSendSettings(options: Record<string, unknown>): SendSettings {
	return {
		concurrency: readNumber(options, sendOptions, 'concurrency'),
		maxRetryWait: readNumber(options, sendOptions, 'maxRetryWait'),
		maxTries: readNumber(options, sendOptions, 'maxTries'),
		mostReplyBytes: MEGABYTE * readNumber(options, sendOptions, 'maxReplyMegabytes'),
		retryTimeouts: options.retryTimeouts === true,
		timeout: readNumber(options, sendOptions, 'timeout'),
	};
}

/** For operations whose rows share requests, read by `readRequestBytes`. */
export const requestSizeOption: INodeProperties = {
	displayName: 'Max Request Size (kB)',
	name: 'maxRequestKilobytes',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 262_144 },
	default: 1024,
	description: 'A request ends before it grows beyond this size',
};

/** How many bytes a request may have. */
export function readRequestBytes(options: Record<string, unknown>): number {
	return 1024 * readNumber(options, [requestSizeOption], requestSizeOption.name);
}
