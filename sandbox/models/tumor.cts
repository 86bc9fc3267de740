/** The `tumor` model: scikit-learn's scaler and logistic regression, computed from the parameters that train.py wrote. */
import parameters from './tumor.json';
import type { Model } from './model.cts';
import { toNumbers } from './rows.cts';

const { columns, means, scales, coefficients, intercept, classes } = parameters;

const ESTIMATORS = { counting: 'StandardScaler', refusingNaN: 'LogisticRegression' };

/** The distance of each row from the border between the classes, as the trained pipeline's `decision_function` gives it. */
export function scores(rows: unknown[]): number[] {
	return toNumbers(rows, columns, ESTIMATORS).map((row) =>
		row.reduce(
			(sum, value, column) =>
				sum + (coefficients[column] ?? 0) * ((value - (means[column] ?? 0)) / (scales[column] ?? 1)),
			intercept,
		),
	);
}

/** The class of each row by its side of the border, which a poor training leaves elsewhere than at 0. */
export const trainedTumor: Model =
	({ border = 0 }) =>
	(rows) =>
		scores(rows).map((score) => (score > border ? classes[1] : classes[0]));

/** The class of each row, as `predict` of the trained pipeline gives it. */
export const tumor = trainedTumor({});
