/** The options that only Predict has, and the reading of all that is the same for every item of a run. */
import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { asOneOf, asRecord, readNumber, readOutputField, type ParameterReader } from '../../hopsworks/parameters';
import { readConnection, readSendSettings } from '../../hopsworks/send';
import { predictRoute } from '../../serving/address';
import type { RequestField } from '../../serving/predictV1';
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
	{
		displayName: 'Max Request Size (kB)',
		name: 'maxRequestKilobytes',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1024,
		description: 'A request ends before it grows beyond this size',
	},
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
		typeOptions: { minValue: 1, numberPrecision: 0 },
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

export async function readSetUp(context: IExecuteFunctions, items: INodeExecutionData[], read: ParameterReader) {
	const options = asRecord(read('options', 0));
	const verb = asOneOf(options.verb, VERBS);
	const isPredict = verb === 'predict';
	const convertText = options.convertText !== false;
	const source = rowReader({ context, items, read, convertText, needsNames: !isPredict });
	const isRaw = source.isBody || options.response === 'raw';
	const chosen = asOneOf(read('requestField', 0), REQUEST_FIELDS);
	const named: RequestField = chosen === 'auto' ? 'inputs' : chosen;
	return {
		connection: await readConnection(context),
		settings: readSendSettings(options),
		route: predictRoute(verb),
		source,
		requestField: isPredict ? named : ('examples' as const),
		/** Whether a server that asks for `instances` gets them. */
		learnsField: isPredict && chosen === 'auto' && !source.isBody,
		limits: {
			rows: isRaw ? 1 : readNumber(options, predictOptions, 'rowsPerRequest'),
			bytes: 1024 * readNumber(options, predictOptions, 'maxRequestKilobytes'),
		},
		isRaw,
		outputField: readOutputField(options, 'prediction'),
		keepsInput: read('includeInputFields', 0) === true,
		addsMetadata: options.includeMetadata === true,
	};
}

/** What is the same for all items of a run. */
export type PredictSetUp = Awaited<ReturnType<typeof readSetUp>>;
