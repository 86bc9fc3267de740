/** The options of Predict: how requests are made, and with them those of rows and of what comes out. */
import { addressOptions } from '../../n8n/deploymentLocator';
import { choiceOption, givenOption, unsetNumberOption, type ValuesOf } from '../../n8n/options';
import { previewOptions } from '../../n8n/preview';
import { requestSizeOption, sendOptions } from '../../n8n/sendOptions';
import { itemOptions, predictionOptions } from './outputOptions';
import { rowOptions } from './rowOptions';

/** Those of rows from wherever. */
export const scoringOptions = {
	...addressOptions,
	...sendOptions,
	...previewOptions,
	...rowOptions,
	...predictionOptions,
	maxRequestKilobytes: requestSizeOption,
	extraFields: givenOption({
		displayName: 'Extra Fields (JSON)',
		type: 'json',
		default: '{}',
		description:
			'Additional fields to send in the request along with the rows, such as {"signature_name": "serving_default"}',
	}),
	rowsPerRequest: unsetNumberOption({
		displayName: 'Rows per Request',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1_000_000, numberPrecision: 0 },
		default: 500,
		description:
			'How many rows to send in one request at most. If you leave this out, the node finds the number that is fastest, beginning with 500. Set it to 1 for deployments that read only the first row.',
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
				{ name: 'Predict', value: 'predict', description: 'Works with every kind of deployment' },
				{
					name: 'Regress',
					value: 'regress',
					description: 'For a model with a regression signature: one number per row',
				},
			],
			default: 'predict',
			description:
				'Which kind of result to ask a TensorFlow Serving deployment for. Classify and Regress send each row as named values.',
		},
		['predict', 'classify', 'regress'],
	),
};

export const predictOptions = { ...scoringOptions, ...itemOptions };

export type PredictOptions = ValuesOf<typeof predictOptions>;
