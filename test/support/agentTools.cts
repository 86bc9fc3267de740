/** Hopsworks Model as an agent gets it: a tool that n8n's own engine makes of the node. */
import type { StructuredToolInterface } from '@langchain/core/tools';
import { NodeConnectionTypes, type IDataObject, type INodeParameters, type INodeType } from 'n8n-workflow';
import { HopsworksModel } from '../../nodes/HopsworksModel/HopsworksModel.node.ts';
import { asTool, nodeNamed, runWorkflow } from './engine.cts';

/** A node that is given tools, and hands them to a test. */
function agentNode(use: (tool: StructuredToolInterface) => Promise<void>): INodeType {
	return {
		description: {
			displayName: 'Agent',
			name: 'agent',
			group: ['trigger'],
			version: 1,
			description: '',
			defaults: { name: 'Agent' },
			inputs: [{ type: NodeConnectionTypes.AiTool }],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		async execute() {
			const tools: unknown = await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0);
			const tool: unknown = Array.isArray(tools) ? tools[0] : undefined;
			if (!isTool(tool)) throw new Error('that is no tool');
			await use(tool);
			return [[{ json: {} }]];
		},
	};
}

function isTool(value: unknown): value is StructuredToolInterface {
	return typeof value === 'object' && value !== null && 'schema' in value && 'invoke' in value;
}

/** Hands the tool that n8n makes of the node to `use`. Throws what the engine or `use` did. */
export async function useAsTool(
	parameters: INodeParameters,
	credential: IDataObject,
	use: (tool: StructuredToolInterface) => Promise<void>,
): Promise<void> {
	const tool = asTool(new HopsworksModel(), { inputs: [], outputs: [NodeConnectionTypes.AiTool] });
	const run = await runWorkflow({
		credential,
		types: { 'test.agent': agentNode(use), 'test.modelTool': tool },
		nodes: [
			nodeNamed('Agent', 'test.agent'),
			nodeNamed('Model', 'test.modelTool', { parameters, credentials: { hopsworksApi: { id: '1', name: 'test' } } }),
		],
		connections: {
			Model: { [NodeConnectionTypes.AiTool]: [[{ node: 'Agent', type: NodeConnectionTypes.AiTool, index: 0 }]] },
		},
	});
	const { error } = run.data.resultData;
	if (error) throw error;
}
