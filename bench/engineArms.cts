/** What is compared within n8n's engine alone, beside the bare script: the node, and a node that scores nothing. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node.ts';
import { runModel, type RunOptions } from '../test/support/engine.cts';
import type { Scored } from './script.cts';
import { COLUMNS, IN_FLIGHT } from './settings.cts';

/** The node, timed as n8n times a node. */
export async function byNode(
	items: INodeExecutionData[],
	url: string,
	options: Partial<RunOptions> = {},
	rowsPerRequest?: number,
): Promise<Scored> {
	const { success, error, executionTime } = await runModel({
		items,
		credential: { servingUrl: url },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'url', value: url },
			columns: COLUMNS.join(),
			options: { ...(rowsPerRequest !== undefined && { rowsPerRequest }), concurrency: IN_FLIGHT },
		},
		...options,
	});
	if (error) throw error;
	return { milliseconds: executionTime, items: success };
}

/** The same node with nothing to do but to put the same items out: what n8n itself takes. */
class Idle extends HopsworksModel {
	override async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const scored = this.getInputData().map(({ json }, item) => ({
			json: { ...json, prediction: item },
			pairedItem: { item },
		}));
		return [scored];
	}
}

export async function byIdleNode(items: INodeExecutionData[], url: string): Promise<Scored> {
	return await byNode(items, url, { node: new Idle() });
}
