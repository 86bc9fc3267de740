/** What a user sees of a panel: the labels of its fields and of what can be chosen there. */
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { HopsworksApi } from '../../credentials/HopsworksApi.credentials';
import { EmbeddingsHopsworks } from '../../nodes/EmbeddingsHopsworks/EmbeddingsHopsworks.node.ts';
import { HopsworksDeployment } from '../../nodes/HopsworksDeployment/HopsworksDeployment.node.ts';
import { HopsworksModel } from '../../nodes/HopsworksModel/HopsworksModel.node.ts';
import { HopsworksTrigger } from '../../nodes/HopsworksTrigger/HopsworksTrigger.node.ts';
import { LmChatHopsworks } from '../../nodes/LmChatHopsworks/LmChatHopsworks.node.ts';
import { RerankerHopsworks } from '../../nodes/RerankerHopsworks/RerankerHopsworks.node.ts';

type Entry = INodeProperties | INodePropertyOptions | INodePropertyCollection;

function labelsOf(entry: Entry): string[] {
	const label = 'displayName' in entry ? entry.displayName : entry.name;
	const modes = 'modes' in entry ? (entry.modes ?? []) : [];
	const inside = 'values' in entry ? entry.values : 'options' in entry ? (entry.options ?? []) : [];
	return [label, ...modes.map(({ displayName }) => displayName), ...inside.flatMap(labelsOf)];
}

/** Whether a field of the node belongs to an operation. */
function isOf({ displayOptions = {} }: INodeProperties, operation: string): boolean {
	const { show, hide } = displayOptions;
	const { operation: shown } = show ?? {};
	const { operation: hidden } = hide ?? {};
	return (shown === undefined || shown.includes(operation)) && !hidden?.includes(operation);
}

export const credentialLabels = new Set(new HopsworksApi().properties.flatMap(labelsOf));

/** The labels of an operation of Hopsworks Model. */
export function operationLabels(operation: string): Set<string> {
	const { properties } = new HopsworksModel().description;
	return new Set(properties.filter((field) => isOf(field, operation)).flatMap(labelsOf));
}

export const chatModelLabels = new Set(new LmChatHopsworks().description.properties.flatMap(labelsOf));
export const embeddingsLabels = new Set(new EmbeddingsHopsworks().description.properties.flatMap(labelsOf));
export const rerankerLabels = new Set(new RerankerHopsworks().description.properties.flatMap(labelsOf));

/** Everything that the panels of the package and of its nodes show by name, the names of the nodes among it. */
export function allLabels(): Set<string> {
	const descriptions = [
		new HopsworksModel(),
		new HopsworksDeployment(),
		new HopsworksTrigger(),
		new LmChatHopsworks(),
		new EmbeddingsHopsworks(),
		new RerankerHopsworks(),
	].map((one) => one.description);
	const fields = descriptions.flatMap(({ displayName, properties }) => [displayName, ...properties.flatMap(labelsOf)]);
	return new Set([new HopsworksApi().displayName, ...credentialLabels, ...fields]);
}

/** The labels in quotes that words name. The word in the header is no field. */
export function labelsIn(words: string): string[] {
	return [...words.matchAll(/'([A-Z][^']*)'/g)].map(([, label = '']) => label).filter((label) => label !== 'ApiKey');
}
