/** Picking a deployment: the locator, the options that belong to an address, and the reading of both. */
import type { INodeProperties } from 'n8n-workflow';
import type { Address, Routing } from '../core/hopsworks/address';
import { asText, isRecord } from '../core/json/json';
import type { Connection } from './connection';
import { projectOptions } from './projectChoice';
import { choiceOption, numberOption, textOption, type Options, type ValuesOf } from './options';
import { DAY } from './sendOptions';

/** For a deployment that is called. */
export const deploymentProperty: INodeProperties = {
	displayName: 'Deployment',
	name: 'deployment',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	description: 'The deployed model to call. Its name and URL are on its page in Hopsworks, under Deployments.',
	builderHint: {
		propertyHint:
			'A resource locator. Use mode "name" with the name of the deployment; leave the value empty where the user has not named one, and do not make one up.',
	},
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a deployment…',
			typeOptions: { searchListMethod: 'searchDeployments', searchable: true, searchFilterRequired: false },
		},
		{ displayName: 'By Name', name: 'name', type: 'string', placeholder: 'e.g. fraud' },
		{
			displayName: 'By URL',
			name: 'url',
			type: 'string',
			placeholder: 'e.g. https://gateway.example.com/v1/my-project/fraud',
			hint: 'The URL must be at an address from the credential, or at the gateway that Hopsworks names. The API key goes nowhere else.',
		},
	],
};

/** For a deployment that Hopsworks is asked about: it knows them by name. */
export const deploymentByName: INodeProperties = {
	...deploymentProperty,
	description: 'The deployed model. Its name is on its page in Hopsworks, under Deployments.',
	modes: deploymentProperty.modes?.filter(({ name }) => name !== 'url'),
};

/** How requests find a deployment, where that is not found out: read by `readAddress`. */
export const routingOptions = {
	hostHeader: textOption({
		displayName: 'Host Header',
		type: 'string',
		default: '',
		placeholder: 'e.g. fraud.test.hopsworks.ai',
		description:
			"The host name on the deployment's page in Hopsworks. Fill it in only if the node cannot ask Hopsworks, or is given another name.",
		displayOptions: { show: { routing: ['host'] } },
	}),
	namespace: textOption({
		displayName: 'Namespace',
		type: 'string',
		default: '',
		placeholder: 'e.g. my-project',
		description: "The deployment's Kubernetes namespace, if it differs from the name of the project",
	}),
	routing: choiceOption<Routing>(
		{
			displayName: 'Routing',
			type: 'options',
			options: [
				{
					name: 'Automatic',
					value: 'auto',
					description: 'The node chooses what suits the deployment and the credential. This is nearly always right.',
				},
				{
					name: 'By Host Name',
					value: 'host',
					description: 'The gateway finds the deployment by its host name (Hopsworks before 4.8)',
				},
				{ name: 'By Path', value: 'path', description: 'The gateway finds the deployment by the path of the address' },
				{
					name: 'Through Hopsworks',
					value: 'proxy',
					description:
						'Hopsworks itself passes requests on to the deployment, in case n8n cannot reach the gateway. Not for language models.',
				},
			],
			default: 'auto',
			description: 'How requests find the deployment. Change this only if they do not find it.',
		},
		['auto', 'path', 'host', 'proxy'],
	),
};

/** The options of every operation on a model, read by `readAddress` and the resolver. */
export const addressOptions = {
	...routingOptions,
	...projectOptions,
	whenStopped: choiceOption(
		{
			displayName: 'When Stopped',
			type: 'options',
			options: [
				{ name: 'Fail', value: 'fail', description: 'Fail with an error that says so, and send nothing' },
				{
					name: 'Start It',
					value: 'start',
					description:
						'Start it and wait until it is ready. The owner of the API key needs the role Data Owner in the project.',
				},
			],
			default: 'fail',
			description:
				'What to do if the deployment is stopped. This works only if the node can ask Hopsworks about the deployment.',
		},
		['fail', 'start'],
	),
	maxWait: numberOption({
		displayName: 'Wait at Most (Seconds)',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: DAY },
		default: 600,
		description: 'How long to wait until the deployment has started. Language models can take a quarter of an hour.',
		displayOptions: { show: { whenStopped: ['start'] } },
	}),
};

export type AddressOptions = ValuesOf<typeof addressOptions>;

/**
 * The deployment of a locator. Workflows that were made by hand or by an expression may hold plain text in its place, which
 * is a URL where it begins like one, and else a name.
 */
export function readLocator(locator: unknown): Address['deployment'] {
	const { mode, value } = isRecord(locator) ? locator : { value: locator };
	const text = asText(value);
	const isUrl = mode === 'url' || (mode === undefined && /^\s*https?:\/\//i.test(text));
	// From the list comes a name too.
	return { mode: isUrl ? 'url' : 'name', value: text };
}

/** What one item's locator and options say of the address, with the connection to its project. */
export function readAddress(
	locator: unknown,
	options: Options<AddressOptions>,
	{ servingUrl, hopsworksUrl, project }: Connection,
): Address {
	return {
		deployment: readLocator(locator),
		servingUrl,
		hopsworksUrl,
		project,
		namespace: options.get('namespace'),
		hostHeader: options.get('hostHeader'),
		routing: options.get('routing'),
	};
}
