/** Get Logs: the last lines that a deployment wrote, one item per instance. */
import type { INodeProperties } from 'n8n-workflow';
import { success } from '../../core/failure/outcome';
import type { Operation } from '../../n8n/operation';
import { asOneOf, readNumber } from '../../n8n/options';
import { onDeployment } from './onHopsworks';

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
	run: onDeployment((read, item) => {
		const component = asOneOf(read('component', item), ['predictor', 'transformer']);
		const lines = readNumber(linesField, read('lines', item));
		return async ({ id, name }, api) => {
			const logs = await api.logs(id, { component, lines });
			if (!logs.ok) return logs;
			return success(
				logs.value.map(({ instanceName, content }) => ({
					deployment: name,
					component,
					instance: instanceName,
					content,
				})),
			);
		};
	}),
};
