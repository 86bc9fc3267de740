/** Hopsworks Trigger: starts a workflow when a deployment or a model has changed. */
import {
	NodeConnectionTypes,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
} from 'n8n-workflow';
import { hopsworksApiTest } from '../n8n/methods/credentialTest';
import { getDeployments } from '../n8n/methods/getDeployments';
import { searchModels } from '../n8n/methods/searchModels';
import { searchProjects } from '../n8n/methods/searchProjects';
import { properties } from './fields';
import { pollHopsworks } from './poll';

export class HopsworksTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Hopsworks Trigger',
		name: 'hopsworksTrigger',
		icon: { light: 'file:../../icons/hopsworks.svg', dark: 'file:../../icons/hopsworks.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ { deploymentState: "Deployment State Changed", deploymentVersion: "New Deployment Version", modelVersion: "New Model Version" }[$parameter["event"]] }}',
		description: 'Start a workflow when a deployment or a model on Hopsworks has changed',
		defaults: { name: 'Hopsworks Trigger' },
		builderHint: {
			searchHint:
				'Starts a workflow when a deployment on Hopsworks came into another state, such as Failed, or when a deployment or a model in the registry got a new version. It looks at an interval. To ask once, use Hopsworks Deployment.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-hopsworks.hopsworksDeployment',
					relationHint: 'Gets the logs of a deployment that has failed, or starts it again',
				},
			],
		},
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'hopsworksApi', required: true, testedBy: 'hopsworksApiTest' }],
		properties,
	};

	methods = {
		credentialTest: { hopsworksApiTest },
		loadOptions: { getDeployments },
		listSearch: { searchModels, searchProjects },
	};

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await pollHopsworks(this);
	}
}
