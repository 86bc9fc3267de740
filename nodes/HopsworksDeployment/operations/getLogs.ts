/** Get Logs: the last lines that a deployment wrote, one item an instance. */
import type { INodeProperties } from 'n8n-workflow';
import { asOneOf, readNumber } from '../../hopsworks/parameters';
import { success } from '../../serving/outcome';
import type { Operation } from './operation';
import { readDeploymentOf } from './pick';

const linesField: INodeProperties = {
	displayName: 'Lines',
	name: 'lines',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 1_000_000, numberPrecision: 0 },
	default: 100,
	description: 'How many lines to get, from the end',
};

export const getLogs: Operation = {
	value: 'getLogs',
	name: 'Get Logs',
	action: 'Get logs of deployment',
	description: 'Get the last lines that a deployment wrote, one item per instance',
	properties: [
		{
			displayName: 'Component',
			name: 'component',
			type: 'options',
			options: [
				{ name: 'Predictor', value: 'predictor', description: 'The model itself' },
				{
					name: 'Transformer',
					value: 'transformer',
					description: 'What changes requests before the model and answers after it, where there is one',
				},
			],
			default: 'predictor',
			description: 'Whose logs to get',
		},
		linesField,
	],
	async run(task) {
		const { api, read, item } = task;
		const component = asOneOf(read('component', item), ['predictor', 'transformer']);
		const lines = readNumber({ lines: read('lines', item) }, [linesField], 'lines');
		const record = await readDeploymentOf(task);
		if (!record.ok) return record;
		const logs = await api.logs(record.value.id, { component, lines });
		if (!logs.ok) return logs;
		const { name } = record.value;
		return success(
			logs.value.map(({ instanceName, content }) => ({ deployment: name, component, instance: instanceName, content })),
		);
	},
};
