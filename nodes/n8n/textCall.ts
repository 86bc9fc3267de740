/** Texts that share requests to a language model's server: how many of them, and what they cost. */
import type { BatchForm } from '../core/batching/batchBuilder';
import { numberOption } from './options';

/** What is the same for all requests of a call. */
export interface TextCall {
	/** Of a request: its texts, and its bytes in all. */
	limits: { rows: number; bytes: number };
	/** Tokens that the replies have cost, counted up as they are read. */
	usage: { prompt: number; completion: number };
}

export const textsPerRequestOption = numberOption({
	displayName: 'Rows per Request',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 100_000, numberPrecision: 0 },
	default: 100,
	description: 'How many texts to send in one request at most',
});

/** The batches of texts as JSON; what stands around them in a request, `frame`, counts too. */
export function limitsAround(frame: string, { rows, bytes }: TextCall['limits']): BatchForm<string> {
	return {
		limits: { rows, bytes: bytes - Buffer.byteLength(frame) },
		sizeOf: (text) => Buffer.byteLength(text) + 1,
	};
}
