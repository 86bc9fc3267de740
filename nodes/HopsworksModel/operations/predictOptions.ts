/** The options of Predict. */
import { addressOptions } from '../../n8n/deploymentLocator';
import {
	booleanOption,
	choiceOption,
	givenOption,
	numberOption,
	outputFieldOption,
	type ValuesOf,
} from '../../n8n/options';
import { requestSizeOption, sendOptions } from '../../n8n/sendOptions';

export const predictOptions = {
	...addressOptions,
	...sendOptions,
	maxRequestKilobytes: requestSizeOption,
	convertText: booleanOption({
		displayName: 'Convert Text to Numbers',
		type: 'boolean',
		default: true,
		description:
			'Whether text such as 12.50 in the fields of an item is sent as a number, as a CSV file holds nothing but text. It is decided by column: one that holds a code such as 007, or mostly words, stays text.',
	}),
	extraFields: givenOption({
		displayName: 'Extra Fields (JSON)',
		type: 'json',
		default: '{}',
		description: 'Further fields of the request, beside the rows, such as {"signature_name": "serving_default"}',
	}),
	includeMetadata: booleanOption({
		displayName: 'Include Metadata',
		type: 'boolean',
		default: false,
		description:
			"Whether to add how a row was scored, in a field beside the prediction: how often it was sent ('attempts'), how long the last reply took ('latency', in milliseconds) and how many rows shared that request ('rowsInRequest')",
	}),
	outputField: outputFieldOption({
		displayName: 'Output Field',
		type: 'string',
		default: 'prediction',
		description: 'The name of the field that gets the prediction',
	}),
	response: choiceOption(
		{
			displayName: 'Response',
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
		['prediction', 'raw'],
	),
	rowsPerRequest: numberOption({
		displayName: 'Rows per Request',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1_000_000, numberPrecision: 0 },
		default: 500,
		description: 'How many rows share a request. Set 1 for deployments that read only the first row.',
	}),
	verb: choiceOption(
		{
			displayName: 'Verb',
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
		['predict', 'classify', 'regress'],
	),
};

export type PredictOptions = ValuesOf<typeof predictOptions>;
