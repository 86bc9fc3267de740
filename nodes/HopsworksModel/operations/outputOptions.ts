/** The options of Predict that say what becomes of a reply: what an item gets of it, in which form, and in which fields. */
import { booleanOption, choiceOption, givenOption, outputFieldOption, unsetNumberOption } from '../../n8n/options';

/** A whole reply is left as it came. */
const OF_PREDICTIONS = { hide: { '/rows': ['body'], response: ['raw'] } };

export const outputOptions = {
	classNames: givenOption({
		displayName: 'Class Names',
		type: 'string',
		default: '',
		placeholder: 'e.g. genuine, fraud',
		description:
			"What the classes of the model are called, in the model's own order, which is that of their numbers: 0 first. A list of probabilities or the number of a class then comes out with its label.",
		displayOptions: OF_PREDICTIONS,
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
	response: choiceOption<'prediction' | 'raw'>(
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
			displayOptions: { hide: { '/rows': ['body'] } },
		},
		['prediction', 'raw'],
	),
	spread: booleanOption({
		displayName: 'Spread Objects Into Fields',
		type: 'boolean',
		default: false,
		description:
			"Whether each member of a prediction that is an object becomes a field of its own, with the output field's name before it: 'prediction_label', 'prediction_probability'. Any other prediction stays in the output field.",
		displayOptions: OF_PREDICTIONS,
	}),
	threshold: unsetNumberOption({
		displayName: 'Threshold',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 6 },
		default: 0.5,
		description:
			'The probability from which on a row is positive, for models that give one, or one for each of two classes. The label is then true or false, or one of two class names, of which the second stands for positive.',
		displayOptions: OF_PREDICTIONS,
	}),
	unwrap: booleanOption({
		displayName: 'Unwrap Single Values',
		type: 'boolean',
		default: true,
		description:
			'Whether a prediction that is a list of one value, such as [0.93], comes out as that value. Where the model answers any row of the run with another number of values, all lists stay lists.',
		displayOptions: OF_PREDICTIONS,
	}),
};
