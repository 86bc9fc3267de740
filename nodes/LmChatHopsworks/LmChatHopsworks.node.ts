/** Hopsworks Chat Model: a language model deployed on Hopsworks, for AI agents and chains. */
import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ISupplyDataFunctions,
	type SupplyData,
} from 'n8n-workflow';
import { addressOptions, deploymentProperty, routingOptions } from '../n8n/deploymentLocator';
import { readChatRoute, readChatSettings } from '../n8n/languageModel';
import { chatModelOptions, formatOptions, serverOptions } from '../n8n/languageModelOptions';
import { hopsworksApiTest } from '../n8n/methods/credentialTest';
import { searchLanguageModels } from '../n8n/methods/searchDeployments';
import { searchProjects } from '../n8n/methods/searchProjects';
import { optionsField, type ValuesOf } from '../n8n/options';
import { sender } from '../n8n/send';
import { sendOptions } from '../n8n/sendOptions';
import { readSubNode } from '../n8n/subNode';
import { attempt, unusable } from '../n8n/unusable';
import { subNodeError } from './thrown';

const modelOptions = { ...addressOptions, ...sendOptions, ...chatModelOptions, ...formatOptions };

type ModelOptions = ValuesOf<typeof modelOptions>;

/** How many requests are under way at a time is for the agent or chain to decide. */
const offeredOptions = Object.fromEntries(Object.entries(modelOptions).filter(([name]) => name !== 'concurrency'));

export class LmChatHopsworks implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hopsworks Chat Model',
		name: 'lmChatHopsworks',
		icon: { light: 'file:../../icons/hopsworks.svg', dark: 'file:../../icons/hopsworks.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["deployment"] }}',
		description: 'Let AI agents and chains use a language model deployed on Hopsworks',
		defaults: { name: 'Hopsworks Chat Model' },
		builderHint: {
			searchHint:
				'The language model of an AI agent or chain, where that model is deployed on Hopsworks. To ask a model about every item without an agent, use the operation chat of Hopsworks Model.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-hopsworks.hopsworksModel',
					relationHint: 'As a tool of the same agent it asks deployed models for predictions',
				},
			],
		},
		inputs: [],
		outputs: [NodeConnectionTypes.AiLanguageModel],
		outputNames: ['Model'],
		credentials: [{ name: 'hopsworksApi', required: true, testedBy: 'hopsworksApiTest' }],
		properties: [
			deploymentProperty,
			optionsField(offeredOptions, { ...routingOptions, ...sendOptions, ...serverOptions }),
		],
	};

	methods = {
		credentialTest: { hopsworksApiTest },
		listSearch: { searchDeployments: searchLanguageModels, searchProjects },
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		const setUp = await attempt(async () => {
			const subNode = await readSubNode<ModelOptions>(this, itemIndex, modelOptions, readChatRoute);
			const { options, connection, deployment } = subNode;
			const settings = { ...subNode.settings, concurrency: Infinity };
			return {
				model: { deployment, ...readChatSettings(options, deployment) },
				send: sender(this, connection, settings, { requests: 0, retries: 0 }),
			};
		});
		if (!setUp.ok) throw subNodeError(this.getNode(), setUp.failure, itemIndex);
		// Loaded only here: an n8n without the AI node SDK would otherwise refuse the whole package.
		const sdk = await attempt(async () => await import('./chatModel.js').catch(sdkMissing));
		if (!sdk.ok) throw subNodeError(this.getNode(), sdk.failure, itemIndex);
		return sdk.value.supplyChatModel(this, setUp.value.model, setUp.value.send, itemIndex);
	}
}

function sdkMissing(error: unknown): never {
	const [reason = ''] = error instanceof Error ? error.message.split('\n', 1) : [];
	unusable(
		'The Hopsworks Chat Model needs n8n 2.16.0 or newer, which brings the AI node SDK',
		`Update n8n. The other nodes of this package work without it. (${reason})`,
	);
}
