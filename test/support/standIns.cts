/** What the examples use of n8n's own nodes, which are not installed for these tests, as far as the examples use it. */
import type { IBinaryData, IDataObject, IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { at, isJsonText, listOf, read, recordOf, textOf } from './json.cts';

type Items = INodeExecutionData[];

/** A node with these parameters, which makes the items of its outputs. */
function standIn(
	parameters: string[],
	outputs: number,
	make: (context: IExecuteFunctions, items: Items) => Items[] | Promise<Items[]>,
): INodeType {
	return {
		description: {
			displayName: 'Stand-In',
			name: 'standIn',
			group: ['transform'],
			version: 1,
			description: '',
			defaults: { name: 'Stand-In' },
			inputs: ['main'],
			outputs: Array.from({ length: outputs }, () => 'main' as const),
			properties: parameters.map((name) => ({ displayName: name, name, type: 'json', default: '' })),
		},
		async execute() {
			return await make(this, this.getInputData());
		},
	};
}

/** Begins a run with one empty item. */
const trigger = standIn([], 1, () => [[{ json: {} }]]);

function isFields(value: unknown): value is IDataObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields that are written, or an error as n8n's nodes make an item of it. */
function fieldsOf(text: string): IDataObject {
	const value = isJsonText(text) ? read(text) : undefined;
	return isFields(value) ? value : { error: 'The JSON is not valid' };
}

/** A number as it is; anything else has to be text. */
function assignedOf(value: unknown): string | number {
	return typeof value === 'number' ? value : textOf(value);
}

const editFields = standIn(['mode', 'jsonOutput', 'assignments'], 1, (context, items) => [
	items.map((_, item) => {
		if (context.getNodeParameter('mode', item, '') === 'raw') {
			return { json: fieldsOf(textOf(context.getNodeParameter('jsonOutput', item))), pairedItem: { item } };
		}
		const assigned = listOf(at(context.getNodeParameter('assignments', item), 'assignments'));
		return {
			json: Object.fromEntries(assigned.map((one) => [textOf(at(one, 'name')), assignedOf(at(one, 'value'))])),
			pairedItem: { item },
		};
	}),
]);

const splitOut = standIn(['fieldToSplitOut'], 1, (context, items) => [
	items.flatMap(({ json }, item) => {
		const field = textOf(context.getNodeParameter('fieldToSplitOut', item));
		return listOf(json[field])
			.filter(isFields)
			.map((row) => ({ json: row, pairedItem: { item } }));
	}),
]);

/** Conditions: what is true, an object that is not empty, and a number that is greater than another, or at least as great. */
const isMetBy: Record<string, (left: unknown, right: unknown) => boolean> = {
	true: (left) => left === true,
	notEmpty: (left) => Object.keys(recordOf(left)).length > 0,
	gte: (left, right) => Number(left) >= Number(right),
	gt: (left, right) => Number(left) > Number(right),
};

function isMet(conditions: unknown): boolean {
	const one = at(conditions, 'conditions', 0);
	const rule = isMetBy[textOf(at(one, 'operator', 'operation'))];
	if (!rule) throw new Error('a condition that the stand-in does not know');
	return rule(at(one, 'leftValue'), at(one, 'rightValue'));
}

const condition = standIn(['conditions'], 2, (context, items) => {
	const met = items.map((_, item) => isMet(context.getNodeParameter('conditions', item)));
	return [true, false].map((side) => items.filter((_, item) => met[item] === side));
});

/** To the output of the first rule that is met, else to the fourth. */
const choice = standIn(['rules', 'options'], 4, (context, items) => {
	const outputs = items.map((_, item) => {
		const rules = listOf(at(context.getNodeParameter('rules', item), 'values'));
		const place = rules.findIndex((rule) => isMet(at(rule, 'conditions')));
		return place === -1 ? 3 : place;
	});
	return [0, 1, 2, 3].map((output) => items.filter((_, item) => outputs[item] === output));
});

/** The average of a field, and the sum of another. */
const summarize = standIn(['fieldsToSummarize', 'options'], 1, (context, items) => {
	const fields = listOf(at(context.getNodeParameter('fieldsToSummarize', 0), 'values'));
	const made = fields.map((one): [string, number] => {
		const [aggregation, field] = [textOf(at(one, 'aggregation')), textOf(at(one, 'field'))];
		const sum = items.reduce((total, { json }) => total + Number(json[field]), 0);
		return [`${aggregation}_${field}`, aggregation === 'average' ? sum / items.length : sum];
	});
	return [[{ json: Object.fromEntries(made), pairedItem: items.map((_, item) => ({ item })) }]];
});

/** A data table of one row, which is there once it has been written. */
export function dataTable(table: { row?: IDataObject }): INodeType {
	const names = [
		'resource',
		'operation',
		'tableName',
		'dataTableId',
		'matchType',
		'filters',
		'limit',
		'columns',
		'options',
	];
	return standIn(names, 1, (context) => {
		const operation = context.getNodeParameter('operation', 0);
		if (operation === 'create') return [[{ json: { name: context.getNodeParameter('tableName', 0) } }]];
		const value = at(context.getNodeParameter('columns', 0, {}), 'value');
		if (operation === 'upsert' && isFields(value)) table.row = value;
		return [table.row ? [{ json: { ...table.row } }] : []];
	});
}

const noOperation = standIn([], 1, (_, items) => [items]);

const stopAndError = standIn(['errorMessage'], 1, (context) => {
	throw new Error(textOf(context.getNodeParameter('errorMessage', 0)));
});

/** Text of a field as a file. */
const convertToFile = standIn(['operation', 'sourceProperty', 'options'], 1, async (context, items) => [
	await Promise.all(
		items.map(async ({ json }, item) => {
			const text = textOf(json[textOf(context.getNodeParameter('sourceProperty', item))]);
			const name = textOf(at(context.getNodeParameter('options', item), 'fileName'));
			const data = await context.helpers.prepareBinaryData(Buffer.from(text), name);
			return { json: {}, binary: { data }, pairedItem: { item } };
		}),
	),
]);

/** n8n's node FTP, on files by their paths. */
export function ftp(files: Map<string, Buffer>): INodeType {
	const transfer = async (context: IExecuteFunctions, json: IDataObject, binary: Record<string, IBinaryData>) => {
		const path = textOf(context.getNodeParameter('path', 0));
		if (context.getNodeParameter('operation', 0) === 'upload') {
			const field = textOf(context.getNodeParameter('binaryPropertyName', 0));
			files.set(path, await context.helpers.getBinaryDataBuffer(0, field));
			return { json, binary };
		}
		const content = files.get(path);
		if (!content) return { json: { error: `get: _get: No such file ${path}` } };
		return { json, binary: { data: await context.helpers.prepareBinaryData(content, path.split('/').at(-1)) } };
	};
	return standIn(['protocol', 'operation', 'path', 'binaryPropertyName'], 1, async (context, [item]) => [
		[{ ...(await transfer(context, item?.json ?? {}, item?.binary ?? {})), pairedItem: { item: 0 } }],
	]);
}

/** Sends a body of JSON. */
const httpRequest = standIn(
	['method', 'url', 'sendBody', 'specifyBody', 'jsonBody', 'options'],
	1,
	async (context, items) => {
		const made: Items = [];
		for (const item of items.keys()) {
			const [url, body] = ['url', 'jsonBody'].map((name) => textOf(context.getNodeParameter(name, item)));
			try {
				await context.helpers.httpRequest({ method: 'POST', url: url ?? '', body: recordOf(read(body ?? '')) });
				made.push({ json: {}, pairedItem: { item } });
			} catch (error) {
				if (!context.continueOnFail()) throw error;
				made.push({ json: { error: textOf(at(error, 'message')) }, pairedItem: { item } });
			}
		}
		return [made];
	},
);

export const STAND_INS: Record<string, INodeType> = {
	'n8n-nodes-base.manualTrigger': trigger,
	'n8n-nodes-base.scheduleTrigger': trigger,
	'n8n-nodes-base.set': editFields,
	'n8n-nodes-base.convertToFile': convertToFile,
	'n8n-nodes-base.httpRequest': httpRequest,
	'n8n-nodes-base.splitOut': splitOut,
	'n8n-nodes-base.if': condition,
	'n8n-nodes-base.switch': choice,
	'n8n-nodes-base.summarize': summarize,
	'n8n-nodes-base.wait': noOperation,
	'n8n-nodes-base.noOp': noOperation,
	'n8n-nodes-base.stopAndError': stopAndError,
};
