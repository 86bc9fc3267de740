/** One item of Predict File: its file is opened, scored, and comes out again. */
import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import { pluralize } from '../../core/failure/pluralize';
import { quoted } from '../../core/failure/excerpt';
import { asText } from '../../core/json/json';
import { nameWith, outputFile, type OutputFile } from '../../core/table/outputFile';
import { expectFile } from '../../n8n/files';
import { costOfStore, openFile, type FileStream } from '../../n8n/fileStreams';
import type { ModelStart } from '../../n8n/modelStart';
import { asOneOf, readOptions, type Options } from '../../n8n/options';
import { shownItem } from '../../n8n/preview';
import { Progress } from '../../n8n/progress';
import type { Run } from '../../n8n/run';
import { take, unusable } from '../../n8n/unusable';
import { FileOutput } from './fileOutput';
import { setUpFile } from './fileSetUp';
import { readSource, type FileSource } from './fileSource';
import { predictFileOptions, type PredictFileOptions } from './predictFileOptions';

/** The field for the file of rows that failed. */
const FAILED_FILE = 'failed';

/** What comes out for an item. Throws `unusable`. */
export async function scoreFile(
	run: Run,
	item: number,
	start: ModelStart<PredictFileOptions>,
): Promise<INodeExecutionData> {
	const field = asText(run.read('inputFile', item)).trim();
	const file = expectFile(run.items[item], field);
	const stream = await openFile(run.context, item, file);
	try {
		return await scoreStream(run, item, start, file, stream);
	} finally {
		stream.close();
	}
}

async function scoreStream(
	run: Run,
	item: number,
	start: ModelStart<PredictFileOptions>,
	{ fileName, mimeType: mediaType }: IBinaryData,
	stream: FileStream,
): Promise<INodeExecutionData> {
	const { read, tally } = run;
	const field = asText(read('inputFile', item)).trim();
	const options = readOptions(predictFileOptions, read('options', item));
	const delimiter = options.get('delimiter');
	const isFailedApart = options.get('failedRows') === 'file';
	if (isFailedApart && nameOf(field) === FAILED_FILE) {
		unusable(
			`'Input File' is '${FAILED_FILE}', which is the name of the file with the failed rows`,
			"Rename the file's field before this node, or set 'Where Failed Rows Go' in the options to 'In the Same File'.",
		);
	}
	let bytes = 0;
	async function* counted(): AsyncGenerator<Uint8Array> {
		for await (const chunk of stream.chunks) {
			bytes += chunk.length;
			yield chunk;
		}
	}
	const description = {
		fileName,
		mediaType,
		format: asOneOf('File Format', read('fileFormat', item), ['auto', 'csv', 'jsonLines']),
		delimiter: delimiter === 'auto' ? undefined : delimiter,
		encoding: options.get('encoding'),
	};
	const kept = options.get('keepColumns');
	const outputField = options.get('outputField');
	const source = await readSource(counted(), description, { outputField, kept, isFailedApart });
	const scoring = await setUpFile(run, item, source, options, start);
	const shown = await start.shown?.requestOf(scoring.group, start.connection, () => {});
	if (start.shown) return shown ? take(shownItem(item, take(shown.request))) : noRow();
	const before = { ...tally };
	const progress = new Progress(run.context, fileName ?? field);
	const files = outputFiles(options, fileName, source);
	const output: FileOutput = new FileOutput({
		scoring,
		table: source.table,
		stream,
		file: files.file,
		...(isFailedApart && { failedFile: files.failedFile }),
	});
	scoring.onAnswer = () => {
		const rows = scoring.good + scoring.bad;
		const share = stream.size && (bytes / stream.size) * (rows / scoring.read);
		progress.reached({ rows, failed: scoring.bad, share });
	};
	const { file, failedFile } = await output.store();
	tellOf(run, output, source, fileName ?? field, file);
	return {
		json: {
			rows: output.rows,
			scored: output.rows - output.failed,
			failed: output.failed,
			requests: tally.requests - before.requests,
			retries: tally.retries - before.retries,
			seconds: Math.round(progress.seconds * 1000) / 1000,
			failures: output.failures,
		},
		binary: { [nameOf(field)]: file, ...(failedFile && { [FAILED_FILE]: failedFile }) },
		pairedItem: { item },
	};
}

/** The name of a field that may be given as the path to it. */
function nameOf(field: string): string {
	return field.replace(/^_files\./, '');
}

function noRow(): never {
	return unusable('The file has no row that can be sent', 'Choose another file, and its first row is shown.');
}

function outputFiles(
	options: Options<PredictFileOptions>,
	fileName: string | undefined,
	{ format, isPacked }: FileSource,
): { file: OutputFile; failedFile: OutputFile } {
	const given = options.get('fileName').trim();
	const name = given === '' ? nameWith(fileName, 'predictions', format, isPacked) : given;
	const failedName =
		given === '' ? nameWith(fileName, 'failed', format, isPacked) : nameWith(given, 'failed', format, false);
	return { file: outputFile(name, format), failedFile: outputFile(failedName, format) };
}

/** Tells the user what the run should not pass over. */
function tellOf(
	{ notes }: Run,
	{ rows, failed }: FileOutput,
	{ table }: FileSource,
	name: string,
	file: IBinaryData,
): void {
	if (failed > 0)
		notes.add(`${failed.toLocaleString('en-US')} of the ${pluralize(rows, 'row')} of ${quoted(name)} failed`);
	const replaced = table.replaced();
	if (replaced.length > 0) {
		notes.add(
			`${replaced.map(quoted).join(', ')} of ${quoted(name)} made way for what comes out. To keep both, set 'Output Field' in the options to another name`,
		);
	}
	const cost = costOfStore(file);
	if (cost !== undefined) notes.add(cost);
}
