/** How requests are sent, as the user sets it: the options of every operation, and their reading. */
import type { RetryPolicy } from '../core/failure/retry';
import { booleanOption, numberOption, type Options, type ValuesOf } from './options';

export interface SendSettings extends RetryPolicy {
	/** Longest wait for a reply, in seconds. */
	timeout: number;
	/** Requests in flight at a time. */
	concurrency: number;
	/** The most that is read of a reply. */
	mostReplyBytes: number;
}

export const MEGABYTE = 1024 * 1024;

/** Seconds of a day: nobody waits longer for one request. */
export const DAY = 24 * 60 * 60;

/** The options that every operation has, read by `readSendSettings`. */
export const sendOptions = {
	concurrency: numberOption({
		displayName: 'Max Concurrent Requests',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100, numberPrecision: 0 },
		default: 4,
		description: 'How many requests to have under way at the same time',
	}),
	maxReplyMegabytes: numberOption({
		displayName: 'Reply Size Limit (MB)',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 500, numberPrecision: 0 },
		default: 256,
		description:
			'The largest reply to accept. A larger one counts as failed, so that no server can fill up the memory of n8n.',
	}),
	maxRetryWait: numberOption({
		displayName: 'Longest Pause Between Tries (Seconds)',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: DAY },
		default: 60,
		description: 'The longest time to wait before a request is sent again',
	}),
	maxTries: numberOption({
		displayName: 'Tries Before Giving Up',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1000, numberPrecision: 0 },
		default: 6,
		description:
			'How often to send a request before it counts as failed. It is sent again if the deployment was busy, starting or could not be reached. In the editor, a host that has not answered at all is tried only twice.',
	}),
	retryTimeouts: booleanOption({
		displayName: 'Send Again After a Timeout',
		type: 'boolean',
		default: false,
		description: 'Whether to send a request again after it timed out, although the server may still be working on it',
	}),
	timeout: numberOption({
		displayName: 'Timeout (Seconds)',
		type: 'number',
		typeOptions: { minValue: 0.1, maxValue: DAY, numberPrecision: 1 },
		default: 300,
		description:
			'How long to wait for a whole reply. For a streamed answer, it is the longest time without any data. Keep-alive messages count as data. The first call to a sleeping deployment can take minutes.',
	}),
};

export type SendOptions = ValuesOf<typeof sendOptions>;

export function readSendSettings(options: Options<SendOptions>): SendSettings {
	return {
		concurrency: options.get('concurrency'),
		maxRetryWait: options.get('maxRetryWait'),
		maxTries: options.get('maxTries'),
		mostReplyBytes: MEGABYTE * options.get('maxReplyMegabytes'),
		retryTimeouts: options.get('retryTimeouts'),
		timeout: options.get('timeout'),
	};
}

/** For operations whose rows share requests. */
export const requestSizeOption = numberOption({
	displayName: 'Split Requests Above (kB)',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 262_144 },
	default: 1024,
	description: 'A request that would be larger than this is split into several',
});

/** How many bytes a request may have. */
export function readRequestBytes(options: Options<{ maxRequestKilobytes: number }>): number {
	return 1024 * options.get('maxRequestKilobytes');
}
