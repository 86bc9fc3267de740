/** Predict: every item is a row, many rows share a request, and every item gets its own prediction. */
import { predictRoute } from '../../core/hopsworks/route';
import type { Json } from '../../core/json/json';
import type { Row } from '../../core/predict/rowLayout';
import { TextColumns } from '../../core/predict/textColumns';
import { answerField } from '../../n8n/answerField';
import { routingOptions } from '../../n8n/deploymentLocator';
import { includeInputFields, outgoing } from '../../n8n/items';
import type { ModelCall } from '../../n8n/modelCall';
import { eachItem } from '../../n8n/eachItem';
import { runOnModel, type RunStart } from '../../n8n/modelRun';
import type { Operation } from '../../n8n/operation';
import { optionsField, readOptions } from '../../n8n/options';
import { readRequestBytes, sendOptions } from '../../n8n/sendOptions';
import { take, unusable } from '../../n8n/unusable';
import { predictOptions, type PredictOptions } from './predictOptions';
import { predictProtocol, readFieldsBesideRows, type PredictForm } from './predictProtocol';
import { AS_IT_CAME, putPrediction, readWanted } from './predictionFields';
import { rowProperties } from './rowFields';
import { rowSource } from './rowReader';

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

/** What is the same for all items of a run. */
async function setUp({
	run,
	options,
	resolver,
}: RunStart<PredictOptions>): Promise<ModelCall<Row, Json, PredictOptions>> {
	const { context, items, read } = run;
	const verb = options.get('verb');
	const isPredict = verb === 'predict';
	const route = predictRoute(verb);
	const isFromSchema = read('rows', 0) === 'schema';
	// The one deployment that the rows are made for.
	const schemaOwner = isFromSchema ? await resolver.resolve(read('deployment', 0), options, route) : undefined;
	const schema = schemaOwner && take(await resolver.schema(schemaOwner));
	const columns = options.get('convertText') ? new TextColumns() : undefined;
	const { isBody, layout, readRow } = rowSource({
		context,
		items,
		read,
		format: options.get('rowFormat'),
		schema,
		isNumber: columns?.isNumber,
		needsNames: !isPredict,
		extraFieldsOf: (item) => readFieldsBesideRows(readOptions(predictOptions, read('options', item))),
	});
	const field = options.get('requestField');
	const named = field === 'auto' && isFromSchema ? 'instances' : field;
	const isRaw = isBody || options.get('response') === 'raw';
	const wanted = eachItem(options, isRaw ? () => AS_IT_CAME : readWanted);
	const form: PredictForm = {
		requestField: isPredict ? named : 'examples',
		layout,
		isBody,
		hasSchema: isFromSchema,
		isRaw,
		rowsPerRequest: options.get('rowsPerRequest'),
		mostRows: schema?.maxBatchRows ?? Infinity,
		requestBytes: readRequestBytes(options),
		concurrency: options.get('concurrency'),
		wantedFor: wanted.of,
	};
	const keepsInput = read('includeInputFields', 0) === true;
	const metadata = new Map<number, { attempts: number; latency: number; rowsInRequest: number }>();
	const addsMetadata = options.get('includeMetadata');
	const answers = answerField(run, options, keepsInput);
	return {
		readRow(item, itemOptions) {
			answers.read(item, itemOptions);
			wanted.read(item, itemOptions);
			return readRow(item);
		},
		readsAgain: () => columns?.decide() ?? false,
		route: () => route,
		protocol(itemOptions, { target, record }) {
			const owner = schemaOwner?.target.deployment ?? target.deployment;
			if (target.deployment === owner) return predictProtocol(form, record, itemOptions);
			return unusable(
				`The rows are made for the schema of '${owner}', and this item is for '${target.deployment}'`,
				"With 'Rows From' set to 'Schema of the Deployment', all items of a run go to one deployment.",
			);
		},
		onSent(sentItems, { tries, latency }) {
			for (const item of addsMetadata ? sentItems : []) {
				const attempts = (metadata.get(item)?.attempts ?? 0) + tries;
				metadata.set(item, { attempts, latency, rowsInRequest: sentItems.length });
			}
		},
		made(item, prediction) {
			const scored = outgoing(items, item, keepsInput);
			putPrediction(answers, item, scored.json, prediction, wanted.of(item));
			if (addsMetadata) answers.putBeside(item, scored.json, 'Metadata', metadata.get(item));
			return scored;
		},
	};
}
