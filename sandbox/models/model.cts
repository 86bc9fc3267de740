/** A model behind one of the sandbox's model servers. */

/** What a model raises; the server makes of it what Python's would. */
export class ModelError extends Error {
	constructor(
		message: string,
		/** Name of the Python exception, where the server tells it. */
		readonly exception = '',
	) {
		super(message);
	}
}

/** Takes the rows of a V1 request, gives one prediction a row, or throws `ModelError`. */
export type Predict = (rows: unknown[]) => unknown[];
