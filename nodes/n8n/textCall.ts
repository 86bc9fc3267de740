/** Texts that share requests to a language model's server: how many of them, and what they cost. */
import type { BatchForm } from '../core/batching/batchBuilder';
import { limitsOf } from '../core/batching/requestSize';
import { unsetNumberOption, type Options } from './options';
import { readRequestBytes } from './sendOptions';

/** What bounds a request. */
interface TextLimits {
	/** Its texts, where the user gave a number. */
	rows: number | undefined;
	/** Its bytes in all. */
	bytes: number;
	/** Requests under way at a time. */
	concurrency: number;
}

/** What is the same for all requests of a call. */
export interface TextCall {
	limits: TextLimits;
	/** Tokens that the replies have cost, counted up as they are read. */
	usage: { prompt: number; completion: number };
}

/** Texts of a run's first requests. */
const FIRST_TEXTS = 100;

export const textsPerRequestOption = unsetNumberOption({
	displayName: 'Rows per Request',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 100_000, numberPrecision: 0 },
	default: FIRST_TEXTS,
	description:
		'How many texts to send in one request at most. If you leave this out, the node finds the number that is fastest, beginning with 100.',
});

/** The options that bound a request. */
export interface TextOptions {
	rowsPerRequest: number | undefined;
	maxRequestKilobytes: number;
	concurrency: number;
}

export function readTextLimits(options: Options<TextOptions>): TextLimits {
	return {
		rows: options.get('rowsPerRequest'),
		bytes: readRequestBytes(options),
		concurrency: options.get('concurrency'),
	};
}

/** The batches of texts as JSON; what stands around them in a request, `frame`, counts too. */
export function limitsAround(frame: string, { rows, bytes, concurrency }: TextLimits): BatchForm<string> {
	const bounds = { first: FIRST_TEXTS, most: Infinity, bytes: bytes - Buffer.byteLength(frame), concurrency };
	return { limits: limitsOf(rows, bounds), sizeOf: (text) => Buffer.byteLength(text) + 1 };
}
