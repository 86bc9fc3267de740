/** What an operation is: a record, so that adding one is one file and one word in the list. */
import type { INodeExecutionData, INodeProperties } from 'n8n-workflow';
import type { Run } from '../../hopsworks/run';

export interface Operation {
	/** Stored in workflows: never renamed. */
	value: string;
	name: string;
	/** What an AI agent reads as the tool's purpose. */
	action: string;
	description: string;
	properties: INodeProperties[];
	/** Settles every item; one that comes out is linked to the one that went in. */
	run(run: Run<INodeExecutionData>): Promise<void>;
}
