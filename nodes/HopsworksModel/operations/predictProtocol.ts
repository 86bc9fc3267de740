/** How the rows of Predict are written to a deployment, and its predictions read. */
import { success } from '../../core/failure/outcome';
import type { DeploymentRecord } from '../../core/hopsworks/deploymentRecord';
import type { Json } from '../../core/json/json';
import { readPredictions } from '../../core/predict/predictions';
import { requestBody, rowSize, type RequestField } from '../../core/predict/requestBody';
import type { Row, RowLayout } from '../../core/predict/rowLayout';
import { giveWay } from '../../n8n/cancel';
import { asJsonObject } from '../../n8n/givenJson';
import type { Protocol } from '../../n8n/modelRun';
import type { Options } from '../../n8n/options';
import { unusable } from '../../n8n/unusable';
import type { PredictOptions } from './predictOptions';

/** What is the same for all requests of a run. */
export interface PredictForm {
	/** The name that the rows are sent under. */
	requestField: RequestField;
	/** Whether a deployment that asks for `instances` gets them. */
	learnsField: boolean;
	layout: RowLayout;
	/** Whether a row is a whole request body. */
	isBody: boolean;
	/** Whether an item gets the whole reply. */
	isRaw: boolean;
	rowsPerRequest: number;
	requestBytes: number;
}

type ExtraFields = Record<string, unknown>;

export function readFieldsBesideRows(options: Options<PredictOptions>): ExtraFields {
	return asJsonObject(options.get('extraFields'), 'Extra Fields (JSON)');
}

/** The protocol of items with these options to a deployment with this record. Throws `unusable`. */
export function predictProtocol(
	form: PredictForm,
	record: DeploymentRecord | undefined,
	options: Options<PredictOptions>,
): Protocol<Row, Json> {
	const { requestField, learnsField, layout, isBody, isRaw, rowsPerRequest, requestBytes } = form;
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
	const learned = writer('instances');
	// What stands around the rows counts too, under the longer of the two field names.
	const frame = isBody ? 0 : Buffer.byteLength(learned([]));
	const sentForm = { isExamples: requestField === 'examples', isColumnar: layout === 'columnar' };
	const protocol: Protocol<Row, Json> = {
		shared: extraFields,
		limits: { rows: isRaw ? 1 : rowsPerRequest, bytes: requestBytes - frame },
		sizeOf: rowSize,
		write: learnsField && needsInstances(record, layout) ? learned : writer(requestField),
		read: isRaw
			? ({ json, text }) => success([json ?? text])
			: async (reply, rows) => await readPredictions(reply, rows, sentForm, giveWay),
		learn({ message }) {
			if (learnsField && /no instances in the request/i.test(message)) protocol.write = learned;
		},
	};
	return protocol;
}

/** Whether a deployment's record says that it reads `instances` only: a batcher does, and TensorFlow Serving by rows. */
function needsInstances(record: DeploymentRecord | undefined, layout: RowLayout): boolean {
	if (!record) return false;
	return record.hasBatcher || (record.modelServer === 'TENSORFLOW_SERVING' && layout !== 'columnar');
}
