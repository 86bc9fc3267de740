/** Hopsworks Deployment: lists, starts and stops deployed models, and gets what is known of them. */
import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { hopsworksApiTest } from '../hopsworks/credentialTest';
import { searchDeployments } from '../hopsworks/deployments';
import { nodeError } from '../hopsworks/errors';
import { isTool } from '../hopsworks/items';
import { operations, properties } from './operations';
import { runAll } from './operations/run';

export class HopsworksDeployment implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hopsworks Deployment',
		name: 'hopsworksDeployment',
		icon: { light: 'file:../../icons/hopsworks.svg', dark: 'file:../../icons/hopsworks.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ($parameter["deployment"] ? ": " + $parameter["deployment"] : "") }}',
		description: 'List, start and stop models deployed on Hopsworks',
		defaults: { name: 'Hopsworks Deployment' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'hopsworksApi', required: true, testedBy: 'hopsworksApiTest' }],
		properties,
	};

	methods = { credentialTest: { hopsworksApiTest }, listSearch: { searchDeployments } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = this.getInputData();
		const chosen = this.getNodeParameter('operation', 0);
		const operation = operations.find(({ value }) => value === chosen) ?? operations[0];
		const outcomes = await runAll(this, operation, items);

		const node = this.getNode();
		const first = outcomes.findIndex((outcome) => !outcome.ok && outcome.failure.kind !== 'notSent');
		const firstFailed = outcomes[first];
		if (firstFailed && !firstFailed.ok && !this.continueOnFail()) {
			throw nodeError(node, firstFailed.failure, first);
		}
		// On the error output n8n itself merges the input row in, if the item holds nothing but `error`.
		const isBare = node.onError === 'continueErrorOutput' || isTool(node);
		return [
			outcomes.flatMap((outcome, item) => {
				const pairedItem = { item };
				if (outcome.ok) return outcome.value.map((json) => ({ json, pairedItem }));
				const error = outcome.failure.message;
				return [{ json: isBare ? { error } : { ...items[item]?.json, error }, pairedItem }];
			}),
		];
	}
}
