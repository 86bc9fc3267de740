/** The reply of KServe's V1 prediction protocol, and of TensorFlow Serving's REST API: where its predictions stand. */
import { blameOf } from '../failure/blame';
import { readErrorReply } from '../failure/errorReply';
import { excerpt } from '../failure/excerpt';
import { withWords } from '../failure/meaning';
import { badReply, success, type Failed, type Outcome } from '../failure/outcome';
import { pluralize } from '../failure/pluralize';
import { isRecord, MOST_LEVELS, type Json } from '../json/json';
import { MOST_NAMES } from '../json/longJson';
import type { Reply } from '../json/reply';

const HIDDEN = 'The model failed, though the status was 200';
const NOTHING = 'The model returned nothing';

/** Predictions as they stand in a reply. */
export type Predictions =
	| { form: 'list'; list: Json[] }
	/** Lists by name, each with one entry per row of the request. */
	| { form: 'columns'; columns: Array<[string, Json]> }
	/** An object under `predictions`, `outputs` or `results` that is none of these. */
	| { form: 'object'; value: Json }
	/** A single value, or the whole body of a reply that has none of these members. */
	| { form: 'value'; value: Json };

/** Whether a member of a reply is absent, or has nothing in it. */
function isEmpty(value: Json | undefined): boolean {
	if (value === undefined || value === null || value === '' || value === false) return true;
	if (Array.isArray(value)) return value.length === 0;
	return isRecord(value) && Object.keys(value).length === 0;
}

/** What a reply holds that only reports on a request: an object with nothing else is no prediction. */
const REPORT = new Set(
	'code detail details error errors exception message msg reason request_id status success timestamp trace traceback type'.split(
		' ',
	),
);
const BAD_STATUS = /^(?:error|exception|fail(?:ed|ure)?)$/i;

/** Whether an object says that a request failed, and nothing else. */
function isBadReport(json: Record<string, Json>): boolean {
	const isBad = (typeof json.status === 'string' && BAD_STATUS.test(json.status)) || json.success === false;
	return isBad && Object.keys(json).every((name) => REPORT.has(name.toLowerCase()));
}

/**
 * The failure that a reply with status 200 hides, if it does: KServe's batcher (`pkg/batcher/handler.go`), its inference
 * logger (issue 1530), predictors that return nothing, and scripts that report a failure as if it were a result.
 */
function hiddenFailure(reply: Reply): Failed | undefined {
	const { json } = reply;
	if (json !== null && !isRecord(json)) return undefined;
	const isLost = json === null || json.predictions === null;
	const hasNone = isRecord(json) && isEmpty(json.predictions) && isEmpty(json.outputs);
	const isHidden = isRecord(json) && ((hasNone && !isEmpty(json.error)) || isBadReport(json));
	if (!isLost && !isHidden) return undefined;
	const error = readErrorReply(200, reply);
	const isBare = json === null || Object.keys(json).length === 1;
	const words = json === null ? '' : error.text || (isHidden || !isBare ? excerpt(reply.text) : '');
	return badReply(
		words === '' ? NOTHING : withWords(HIDDEN, words),
		"Check the rows of this request. The deployment's logs in Hopsworks say more.",
		blameOf(error, words === '' ? NOTHING : HIDDEN),
	);
}

function notJson(text: string): Failed {
	return badReply(
		text.trim() === '' ? 'The reply was empty' : `The reply is not JSON: ${excerpt(text)}`,
		"Check that the address is that of a deployment. The option 'Response: Raw' shows whatever a deployment answers. " +
			`JSON that is nested deeper than ${MOST_LEVELS} levels, or has more than ${pluralize(MOST_NAMES, 'name')} in one object, is not read.`,
	);
}

/** The failure of a reply that has another number of predictions than there were rows. */
export function wrongNumber(predictions: number, rows: number): Failed {
	return badReply(
		`The deployment answered ${pluralize(predictions, 'prediction')} for ${pluralize(rows, 'row')}`,
		"The option 'Response: Raw' shows the whole reply.",
		{ kind: 'count' },
	);
}

/** Sorts what stands in the place of the predictions. */
function sorted(value: Json, rows: number): Predictions {
	if (Array.isArray(value)) return { form: 'list', list: value };
	if (!isRecord(value)) return { form: 'value', value };
	const columns = Object.entries(value);
	const areLists = columns.every(([, member]) => Array.isArray(member) && member.length === rows);
	return areLists && columns.length > 0 ? { form: 'columns', columns } : { form: 'object', value };
}

/**
 * The predictions in a reply: `predictions`, else TensorFlow Serving's `outputs` (for `examples` its `results`,
 * `json_tensor.cc`), else the whole body.
 */
export function findPredictions(reply: Reply, rows: number, isExamples: boolean): Outcome<Predictions> {
	const { json, text } = reply;
	if (json === undefined || typeof json === 'string') return notJson(text);
	const failure = hiddenFailure(reply);
	if (failure) return failure;
	if (!isRecord(json)) return success(sorted(json, rows));
	const found = isExamples ? json.results : (json.predictions ?? json.outputs);
	return success(found === undefined ? { form: 'value', value: json } : sorted(found, rows));
}
