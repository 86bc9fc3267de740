/** What the examples use of n8n's own nodes, which are not installed for these tests, as far as the examples use it. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { at, isJsonText, listOf, read, recordOf, textOf } from './json.cts';

type Items = INodeExecutionData[];

/** A node with these parameters, which makes the items of its outputs. */
function standIn(
	parameters: string[],
	outputs: number,
	make: (context: IExecuteFunctions, items: Items) => Items[],
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
			return make(this, this.getInputData());
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

/** Knows two conditions: an object that is not empty, and a number that is large enough. */
const condition = standIn(['conditions'], 2, (context, items) => {
	const isMet = items.map((_, item) => {
		const one = at(context.getNodeParameter('conditions', item), 'conditions', 0);
		const [left, right] = [at(one, 'leftValue'), at(one, 'rightValue')];
		switch (at(one, 'operator', 'operation')) {
			case 'notEmpty':
				return Object.keys(recordOf(left)).length > 0;
			case 'gte':
				return Number(left) >= Number(right);
			default:
				throw new Error('a condition that the stand-in does not know');
		}
	});
	return [true, false].map((side) => items.filter((_, item) => isMet[item] === side));
});

const noOperation = standIn([], 1, (_, items) => [items]);

const stopAndError = standIn(['errorMessage'], 1, (context) => {
	throw new Error(textOf(context.getNodeParameter('errorMessage', 0)));
});

export const STAND_INS: Record<string, INodeType> = {
	'n8n-nodes-base.manualTrigger': trigger,
	'n8n-nodes-base.scheduleTrigger': trigger,
	'n8n-nodes-base.set': editFields,
	'n8n-nodes-base.splitOut': splitOut,
	'n8n-nodes-base.if': condition,
	'n8n-nodes-base.noOp': noOperation,
	'n8n-nodes-base.stopAndError': stopAndError,
};
