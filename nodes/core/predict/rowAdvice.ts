/** What the words of a failure say of the form of a row: predictor scripts read it in many ways, and fail in few. */
import type { RowLayout } from './rowLayout';

/** A script that takes a row, or the rows, for an object: Python's words, and TensorFlow Serving's (`json_tensor.cc`). */
const WANTS_OBJECT =
	/(?:list|tuple|string) indices must be integers|'(?:list|tuple)' object has no attribute '(?:get|items|keys|values)'|expecting list of objects|JSON object: .* must only have keys/i;

/** scikit-learn's server makes a table of each object. */
const WANTS_LISTS = /using all scalar values, you must pass an index/i;

/** A script that takes a row for a single value. */
const WANTS_VALUE = /unhashable type: 'list'|must be (?:a )?(?:string|real number|str|bytes)[^.]*, not '?list'?/i;

/** A script that takes a row for a list, by position. */
const WANTS_VALUES =
	/KeyError ?: ?'?\d+'?$|Expected 2D array, got (?:1D|scalar) array|'(?:int|float|str|bool)' object is not (?:subscriptable|iterable)|unhashable type: '(?:dict|slice)'|not '?dict'?$/im;

const FORMATS: ReadonlyArray<{ words: RegExp; layout: RowLayout; label: string; reads: string }> = [
	{ words: WANTS_LISTS, layout: 'lists', label: 'Object of Lists', reads: 'a table by the names of its columns' },
	{ words: WANTS_VALUE, layout: 'value', label: 'Single Value', reads: 'one value per row' },
	{ words: WANTS_OBJECT, layout: 'object', label: 'Object', reads: 'the values of a row by name' },
	{ words: WANTS_VALUES, layout: 'values', label: 'List of Values', reads: 'the values of a row by position' },
];

/** What to do about a failure whose words tell how the model reads a row; '' where they do not. */
export function adviceOnRow(words: string, layout: RowLayout): string {
	const format = FORMATS.find((one) => one.words.test(words));
	if (!format) return '';
	if (format.layout !== layout)
		return `The model seems to read ${format.reads}: set 'Row Format' in the options to '${format.label}'.`;
	if (layout !== 'object') return '';
	return "The script seems to read one object in the place of a list of rows: set 'Rows From' to 'Whole Request Body' and write it as the script reads it.";
}
