/** Reading one row per item, as the fields of rowFields.ts say. */
import type { IBinaryData } from 'n8n-workflow';
import { parseColumns } from '../../core/predict/columnList';
import { columnValue, missingColumn, type Column } from '../../core/predict/columns';
import { givenRowWriter, rowWriter, type Row, type RowLayout } from '../../core/predict/rowLayout';
import { asText, encode, isRecord } from '../../core/json/json';
import { fileFor, readFile, withoutFiles } from '../../n8n/files';
import { asWrittenJson } from '../../n8n/givenJson';
import { LateRow } from '../../n8n/modelCall';
import { asOneOf } from '../../n8n/options';
import { attempt, take, unusable } from '../../n8n/unusable';
import { WHOLE_ITEM } from './rowFields';
import type { RowReader, RowReading } from './rowReading';
import { schemaRowReader } from './schemaRows';
import { expectSendable } from './sendable';

interface RowSource {
	/** Whether each row is a whole request body. */
	isBody: boolean;
	layout: RowLayout;
	readRow: RowReader;
}

const ROW_SOURCES = ['columns', 'schema', 'allFields', 'json', 'body'] as const;

/** The source of rows that the node's fields name. Columns come straight from the item: an expression for each would cost 0.3 ms. */
export function rowSource(reading: RowReading): RowSource {
	const { context, items, read, format, needsNames, schema } = reading;
	const source = asOneOf('Rows From', read('rows', 0), ROW_SOURCES);
	const automatic: Record<typeof source, RowLayout> = {
		columns: needsNames ? 'object' : 'values',
		schema: 'object',
		allFields: 'object',
		json: 'given',
		body: 'given',
	};
	const layout = format === 'auto' ? automatic[source] : format;
	if (needsNames && ['values', 'columnar', 'value'].includes(layout)) {
		unusable(
			"'Row Format' gives no names, which Classify and Regress need",
			"Set it to 'Automatic' or 'Object' in the options.",
		);
	}
	const rows = (readRow: RowReader): RowSource => ({ isBody: source === 'body', layout, readRow });
	switch (source) {
		case 'columns':
			return rows(columnsReader(reading, layout, take(parseColumns(read('columns', 0), items[0]?.json))));
		case 'schema':
			return rows(schemaRowReader(reading, layout, schema?.columns ?? []));
		case 'allFields':
			return rows(fieldsReader(reading, layout));
		case 'json': {
			const isWholeItem = context.getNodeParameter('rowJson', 0, null, { rawExpressions: true }) === WHOLE_ITEM;
			return rows(
				isWholeItem ? fieldsReader({ ...reading, isNumber: undefined }, layout) : jsonReader(reading, layout),
			);
		}
		case 'body':
			return rows(bodyReader(reading));
	}
}

/** What to say first of a missing field where an expression stands for what a field holds, as one that was dragged into it does. */
function adviceOn(context: RowReading['context']): string {
	const written = asText(context.getNodeParameter('columns', 0, '', { rawExpressions: true }));
	return written.startsWith('=') && written.includes('$json')
		? "'Columns' holds an expression, which stands for what a field holds, and not for its name. Switch it to 'Fixed' to name fields. "
		: '';
}

function columnsReader({ context, items, isNumber }: RowReading, layout: RowLayout, columns: Column[]): RowReader {
	const names = columns.map(({ name }) => name);
	const write = rowWriter(layout, names);
	// Where the layout does not fit the columns, no row does.
	take(write(names, []));

	/** A row with files, which are read now that their turn has come, as TensorFlow Serving reads binary values. */
	async function withFiles(item: number, cells: string[], files: Map<number, IBinaryData>): Promise<Row> {
		const whole = [...cells];
		for (const [index, file] of files) {
			whole[index] = `{"b64":"${(await readFile(context, item, file)).toString('base64')}"}`;
		}
		return take(write(names, whole));
	}

	return (item) => {
		const { [item]: incoming = { json: {} } } = items;
		// Of its length at once: one that grows has room for 17.
		const cells = new Array<string>(columns.length);
		let files: Map<number, IBinaryData> | undefined;
		let index = 0;
		for (const column of columns) {
			const value = columnValue(incoming.json, column);
			// Most values are texts and numbers, which stand for no file.
			const mayBeFile = value === undefined || typeof value === 'object';
			const file = mayBeFile ? fileFor(incoming, column.name, value) : undefined;
			if (file) {
				files ??= new Map();
				files.set(index, file);
			} else if (value === undefined) {
				take(missingColumn(incoming.json, column, adviceOn(context)));
			} else {
				expectSendable(value, column.name);
				cells[index] = encode(value, isNumber, column.name);
			}
			index++;
		}
		if (!files) return take(write(names, cells));
		const late = files;
		return new LateRow(async () => await attempt(() => withFiles(item, cells, late)));
	};
}

function fieldsReader({ items, isNumber }: RowReading, layout: RowLayout): RowReader {
	const write = rowWriter(layout);
	return (item) => {
		const json = withoutFiles(items[item]?.json ?? {});
		const names = Object.keys(json);
		for (const name of names) expectSendable(json[name], name);
		if (layout === 'given') return encode(json);
		const cells = names.map((name) => encode(json[name], isNumber, name));
		return take(write(names, cells));
	};
}

function jsonReader({ read }: RowReading, layout: RowLayout): RowReader {
	const write = givenRowWriter(layout);
	return (item) => {
		const row = asWrittenJson(read('rowJson', item), 'Row');
		// An expression that gives the whole item.
		const given = isRecord(row) ? withoutFiles(row) : row;
		expectSendable(given);
		return take(write(given));
	};
}

function bodyReader({ read, extraFieldsOf }: RowReading): RowReader {
	return (item) => {
		const given = asWrittenJson(read('bodyJson', item), 'Body');
		if (!isRecord(given)) return unusable("'Body' is not a JSON object", 'Give the whole body in braces.');
		expectSendable(given);
		return encode({ ...withoutFiles(given), ...extraFieldsOf(item) });
	};
}
