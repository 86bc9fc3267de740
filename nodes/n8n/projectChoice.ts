/** Choosing a project in a node, where the credential leaves it open: the option, its reading, and what it makes of a connection. */
import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { show } from '../core/failure/excerpt';
import { success, type Outcome } from '../core/failure/outcome';
import { chooseProject } from '../core/hopsworks/project';
import { asText, isRecord } from '../core/json/json';
import { readConnection, type Connection } from './connection';
import { nodeError } from './errors';
import { readOptions, type Field } from './options';
import type { ParameterReader } from './parameterReader';
import { attempt, take, unusable } from './unusable';

const projectField: Field = {
	displayName: 'Project',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	description: 'The Hopsworks project to work in. Only needed if the credential names no project.',
	builderHint: {
		propertyHint:
			'A resource locator. Leave it out unless the user names a project; then use mode "name" with the name of the project.',
	},
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a project…',
			typeOptions: { searchListMethod: 'searchProjects', searchable: true, searchFilterRequired: false },
		},
		{ displayName: 'By Name', name: 'name', type: 'string', placeholder: 'e.g. my_project' },
	],
};

/** An option of every node: the project where the credential names none. Its list is the node's `searchProjects`. */
export const projectOptions = { project: { field: projectField, read: readChosenProject } };

/** The name in a locator, or in plain text as an expression may leave it; '' where none is chosen. */
export function readChosenProject(given: unknown): string {
	const value: unknown = isRecord(given) ? given.value : given;
	if (typeof value !== 'object' || value === null) return asText(value ?? '').trim();
	return unusable(`'Project' in the options is ${show(value)}`, "It must be a project's name.");
}

/** What an item's options choose; '' where they choose nothing. */
export function chosenProject(read: ParameterReader, item: number): string {
	return readOptions(projectOptions, read('options', item)).get('project');
}

/** The connection to the project that counts, the credential's or the one that the node has chosen. */
export function connectionInProject(connection: Connection, chosen: string): Outcome<Connection> {
	const project = chooseProject(connection.project, chosen);
	return project.ok ? success({ ...connection, project: project.value }) : project;
}

/** The credential of a panel that offers choices. Throws n8n's error. */
export async function credentialOfPanel(context: ILoadOptionsFunctions): Promise<Connection> {
	return await inPanel(context, async () => await readConnection(context));
}

/** The connection of a panel that offers choices, to the project that is chosen in it. Throws n8n's error. */
export async function connectionOfPanel(context: ILoadOptionsFunctions): Promise<Connection> {
	return await inPanel(context, async () => {
		const chosen = readChosenProject(context.getCurrentNodeParameter('options.project'));
		if (chosen.startsWith('=')) {
			unusable(
				"'Project' in the options is an expression that has no value here",
				"Choose 'By Name' and enter the name of the deployment. Or run the nodes before this one, so that the expression has a value.",
			);
		}
		return take(connectionInProject(await readConnection(context), chosen));
	});
}

async function inPanel<Value>(context: ILoadOptionsFunctions, read: () => Promise<Value>): Promise<Value> {
	const found = await attempt(read);
	if (!found.ok) throw nodeError(context.getNode(), found.failure, 0);
	return found.value;
}
