/** Where the rows of Predict come from: the fields, and the reading of one row an item. */
import type { IBinaryKeyData, IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { asJson, asOneOf, asText, take, type ParameterReader } from '../../hopsworks/parameters';
import { missingColumn, parseColumns, readColumn, type Column } from '../../serving/columns';
import { findUnsendable, isRecord, Verbatim } from '../../serving/json';
import { badInput } from '../../serving/outcome';
import { shapeGiven, shapeRow, type Cells, type RowFormat, type RowShape } from '../../serving/predictV1';

const WHOLE_ITEM = '={{ $json }}';

const rowSources = {
	columns: {
		name: 'Selected Columns',
		value: 'columns',
		description: 'The fields that you name are read from each item',
	},
	allFields: {
		name: 'All Fields',
		value: 'allFields',
		description: 'Every field of an item is a column',
	},
	json: {
		name: 'JSON',
		value: 'json',
		description: 'You give one row per item, as data or as JSON text',
	},
	body: {
		name: 'Whole Request Body',
		value: 'body',
		description: 'You give everything that is sent, one request per item',
	},
};

const rowsSelector: INodeProperties = {
	displayName: 'Rows From',
	name: 'rows',
	type: 'options',
	noDataExpression: true,
	options: Object.values(rowSources),
	default: 'columns',
	description: 'Where the values that the model reads come from',
};

export const rowProperties: INodeProperties[] = [
	{ ...rowsSelector, displayOptions: { hide: { '@tool': [true] } } },
	{
		...rowsSelector,
		// Not all fields: a tool's item holds the agent's own data.
		options: [rowSources.json, rowSources.columns, rowSources.body],
		default: 'json',
		displayOptions: { show: { '@tool': [true] } },
	},
	{
		displayName: 'Columns',
		name: 'columns',
		type: 'string',
		requiresDataPath: 'multiple',
		required: true,
		default: '',
		placeholder: 'e.g. amount, age, geo.lat',
		description:
			'The fields that the model reads, in the order in which it was trained on them. Drag them here from the input, or type their names with commas between.',
		displayOptions: { show: { rows: ['columns'] } },
	},
	{
		displayName: 'Row',
		name: 'rowJson',
		type: 'json',
		required: true,
		default: WHOLE_ITEM,
		description: 'One row: a list of values, an object of named values, or a single value',
		displayOptions: { show: { rows: ['json'] }, hide: { '@tool': [true] } },
	},
	{
		displayName: 'Row',
		name: 'rowJson',
		type: 'json',
		required: true,
		default: "={{ $fromAI('row', 'The values that the model reads, by column name', 'json') }}",
		description:
			"The row that the agent's model fills in. Typed values work best: {{ [$fromAI('amount', 'Amount in euros', 'number')] }}.",
		displayOptions: { show: { rows: ['json'], '@tool': [true] } },
	},
	{
		displayName: 'Body',
		name: 'bodyJson',
		type: 'json',
		required: true,
		default: '{\n  "instances": [[]]\n}',
		description: 'The whole body of the request, as a JSON object',
		displayOptions: { show: { rows: ['body'] } },
	},
	{
		displayName: 'Row Format',
		name: 'rowFormat',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Automatic',
				value: 'auto',
				description: 'A list of values for selected columns, an object for all fields, JSON as you give it',
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
		description: 'What one row looks like in the request. It depends on how the model was deployed.',
		displayOptions: { hide: { rows: ['body'] } },
	},
];

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
