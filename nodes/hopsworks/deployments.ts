/** Picking a deployment: the locator and the list behind it, and the options that belong to an address. */
import type { ILoadOptionsFunctions, INodeListSearchResult, INodeProperties } from 'n8n-workflow';
import type { Address, Routing } from '../serving/address';
import type { DeploymentRecord } from '../serving/deploymentRecord';
import { readConnection, type Connection } from './connection';
import { nodeError } from './errors';
import { asOneOf, asRecord } from './parameters';
import { asText } from '../serving/json';
import { REST_DEFAULTS, restApi } from './restApi';
import { DAY } from './sendSettings';

/** For a deployment that is called. */
export const deploymentProperty: INodeProperties = {
	displayName: 'Deployment',
	name: 'deployment',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The deployed model to call. Its name and URL are on its page in Hopsworks, under Deployments.',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a deployment…',
			hint: "Needs 'Hopsworks URL' and 'Project' in the credential",
			typeOptions: { searchListMethod: 'searchDeployments', searchable: true, searchFilterRequired: false },
		},
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

/** For a deployment that Hopsworks is asked about: it knows them by name. */
export const deploymentByName: INodeProperties = {
	...deploymentProperty,
	description: 'The deployed model. Its name is on its page in Hopsworks, under Deployments.',
	modes: deploymentProperty.modes?.filter(({ name }) => name !== 'url'),
};

const SERVERS: Record<string, string> = {
	PYTHON: 'Python',
	TENSORFLOW_SERVING: 'TensorFlow Serving',
	VLLM: 'vLLM',
};

/** An entry of the list: name, state and model server. */
function labelOf({ name, state, modelServer, isGrpc }: DeploymentRecord): string {
	const server = SERVERS[modelServer] ?? modelServer;
	const facts = [state, server, isGrpc ? 'gRPC only, not usable' : ''].filter(Boolean).join(', ');
	return facts === '' ? name : `${name} (${facts})`;
}

/**
 * The project's deployments for the locator's list; those that fit the operation come first, those that cannot be called
 * last. A refused key is an error in the panel, never an empty list.
 */
export async function searchDeployments(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	const connection = await readConnection(this);
	const found = await restApi(this, connection, REST_DEFAULTS, { requests: 0, retries: 0 }).deployments();
	if (!found.ok) throw nodeError(this.getNode(), found.failure, 0);
	const operation = this.getCurrentNodeParameter('operation');
	// The chat model has no operations.
	const isForLanguage = ['chat', 'embed', undefined].some((one) => one === operation);
	const rank = ({ isGrpc, modelServer }: DeploymentRecord): number =>
		isGrpc ? 2 : Number(isForLanguage && modelServer !== 'VLLM');
	const wanted = filter.trim().toLowerCase();
	const results = found.value
		.toSorted((one, other) => rank(one) - rank(other))
		.map((record) => ({ name: labelOf(record), value: record.name, description: record.description }))
		.filter(({ name }) => name.toLowerCase().includes(wanted));
	return { results };
}

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
		displayName: 'Max Wait (Seconds)',
		name: 'maxWait',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: DAY },
		default: 600,
		description:
			"How long to wait for a deployment that 'When Stopped' starts. Language models can take a quarter of an hour.",
	},
	{
		displayName: 'Namespace',
		name: 'namespace',
		type: 'string',
		default: '',
		placeholder: 'e.g. my-project',
		description: "The deployment's Kubernetes namespace, if it differs from the project in the credential",
	},
	{
		displayName: 'Routing',
		name: 'routing',
		type: 'options',
		options: [
			{
				name: 'Automatic',
				value: 'auto',
				description: 'As the deployment and the credential allow; this fits nearly always',
			},
			{
				name: 'By Host Name',
				value: 'host',
				description: "The gateway finds the deployment by its host name: releases before 4.8, or with 'Host Header'",
			},
			{ name: 'By Path', value: 'path', description: 'The gateway finds the deployment by the path of the address' },
			{
				name: 'Through Hopsworks',
				value: 'proxy',
				description:
					'Hopsworks itself passes predictions on, where the gateway cannot be reached. Not for language models.',
			},
		],
		default: 'auto',
		description: 'How requests find the deployment',
	},
	{
		displayName: 'When Stopped',
		name: 'whenStopped',
		type: 'options',
		options: [
			{ name: 'Fail', value: 'fail', description: 'Say that it is stopped, and send nothing' },
			{
				name: 'Start It',
				value: 'start',
				description: 'Start it and wait until it is ready. Takes the role Data Owner in the project.',
			},
		],
		default: 'fail',
		description: "What to do where the deployment is stopped. Needs 'Hopsworks URL' in the credential.",
	},
];

const ROUTINGS: readonly [Routing, ...Routing[]] = ['auto', 'path', 'host', 'proxy'];

/** What one item's locator and options say of the address. */
export function readAddress(
	locator: unknown,
	options: Record<string, unknown>,
	{ servingUrl, hopsworksUrl, project }: Connection,
): Address {
	const { mode, value } = asRecord(locator);
	return {
		// From the list comes a name too.
		deployment: { mode: mode === 'url' ? 'url' : 'name', value: asText(value) },
		servingUrl,
		hopsworksUrl,
		project,
		namespace: asText(options.namespace),
		hostHeader: asText(options.hostHeader),
		routing: asOneOf(options.routing, ROUTINGS),
	};
}
