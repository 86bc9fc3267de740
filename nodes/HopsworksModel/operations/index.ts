/** What the node can do: the list of operations, and the selector and fields derived from it. */
import {
	updateDisplayOptions,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';
import { deploymentProperty } from '../../hopsworks/deployments';
import type { Outcome } from '../../serving/outcome';
import { chat } from './chat';
import { predict } from './predict';

export interface Operation {
	/** Stored in workflows: never renamed. */
	value: string;
	name: string;
	/** What an AI agent reads as the tool's purpose. */
	action: string;
	description: string;
	properties: INodeProperties[];
	/** One outcome an item, in the order of the items. */
	run(context: IExecuteFunctions, items: INodeExecutionData[]): Promise<Array<Outcome<INodeExecutionData>>>;
}

/** In the order in which the editor offers them; the first is the default. */
export const operations: readonly [Operation, ...Operation[]] = [predict, chat];

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
