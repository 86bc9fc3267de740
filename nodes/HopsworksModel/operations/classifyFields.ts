/** What Classify's panel asks: the text, the categories, and what becomes of an answer that is not sure. */
import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';
import { addressOptions } from '../../n8n/deploymentLocator';
import { forToolAndNode } from '../../n8n/items';
import { imageOptions, serverOptions } from '../../n8n/languageModelOptions';
import { outputFieldOption, textOption, unsetNumberOption, type ValuesOf } from '../../n8n/options';
import { previewOptions } from '../../n8n/preview';
import { sendOptions } from '../../n8n/sendOptions';

const textProperty: INodeProperties = {
	displayName: 'Text',
	name: 'text',
	type: 'string',
	typeOptions: { rows: 4 },
	required: true,
	default: '',
	placeholder: 'e.g. {{ $json.message }}',
	description: 'The text to sort into a category',
	builderHint: {
		propertyHint:
			'Sorted once for each item: refer to the fields of the item with expr(), and add no loop around the node.',
	},
};

export const classifyProperties: INodeProperties[] = [
	...forToolAndNode(textProperty, {
		default: "={{ $fromAI('text', 'The text to sort into a category, word for word', 'string') }}",
	}),
	{
		displayName: 'Categories',
		name: 'categories',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add Category',
		required: true,
		default: {
			values: [
				{ name: '', description: '' },
				{ name: '', description: '' },
			],
		},
		description: 'The 2 to 20 categories to choose from',
		options: [
			{
				displayName: 'Category',
				name: 'values',
				values: [
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
						placeholder: 'e.g. billing',
						description: 'What the category is called in the output',
					},
					{
						displayName: 'Description',
						name: 'description',
						type: 'string',
						default: '',
						placeholder: 'e.g. Invoices, payments and refunds',
						description: 'What belongs to it, in words that the model can go by',
					},
				],
			},
		],
		builderHint: {
			propertyHint:
				'Nodes after this one read the category as classification.category and its probability as classification.confidence of each item.',
		},
	},
	{
		displayName: 'Instructions',
		name: 'instructions',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. These are tickets of a software company. Money comes before everything else.',
		description: 'What the model should know to tell the categories apart',
	},
];

const WITH_MINIMUM: IDisplayOptions['show'] = { minConfidence: [{ _cnd: { exists: true } }] };

export const classifyOptions = {
	...addressOptions,
	...sendOptions,
	...previewOptions,
	...serverOptions,
	...imageOptions,
	minConfidence: unsetNumberOption({
		displayName: 'Minimum Confidence',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 4 },
		default: 0.8,
		description: 'How probable the likeliest category must be. Below that, the item gets the fallback category.',
	}),
	fallbackCategory: textOption({
		displayName: 'Fallback Category',
		type: 'string',
		default: 'unsure',
		description:
			'The category of items below the minimum confidence. Their confidence and probabilities stay as they are.',
		displayOptions: { show: WITH_MINIMUM },
	}),
	outputField: outputFieldOption({
		displayName: 'Output Field',
		type: 'string',
		default: 'classification',
		description: 'The name of the field that gets the category, its confidence and the probabilities',
	}),
};

export type ClassifyOptions = ValuesOf<typeof classifyOptions>;
