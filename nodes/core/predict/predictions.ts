/** The reply of KServe's V1 prediction protocol, and of TensorFlow Serving's REST API: one prediction per row. */
import { blameOf } from '../failure/blame';
import { readErrorReply } from '../failure/errorReply';
import { excerpt } from '../failure/excerpt';
import { withWords } from '../failure/meaning';
import { badReply, success, type Failed, type Outcome } from '../failure/outcome';
import { pluralize } from '../failure/pluralize';
import { isRecord, MOST_LEVELS, type Json } from '../json/json';
import { MOST_NAMES } from '../json/longJson';
import type { Reply } from '../json/reply';
import { Turns, type GiveWay } from '../turns';

const HIDDEN = 'The model failed, though the status was 200';

/** The failure that a reply with status 200 hides, if it does: KServe's batcher (`pkg/batcher/handler.go`) and inference logger (issue 1530). */
function hiddenFailure(reply: Reply): Failed | undefined {
	const { json } = reply;
	if (!isRecord(json)) return undefined;
	const hasError = typeof json.error === 'string' || isRecord(json.error);
	const isHidden = json.predictions === null || (hasError && !('predictions' in json || 'outputs' in json));
	if (!isHidden) return undefined;
	const error = readErrorReply(200, reply);
	return badReply(
		withWords(HIDDEN, error.text || excerpt(reply.text)),
		"Check the rows of this request. The deployment's logs in Hopsworks have the whole story.",
		blameOf(error, HIDDEN),
	);
}

function notJson(text: string): Failed {
	return badReply(
		text.trim() === '' ? 'The reply was empty' : `The reply is not JSON: ${excerpt(text)}`,
		"Check that the address is that of a deployment. The option 'Response: Raw' shows whatever a deployment answers. " +
			`JSON that is nested deeper than ${MOST_LEVELS} levels, or has more than ${pluralize(MOST_NAMES, 'name')} in one object, is not read.`,
	);
}

function wrongNumber(predictions: number, rows: number): Failed {
	return badReply(
		`The deployment answered ${pluralize(predictions, 'prediction')} for ${pluralize(rows, 'row')}`,
		"The option 'Response: Raw' shows the whole reply.",
		{ kind: 'count' },
	);
}

/** One object per row out of lists by name. Each is quick to make, all of them are not. */
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

/** How the rows of a reply were sent. */
interface SentForm {
	/** As TensorFlow Serving's `examples`. */
	isExamples: boolean;
	/** In columns, so that the predictions come back in columns. */
	isColumnar: boolean;
}

async function predictionsIn(reply: Json, rows: number, form: SentForm, giveWay: GiveWay): Promise<Json[]> {
	if (!isRecord(reply)) return await perRow(reply, rows, form.isColumnar, giveWay);
	const found = form.isExamples ? reply.results : (reply.predictions ?? reply.outputs);
	return found === undefined ? [reply] : await perRow(found, rows, form.isColumnar, giveWay);
}

/**
 * One prediction per row out of a reply: `predictions`, else TensorFlow Serving's `outputs` (for `examples` its
 * `results`, `json_tensor.cc`), else the whole body. One row with several predictions (a recommender's ten ids) keeps the
 * list. Any other number of predictions fails. Gives way now and then where there are many.
 */
export async function readPredictions(
	reply: Reply,
	rows: number,
	form: SentForm,
	giveWay: GiveWay,
): Promise<Outcome<Json[]>> {
	const { json, text } = reply;
	if (json === undefined || typeof json === 'string') return notJson(text);
	const failure = hiddenFailure(reply);
	if (failure) return failure;
	const predictions = await predictionsIn(json, rows, form, giveWay);
	return predictions.length === rows ? success(predictions) : wrongNumber(predictions.length, rows);
}
