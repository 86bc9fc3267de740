/** The options of Predict that say what becomes of a reply: what an item gets of it, in which form, and in which fields. */
import { booleanOption, choiceOption, givenOption, outputFieldOption, unsetNumberOption } from '../../n8n/options';

/** A whole reply is left as it came. */
const OF_PREDICTIONS = { hide: { '/rows': ['body'], response: ['raw'] } };

export const predictionOptions = {
	classNames: givenOption({
		displayName: 'Class Names',
		type: 'string',
		default: '',
		placeholder: 'e.g. genuine, fraud',
		description:
			"Names for the classes of the model, in the model's own order: the name of class 0 first. A prediction that is the number of a class, or a list of probabilities, then comes out with a label.",
		displayOptions: OF_PREDICTIONS,
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
					description: 'Each row gets its own prediction',
				},
				{
					name: 'Raw',
					value: 'raw',
					description: 'Each row gets the whole reply, and each request holds one row',
				},
			],
			default: 'prediction',
			description: 'Which part of the reply each row gets',
			displayOptions: { hide: { '/rows': ['body'] } },
		},
		['prediction', 'raw'],
	),
	threshold: unsetNumberOption({
		displayName: 'Threshold',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 6 },
		default: 0.5,
		description:
			'The lowest probability at which a row counts as positive, for models that return one probability, or one for each of two classes. The label is then true or false. With two class names, the label is one of them, and the second means positive.',
		displayOptions: OF_PREDICTIONS,
	}),
	unwrap: booleanOption({
		displayName: 'Unwrap Single Values',
		type: 'boolean',
		default: true,
		description:
			'Whether a prediction that is a list of one value, such as [0.93], comes out as that value. If the model answers any row of the run with a different number of values, all lists stay lists.',
		displayOptions: OF_PREDICTIONS,
	}),
};

/** Those of predictions that items get. */
export const itemOptions = {
	includeMetadata: booleanOption({
		displayName: 'Include Metadata',
		type: 'boolean',
		default: false,
		description:
			"Whether to add a second field that tells how the row was scored: how often it was sent ('attempts'), how many milliseconds the last reply took ('latency'), how many rows shared that request ('rowsInRequest'), and where the deployment's log has it: the ID of the request ('requestId') and the row's position in it, from 0 ('requestRow')",
	}),
	spread: booleanOption({
		displayName: 'Spread Objects Into Fields',
		type: 'boolean',
		default: false,
		description:
			"Whether each member of a prediction that is an object becomes a field of its own, whose name begins with the output field: 'prediction_label', 'prediction_probability'. Any other prediction stays in the output field.",
		displayOptions: OF_PREDICTIONS,
	}),
};
