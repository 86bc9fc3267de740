/** The fields that say where the rows of Predict come from and what they look like. */
import type { INodeProperties, ResourceMapperTypeOptions } from 'n8n-workflow';
import { forToolAndNode } from '../../n8n/items';

/** The default row of JSON: read without evaluating it for every item. */
export const WHOLE_ITEM = '={{ $json }}';

const rowSources = {
	columns: {
		name: 'Selected Columns',
		value: 'columns',
		description: 'The fields that you name are read from each item',
	},
	schema: {
		name: 'Schema of the Deployment',
		value: 'schema',
		description: 'The deployment itself says which columns it reads (Hopsworks 5.1 and later)',
	},
	allFields: {
		name: 'All Fields',
		value: 'allFields',
		description: 'Every field of the item is a column, except files',
	},
	json: {
		name: 'JSON',
		value: 'json',
		description: 'You provide one row per item, as data or as JSON text',
	},
	body: {
		name: 'Whole Request Body',
		value: 'body',
		description: 'You provide the whole body of the request, one request per item',
	},
};

const rowsSelector: INodeProperties = {
	displayName: 'Rows From',
	name: 'rows',
	type: 'options',
	noDataExpression: true,
	options: Object.values(rowSources),
	default: 'columns',
	description: 'Where the values for the model come from',
};

const rowJson: INodeProperties = {
	displayName: 'Row',
	name: 'rowJson',
	type: 'json',
	required: true,
	default: WHOLE_ITEM,
	description: 'One row: a list of values, an object of named values, or a single value',
	displayOptions: { show: { rows: ['json'] } },
};

const mapper: ResourceMapperTypeOptions = {
	resourceMapperMethod: 'getSchemaColumns',
	mode: 'map',
	supportAutoMap: true,
	addAllFields: true,
	hideNoDataError: true,
	fieldWords: { singular: 'column', plural: 'columns' },
};

const schemaColumns: INodeProperties = {
	displayName: 'Columns',
	name: 'schemaColumns',
	type: 'resourceMapper',
	noDataExpression: true,
	default: { mappingMode: 'autoMapInputData', value: null },
	description: 'The columns that the deployment reads, with their types',
	typeOptions: {
		loadOptionsDependsOn: ['deployment.value', 'options.project.value'],
		resourceMapper: mapper,
	},
	displayOptions: { show: { rows: ['schema'] } },
};

export const rowProperties: INodeProperties[] = [
	...forToolAndNode(rowsSelector, {
		// Not all fields: a tool's item holds the agent's own data.
		options: [rowSources.json, rowSources.schema, rowSources.columns, rowSources.body],
		default: 'json',
	}),
	{
		displayName: 'Columns',
		name: 'columns',
		type: 'string',
		requiresDataPath: 'multiple',
		required: true,
		default: '',
		placeholder: 'e.g. amount, age, geo.lat',
		description:
			'The fields that the model reads, in the order in which it was trained on them. Drag them here from the input, or type their names, separated by commas. You can also paste a list from Python or JSON.',
		displayOptions: { show: { rows: ['columns'] } },
	},
	...forToolAndNode(schemaColumns, {
		default: { mappingMode: 'defineBelow', value: null },
		description:
			"The columns that the deployment reads. Each is an argument of the tool: the agent's model fills it in, unless you set a value here.",
		typeOptions: { ...schemaColumns.typeOptions, resourceMapper: { ...mapper, supportAutoMap: false } },
		builderHint: {
			propertyHint:
				'Map each column of the schema in mode defineBelow to a fromAI() value of its own, with the type number, boolean, json or string.',
		},
	}),
	...forToolAndNode(rowJson, {
		default: "={{ $fromAI('row', 'The values that the model reads, by column name', 'json') }}",
		description:
			"The row that the agent's model fills in. Typed values work best: {{ [$fromAI('amount', 'Amount in euros', 'number')] }}.",
	}),
	{
		displayName: 'Body',
		name: 'bodyJson',
		type: 'json',
		required: true,
		default: '{\n  "instances": [[]]\n}',
		description: 'The whole body of the request, as a JSON object',
		displayOptions: { show: { rows: ['body'] } },
	},
];
