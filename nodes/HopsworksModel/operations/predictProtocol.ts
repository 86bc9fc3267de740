/** How the rows of Predict are written to a deployment, and its predictions read. */
import { limitsOf } from '../../core/batching/requestSize';
import { success } from '../../core/failure/outcome';
import { PREDICT_PANEL } from '../../core/failure/panel';
import { isOfContent, withSent } from '../../core/failure/sentRow';
import type { DeploymentRecord } from '../../core/hopsworks/deploymentRecord';
import type { Json } from '../../core/json/json';
import { PredictionFormer, type WantedForm } from '../../core/predict/predictionForm';
import { PredictionReader } from '../../core/predict/predictionReader';
import { requestBody, rowsText, rowSize } from '../../core/predict/requestBody';
import type { RequestField } from '../../core/predict/requestField';
import { adviceOnRow } from '../../core/predict/rowAdvice';
import type { Row, RowLayout } from '../../core/predict/rowLayout';
import { giveWay } from '../../n8n/cancel';
import { asJsonObject } from '../../n8n/givenJson';
import type { Protocol } from '../../n8n/modelCall';
import type { Options } from '../../n8n/options';
import { unusable } from '../../n8n/unusable';
import { fieldLearner } from './fieldLearner';
import type { PredictOptions } from './predictOptions';

/** What is the same for all requests of a run. */
export interface PredictForm {
	/** The name that the rows are sent under; `auto` is found out. */
	requestField: RequestField | 'auto';
	layout: RowLayout;
	/** Whether a row is a whole request body. */
	isBody: boolean;
	/** Whether an item gets the whole reply. */
	isRaw: boolean;
	/** Whether the deployment told its columns. */
	hasSchema: boolean;
	/** How many rows share a request, where the user gave a number. */
	rowsPerRequest: number | undefined;
	/** How many the deployment takes in one. */
	mostRows: number;
	requestBytes: number;
	/** Requests under way at a time. */
	concurrency: number;
	/** What is wanted of the prediction of an item. */
	wantedFor(item: number): WantedForm;
}

/** Rows of a run's first requests. */
const FIRST_ROWS = 500;

type ExtraFields = Record<string, unknown>;

type FieldsOptions = Pick<PredictOptions, 'extraFields'>;

export function readFieldsBesideRows(options: Options<FieldsOptions>): ExtraFields {
	return asJsonObject(options.get('extraFields'), 'Extra Fields (JSON)');
}

/** The protocol of items with these options to a deployment with this record. Throws `unusable`. */
export function predictProtocol(
	form: PredictForm,
	record: DeploymentRecord | undefined,
	options: Options<FieldsOptions>,
): Protocol<Row, Json> {
	const { layout, isBody, isRaw, hasSchema, rowsPerRequest, mostRows, requestBytes, concurrency } = form;
	const requestField = form.requestField === 'auto' ? likelyField(record, layout) : form.requestField;
	// What has a schema is no script of the user's own, whatever its record leaves out.
	const isScript = record?.kind === 'script' && !hasSchema;
	const extraFields = readFieldsBesideRows(options);
	const taken = isBody ? undefined : ['inputs', 'instances', requestField].find((name) => name in extraFields);
	if (taken !== undefined) {
		unusable(
			`'Extra Fields (JSON)' holds '${taken}', which the rows are sent under`,
			"Remove it there. To write the whole body yourself, set 'Rows From' to 'Whole Request Body'.",
		);
	}
	const writer = (field: RequestField) => (rows: Row[]) =>
		isBody ? rows.join() : requestBody(rows, field, extraFields);
	// What stands around the rows counts too, under the longer of the two field names.
	const frame = isBody ? 0 : Buffer.byteLength(writer('instances')([]));
	// An agent acts on what it is sent, and a column by name has no place in a list: neither is tried out.
	const learns = form.requestField === 'auto' && !isBody && !isScript && layout !== 'columnar';
	const learner = learns ? fieldLearner(requestField, writer) : undefined;
	const reader = new PredictionReader(
		{ isExamples: requestField === 'examples', isColumnar: layout === 'columnar' },
		giveWay,
	);
	const former = new PredictionFormer(form.wantedFor, giveWay);
	const adviceOn = lastKept(adviceOnRow);
	/** Whether any 'Row Format' may be chosen: Classify, Regress and a schema allow some only. */
	const hasFormats = !isBody && !hasSchema && requestField !== 'examples';
	const protocol: Protocol<Row, Json> = {
		shared: extraFields,
		asked: { panel: PREDICT_PANEL },
		// An agent reads the first row alone.
		limits: limitsOf(isRaw || isScript ? 1 : rowsPerRequest, {
			first: FIRST_ROWS,
			most: mostRows,
			bytes: requestBytes - frame,
			concurrency,
		}),
		sizeOf: rowSize,
		write: writer(requestField),
		async read(reply, { items, rows }, ask, hasOthers) {
			if (isRaw) return success([reply.json ?? reply.text]);
			const [first] = rows;
			const mayTest = hasOthers && protocol.limits.rows > 1;
			const sendFirst =
				mayTest && first !== undefined
					? async (times: number) => await ask(protocol.write(Array<Row>(times).fill(first)))
					: undefined;
			const read = await reader.read(reply, items, sendFirst);
			if (!read.ok) return read;
			learner?.isRight();
			return success(await former.form(items, read.value));
		},
		async learn(failure, batch, ask) {
			const learned = await learner?.learn(failure, batch, ask);
			if (learned) protocol.write = learned.write;
			return learned?.reply;
		},
		hindsight() {
			const { values, doubtful } = reader.hindsight();
			return { values: former.hindsight(values, doubtful), doubtful };
		},
		fix() {
			reader.fix();
			former.fix();
		},
		contradiction: () => reader.contradiction(),
		explain(failure, row) {
			if (!isOfContent(failure)) return failure;
			const advice = hasFormats ? adviceOn(failure.message, layoutOf(layout, row)) : '';
			const sent = isBody ? 'The body was sent as' : sentUnder(learner?.fields() ?? { inUse: requestField });
			const words = advice === '' ? sent : `${advice} ${sent}`;
			return withSent(failure, words, typeof row === 'string' ? row : rowsText([row]));
		},
	};
	return protocol;
}

/** The field that a deployment's record points to. */
function likelyField(record: DeploymentRecord | undefined, layout: RowLayout): RequestField {
	if (!record) return 'inputs';
	const { modelServer, hasBatcher, hasTransformer, kind } = record;
	const isByRows = modelServer === 'TENSORFLOW_SERVING' && layout !== 'columnar';
	// Transformers pick the field themselves, and nearly all pick this one.
	return isByRows || hasBatcher || hasTransformer || kind !== 'model' ? 'instances' : 'inputs';
}

/** A function that keeps its last result: most rows of a request fail in the same words. */
function lastKept(adviceOf: typeof adviceOnRow): typeof adviceOnRow {
	let last: { words: string; layout: RowLayout; advice: string } | undefined;
	return (words, layout) => {
		if (last?.words !== words || last.layout !== layout) last = { words, layout, advice: adviceOf(words, layout) };
		return last.advice;
	};
}

/** What a row looks like that was given whole, by its first character. */
function layoutOf(layout: RowLayout, row: Row): RowLayout {
	if (layout !== 'given' || typeof row !== 'string') return layout;
	return row.startsWith('{') ? 'object' : row.startsWith('[') ? 'values' : 'value';
}

/** The name that a row went out under, where another name might have been read. */
function sentUnder({ inUse, tried }: { inUse: RequestField; tried?: RequestField }): string {
	if (tried) return `A row was tried under '${tried}' too, and failed. This one was sent under '${inUse}' as`;
	return `The row was sent under '${inUse}'${inUse === 'examples' ? '' : " ('Rows Sent Under' in the options)"} as`;
}
