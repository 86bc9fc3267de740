/** Reading one row an item, as the fields of rows.ts say. */
import type { IDataObject } from 'n8n-workflow';
import { asJson, asOneOf, attempt, take } from '../../hopsworks/parameters';
import { missingColumn, parseColumns, readColumn, type Column } from '../../serving/columns';
import { asText, encode, isRecord } from '../../serving/json';
import { badInput } from '../../serving/outcome';
import {
	fillTemplate,
	givenRowText,
	rowTemplate,
	rowWriter,
	type RowFormat,
	type RowShape,
} from '../../serving/rowShape';
import type { Reading, RowReader } from './reading';
import { WHOLE_ITEM } from './rows';
import { fromSchema } from './schemaRows';
import { expectSendable } from './sendable';

export const ROW_SOURCES = ['columns', 'schema', 'allFields', 'json', 'body'] as const;
const ROW_FORMATS: readonly [RowFormat, ...RowFormat[]] = ['auto', 'values', 'object', 'lists', 'value', 'columnar'];

/** Reads rows as the node's fields say. Columns come straight from the item: an expression for each would cost 0.3 ms. */
export function rowReader(reading: Reading): RowReader {
	const { context, read, needsNames, schema } = reading;
	const source = asOneOf(read('rows', 0), ROW_SOURCES);
	const format = asOneOf(read('rowFormat', 0), ROW_FORMATS);
	const automatic: Record<typeof source, RowShape['format']> = {
		columns: needsNames ? 'object' : 'values',
		schema: 'object',
		allFields: 'object',
		json: 'given',
		body: 'given',
	};
	const shape: RowShape = { format: format === 'auto' ? automatic[source] : format };
	if (needsNames && ['values', 'columnar', 'value'].includes(shape.format)) {
		take(
			badInput("'Row Format' gives no names, which Classify and Regress need", "Set it to 'Automatic' or 'Object'."),
		);
	}
	switch (source) {
		case 'columns':
			return fromColumns(reading, shape, take(parseColumns(asText(read('columns', 0)))));
		case 'schema':
			return fromSchema(reading, shape, schema ?? { columns: [], maxBatchRows: 1 });
		case 'allFields':
			return fromFields(reading, shape);
		case 'json': {
			const isWholeItem = context.getNodeParameter('rowJson', 0, null, { rawExpressions: true }) === WHOLE_ITEM;
			return isWholeItem ? fromFields({ ...reading, convertText: false }, shape) : fromJson(reading, shape);
		}
		case 'body':
			return fromBodies(reading, shape);
	}
}

function fromColumns({ context, items, convertText }: Reading, shape: RowShape, columns: Column[]): RowReader {
	const names = columns.map(({ name }) => name);
	shape.columns = names;
	const template = take(rowTemplate(names, shape));
	const hasFile = (item: number, { name }: Column): boolean => items[item]?.binary?.[name] !== undefined;

	/** A row with files, as TensorFlow Serving reads binary values; they are read now that their turn has come. */
	async function withFiles(item: number, json: IDataObject): Promise<string> {
		const cells: string[] = [];
		for (const column of columns) {
			const value = readColumn(json, column);
			if (value !== undefined) cells.push(encode(value, convertText));
			else cells.push(`{"b64":"${(await context.helpers.getBinaryDataBuffer(item, column.name)).toString('base64')}"}`);
		}
		return fillTemplate(template, (index) => cells[index] ?? 'null');
	}

	return {
		isBody: false,
		shape,
		check(item) {
			const json = items[item]?.json ?? {};
			for (const column of columns) {
				const value = readColumn(json, column);
				if (value !== undefined) expectSendable(value, column.name);
				else if (!hasFile(item, column)) take(missingColumn(json, column.name));
			}
		},
		textOf(item) {
			const json = items[item]?.json ?? {};
			let isWhole = true;
			const text = fillTemplate(template, (index) => {
				const value = columns[index] && readColumn(json, columns[index]);
				if (value === undefined) isWhole = false;
				return encode(value, convertText);
			});
			return isWhole ? text : attempt(() => withFiles(item, json));
		},
	};
}

function fromFields({ items, convertText }: Reading, shape: RowShape): RowReader {
	const write = rowWriter(shape);
	const textOf = (item: number): string => {
		const json = items[item]?.json ?? {};
		if (shape.format === 'given') return encode(json);
		const cells = Object.values(json).map((value) => encode(value, convertText));
		return take(write(Object.keys(json), cells));
	};
	return {
		isBody: false,
		shape,
		check(item) {
			for (const [name, value] of Object.entries(items[item]?.json ?? {})) expectSendable(value, name);
			textOf(item);
		},
		textOf,
	};
}

/** Rows out of an expression are kept, since it costs too much to evaluate twice. */
function fromJson({ read }: Reading, shape: RowShape): RowReader {
	const texts = new Map<number, string>();
	const write = rowWriter(shape);
	return {
		isBody: false,
		shape,
		check(item) {
			const given = asJson(read('rowJson', item), 'Row');
			expectSendable(given);
			texts.set(item, take(givenRowText(given, shape, write)));
		},
		textOf: (item) => texts.get(item) ?? 'null',
	};
}

function fromBodies({ read }: Reading, shape: RowShape): RowReader {
	const bodies = new Map<number, Record<string, unknown>>();
	return {
		isBody: true,
		shape,
		check(item) {
			const given = asJson(read('bodyJson', item), 'Body');
			if (!isRecord(given)) return take(badInput("'Body' is not a JSON object", 'Give the whole body in braces.'));
			expectSendable(given);
			bodies.set(item, given);
		},
		textOf: (item, extraFields) => encode({ ...bodies.get(item), ...extraFields }),
	};
}
