/** Predict: every item is a row, many rows share a request, and every item gets its own prediction. */
import type { IDataObject } from 'n8n-workflow';
import type { Json } from '../../core/json/json';
import type { Row } from '../../core/predict/rowLayout';
import { answerField } from '../../n8n/answerField';
import { routingOptions } from '../../n8n/deploymentLocator';
import { includeInputFields, outgoing } from '../../n8n/items';
import type { ModelCall } from '../../n8n/modelCall';
import { eachItem } from '../../n8n/eachItem';
import { runOnModel, type RunStart } from '../../n8n/modelRun';
import type { Operation } from '../../n8n/operation';
import { optionsField, readOptions } from '../../n8n/options';
import type { ResolvedDeployment } from '../../n8n/resolver';
import { sendOptions } from '../../n8n/sendOptions';
import { unusable } from '../../n8n/unusable';
import { predictOptions, type PredictOptions } from './predictOptions';
import { predictProtocol, readFieldsBesideRows, type PredictForm } from './predictProtocol';
import { AS_IT_CAME, putPrediction, readWanted } from './predictionFields';
import { setUpRows } from './predictSetUp';
import { rowProperties } from './rowFields';
import type { RowReading } from './rowReading';

export const predict: Operation = {
	value: 'predict',
	name: 'Predict',
	action: 'Get predictions from deployed model',
	description: 'Send every item to a deployed model and put its prediction beside it',
	properties: [
		...rowProperties,
		...includeInputFields,
		optionsField(predictOptions, { ...routingOptions, ...sendOptions }),
	],
	run: async (run) => await runOnModel(run, predictOptions, setUp),
};

/** How a row was scored. */
interface Metadata {
	attempts: number;
	/** Milliseconds of the last reply. */
	latency: number;
	rowsInRequest: number;
	/** Not there where no server can have seen it. */
	requestId?: string;
	/** Its position in the request, named and counted as Hopsworks logs it: from 0. */
	requestRow?: number;
}

/** What is the same for all items of a run. */
async function setUp({
	run,
	options,
	resolver,
}: RunStart<PredictOptions>): Promise<ModelCall<Row, Json, PredictOptions>> {
	const { context, items, read } = run;
	const extraFieldsOf: RowReading['extraFieldsOf'] = (item) =>
		readFieldsBesideRows(readOptions(predictOptions, read('options', item)));
	const rows = await setUpRows({ context, items, read, extraFieldsOf }, options, resolver);
	const { route, schemaOwner, columns, readRow } = rows;
	const wanted = eachItem(options, rows.form.isRaw ? () => AS_IT_CAME : readWanted);
	const form: PredictForm = { ...rows.form, wantedFor: wanted.of };
	const keepsInput = read('includeInputFields', 0) === true;
	const metadata = new Map<number, Metadata>();
	const addsMetadata = options.get('includeMetadata');
	const answers = answerField(run, options, keepsInput);
	run.besideError = (item) => {
		const json: IDataObject = {};
		if (metadata.has(item)) answers.putBeside(item, json, 'Metadata', { ...metadata.get(item) });
		return json;
	};
	return {
		readRow(item, itemOptions) {
			answers.read(item, itemOptions);
			wanted.read(item, itemOptions);
			return readRow(item);
		},
		readsAgain: () => columns?.decide() ?? false,
		route: () => route,
		protocol(itemOptions, deployment) {
			const { target, project, record } = deployment;
			const owner = schemaOwner ?? deployment;
			const isOwn = target.deployment === owner.target.deployment && project === owner.project;
			if (isOwn) return predictProtocol(form, record, itemOptions);
			const of = (one: ResolvedDeployment): string =>
				project === owner.project ? '' : ` of the project '${one.project}'`;
			return unusable(
				`The rows are made for the schema of '${owner.target.deployment}'${of(owner)}, and this item is for '${target.deployment}'${of(deployment)}`,
				"With 'Rows From' set to 'Schema of the Deployment', all items of a run go to one deployment.",
			);
		},
		onSent(sentItems, { tries, latency, request }) {
			if (!addsMetadata) return;
			const rowsInRequest = sentItems.length;
			for (const [requestRow, item] of sentItems.entries()) {
				const attempts = (metadata.get(item)?.attempts ?? 0) + tries;
				const found = request && { requestId: request.id, requestRow };
				metadata.set(item, { attempts, latency, rowsInRequest, ...found });
			}
		},
		made(item, prediction) {
			const scored = outgoing(items, item, keepsInput);
			putPrediction(answers, item, scored.json, prediction, wanted.of(item));
			if (addsMetadata) answers.putBeside(item, scored.json, 'Metadata', { ...metadata.get(item) });
			return scored;
		},
	};
}
