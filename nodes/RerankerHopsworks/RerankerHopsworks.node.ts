/** Hopsworks Reranker: a reranker deployed on Hopsworks, for vector stores. */
import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ISupplyDataFunctions,
	type SupplyData,
} from 'n8n-workflow';
import { deploymentProperty, routingOptions } from '../n8n/deploymentLocator';
import { nodeError } from '../n8n/errors';
import { serverOptions } from '../n8n/languageModelOptions';
import { hopsworksApiTest } from '../n8n/methods/credentialTest';
import { searchLanguageModels } from '../n8n/methods/searchDeployments';
import { searchProjects } from '../n8n/methods/searchProjects';
import { optionsField } from '../n8n/options';
import { sendOptions } from '../n8n/sendOptions';
import { attempt } from '../n8n/unusable';
import { rerankerOptions, supplyReranker, topNField } from './reranker';

export class RerankerHopsworks implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hopsworks Reranker',
		name: 'rerankerHopsworks',
		icon: { light: 'file:../../icons/hopsworks.svg', dark: 'file:../../icons/hopsworks.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["deployment"] }}',
		description: 'Let vector stores put what they found into a better order, with a reranker deployed on Hopsworks',
		defaults: { name: 'Hopsworks Reranker' },
		builderHint: {
			searchHint:
				'The reranker of a vector store, where that model is deployed on Hopsworks. To rank items without a vector store, use the operation rerank of Hopsworks Model.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-hopsworks.embeddingsHopsworks',
					relationHint: 'The embedding model of the same vector store',
				},
			],
		},
		inputs: [],
		outputs: [NodeConnectionTypes.AiReranker],
		outputNames: ['Reranker'],
		credentials: [{ name: 'hopsworksApi', required: true, testedBy: 'hopsworksApiTest' }],
		properties: [
			deploymentProperty,
			{ ...topNField, name: 'topN' },
			optionsField(rerankerOptions, { ...routingOptions, ...sendOptions, ...serverOptions }),
		],
	};

	methods = {
		credentialTest: { hopsworksApiTest },
		listSearch: { searchDeployments: searchLanguageModels, searchProjects },
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		const response = await attempt(async () => await supplyReranker(this, itemIndex));
		if (response.ok) return { response: response.value };
		throw nodeError(this.getNode(), response.failure, itemIndex, 'configuration-node');
	}
}
