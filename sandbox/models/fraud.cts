/**
 * The `fraud` model: 1 for a payment that looks like fraud, else 0. It does where two of three hold: it is high, its account is
 * young, and it is made at night. What is high, and what is young, it was trained to.
 */
import { isList, isObject } from '../reply.cts';
import { ModelError, type Model } from './model.cts';
import { toNumbers } from './rows.cts';

const COLUMNS = ['amount', 'age', 'hour'];
const ESTIMATOR = 'GradientBoostingClassifier';

/** In euros. */
const HIGH = 500;
/** In days. */
const YOUNG = 30;
const NIGHT = { begins: 22, ends: 6 };

/** A row by names as a list; what it holds beside the columns does not matter, as in a table of which pandas takes these. */
function byName(row: unknown): unknown {
	if (!isObject(row) || Object.values(row).some(isList)) return row;
	const missing = COLUMNS.filter((name) => !(name in row));
	if (missing.length === 0) return COLUMNS.map((name) => row[name]);
	const named = missing.map((name) => `'${name}'`).join(', ');
	const isAllMissing = missing.length === COLUMNS.length;
	throw new ModelError(
		isAllMissing ? `"None of [Index([${named}], dtype='object')] are in the [columns]"` : `"[${named}] not in index"`,
		'KeyError',
	);
}

export const trainedFraud: Model =
	({ high = HIGH, young = YOUNG }) =>
	(rows) => {
		const estimators = { counting: ESTIMATOR, refusingNaN: ESTIMATOR };
		return toNumbers(rows.map(byName), COLUMNS, estimators).map(([amount = 0, age = 0, hour = 0]) => {
			const signs = [amount > high, age < young, hour >= NIGHT.begins || hour < NIGHT.ends];
			return signs.filter(Boolean).length >= 2 ? 1 : 0;
		});
	};

export const fraud = trainedFraud({});
