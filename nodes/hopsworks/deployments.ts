/** Picking a deployment: the locator, the options that belong to its address, and the target they lead to. */
import type { INodeProperties } from 'n8n-workflow';
import { targetOf, type Route, type Target } from '../serving/address';
import { asRecord, asText, take } from './parameters';
import type { Connection } from './send';

export const deploymentProperty: INodeProperties = {
	displayName: 'Deployment',
	name: 'deployment',
	type: 'resourceLocator',
	default: { mode: 'name', value: '' },
	required: true,
	description: 'The deployed model to call. Its name and URL are on its page in Hopsworks, under Deployments.',
	modes: [
		{ displayName: 'By Name', name: 'name', type: 'string', placeholder: 'e.g. fraud' },
		{
			displayName: 'By URL',
			name: 'url',
			type: 'string',
			placeholder: 'e.g. https://gateway.example.com/v1/my-project/fraud',
			hint: 'The URL must be on an address of the credential, so that the API key goes nowhere else',
		},
	],
};

export const addressOptions: INodeProperties[] = [
	{
		displayName: 'Host Header',
		name: 'hostHeader',
		type: 'string',
		default: '',
		placeholder: 'e.g. fraud.test.hopsworks.ai',
		description:
			"The deployment's host name, for gateways that find a deployment by host name instead of by path. The deployment's page in Hopsworks shows it.",
	},
	{
		displayName: 'Namespace',
		name: 'namespace',
		type: 'string',
		default: '',
		placeholder: 'e.g. my-project',
		description: "The deployment's Kubernetes namespace, if it differs from the project in the credential",
	},
];

/** The target of one item, from its locator and options. Throws what `attempt` turns into a failure. */
export function readTarget(
	locator: unknown,
	options: Record<string, unknown>,
	{ servingUrl, hopsworksUrl, project }: Connection,
	route: Route,
): Target {
	const { mode, value } = asRecord(locator);
	return take(
		targetOf(
			{
				deployment: { mode: mode === 'url' ? 'url' : 'name', value: asText(value) },
				servingUrl,
				hopsworksUrl,
				project,
				namespace: asText(options.namespace),
				hostHeader: asText(options.hostHeader),
			},
			route,
		),
	);
}
