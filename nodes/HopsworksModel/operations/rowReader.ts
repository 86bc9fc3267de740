/** Reading one row an item, as the fields of rows.ts say. */
import type { IBinaryKeyData, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { asJson, asOneOf, asText, take, type ParameterReader } from '../../hopsworks/parameters';
import { missingColumn, parseColumns, readColumn, type Column } from '../../serving/columns';
import { findUnsendable, isRecord, Verbatim } from '../../serving/json';
import { badInput } from '../../serving/outcome';
import { shapeGiven, shapeRow, type Cells, type RowFormat, type RowShape } from '../../serving/predictV1';
import { WHOLE_ITEM } from './rows';

const ROW_SOURCES = ['columns', 'allFields', 'json', 'body'] as const;
const ROW_FORMATS: readonly [RowFormat, ...RowFormat[]] = ['auto', 'values', 'object', 'lists', 'value', 'columnar'];

export interface RowReader {
	/** Whether each row is a whole request body. */
	isBody: boolean;
	/** Whether text was picked from fields, so that numbers may have arrived as text. */
	isPicked: boolean;
	/** Whether a row is expensive to read again, as it comes from an expression. */
	isEvaluated: boolean;
	/** What the rows look like; the order of columns is known from the first row on. */
	shape: RowShape;
	/** The row of one item. Throws what `attempt` turns into a failure. */
	read(item: number): Row;
}

export interface Row {
	value: unknown;
	/** Files of the item that stand in the value, to be loaded before it is written. */
	files: FileCell[];
}

/** A file of an item as TensorFlow Serving reads binary values: `{"b64": …}`. It holds nothing until it is loaded. */
export class FileCell extends Verbatim {
	constructor(
		private readonly item: number,
		private readonly field: string,
	) {
		super('null');
	}

	async load(context: IExecuteFunctions): Promise<void> {
		const content = await context.helpers.getBinaryDataBuffer(this.item, this.field);
		this.text = `{"b64":"${content.toString('base64')}"}`;
	}
}

const NO_FILES: FileCell[] = [];

/** Reads rows as the node's fields say. Columns come straight from the item: an expression for each would cost 0.3 ms. */
export function rowReader(
	context: IExecuteFunctions,
	items: INodeExecutionData[],
	read: ParameterReader,
	needsNames: boolean,
): RowReader {
	const source = asOneOf(read('rows', 0), ROW_SOURCES);
	const format = asOneOf(read('rowFormat', 0), ROW_FORMATS);
	const automatic: Record<typeof source, RowShape['format']> = {
		columns: needsNames ? 'object' : 'values',
		allFields: 'object',
		json: 'given',
		body: 'given',
	};
	const shape: RowShape = { format: format === 'auto' ? automatic[source] : format };
	const isPositional = shape.format === 'values' || shape.format === 'columnar';
	if (needsNames && (isPositional || shape.format === 'value')) {
		take(
			badInput("'Row Format' gives no names, which Classify and Regress need", "Set it to 'Automatic' or 'Object'."),
		);
	}
	const learnOrder = (names: string[]): void => {
		if (isPositional) shape.columns ??= names;
	};
	const columns = source === 'columns' ? take(parseColumns(asText(read('columns', 0)))) : [];
	const isWholeItem = context.getNodeParameter('rowJson', 0, null, { rawExpressions: true }) === WHOLE_ITEM;
	const fieldsOf = (item: number): Record<string, unknown> => items[item]?.json ?? {};

	const readers: Record<typeof source, RowReader['read']> = {
		// Picked cells are in order already; the names are for the request body.
		columns: (item) => {
			learnOrder(columns.map(({ name }) => name));
			const { cells, files } = pick(fieldsOf(item), columns, items[item]?.binary, item);
			return { value: take(shapeRow(cells, { format: shape.format })), files };
		},
		allFields: (item) => {
			const json = fieldsOf(item);
			learnOrder(Object.keys(json));
			return { value: take(shapeRow(Object.entries(json), shape)), files: NO_FILES };
		},
		json: (item) => {
			const given = isWholeItem ? fieldsOf(item) : asJson(read('rowJson', item), 'Row');
			learnOrder(isRecord(given) ? Object.keys(given) : []);
			return { value: take(shapeGiven(given, shape)), files: NO_FILES };
		},
		body: (item) => {
			const given = asJson(read('bodyJson', item), 'Body');
			if (isRecord(given)) return { value: given, files: NO_FILES };
			return take(badInput("'Body' is not a JSON object", 'Give the whole body in braces.'));
		},
	};
	return {
		isBody: source === 'body',
		isPicked: source === 'columns' || source === 'allFields',
		isEvaluated: source === 'body' || (source === 'json' && !isWholeItem),
		shape,
		read(item) {
			const row = readers[source](item);
			const unsendable = findUnsendable(row.value);
			if (!unsendable) return row;
			const place = unsendable.path === '' ? 'The row' : `'${unsendable.path}'`;
			return take(
				badInput(
					`${place} is ${unsendable.found}, which JSON cannot carry`,
					'Replace it by a number or by null, for example with an Edit Fields node before this one.',
				),
			);
		},
	};
}

/** The named cells of an item: its fields, or its files where no field has the name. */
function pick(
	json: Record<string, unknown>,
	columns: Column[],
	binary: IBinaryKeyData | undefined,
	item: number,
): { cells: Cells; files: FileCell[] } {
	const files: FileCell[] = [];
	const cells = columns.map((column): Cells[number] => {
		const value = readColumn(json, column);
		if (value !== undefined) return [column.name, value];
		if (!binary?.[column.name]) return take(missingColumn(json, column.name));
		const file = new FileCell(item, column.name);
		files.push(file);
		return [column.name, file];
	});
	return { cells, files };
}
