/** What the rows of one file are scored with: the table that the file holds, the model, and how it wants its rows. */
import { asText } from '../../core/json/json';
import { parseColumns } from '../../core/predict/columnList';
import { columnValue } from '../../core/predict/columns';
import type { DeploymentSchema } from '../../core/predict/deploymentSchema';
import type { TextColumns } from '../../core/predict/textColumns';
import type { ChosenColumns, Table, TableRow } from '../../core/table/table';
import { isCancelled, turnsOfRun } from '../../n8n/cancel';
import { exchangeWith } from '../../n8n/exchange';
import type { WithFiles } from '../../n8n/files';
import type { ModelStart } from '../../n8n/modelStart';
import type { Options } from '../../n8n/options';
import type { ParameterReader } from '../../n8n/parameterReader';
import type { Run } from '../../n8n/run';
import type { Send } from '../../n8n/send';
import { attempt, take } from '../../n8n/unusable';
import { FileScoring, type FileScoringSetUp } from './fileScoring';
import { readHead, type FileSource } from './fileSource';
import type { PredictFileOptions } from './predictFileOptions';
import { AS_IT_CAME, readWantedForm } from './predictionFields';
import { predictProtocol } from './predictProtocol';
import { setUpRows } from './predictSetUp';
import type { RowReader } from './rowReading';

/** Rows by which it is decided which columns hold numbers, and what predictions look like. */
const HEAD_ROWS = 10_000;

/** Characters of these rows at most. */
const MOST_HEAD = 8 * 1024 * 1024;

/** Rows of a request at most, where their number is found: all that are under way are in memory, and more make few models faster. */
const MOST_FOUND = 5000;

/** Sets up the scoring of a file of an item, before any row is sent. Throws `unusable`. */
export async function setUpFile(
	run: Run,
	item: number,
	{ table, rows }: FileSource,
	options: Options<PredictFileOptions>,
	{ resolver, send, settings }: ModelStart<PredictFileOptions>,
): Promise<FileScoring> {
	const { context, notes } = run;
	const read: ParameterReader = (name) => run.read(name, item);
	const { head, all } = await readHead(rows, HEAD_ROWS, MOST_HEAD);
	const slot: WithFiles = { json: firstFields(table, head) };
	const reading = { context, items: [slot], read, extraFieldsOf: () => ({}) };
	const { route, schema, columns, readRow, form } = await setUpRows(reading, options, resolver);
	take(table.choose(chosenColumns(read, slot.json, schema)));
	if (columns) await decideText(columns, table, head, slot, readRow);
	const wanted = form.isRaw ? AS_IT_CAME : readWantedForm(options);
	const deployment = await resolver.resolve(read('deployment', item), options, route);
	const mostRows = form.rowsPerRequest === undefined ? Math.min(form.mostRows, MOST_FOUND) : form.mostRows;
	const protocol = predictProtocol({ ...form, mostRows, wantedFor: () => wanted }, deployment.record, options);
	take(await resolver.ready(deployment));
	const ending = new AbortController();
	const sendUntilEnd: Send = async (callee, asked, write, sending) =>
		await send(callee, asked, write, { ...sending, signal: ending.signal });
	const setUp: FileScoringSetUp = {
		table,
		rows: all,
		slot,
		readRow,
		protocol,
		exchange: exchangeWith({
			send: sendUntilEnd,
			deployment,
			protocol,
			hasOthers: () => scoring.read > 1,
			onSent: (sentRows, sent) => scoring.noteSent(sentRows, sent),
		}),
		course: { concurrency: settings.concurrency, notes },
		mostFailed: options.get('maxFailedRows') ?? Infinity,
		isCancelled: () => isCancelled(context),
		abort: () => ending.abort(),
	};
	const scoring = new FileScoring(setUp);
	return scoring;
}

/** The fields of the first row that can be read, which tell how names are meant. */
function firstFields(table: Table<TableRow>, head: TableRow[]): Record<string, unknown> {
	for (const row of head) {
		const fields = table.fieldsOf(row);
		if (fields.ok) return fields.value;
	}
	return {};
}

function chosenColumns(
	read: ParameterReader,
	first: Record<string, unknown>,
	schema: DeploymentSchema | undefined,
): ChosenColumns {
	const valueOf: ChosenColumns['valueOf'] = (fields, name) => fields[name];
	if (schema) {
		const names = (isOptional: boolean) =>
			schema.columns.flatMap((one) => (one.isOptional === isOptional ? [one.name] : []));
		return { names: names(false), optional: names(true), valueOf };
	}
	if (asText(read('rows', 0)) !== 'columns') return { valueOf };
	const columns = new Map(take(parseColumns(read('columns', 0), first)).map((column) => [column.name, column]));
	return {
		names: [...columns.keys()],
		valueOf(fields, name) {
			const column = columns.get(name);
			return column && columnValue(fields, column);
		},
	};
}

/** Decides which columns are text, by the rows at the beginning. */
async function decideText(
	columns: TextColumns,
	table: Table<TableRow>,
	head: TableRow[],
	slot: WithFiles,
	readRow: RowReader,
): Promise<void> {
	const turns = turnsOfRun();
	for (const row of head) {
		if (turns.isOver()) await turns.next();
		const fields = table.fieldsOf(row);
		if (!fields.ok) continue;
		slot.json = fields.value;
		// What cannot be read fails when its turn comes.
		await attempt(() => readRow(0));
	}
	columns.decide();
}
