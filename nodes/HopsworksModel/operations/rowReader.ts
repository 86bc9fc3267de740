/** Reading one row per item, as the fields of rowFields.ts say. */
import { parseColumns } from '../../core/predict/columnList';
import { columnValue, missingColumn, type Column } from '../../core/predict/columns';
import { givenRowWriter, rowWriter, type Row, type RowFormat, type RowLayout } from '../../core/predict/rowLayout';
import { asText, encode, isRecord } from '../../core/json/json';
import { asJson } from '../../n8n/givenJson';
import { LateRow } from '../../n8n/modelRun';
import { asOneOf } from '../../n8n/options';
import { attempt, fromN8n, take, unusable } from '../../n8n/unusable';
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
const ROW_FORMATS: readonly [RowFormat, ...RowFormat[]] = ['auto', 'values', 'object', 'lists', 'value', 'columnar'];

/** The source of rows that the node's fields name. Columns come straight from the item: an expression for each would cost 0.3 ms. */
export function rowSource(reading: RowReading): RowSource {
	const { context, items, read, needsNames, schema } = reading;
	const source = asOneOf(read('rows', 0), ROW_SOURCES);
	const format = asOneOf(read('rowFormat', 0), ROW_FORMATS);
	const automatic: Record<typeof source, RowLayout> = {
		columns: needsNames ? 'object' : 'values',
		schema: 'object',
		allFields: 'object',
		json: 'given',
		body: 'given',
	};
	const layout = format === 'auto' ? automatic[source] : format;
	if (needsNames && ['values', 'columnar', 'value'].includes(layout)) {
		unusable("'Row Format' gives no names, which Classify and Regress need", "Set it to 'Automatic' or 'Object'.");
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
			return rows(isWholeItem ? fieldsReader({ ...reading, convertText: false }, layout) : jsonReader(reading, layout));
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

function columnsReader({ context, items, convertText }: RowReading, layout: RowLayout, columns: Column[]): RowReader {
	const names = columns.map(({ name }) => name);
	const write = rowWriter(layout, names);
	// Where the layout does not fit the columns, no row does.
	take(write(names, []));
	const hasFile = (item: number, { name }: Column): boolean => items[item]?.binary?.[name] !== undefined;

	/** A file as TensorFlow Serving reads binary values. */
	async function fileCell(item: number, name: string): Promise<string> {
		const bytes = await fromN8n(async () => await context.helpers.getBinaryDataBuffer(item, name));
		return `{"b64":"${bytes.toString('base64')}"}`;
	}

	/** A row with files, which are read now that their turn has come. */
	async function withFiles(item: number, cells: string[]): Promise<Row> {
		const whole: string[] = [];
		for (const [index, name] of names.entries()) whole.push(cells[index] || (await fileCell(item, name)));
		return take(write(names, whole));
	}

	return (item) => {
		const json = items[item]?.json ?? {};
		// '' stands for a file: no JSON text is empty.
		const cells: string[] = [];
		for (const column of columns) {
			const value = columnValue(json, column);
			if (value !== undefined) {
				expectSendable(value, column.name);
				cells.push(encode(value, convertText));
			} else if (hasFile(item, column)) {
				cells.push('');
			} else {
				take(missingColumn(json, column, adviceOn(context)));
			}
		}
		if (!cells.includes('')) return take(write(names, cells));
		return new LateRow(async () => await attempt(() => withFiles(item, cells)));
	};
}

function fieldsReader({ items, convertText }: RowReading, layout: RowLayout): RowReader {
	const write = rowWriter(layout);
	return (item) => {
		const json = items[item]?.json ?? {};
		const names = Object.keys(json);
		for (const name of names) expectSendable(json[name], name);
		if (layout === 'given') return encode(json);
		const cells = names.map((name) => encode(json[name], convertText));
		return take(write(names, cells));
	};
}

function jsonReader({ read }: RowReading, layout: RowLayout): RowReader {
	const write = givenRowWriter(layout);
	return (item) => {
		const given = asJson(read('rowJson', item), 'Row');
		expectSendable(given);
		return take(write(given));
	};
}

function bodyReader({ read, extraFieldsOf }: RowReading): RowReader {
	return (item) => {
		const given = asJson(read('bodyJson', item), 'Body');
		if (!isRecord(given)) return unusable("'Body' is not a JSON object", 'Give the whole body in braces.');
		expectSendable(given);
		return encode({ ...given, ...extraFieldsOf(item) });
	};
}
