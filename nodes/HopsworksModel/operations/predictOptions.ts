/** The options that only Predict has, and the reading of all that is the same for every item of a run. */
import type { INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { readConnection } from '../../hopsworks/connection';
import { deploymentFinder } from '../../hopsworks/discovery';
import { asOneOf, asRecord, readNumber, readOutputField, take } from '../../hopsworks/parameters';
import type { Run } from '../../hopsworks/run';
import { readRequestBytes, readSendSettings, requestSizeOption } from '../../hopsworks/sendSettings';
import type { RequestField } from '../../serving/predictV1';
import { predictRoute } from '../../serving/route';
import { rowReader } from './rowReader';

export const predictOptions: INodeProperties[] = [
	{
		displayName: 'Convert Text to Numbers',
		name: 'convertText',
		type: 'boolean',
		default: true,
		description:
			'Whether text such as 12.50 in the fields of an item is sent as a number, as a CSV file holds nothing but text. Text such as 007 or +1 stays text.',
	},
	{
		displayName: 'Extra Fields (JSON)',
		name: 'extraFields',
		type: 'json',
		default: '{}',
		description: 'Further fields of the request, beside the rows, such as {"signature_name": "serving_default"}',
	},
	{
		displayName: 'Include Metadata',
		name: 'includeMetadata',
		type: 'boolean',
		default: false,
		description:
			"Whether to add how a row was scored, in a field beside the prediction: how often it was sent ('attempts'), how long the last reply took ('latency', in milliseconds) and how many rows shared that request ('rowsInRequest')",
	},
	requestSizeOption,
	{
		displayName: 'Output Field',
		name: 'outputField',
		type: 'string',
		default: 'prediction',
		description: 'The name of the field that gets the prediction',
	},
	{
		displayName: 'Response',
		name: 'response',
		type: 'options',
		options: [
			{
				name: 'Prediction',
				value: 'prediction',
				description: 'Each item gets its own prediction',
			},
			{
				name: 'Raw',
				value: 'raw',
				description: 'Each item gets the whole reply; one row per request',
			},
		],
		default: 'prediction',
		description: 'What an item gets of the reply',
	},
	{
		displayName: 'Rows per Request',
		name: 'rowsPerRequest',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1_000_000, numberPrecision: 0 },
		default: 500,
		description: 'How many rows share a request. Set 1 for deployments that read only the first row.',
	},
	{
		displayName: 'Verb',
		name: 'verb',
		type: 'options',
		options: [
			{
				name: 'Classify',
				value: 'classify',
				description: 'TensorFlow Serving, for a model with a classification signature: labels with their scores',
			},
			{ name: 'Predict', value: 'predict', description: 'What every deployment understands' },
			{
				name: 'Regress',
				value: 'regress',
				description: 'TensorFlow Serving, for a model with a regression signature: one number a row',
			},
		],
		default: 'predict',
		description: 'What is asked of the deployment. Classify and Regress send each row as named values.',
	},
];

const VERBS = ['predict', 'classify', 'regress'] as const;
const REQUEST_FIELDS = ['auto', 'inputs', 'instances'] as const;

export async function readSetUp({ context, items, read, notes }: Run<INodeExecutionData>) {
	const options = asRecord(read('options', 0));
	const verb = asOneOf(options.verb, VERBS);
	const isPredict = verb === 'predict';
	const convertText = options.convertText !== false;
	const connection = await readConnection(context);
	const settings = readSendSettings(options);
	const route = predictRoute(verb);
	const finder = deploymentFinder(context, connection, settings, notes);
	const isFromSchema = read('rows', 0) === 'schema';
	const schemaOwner = isFromSchema ? await finder.find(read('deployment', 0), options, route) : undefined;
	const schema = schemaOwner && take(await finder.schema(schemaOwner));
	const source = rowReader({ context, items, read, convertText, needsNames: !isPredict, schema });
	const rowsPerRequest = readNumber(options, predictOptions, 'rowsPerRequest');
	const isRaw = source.isBody || options.response === 'raw';
	const chosen = asOneOf(read('requestField', 0), REQUEST_FIELDS);
	const named: RequestField = chosen === 'auto' ? (isFromSchema ? 'instances' : 'inputs') : chosen;
	return {
		connection,
		settings,
		route,
		finder,
		source,
		/** The one deployment that the rows are made for, where they come from its schema. */
		schemaOwner: schemaOwner?.target.deployment,
		requestField: isPredict ? named : ('examples' as const),
		/** Whether a server that asks for `instances` gets them. */
		learnsField: isPredict && chosen === 'auto' && !source.isBody,
		limits: {
			rows: isRaw ? 1 : Math.min(rowsPerRequest, schema?.maxBatchRows ?? Infinity),
			bytes: readRequestBytes(options),
		},
		isRaw,
		outputField: readOutputField(options, 'prediction'),
		keepsInput: read('includeInputFields', 0) === true,
		addsMetadata: options.includeMetadata === true,
	};
}

/** What is the same for all items of a run. */
export type PredictSetUp = Awaited<ReturnType<typeof readSetUp>>;
