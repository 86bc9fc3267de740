/** Incoming items and those that come out for them: what is kept, and the fields that let the user choose. */
import type { IDataObject, INode, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import type { Failure } from '../core/failure/outcome';
import { placeText } from '../core/failure/requestPlace';
import type { Run } from './run';

/** An AI agent's tool is the same node under a type that ends so; its items carry the agent's own data. */
export function isTool({ type }: INode): boolean {
	return type.endsWith('Tool');
}

const keepInput: INodeProperties = {
	displayName: 'Include Input Fields',
	name: 'includeInputFields',
	type: 'boolean',
	noDataExpression: true,
	default: true,
	description: 'Whether the output item keeps the fields of the input item, in addition to the result',
};

export const simplifyProperty: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	noDataExpression: true,
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** The switch for keeping input fields: on, but off as a tool, so that the agent's own item stays out of the answer. */
export const includeInputFields: INodeProperties[] = forToolAndNode(keepInput, { default: false });

/** A field that begins with something else where the node is an agent's tool. */
export function forToolAndNode(
	property: INodeProperties,
	asTool: Pick<INodeProperties, 'default'> & Partial<INodeProperties>,
): INodeProperties[] {
	const { show, hide } = property.displayOptions ?? {};
	return [
		{ ...property, displayOptions: { ...(show && { show }), hide: { ...hide, '@tool': [true] } } },
		{ ...property, ...asTool, displayOptions: { ...(hide && { hide }), show: { ...show, '@tool': [true] } } },
	];
}

/**
 * An outgoing item, linked to the incoming one, with its fields and files where they are kept. What an operation makes is
 * put into its `json`, which is a new object.
 */
export function outgoing(
	items: INodeExecutionData[],
	item: number,
	keepsInput: boolean,
): INodeExecutionData & { json: IDataObject } {
	const pairedItem = { item };
	const incoming = keepsInput ? items[item] : undefined;
	if (!incoming) return { json: {}, pairedItem };
	const json = copyOf(incoming.json);
	return incoming.binary ? { json, binary: incoming.binary, pairedItem } : { json, pairedItem };
}

/** A copy that is to get further fields: of one that is made by spreading, each costs a move of all that are there, in V8 of Node 20 to 24. */
function copyOf(json: IDataObject): IDataObject {
	// Assigned, a field of this name would become the prototype.
	return Object.hasOwn(json, '__proto__') ? { ...json } : Object.assign({}, json);
}

/**
 * The item that comes out for one that failed. On the error output n8n itself merges the input row in, if it finds `error` alone:
 * what else was asked for stands in its words.
 */
export function failedItem(run: Run, item: number, failure: Failure): INodeExecutionData {
	const { context, items } = run;
	const node = context.getNode();
	const beside = run.besideError(item);
	const pairedItem = { item };
	if (node.onError !== 'continueErrorOutput' && !isTool(node)) {
		return { json: { ...items[item]?.json, ...beside, error: failure.message }, pairedItem };
	}
	const place = Object.keys(beside).length > 0 ? run.sentRows.placeOf(item, failure) : undefined;
	return { json: { error: place ? `${failure.message} (${placeText(place)})` : failure.message }, pairedItem };
}
