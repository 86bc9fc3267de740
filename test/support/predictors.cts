/**
 * Predictor scripts as people deploy them on Hopsworks, and the servers around them: what each reads of a request, what it
 * answers, and how it fails. They follow the tutorials, the skills of Hopsworks' client and the serving tests of its backend.
 */
import { read, recordOf, listOf } from './json.cts';
import type { Reply } from './server.cts';

/** Answers the body of a request. */
export type Predictor = (body: Record<string, unknown>) => Reply;

/** What Python raises, as KServe's server writes it: class and words. */
class PythonError extends Error {}

function raise(words: string): never {
	throw new PythonError(words);
}

/** `value[name]` of a Python script. */
function member(value: unknown, name: string): unknown {
	if (Array.isArray(value)) return raise('TypeError : list indices must be integers or slices, not str');
	if (typeof value !== 'object') return raise(`TypeError : '${typeOf(value)}' object is not subscriptable`);
	const found = recordOf(value)[name];
	return found === undefined ? raise(`KeyError : '${name}'`) : found;
}

/** `value[index]` of a Python script. */
function element(value: unknown, index: number): unknown {
	if (Array.isArray(value)) return index < value.length ? value[index] : raise('IndexError : list index out of range');
	return typeof value === 'object'
		? raise(`KeyError : ${index}`)
		: raise(`TypeError : '${typeOf(value)}' object is not subscriptable`);
}

/** What Python calls the type of a value. */
function typeOf(value: unknown): string {
	const names = new Map([
		['number', 'int'],
		['string', 'str'],
		['boolean', 'bool'],
	]);
	return names.get(typeof value) ?? 'dict';
}

/** A server that raises becomes a status of 500 with the words, as in KServe. */
function kserve(predict: (body: Record<string, unknown>) => unknown): Predictor {
	return (body) => {
		try {
			return { body: JSON.stringify(predict(body)), headers: { 'content-type': 'application/json' } };
		} catch (error) {
			if (!(error instanceof PythonError)) throw error;
			return { status: 500, body: { error: error.message } };
		}
	};
}

/** A predictor script: KServe hands it the rows, whatever they are called, and wraps what it returns. */
function script(predict: (rows: unknown) => unknown): Predictor {
	return kserve((body) => {
		const rows = body.inputs ?? body.instances ?? raise("KeyError : 'instances'");
		return { predictions: predict(rows) };
	});
}

/** A transformer: it reads the whole body, and its answer goes out as it is. */
function transformer(answer: (body: Record<string, unknown>) => unknown): Predictor {
	return kserve(answer);
}

/** KServe's server for scikit-learn models: a list of numbers per row, as many as the model was trained on. */
export const sklearn = (features: number, predict: (row: unknown[]) => unknown): Predictor =>
	script((rows) =>
		listOf(rows).map((row) => {
			if (typeof row !== 'object') return raise('Expected 2D array, got 1D array instead:\narray=[1. 2.].');
			if (!Array.isArray(row)) return raise('If using all scalar values, you must pass an index');
			if (row.length !== features) {
				return raise(
					`X has ${row.length} features, but LogisticRegression is expecting ${features} features as input.`,
				);
			}
			if (row.some((value) => typeof value !== 'number')) return raise("could not convert string to float: 'x'");
			return predict(row);
		}),
	);

/** The same for a model that was trained on named columns: a table per row. */
export const sklearnByName = (predict: (row: Record<string, unknown>) => unknown): Predictor =>
	script((rows) =>
		listOf(rows).map((row) => {
			if (Array.isArray(row)) return raise('Specifying the columns using strings is only supported for dataframes.');
			const columns = recordOf(row);
			if (Object.values(columns).some((value) => !Array.isArray(value))) {
				return raise('If using all scalar values, you must pass an index');
			}
			return predict(Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, element(values, 0)])));
		}),
	);

/** TensorFlow Serving with two named inputs, by rows or by columns. */
export const tensorFlow: Predictor = (body) => {
	const score = (amount: unknown, age: unknown): number[] => [Number(amount) / (Number(age) + 1)];
	if (body.inputs !== undefined && !Array.isArray(body.inputs)) {
		const { amount, age } = recordOf(body.inputs);
		return { body: { outputs: listOf(amount).map((one, row) => score(one, listOf(age)[row])) } };
	}
	if (body.instances === undefined) {
		return { status: 400, body: { error: 'Failed to convert inputs: expecting an object of named tensors.' } };
	}
	if (listOf(body.instances).some((row) => Array.isArray(row) || typeof row !== 'object')) {
		return {
			status: 400,
			body: {
				error:
					'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map',
			},
		};
	}
	return {
		body: {
			predictions: listOf(body.instances)
				.map(recordOf)
				.map(({ amount, age }) => score(amount, age)),
		},
	};
};

/** Reads the first row alone, a list of values: a feature vector is looked up by its key. */
export const firstKey = script((rows) => [`fraud ${String(element(element(rows, 0), 0))}`]);

/** Reads all rows, each an object with a key. */
export const keysByName = script((rows) => listOf(rows).map((row) => `fraud ${String(member(row, 'cc_num'))}`));

/** Ranks articles for one customer, behind a transformer that reads `instances`. */
export const recommender = transformer((body) => {
	const customer = member(element(member(body, 'instances'), 0), 'customer_id');
	return {
		predictions: { ranking: [0.9, 0.4].map((score, rank) => [score, `article ${rank} for ${String(customer)}`]) },
	};
});

/** The same, whose answer has no `predictions`, and which does not say what it misses. */
export const ranking = transformer((body) => {
	const rows = body.instances ?? raise('KeyError : 0');
	return { ranking: [`video for ${String(member(element(rows, 0), 'user_id'))}`] };
});

/** An older query model: `instances` is one object, and no list. */
export const queryModel = transformer((body) => ({
	predictions: [`embedding of ${String(member(member(body, 'instances'), 'user_id'))}`],
}));

/** A graph embedding in front of TensorFlow Serving: it reads `inputs`, each a bare key of an account. */
export const accounts = transformer((body) => ({
	outputs: listOf(member(body, 'inputs')).map((account) =>
		typeof account === 'string' ? `risk of ${account}` : raise("TypeError : unhashable type: 'list'"),
	),
}));

/** A price for a number of days ahead, one row a request. */
export const price = script((rows) => 100 + Number(element(element(rows, 0), 0)));

/** Labels and scores as two lists, one entry per row. */
export const labels = script((rows) => ({
	label: listOf(rows).map((row) => (Number(element(row, 0)) > 10 ? 'high' : 'low')),
	score: listOf(rows).map((row) => Number(element(row, 0)) / 100),
}));

/** An agent: a server of its own, which takes the first row or a bare body, and answers what it cannot read with 200. */
export const agent = transformer((body) => {
	const request = recordOf(listOf(body.instances)[0] ?? body);
	if (typeof request.prompt !== 'string') return { error: 'send a prompt' };
	return { answer: `You said: ${request.prompt}`, sources: [] };
});

/** KServe's batcher in front of a scikit-learn model. */
export const batched: Predictor = (body) => {
	if (!Array.isArray(body.instances)) return { status: 400, body: 'no instances in the request\n' };
	const { status = 200, body: answer } = sklearn(2, (row) => Number(row[0]))({ instances: body.instances });
	if (status !== 200) return { body: { message: JSON.stringify(answer), batchId: '', predictions: null } };
	return { body: { message: '', batchId: 'b', ...recordOf(read(String(answer))) } };
};

/** The predictor of a deployment with a schema (`hsml.default_predictor`): it takes either name, and names the rows that it refuses. */
export const bySchema: Predictor = ({ instances, inputs }) => {
	const rows = listOf(instances ?? inputs).map(recordOf);
	const errors = rows.flatMap(({ amount }, row) =>
		typeof amount === 'number' ? [] : [{ row, field: 'amount', reason: 'must be a number (double)' }],
	);
	if (errors.length > 0) {
		const message = 'Prediction request does not match the deployment schema.';
		return { status: 400, body: { detail: { code: 'SCHEMA_VALIDATION', message, errors } } };
	}
	return { body: { predictions: rows.map(({ amount }) => Number(amount) * 2) } };
};

/** Answers a table as pandas writes it, column by column and row by row. */
export const table = script((rows) => ({
	label: Object.fromEntries(listOf(rows).map((row, index) => [String(index), `of ${String(element(row, 0))}`])),
}));
