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

/** An exception that the server answers with a status and a body of its own, such as FastAPI's `HTTPException`. */
export class StatusError extends Error {
	constructor(
		readonly status: number,
		readonly body: object,
	) {
		super(`status ${status}`);
	}
}

/** Takes the rows of a V1 request, gives one prediction a row, or throws. */
export type Predict = (rows: unknown[]) => unknown[];

/** A model that can be trained anew: from what it was trained to, its numbers by name, to its predictions. */
export type Model = (parameters: Record<string, number>) => Predict;

/** Takes the rows of a V1 request, or a body that the server could not read, and gives what the reply is made of. */
export type Predictor = (given: { rows: unknown[] } | { bytes: string }) => unknown;
