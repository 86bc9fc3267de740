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
	/** Whether it changes anything in Hopsworks: an agent's tool then needs its author's leave. */
	changes?: true;
	/** The model server that it needs: the editor offers its deployments first, and last to the others of the node. */
	modelServer?: 'VLLM';
	/** Settles every item. */
	run(run: Run): Promise<void>;
}

/** In the order in which the editor offers them. */
export type Operations = readonly [Operation, ...Operation[]];

export const ALLOW_CHANGES = 'allowChanges';

/** The author's leave for an agent's tool to change anything. An agent fills in expressions, so it is none. */
const allowChanges: INodeProperties = {
	displayName: 'Allow Changes',
	name: ALLOW_CHANGES,
	type: 'boolean',
	noDataExpression: true,
	default: false,
	description: 'Whether an agent may change the deployment with this tool. If not, the tool fails and changes nothing.',
};

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
	const changing = operations.flatMap(({ value, changes }) => (changes ? [value] : []));
	const leave = updateDisplayOptions({ show: { operation: changing, '@tool': [true] } }, [allowChanges]);
	return [
		{ ...selector, default: operations[0].value },
		{ ...deployment, ...hidden },
		...(changing.length > 0 ? leave : []),
		...own.flat(),
	];
}
