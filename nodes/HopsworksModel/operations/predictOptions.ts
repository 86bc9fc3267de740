/** The options of Predict: how requests are made, and with them those of rows and of what comes out. */
import { addressOptions } from '../../n8n/deploymentLocator';
import { choiceOption, givenOption, numberOption, type ValuesOf } from '../../n8n/options';
import { previewOptions } from '../../n8n/preview';
import { requestSizeOption, sendOptions } from '../../n8n/sendOptions';
import { outputOptions } from './outputOptions';
import { rowOptions } from './rowOptions';

export const predictOptions = {
	...addressOptions,
	...sendOptions,
	...previewOptions,
	...rowOptions,
	...outputOptions,
	maxRequestKilobytes: requestSizeOption,
	extraFields: givenOption({
		displayName: 'Extra Fields (JSON)',
		type: 'json',
		default: '{}',
		description: 'Further fields of the request, beside the rows, such as {"signature_name": "serving_default"}',
	}),
	rowsPerRequest: numberOption({
		displayName: 'Rows per Request',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1_000_000, numberPrecision: 0 },
		default: 500,
		description: 'How many items share a request. Set 1 for deployments that read only the first row.',
	}),
	verb: choiceOption(
		{
			displayName: 'TensorFlow Signature',
			type: 'options',
			options: [
				{
					name: 'Classify',
					value: 'classify',
					description: 'For a model with a classification signature: labels with their scores',
				},
				{ name: 'Predict', value: 'predict', description: 'What every deployment understands, of any kind' },
				{
					name: 'Regress',
					value: 'regress',
					description: 'For a model with a regression signature: one number a row',
				},
			],
			default: 'predict',
			description:
				'What is asked of a deployment of TensorFlow Serving. Classify and Regress send each row as named values.',
		},
		['predict', 'classify', 'regress'],
	),
};

export type PredictOptions = ValuesOf<typeof predictOptions>;
