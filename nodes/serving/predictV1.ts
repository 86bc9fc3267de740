/** KServe's V1 prediction protocol: the request's text, and one prediction a row out of the reply's. */
import { blameOf } from './blame';
import { errorText } from './errorText';
import { excerpt } from './excerpt';
import { encode, isRecord, MOST_LEVELS, type Json } from './json';
import { MOST_NAMES } from './longJson';
import { count, failed, success, type Failure, type Outcome } from './outcome';
import type { Reply } from './reply';
import { rowsText, type RowShape } from './rowShape';
import { Turns, type GiveWay } from './turns';

/** Where the rows stand in the request; `examples` belongs to TensorFlow Serving's classify and regress. */
export type RequestField = 'inputs' | 'instances' | 'examples';

export interface Body {
	requestField: RequestField;
	shape: RowShape;
	/** Further top-level fields, such as `signature_name`. */
	extraFields: Record<string, unknown>;
}

/** The request text for the rows of a batch, each as `rowWriter` wrote it. */
export function requestBody(rows: string[], { requestField, shape, extraFields }: Body): string {
	const extra = Object.entries(extraFields).map(([name, value]) => `,${encode(name)}:${encode(value)}`);
	return `{"${requestField}":${rowsText(rows, shape)}${extra.join('')}}`;
}

// A failure behind a status of 200 may be of any kind; a row can cause it, as with this status.
const HIDDEN = 500;

/** The failure that a reply with status 200 hides, if it does: KServe's batcher (`pkg/batcher/handler.go`) and inference logger (issue 1530). */
function hiddenFailure(reply: Reply): Failure | undefined {
	const { json } = reply;
	if (!isRecord(json)) return undefined;
	const hasError = typeof json.error === 'string' || isRecord(json.error);
	const isHidden = json.predictions === null || (hasError && !('predictions' in json || 'outputs' in json));
	if (!isHidden) return undefined;
	const say = (words: string): string => `The model failed, though the status was 200: ${words}`;
	const words = errorText(reply) || excerpt(reply.text);
	return {
		kind: 'reply',
		message: say(words),
		description: "Check the rows of this request. The deployment's logs in Hopsworks have the whole story.",
		blame: blameOf(HIDDEN, reply, words, say),
	};
}

function notJson(text: string): Failure {
	return {
		kind: 'reply',
		message: text.trim() === '' ? 'The reply was empty' : `The reply is not JSON: ${excerpt(text)}`,
		description:
			"Check that the address is that of a deployment. The option 'Response: Raw' shows whatever a deployment answers. " +
			`JSON that is nested deeper than ${MOST_LEVELS} levels, or has more than ${count(MOST_NAMES, 'name')} in one object, is not read.`,
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

/** One object a row out of lists by name. Each is quick to make, all of them are not. */
async function zip(columns: Array<[string, Json]>, rows: number, giveWay: GiveWay): Promise<Json[]> {
	const turns = new Turns(giveWay);
	const zipped: Json[] = [];
	for (let row = 0; row < rows; row++) {
		if (turns.isOver()) await turns.next();
		const members = columns.map(([name, values]) => [name, Array.isArray(values) ? (values[row] ?? null) : null]);
		zipped.push(Object.fromEntries(members));
	}
	return zipped;
}

/**
 * The predictions as a list: as it stands, or zipped from an object whose members are all lists as long as the rows.
 * The object of a single row is its prediction, unless the rows went out in columns and so come back in columns.
 */
async function perRow(found: Json, rows: number, isColumnar: boolean, giveWay: GiveWay): Promise<Json[]> {
	if (Array.isArray(found)) return rows === 1 && found.length > 1 ? [found] : found;
	if (!isRecord(found) || (rows === 1 && !isColumnar)) return [found];
	const columns = Object.entries(found);
	const isZipped = columns.every(([, values]) => Array.isArray(values) && values.length === rows);
	return isZipped && columns.length > 0 ? await zip(columns, rows, giveWay) : [found];
}

type Form = Pick<Body, 'requestField' | 'shape'>;

async function predictionsIn(
	reply: Json,
	rows: number,
	{ requestField, shape }: Form,
	giveWay: GiveWay,
): Promise<Json[]> {
	const isColumnar = shape.format === 'columnar';
	if (!isRecord(reply)) return await perRow(reply, rows, isColumnar, giveWay);
	const found = requestField === 'examples' ? reply.results : (reply.predictions ?? reply.outputs);
	return found === undefined ? [reply] : await perRow(found, rows, isColumnar, giveWay);
}

/**
 * One prediction a row out of a reply: `predictions`, else TensorFlow Serving's `outputs` (for `examples` its
 * `results`, `json_tensor.cc`), else the whole body. One row with several predictions (a recommender's ten ids) keeps the
 * list. Any other number of predictions fails. Gives way now and then where there are many.
 */
export async function readPredictions(
	reply: Reply,
	rows: number,
	form: Form,
	giveWay: GiveWay,
): Promise<Outcome<Json[]>> {
	const { json, text } = reply;
	if (json === undefined || typeof json === 'string') return failed(notJson(text));
	const failure = hiddenFailure(reply);
	if (failure) return failed(failure);
	const predictions = await predictionsIn(json, rows, form, giveWay);
	return predictions.length === rows ? success(predictions) : failed(wrongNumber(predictions.length, rows));
}
