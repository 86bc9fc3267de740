/** Hopsworks Model: scores items with a deployed model, or asks one. */
import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { executeOperation } from '../n8n/execute';
import { hopsworksApiTest } from '../n8n/methods/credentialTest';
import { getSchemaColumns } from '../n8n/methods/schemaColumns';
import { deploymentSearchFor } from '../n8n/methods/searchDeployments';
import { searchProjects } from '../n8n/methods/searchProjects';
import { operations, properties } from './operations';

export class HopsworksModel implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hopsworks Model',
		name: 'hopsworksModel',
		icon: { light: 'file:../../icons/hopsworks.svg', dark: 'file:../../icons/hopsworks.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["deployment"] }}',
		description: 'Get predictions and answers from models deployed on Hopsworks',
		defaults: { name: 'Hopsworks Model' },
		usableAsTool: true,
		builderHint: {
			searchHint:
				'Predictions, answers, categories and embeddings from models that are deployed on Hopsworks, for items and for whole files. Give it all items at once: each comes out with its own result beside its fields, so no loop, aggregation or code is needed. Use the operation predict for models of tables, predictFile to score a CSV or JSON Lines file of any size without reading it into items, chat for language models, classify to sort texts into categories with a probability each, embed for embedding models.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-hopsworks.hopsworksDeployment',
					relationHint: 'Lists deployments, and starts and stops them around a run',
				},
				{
					nodeType: 'n8n-nodes-hopsworks.lmChatHopsworks',
					relationHint: 'Lets an AI agent or chain use a language model of Hopsworks',
				},
			],
		},
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'hopsworksApi', required: true, testedBy: 'hopsworksApiTest' }],
		properties,
	};

	methods = {
		credentialTest: { hopsworksApiTest },
		listSearch: { searchDeployments: deploymentSearchFor(operations), searchProjects },
		resourceMapping: { getSchemaColumns },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await executeOperation(this, operations);
	}
}
