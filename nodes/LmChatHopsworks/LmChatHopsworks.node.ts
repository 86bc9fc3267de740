/** Hopsworks Chat Model: a language model deployed on Hopsworks, for AI agents and chains. */
import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ISupplyDataFunctions,
	type SupplyData,
} from 'n8n-workflow';
import { modelOptions, readChatModel } from '../hopsworks/chatSettings';
import { readConnection } from '../hopsworks/connection';
import { hopsworksApiTest } from '../hopsworks/credentialTest';
import { addressOptions, deploymentProperty, searchDeployments } from '../hopsworks/deployments';
import { deploymentFinder } from '../hopsworks/discovery';
import { nodeError } from '../hopsworks/errors';
import { asRecord, attempt, optionsField, take } from '../hopsworks/parameters';
import { sender } from '../hopsworks/send';
import { readSendSettings, sendOptions } from '../hopsworks/sendSettings';

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
		inputs: [],
		outputs: [NodeConnectionTypes.AiLanguageModel],
		outputNames: ['Model'],
		credentials: [{ name: 'hopsworksApi', required: true, testedBy: 'hopsworksApiTest' }],
		properties: [
			deploymentProperty,
			// How many requests are under way at a time is for the agent or chain to decide.
			optionsField([...addressOptions, ...sendOptions.filter(({ name }) => name !== 'concurrency'), ...modelOptions]),
		],
	};

	methods = { credentialTest: { hopsworksApiTest }, listSearch: { searchDeployments } };

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		const setUp = await attempt(async () => {
			const options = asRecord(this.getNodeParameter('options', itemIndex, {}));
			const connection = await readConnection(this);
			const settings = { ...readSendSettings(options), concurrency: Infinity };
			const finder = deploymentFinder(this, connection, settings, new Set());
			const model = await readChatModel(this.getNodeParameter('deployment', itemIndex), options, finder);
			take(await finder.ready(model.found));
			return {
				model,
				send: sender(this, connection, settings, { requests: 0, retries: 0 }),
			};
		});
		if (!setUp.ok) {
			// n8n shows the message of a sub-node's error alone, so what to do goes into it.
			const { message, description } = setUp.failure;
			throw nodeError(this.getNode(), { ...setUp.failure, message: `${message}. ${description}` }, itemIndex);
		}
		// Loaded only here: an n8n without the AI node SDK would otherwise refuse the whole package.
		const sdk = await attempt(async () => await import('./chatModel.js'));
		if (!sdk.ok) {
			const message = 'The Hopsworks Chat Model needs n8n 2.16.0 or newer, which brings the AI node SDK';
			const description = `Update n8n. The other nodes of this package work without it. (${sdk.failure.message.split('\n', 1).join()})`;
			throw nodeError(this.getNode(), { kind: 'input', message, description }, itemIndex);
		}
		return sdk.value.supplyChatModel(this, setUp.value.model, setUp.value.send, itemIndex);
	}
}
