/** Hopsworks Deployment: lists, starts, stops and rolls back deployed models, and gets what is known of them. */
import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { executeOperation } from '../n8n/execute';
import { hopsworksApiTest } from '../n8n/methods/credentialTest';
import { deploymentSearchFor } from '../n8n/methods/searchDeployments';
import { searchProjects } from '../n8n/methods/searchProjects';
import { operations, properties } from './operations';

export class HopsworksDeployment implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hopsworks Deployment',
		name: 'hopsworksDeployment',
		icon: { light: 'file:../../icons/hopsworks.svg', dark: 'file:../../icons/hopsworks.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ($parameter["deployment"] ? ": " + $parameter["deployment"] : "") }}',
		description: 'List, start, stop and roll back models deployed on Hopsworks',
		defaults: { name: 'Hopsworks Deployment' },
		usableAsTool: true,
		builderHint: {
			searchHint:
				'Lists models that are deployed on Hopsworks with their states and versions, starts, stops and rolls them back, and gets logs and schemas. It calls no model: that is Hopsworks Model.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-hopsworks.hopsworksModel',
					relationHint: 'Gets predictions, answers and embeddings from a deployment, once it runs',
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
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await executeOperation(this, operations);
	}
}
