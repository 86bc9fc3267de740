/** KServe's V1 prediction protocol: rows into request text, reply text into one prediction a row. */
import { blameOf } from './blame';
import { errorText, excerpt } from './errorText';
import { encode, isRecord, parseReply, type Json } from './json';
import { badInput, count, failed, success, type Failure, type Outcome } from './outcome';

export type RowFormat = 'auto' | 'values' | 'object' | 'lists' | 'value' | 'columnar';
/** Where the rows stand in the request; `examples` belongs to TensorFlow Serving's classify and regress. */
export type RequestField = 'inputs' | 'instances' | 'examples';

/** Named values of one row, in the order in which they were given. */
export type Cells = Array<[name: string, value: unknown]>;

/** How the rows of a run are written. */
export interface RowShape {
	format: Exclude<RowFormat, 'auto'> | 'given';
	/** The order of the columns where a format tells them by position; empty where the first row named none. */
	columns?: string[];
}

const FORMAT_LABEL = "'Row Format'";

/** The cells in the order of `columns`. Fails where a row has other columns than the first one. */
function inOrder(cells: Cells, columns: string[]): Outcome<unknown[]> {
	const values = new Map(cells);
	const missing = columns.find((column) => !values.has(column));
	if (missing !== undefined) {
		return badInput(
			`The field '${missing}' is missing`,
			`The first item has it, and ${FORMAT_LABEL} tells columns by their position. Give every item the same fields.`,
		);
	}
	const unknown = cells.find(([name]) => !columns.includes(name));
	if (unknown) {
		return badInput(
			`The field '${unknown[0]}' is not in the first item`,
			`${FORMAT_LABEL} tells columns by their position, so every item needs the same fields. Pick the columns by name to leave others out.`,
		);
	}
	return success(columns.map((column) => values.get(column)));
}

/**
 * One row in the shape that the model server reads: a list of values, an object, an object of one-element lists, or a
 * single value. A `columnar` row is its list of values; `requestBody` turns the lists of a batch into columns.
 */
export function shapeRow(cells: Cells, { format, columns }: RowShape): Outcome<unknown> {
	switch (format) {
		case 'values':
		case 'columnar':
			return columns ? inOrder(cells, columns) : success(cells.map(([, value]) => value));
		case 'lists':
			return success(Object.fromEntries(cells.map(([name, value]) => [name, [value]])));
		case 'value': {
			const [first, second] = cells;
			if (first && !second) return success(first[1]);
			return badInput(
				`${FORMAT_LABEL} 'Single Value' takes one column, and this row has ${cells.length}`,
				`Name one column, or choose another ${FORMAT_LABEL}.`,
			);
		}
		default:
			return success(Object.fromEntries(cells));
	}
}

/** One row that was given whole, as JSON: named values are shaped, anything else must already have the shape. */
export function shapeGiven(row: unknown, shape: RowShape): Outcome<unknown> {
	if (shape.format === 'given') return success(row);
	if (isRecord(row)) return shapeRow(Object.entries(row), shape);
	const isList = Array.isArray(row);
	const isUnnamed = isList && shape.columns?.length === 0;
	const fits = { values: isList, columnar: isUnnamed, value: !isList, object: false, lists: false }[shape.format];
	if (fits) return success(row);
	return badInput(
		`The row is ${isList ? 'a list' : 'a single value'}, which does not fit ${FORMAT_LABEL}`,
		`Give an object such as {"amount": 10}, or set ${FORMAT_LABEL} to 'Automatic' to send the row as it is.`,
	);
}

export interface Body {
	requestField: RequestField;
	shape: RowShape;
	/** Further top-level fields, such as `signature_name`. */
	extraFields: Record<string, unknown>;
}

// Stands between the cells of a columnar row: encoded JSON holds no bare line break.
const CELL_BREAK = '\n';

/** One row as text, for `requestBody`. */
export function rowText(row: unknown, { format, columns }: RowShape, convertText: boolean): string {
	if (format !== 'columnar' || !columns?.length || !Array.isArray(row)) return encode(row, convertText);
	return row.map((cell) => encode(cell, convertText)).join(CELL_BREAK);
}

/** The request text for the rows of a batch, each as `rowText` wrote it. */
export function requestBody(texts: string[], { requestField, shape, extraFields }: Body): string {
	const extra = Object.entries(extraFields).map(([name, value]) => `,${encode(name)}:${encode(value)}`);
	return `{"${requestField}":${rowsText(texts, shape)}${extra.join('')}}`;
}

function rowsText(texts: string[], { format, columns }: RowShape): string {
	if (format !== 'columnar' || !columns?.length) return `[${texts.join(',')}]`;
	const rows = texts.map((text) => text.split(CELL_BREAK));
	return `{${columns.map((column, index) => `${encode(column)}:[${rows.map((cells) => cells[index]).join(',')}]`).join(',')}}`;
}

// A failure behind a status of 200 may be of any kind; a row can cause it, as with this status.
const HIDDEN = 500;

/** The failure that a reply with status 200 hides, if it does: KServe's batcher (`pkg/batcher/handler.go`) and inference logger (issue 1530). */
function hiddenFailure(reply: Record<string, unknown>, text: string): Failure | undefined {
	const hasError = typeof reply.error === 'string' || isRecord(reply.error);
	const isHidden = reply.predictions === null || (hasError && !('predictions' in reply || 'outputs' in reply));
	if (!isHidden) return undefined;
	const say = (words: string): string => `The model failed, though the status was 200: ${words}`;
	const words = errorText(text) || excerpt(text);
	return {
		kind: 'reply',
		message: say(words),
		description: "Check the rows of this request. The deployment's logs in Hopsworks have the whole story.",
		blame: blameOf(HIDDEN, text, words, say),
	};
}

function notJson(text: string): Failure {
	return {
		kind: 'reply',
		message: text.trim() === '' ? 'The reply was empty' : `The reply is not JSON: ${excerpt(text)}`,
		description:
			"Check that the address is that of a deployment. The option 'Response: Raw' shows whatever a deployment answers.",
	};
}

function wrongNumber(predictions: number, rows: number): Failure {
	return {
		kind: 'reply',
		message: `The deployment answered ${count(predictions, 'prediction')} for ${count(rows, 'row')}`,
		description: "The option 'Response: Raw' shows the whole reply.",
		blame: { kind: 'count' },
	};
}

/**
 * The predictions as a list: as it stands, or zipped from an object whose members are all lists as long as the rows.
 * The object of a single row is its prediction, unless the rows went out in columns and so come back in columns.
 */
function perRow(found: Json, rows: number, isColumnar: boolean): Json[] {
	if (Array.isArray(found)) return rows === 1 && found.length > 1 ? [found] : found;
	if (!isRecord(found) || (rows === 1 && !isColumnar)) return [found];
	const columns = Object.entries(found);
	const isZipped = columns.every(([, values]) => Array.isArray(values) && values.length === rows);
	if (!isZipped || columns.length === 0) return [found];
	return Array.from({ length: rows }, (_, row) =>
		Object.fromEntries(columns.map(([name, values]) => [name, Array.isArray(values) ? (values[row] ?? null) : null])),
	);
}

type Form = Pick<Body, 'requestField' | 'shape'>;

function predictionsIn(reply: Json, rows: number, { requestField, shape }: Form): Json[] {
	const isColumnar = shape.format === 'columnar';
	if (!isRecord(reply)) return perRow(reply, rows, isColumnar);
	const found = requestField === 'examples' ? reply.results : (reply.predictions ?? reply.outputs);
	return found === undefined ? [reply] : perRow(found, rows, isColumnar);
}

/**
 * One prediction a row out of a reply's text: `predictions`, else TensorFlow Serving's `outputs` (for `examples` its
 * `results`, `json_tensor.cc`), else the whole body. One row with several predictions (a recommender's ten ids) keeps the
 * list. Any other number of predictions fails.
 */
export function readPredictions(text: string, rows: number, form: Form): Outcome<Json[]> {
	const reply = parseReply(text);
	if (reply === undefined || typeof reply === 'string') return failed(notJson(text));
	const failure = isRecord(reply) ? hiddenFailure(reply, text) : undefined;
	if (failure) return failed(failure);
	const predictions = predictionsIn(reply, rows, form);
	return predictions.length === rows ? success(predictions) : failed(wrongNumber(predictions.length, rows));
}
