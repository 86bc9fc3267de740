/** Predict File: every row of a file gets its own prediction, and the file comes out again, however many rows it has. */
import type { INodeProperties } from 'n8n-workflow';
import { routingOptions } from '../../n8n/deploymentLocator';
import { startOnModel } from '../../n8n/modelStart';
import type { Operation } from '../../n8n/operation';
import { optionsField } from '../../n8n/options';
import { NOTHING_SENT } from '../../n8n/preview';
import type { Run } from '../../n8n/run';
import { sendOptions } from '../../n8n/sendOptions';
import { attempt } from '../../n8n/unusable';
import { predictFileOptions } from './predictFileOptions';
import { scoreFile } from './scoreFile';

const properties: INodeProperties[] = [
	{
		displayName: 'Input File',
		name: 'inputFile',
		type: 'string',
		required: true,
		default: 'data',
		hint: 'The name of the binary field that holds the file',
		description: 'The table to score: a CSV or JSON Lines file of any size, which may be compressed with gzip',
	},
	{
		displayName: 'File Format',
		name: 'fileFormat',
		type: 'options',
		options: [
			{
				name: 'Automatic',
				value: 'auto',
				description: "Recognized by the file's name or type, or else by how it begins",
			},
			{
				name: 'CSV',
				value: 'csv',
				description: 'Values between commas, semicolons, tabs or pipes. The first row names the columns.',
			},
			{ name: 'JSON Lines', value: 'jsonLines', description: 'One JSON object per line, also known as NDJSON' },
		],
		default: 'auto',
		description: 'The format of the file',
	},
	{
		displayName: 'Rows From',
		name: 'rows',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Selected Columns', value: 'columns', description: 'The columns that you name are read from each row' },
			{
				name: 'Schema of the Deployment',
				value: 'schema',
				description:
					'The deployment itself says which columns it reads. They are found in the file by their names (Hopsworks 5.1 and later).',
			},
			{ name: 'All Columns', value: 'allFields', description: 'Every column of the file is sent, each with its name' },
		],
		default: 'columns',
		description: 'Where the values for the model come from',
	},
	{
		displayName: 'Columns',
		name: 'columns',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. amount, age, hour',
		description:
			'The columns of the file that the model reads, in the order in which it was trained on them, separated by commas. You can also paste a list from Python or JSON.',
		displayOptions: { show: { rows: ['columns'] } },
	},
	optionsField(predictFileOptions, { ...routingOptions, ...sendOptions }),
];

export const predictFile: Operation = {
	value: 'predictFile',
	name: 'Predict File',
	action: 'Get predictions for file from deployed model',
	description: 'Score every row of a CSV or JSON Lines file, of any size, and return the file with the predictions',
	properties,
	run,
};

/** One file after another: each has as many requests under way as the user allows. */
async function run(run: Run): Promise<void> {
	const started = await attempt(async () => await startOnModel(run, predictFileOptions, run.read('options', 0)));
	if (!started.ok) return run.settleRest(started.failure);
	for (const item of run.items.keys()) {
		const made = await attempt(async () => await scoreFile(run, item, started.value));
		run.settle(item, made);
		if (made.ok) continue;
		if (made.failure.kind === 'cancelled') return run.settleRest(made.failure);
		if (run.stops) return;
	}
	if (started.value.shown) run.notes.add(NOTHING_SENT);
}
