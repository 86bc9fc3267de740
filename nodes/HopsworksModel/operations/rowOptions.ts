/** The options of Predict that say what a row looks like on its way to the model. */
import type { RowFormat } from '../../core/predict/rowLayout';
import { booleanOption, choiceOption } from '../../n8n/options';

/** Whoever writes the whole body has written the rows too. */
const WITH_ROWS = { hide: { '/rows': ['body'] } };

export const rowOptions = {
	convertText: booleanOption({
		displayName: 'Convert Text to Numbers',
		type: 'boolean',
		default: true,
		description:
			'Whether to send text such as 12.50 as a number. Rows from a CSV file need this, because they hold only text. A column that holds a code such as 007, or mostly words, stays text.',
		// JSON goes out as it was given, and a schema knows its types.
		displayOptions: { show: { '/rows': ['columns', 'allFields'] } },
	}),
	requestField: choiceOption<'auto' | 'inputs' | 'instances'>(
		{
			displayName: 'Rows Sent Under',
			type: 'options',
			noDataExpression: true,
			options: [
				{
					name: 'Automatic',
					value: 'auto',
					description: "'inputs', or 'instances' if the deployment needs it or asks for it",
				},
				{ name: 'Inputs', value: 'inputs', description: 'Most Python and scikit-learn deployments accept either name' },
				{
					name: 'Instances',
					value: 'instances',
					description: 'For TensorFlow Serving in its row format, and for deployments with a batcher or a schema',
				},
			],
			default: 'auto',
			description: 'The name of the field that holds the rows in the request. Automatic finds out the right one.',
			displayOptions: WITH_ROWS,
		},
		['auto', 'inputs', 'instances'],
	),
	rowFormat: choiceOption<RowFormat>(
		{
			displayName: 'Row Format',
			type: 'options',
			noDataExpression: true,
			options: [
				{
					name: 'Automatic',
					value: 'auto',
					description: 'A list of values for selected columns, an object if all are sent, JSON as you wrote it',
				},
				{
					name: 'Columnar',
					value: 'columnar',
					description:
						'One list per column for the whole request, {"amount": [10, 20]}: TensorFlow Serving with named inputs',
				},
				{ name: 'List of Values', value: 'values', description: '[10, 5]: most models' },
				{
					name: 'Object',
					value: 'object',
					description: '{"amount": 10, "age": 5}: models that read columns by name',
				},
				{
					name: 'Object of Lists',
					value: 'lists',
					description: '{"amount": [10], "age": [5]}: scikit-learn models that were trained on named columns',
				},
				{
					name: 'Single Value',
					value: 'value',
					description: '10: models that read one value, such as a key',
				},
			],
			default: 'auto',
			description:
				'What one row looks like in the request. This depends on how the model was deployed. If the deployment needs another format, the error says so.',
			displayOptions: WITH_ROWS,
		},
		['auto', 'values', 'object', 'lists', 'value', 'columnar'],
	),
};
