/** Get Many: the project's deployments, those that pass the filters. */
import type { INodeProperties } from 'n8n-workflow';
import { success } from '../../core/failure/outcome';
import type { DeploymentRecord } from '../../core/hopsworks/deploymentRecord';
import { asRecord, asText } from '../../core/json/json';
import { simplifyProperty } from '../../n8n/items';
import type { Operation } from '../../n8n/operation';
import { readNumber } from '../../n8n/options';
import { stateChoices } from '../../n8n/stateChoices';
import { onHopsworks } from './onHopsworks';
import { recordFields } from './recordFields';

const limitField: INodeProperties = {
	displayName: 'Limit',
	name: 'limit',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 1_000_000, numberPrecision: 0 },
	default: 50,
	description: 'Max number of results to return',
	displayOptions: { show: { returnAll: [false] } },
};

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many deployments',
	description: "Get the project's deployments and their current states, one item each",
	properties: [
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			noDataExpression: true,
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		},
		limitField,
		simplifyProperty,
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add Filter',
			default: {},
			options: [
				{
					displayName: 'Model',
					name: 'model',
					type: 'string',
					default: '',
					placeholder: 'e.g. fraud',
					description: 'Only deployments of the model with this name',
				},
				{
					displayName: 'Model Server',
					name: 'modelServer',
					type: 'multiOptions',
					options: [
						{ name: 'Python', value: 'PYTHON', description: 'Predictor scripts and scikit-learn models' },
						{ name: 'TensorFlow Serving', value: 'TENSORFLOW_SERVING', description: 'TensorFlow models' },
						{ name: 'vLLM', value: 'VLLM', description: 'Language models' },
					],
					default: [],
					description: 'Only deployments on one of these model servers',
				},
				{
					displayName: 'Status',
					name: 'status',
					type: 'multiOptions',
					options: stateChoices,
					default: [],
					description: 'Only deployments in one of these states',
				},
			],
		},
	],
	isOfProject: true,
	run: onHopsworks((read, item) => {
		const limit = read('returnAll', 0) === true ? Infinity : readNumber(limitField, read('limit', item));
		const passes = readFilters(asRecord(read('filters', item)));
		const isSimple = read('simplify', 0) === true;
		return async (api) => {
			const records = await api.deployments();
			if (!records.ok) return records;
			const wanted = records.value.filter(passes).slice(0, limit);
			return success(wanted.map((record) => recordFields(record, isSimple)));
		};
	}),
};

/** A filter that is not set lets everything pass. */
function readFilters(filters: Record<string, unknown>): (record: DeploymentRecord) => boolean {
	const chosen = (name: string): string[] => [filters[name] ?? []].flat().map(asText).filter(Boolean);
	const [states, servers, models] = ['status', 'modelServer', 'model'].map(chosen);
	const isAmong = (value: string, wanted: string[] = []): boolean => wanted.length === 0 || wanted.includes(value);
	return ({ state, modelServer, modelName }) =>
		isAmong(state, states) && isAmong(modelServer, servers) && isAmong(modelName, models);
}
