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
import { firstError } from '../hopsworks/errors';
import { failedItem } from '../hopsworks/items';
import { runChosen } from '../hopsworks/run';
import { properties, wholeRuns } from './operations';

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
		const { items, outcomes } = await runChosen(this, wholeRuns);

		const node = this.getNode();
		const error = this.continueOnFail() ? undefined : firstError(node, outcomes);
		if (error) throw error;
		return [
			outcomes.flatMap((outcome, item): INodeExecutionData[] =>
				outcome.ok
					? outcome.value.map((json) => ({ json, pairedItem: { item } }))
					: [failedItem(node, items, item, outcome.failure)],
			),
		];
	}
}
