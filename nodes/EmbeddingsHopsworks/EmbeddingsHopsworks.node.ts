/** Hopsworks Embeddings: an embedding model deployed on Hopsworks, for vector stores. */
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
import { supplyEmbeddings, vectorOptions } from './embeddings';

export class EmbeddingsHopsworks implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hopsworks Embeddings',
		name: 'embeddingsHopsworks',
		icon: { light: 'file:../../icons/hopsworks.svg', dark: 'file:../../icons/hopsworks.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["deployment"] }}',
		description: 'Let vector stores use an embedding model deployed on Hopsworks',
		defaults: { name: 'Hopsworks Embeddings' },
		builderHint: {
			searchHint:
				'The embedding model of a vector store, where that model is deployed on Hopsworks. To embed every item without a vector store, use the operation embed of Hopsworks Model.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-hopsworks.rerankerHopsworks',
					relationHint: 'Puts the documents that the same vector store found into a better order',
				},
			],
		},
		inputs: [],
		outputs: [NodeConnectionTypes.AiEmbedding],
		outputNames: ['Embeddings'],
		credentials: [{ name: 'hopsworksApi', required: true, testedBy: 'hopsworksApiTest' }],
		properties: [
			deploymentProperty,
			optionsField(vectorOptions, { ...routingOptions, ...sendOptions, ...serverOptions }),
		],
	};

	methods = {
		credentialTest: { hopsworksApiTest },
		listSearch: { searchDeployments: searchLanguageModels, searchProjects },
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		const response = await attempt(async () => await supplyEmbeddings(this, itemIndex));
		if (response.ok) return { response: response.value };
		throw nodeError(this.getNode(), response.failure, itemIndex, 'configuration-node');
	}
}
