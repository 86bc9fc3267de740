/** The `tumor` model: scikit-learn's scaler and logistic regression, computed from the parameters that train.py wrote. */
import parameters from './tumor.json';
import { isList, isObject } from '../reply.cts';
import { ModelError } from './model.cts';

const { columns, means, scales, coefficients, intercept, classes } = parameters;

const RESHAPE =
	'Reshape your data either using array.reshape(-1, 1) if your data has a single feature or array.reshape(1, -1) if it contains a single sample.';
const INHOMOGENEOUS = (rows: number): string =>
	`setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 dimensions. The detected shape was (${rows},) + inhomogeneous part.`;
const NOT_A_NUMBER = `Input X contains NaN.
LogisticRegression does not accept missing values encoded as NaN natively. For supervised learning, you might want to consider sklearn.ensemble.HistGradientBoostingClassifier and Regressor which accept missing values encoded as NaNs natively. Alternatively, it is possible to preprocess the data, for instance by using an imputer transformer in a pipeline or drop samples with missing values. See https://scikit-learn.org/stable/modules/impute.html You can find a list of all estimators that handle NaN values at the following page: https://scikit-learn.org/stable/modules/impute.html#estimators-that-handle-nan-values`;

/** Rows as lists, from lists or from objects of lists, as KServe's scikit-learn server reads them. */
function toLists(rows: unknown[]): unknown[][] {
	if (isObject(rows[0])) return rows.filter(isObject).flatMap(namedToLists);
	const lists = rows.filter(isList);
	if (lists.length === 0) {
		const shown = rows.map((value) => (Number.isInteger(value) ? `${String(value)}.` : String(value))).join(' ');
		throw new ModelError(`Expected 2D array, got 1D array instead:\narray=[${shown}].\n${RESHAPE}`);
	}
	const isEven = lists.length === rows.length && lists.every(({ length }) => length === lists[0]?.length);
	if (!isEven) throw new ModelError(INHOMOGENEOUS(rows.length));
	return lists;
}

function namedToLists(row: Record<string, unknown>): unknown[][] {
	const values = Object.values(row);
	if (!values.every(isList)) {
		throw new ModelError('If using all scalar values, you must pass an index');
	}
	if (Object.keys(row).join() !== columns.join()) {
		throw new ModelError('The feature names should match those that were passed during fit.');
	}
	return (values[0] ?? []).map((_, index) => values.map((list) => list[index]));
}

function toNumber(value: unknown): number {
	if (value === null) return NaN;
	const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
	const isText = typeof value === 'string' && Number.isNaN(number);
	if (isText) throw new ModelError(`could not convert string to float: np.str_('${value}')`);
	return number;
}

/** The distance of each row from the border between the classes, as the trained pipeline's `decision_function` gives it. */
export function scores(rows: unknown[]): number[] {
	return toLists(rows).map((row) => {
		const values = row.map(toNumber);
		if (values.length !== columns.length) {
			throw new ModelError(
				`X has ${values.length} features, but StandardScaler is expecting ${columns.length} features as input.`,
			);
		}
		if (values.some(Number.isNaN)) throw new ModelError(NOT_A_NUMBER);
		return values.reduce(
			(sum, value, column) =>
				sum + (coefficients[column] ?? 0) * ((value - (means[column] ?? 0)) / (scales[column] ?? 1)),
			intercept,
		);
	});
}

/** The class of each row, as `predict` of the trained pipeline gives it. */
export function tumor(rows: unknown[]): unknown[] {
	return scores(rows).map((score) => (score > 0 ? classes[1] : classes[0]));
}
