/** What an operation of an app node is: a record, so that adding one is one file and one word in the list. */
import { updateDisplayOptions, type INodeProperties } from 'n8n-workflow';
import type { Run } from './run';

export interface Operation {
	/** Stored in workflows: never renamed. */
	value: string;
	name: string;
	/** What an AI agent reads as the tool's purpose. */
	action: string;
	description: string;
	properties: INodeProperties[];
	/** Whether it is about the project, and so has no field for a deployment. */
	isOfProject?: boolean;
	/** The model server that it needs: the editor offers its deployments first, and last to the others of the node. */
	modelServer?: 'VLLM';
	/** Settles every item. */
	run(run: Run): Promise<void>;
}

/** In the order in which the editor offers them. */
export type Operations = readonly [Operation, ...Operation[]];

/** The fields of a node: the selector, the deployment, and what each operation has for itself. The first is the default. */
export function propertiesOf(operations: Operations, deployment: INodeProperties): INodeProperties[] {
	const selector: INodeProperties = {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: operations.map(({ value, name, action, description }) => ({ value, name, action, description })),
		default: '',
	};
	const own = operations.map(({ value, properties }) =>
		updateDisplayOptions({ show: { operation: [value] } }, properties),
	);
	const without = operations.flatMap(({ value, isOfProject }) => (isOfProject ? [value] : []));
	const hidden = without.length > 0 ? { displayOptions: { hide: { operation: without } } } : {};
	return [{ ...selector, default: operations[0].value }, { ...deployment, ...hidden }, ...own.flat()];
}
