/** The options of Predict File: those of Predict as far as rows of a file have them, and how the file is read and written. */
import type { Encoding } from '../../core/table/tableText';
import type { KeptColumns } from '../../core/table/table';
import { choiceOption, outputFieldOption, textOption, unsetNumberOption, type ValuesOf } from '../../n8n/options';
import { scoringOptions } from './predictOptions';

export const predictFileOptions = {
	...scoringOptions,
	delimiter: choiceOption<'auto' | ',' | '|' | ';' | '\t'>(
		{
			displayName: 'Delimiter',
			type: 'options',
			options: [
				{ name: 'Automatic', value: 'auto', description: 'Found from the first lines of the file' },
				{ name: 'Comma', value: ',', description: 'What most programs write' },
				{ name: 'Pipe', value: '|', description: 'A vertical bar' },
				{
					name: 'Semicolon',
					value: ';',
					description: 'What Excel writes in countries where numbers have a decimal comma',
				},
				{ name: 'Tab', value: '\t', description: 'As in TSV files' },
			],
			default: 'auto',
			description: 'What separates the columns of a CSV file',
		},
		['auto', ',', '|', ';', '\t'],
	),
	encoding: choiceOption<Encoding>(
		{
			displayName: 'Encoding',
			type: 'options',
			options: [
				{ name: 'Automatic', value: 'auto', description: 'UTF-8, unless the file begins with the mark of another one' },
				{
					name: 'Latin-1',
					value: 'latin1',
					description: 'Windows-1252: what Excel saves as plain CSV in Western Europe',
				},
				{ name: 'UTF-16', value: 'utf16', description: "What Excel saves as 'Unicode Text'" },
				{ name: 'UTF-8', value: 'utf8', description: 'What most programs write' },
			],
			default: 'auto',
			description: 'How the characters of the file are stored. The file with the predictions is always UTF-8.',
		},
		['auto', 'utf8', 'utf16', 'latin1'],
	),
	failedRows: choiceOption<'column' | 'file'>(
		{
			displayName: 'Where Failed Rows Go',
			type: 'options',
			options: [
				{
					name: 'In the Same File',
					value: 'column',
					description: "They stay in their place, and the column 'error' says why they failed",
				},
				{
					name: 'In a File of Their Own',
					value: 'file',
					description: "They go into the binary field 'failed', with the column 'error'",
				},
			],
			default: 'column',
			description: 'Where to put the rows that could not be scored',
		},
		['column', 'file'],
	),
	fileName: textOption({
		displayName: 'File Name',
		type: 'string',
		default: '',
		placeholder: 'e.g. payments-scored.csv.gz',
		description:
			"The name of the file with the predictions. If you leave it empty, it is the name of the input file with '-predictions' added. A name that ends in .gz compresses the file.",
	}),
	keepColumns: choiceOption<KeptColumns>(
		{
			displayName: 'Keep Columns',
			type: 'options',
			options: [
				{ name: 'All', value: 'all', description: 'Every column of the file, exactly as it is' },
				{ name: 'Chosen', value: 'chosen', description: 'Only the columns that the model reads' },
				{ name: 'None', value: 'none', description: 'Only the predictions, in the order of the rows' },
			],
			default: 'all',
			description: 'Which columns of the input file to keep next to the predictions',
		},
		['all', 'chosen', 'none'],
	),
	outputField: outputFieldOption({
		displayName: 'Output Field',
		type: 'string',
		default: 'prediction',
		description:
			"The name of the column for the prediction. In a CSV file, each member of a prediction that is an object gets a column of its own, such as 'prediction.label'.",
	}),
	maxFailedRows: unsetNumberOption({
		displayName: 'Maximum Failed Rows',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1_000_000_000, numberPrecision: 0 },
		default: 100,
		description:
			'How many rows may fail. As soon as one more fails, the run ends without a file and says how far it got. If you leave this out, every row is tried.',
	}),
};

export type PredictFileOptions = ValuesOf<typeof predictFileOptions>;
