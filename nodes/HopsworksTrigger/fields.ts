/** The fields of the trigger, and what a user has chosen in them. */
import type { INodeProperties, IPollFunctions } from 'n8n-workflow';
import { show } from '../core/failure/excerpt';
import { statesNamed } from '../core/hopsworks/stateChanges';
import { WATCHED_EVENTS, watchOf, type WatchChoice } from '../core/hopsworks/watchMemory';
import { asText } from '../core/json/json';
import { readLocator } from '../n8n/deploymentLocator';
import { asOneOf, optionsField } from '../n8n/options';
import { projectOptions } from '../n8n/projectChoice';
import { stateChoices } from '../n8n/stateChoices';
import { fromN8n, unusable } from '../n8n/unusable';

const ofDeployments = { show: { event: ['deploymentState', 'deploymentVersion'] } };
const ofModels = { show: { event: ['modelVersion'] } };
const ofBest = { show: { event: ['modelVersion'], bestOnly: [true] } };

export const properties: INodeProperties[] = [
	{
		displayName: 'Event',
		name: 'event',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Deployment State Changed',
				value: 'deploymentState',
				description: 'A deployment came into another state, such as Running or Failed',
			},
			{
				name: 'New Deployment Version',
				value: 'deploymentVersion',
				description: 'A deployment got a new version (Hopsworks 5.2 and later)',
			},
			{
				name: 'New Model Version',
				value: 'modelVersion',
				description:
					'A model in the registry of the project got a new version. The API key needs the scope MODELREGISTRY.',
			},
		],
		default: 'deploymentState',
		description: 'What starts the workflow',
	},
	{
		displayName: 'Deployment Names or IDs',
		name: 'deployments',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getDeployments', loadOptionsDependsOn: ['options.project.value'] },
		default: [],
		description:
			'The deployments to watch; all of them if none is chosen. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		displayOptions: ofDeployments,
	},
	{
		displayName: 'States',
		name: 'states',
		type: 'multiOptions',
		options: stateChoices,
		default: [],
		description: 'The new states that start the workflow; all of them if none is chosen',
		displayOptions: { show: { event: ['deploymentState'] } },
	},
	{
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		description: "The model to watch; every model of the project's registry if none is chosen",
		builderHint: {
			propertyHint:
				'A resource locator. Use mode "name" with the name of the model; leave the value empty to watch every model.',
		},
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'All models',
				typeOptions: { searchListMethod: 'searchModels', searchable: true, searchFilterRequired: false },
			},
			{ displayName: 'By Name', name: 'name', type: 'string', placeholder: 'e.g. fraud' },
		],
		displayOptions: ofModels,
	},
	{
		displayName: 'Best So Far Only',
		name: 'bestOnly',
		type: 'boolean',
		noDataExpression: true,
		default: false,
		description: 'Whether to start the workflow only for a version that is better, by a metric, than all before it',
		displayOptions: ofModels,
	},
	{
		displayName: 'Metric',
		name: 'metric',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. accuracy',
		description: 'The name of the metric as the registry has it. Versions without it do not count.',
		displayOptions: ofBest,
	},
	{
		displayName: 'Better Is',
		name: 'better',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Higher', value: 'higher', description: 'Such as accuracy' },
			{ name: 'Lower', value: 'lower', description: 'Such as an error' },
		],
		default: 'higher',
		description: 'Which values of the metric are better',
		displayOptions: ofBest,
	},
	optionsField(projectOptions),
];

/** What the user has chosen. Throws what `attempt` turns into a failure. */
export async function readWatch(context: IPollFunctions): Promise<WatchChoice> {
	const read = async (name: string): Promise<unknown> =>
		await fromN8n(async () => context.getNodeParameter(name, null));
	const event = asOneOf('Event', await read('event'), WATCHED_EVENTS);
	if (event !== 'modelVersion') {
		const names = namesIn('Deployment Names or IDs', await read('deployments'));
		const states = event === 'deploymentState' ? namesIn('States', await read('states')) : undefined;
		return watchOf(event, names, states && statesNamed(states));
	}
	const model = readLocator(await read('model')).value.trim();
	const names = model === '' ? undefined : [model];
	if ((await read('bestOnly')) !== true) return watchOf(event, names);
	const metric = asText(await read('metric')).trim();
	if (metric === '') {
		unusable(
			"'Metric' is empty",
			"Enter the name of the metric as the registry has it, or turn off 'Best So Far Only'.",
		);
	}
	return watchOf(event, names, undefined, {
		name: metric,
		better: asOneOf('Better Is', await read('better'), ['higher', 'lower']),
	});
}

/** What was chosen from a list; an expression may return texts with commas between them. Undefined where nothing is. */
function namesIn(label: string, given: unknown): string[] | undefined {
	const entries: unknown[] = typeof given === 'string' ? given.split(',') : [given ?? []].flat();
	const isNamed = (entry: unknown): boolean => typeof entry === 'string' || typeof entry === 'number';
	const other = entries.find((entry) => !isNamed(entry));
	if (other !== undefined) unusable(`'${label}' has ${show(other)} in it`, 'It must be a list of names.');
	const names = entries.map((entry) => asText(entry).trim()).filter(Boolean);
	return names.length === 0 ? undefined : [...new Set(names)];
}
