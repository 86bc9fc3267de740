/** The `tumor` model: scikit-learn's scaler and logistic regression, computed from the parameters that train.py wrote. */
import parameters from './tumor.json';
import { ModelError } from './model.cts';
import { NOT_A_NUMBER, toLists } from './rows.cts';

const { columns, means, scales, coefficients, intercept, classes } = parameters;

function toNumber(value: unknown): number {
	if (value === null) return NaN;
	const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
	const isText = typeof value === 'string' && Number.isNaN(number);
	if (isText) throw new ModelError(`could not convert string to float: np.str_('${value}')`);
	return number;
}

/** The distance of each row from the border between the classes, as the trained pipeline's `decision_function` gives it. */
export function scores(rows: unknown[]): number[] {
	return toLists(rows, columns).map((row) => {
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
