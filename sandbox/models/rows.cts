/** Rows as scikit-learn reads them behind KServe's server, and what it says where it cannot. */
import { isList, isObject } from '../reply.cts';
import { ModelError } from './model.cts';

const RESHAPE =
	'Reshape your data either using array.reshape(-1, 1) if your data has a single feature or array.reshape(1, -1) if it contains a single sample.';
const INHOMOGENEOUS = (rows: number): string =>
	`setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 dimensions. The detected shape was (${rows},) + inhomogeneous part.`;

/** What it makes of raw bytes. */
export const RAW_BYTES = `Expected 2D array, got scalar array instead:\narray=None.\n${RESHAPE}`;

/** What an estimator says of an empty value. */
export const notANumber = (estimator: string): string => `Input X contains NaN.
${estimator} does not accept missing values encoded as NaN natively. For supervised learning, you might want to consider sklearn.ensemble.HistGradientBoostingClassifier and Regressor which accept missing values encoded as NaNs natively. Alternatively, it is possible to preprocess the data, for instance by using an imputer transformer in a pipeline or drop samples with missing values. See https://scikit-learn.org/stable/modules/impute.html You can find a list of all estimators that handle NaN values at the following page: https://scikit-learn.org/stable/modules/impute.html#estimators-that-handle-nan-values`;

function toNumber(value: unknown): number {
	if (value === null) return NaN;
	const number = typeof value === 'string' && value.trim() === '' ? NaN : Number(value);
	const isText = typeof value === 'string' && Number.isNaN(number);
	if (isText) throw new ModelError(`could not convert string to float: np.str_('${value}')`);
	return number;
}

/** What refuses a row: the step that counts its columns, which is the first, and the one that takes no NaN. */
interface Estimators {
	counting: string;
	refusingNaN: string;
}

/** The numbers of every row, in the order of the columns. */
export function toNumbers(rows: unknown[], columns: string[], { counting, refusingNaN }: Estimators): number[][] {
	return toLists(rows, columns).map((row) => {
		const values = row.map(toNumber);
		if (values.length !== columns.length) {
			throw new ModelError(
				`X has ${values.length} features, but ${counting} is expecting ${columns.length} features as input.`,
			);
		}
		if (values.some(Number.isNaN)) throw new ModelError(notANumber(refusingNaN));
		return values;
	});
}

/** Lists, from lists or from objects of lists, which pandas makes a table of. */
export function toLists(rows: unknown[], columns: string[]): unknown[][] {
	if (isObject(rows[0])) return rows.filter(isObject).flatMap((row) => namedToLists(row, columns));
	const lists = rows.filter(isList);
	if (lists.length === 0) {
		const shown = rows.map((value) => (Number.isInteger(value) ? `${String(value)}.` : String(value))).join(' ');
		throw new ModelError(`Expected 2D array, got 1D array instead:\narray=[${shown}].\n${RESHAPE}`);
	}
	const isEven = lists.length === rows.length && lists.every(({ length }) => length === lists[0]?.length);
	if (!isEven) throw new ModelError(INHOMOGENEOUS(rows.length));
	return lists;
}

function namedToLists(row: Record<string, unknown>, columns: string[]): unknown[][] {
	const values = Object.values(row);
	const lists = values.filter(isList);
	const [first] = lists;
	if (!first) throw new ModelError('If using all scalar values, you must pass an index');
	if (lists.some(({ length }) => length !== first.length)) {
		throw new ModelError('All arrays must be of the same length');
	}
	if (Object.keys(row).join() !== columns.join()) {
		throw new ModelError('The feature names should match those that were passed during fit.');
	}
	// A value beside lists stands for as many of it.
	return first.map((_, index) => values.map((value) => (isList(value) ? value[index] : value)));
}
