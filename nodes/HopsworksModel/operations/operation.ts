/** What an operation is: a record, so that adding one is one file and one word in the list. */
import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import type { Outcome } from '../../serving/outcome';

export interface Operation {
	/** Stored in workflows: never renamed. */
	value: string;
	name: string;
	/** What an AI agent reads as the tool's purpose. */
	action: string;
	description: string;
	properties: INodeProperties[];
	/** One outcome an item, in the order of the items; an item that comes out is linked to the one that went in. */
	run(context: IExecuteFunctions, items: INodeExecutionData[]): Promise<Array<Outcome<INodeExecutionData>>>;
}
