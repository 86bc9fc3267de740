/** What the node can do: the list of operations, and the selector and fields derived from it. */
import { updateDisplayOptions, type INodeProperties } from 'n8n-workflow';
import { deploymentProperty } from '../../hopsworks/deployments';
import { chat } from './chat';
import { embed } from './embed';
import type { Operation } from './operation';
import { predict } from './predict';

/** In the order in which the editor offers them; the first is the default. */
export const operations: readonly [Operation, ...Operation[]] = [predict, chat, embed];

const selector: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: operations.map(({ value, name, action, description }) => ({
		value,
		name,
		action,
		description,
	})),
	default: 'predict',
};

export const properties: INodeProperties[] = [
	selector,
	deploymentProperty,
	...operations.flatMap(({ value, properties: own }) => updateDisplayOptions({ show: { operation: [value] } }, own)),
];
