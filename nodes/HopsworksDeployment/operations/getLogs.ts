/** Get Logs: the last lines that a deployment wrote, one item per instance. */
import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { success, type Outcome } from '../../core/failure/outcome';
import type { InstanceLogs } from '../../core/hopsworks/instanceLogs';
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
	description: 'Get the last log lines of a deployment, one item per instance',
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
					description:
						'The code that changes requests before the model and answers after it, if the deployment has any',
				},
			],
			default: 'predictor',
			description: 'The part of the deployment whose logs to get',
		},
		linesField,
	],
	run: onDeployment((read, item) => {
		const component = asOneOf('Component', read('component', item), ['predictor', 'transformer']);
		const lines = readNumber(linesField, read('lines', item));
		return async ({ id, name }, api) => {
			const logs = await api.logs(id, { component, lines });
			if (!logs.ok) return logs;
			const made: IDataObject[] = [];
			for (const entry of logs.value) {
				const whole = await withLines(entry, async (instance) => await api.logs(id, { component, lines, instance }));
				if (!whole.ok) return whole;
				made.push({ deployment: name, component, ...whole.value });
			}
			return success(made);
		};
	}),
};

/** An instance that was skipped is asked for alone. Where that fails it says why, and the others keep their lines. */
async function withLines(
	entry: InstanceLogs,
	ask: (instance: string) => Promise<Outcome<InstanceLogs[]>>,
): Promise<Outcome<InstanceLogs>> {
	if (!entry.skipped || entry.instance === '') return success(entry);
	const own = await ask(entry.instance);
	if (own.ok) return success(own.value.find(({ instance }) => instance === entry.instance) ?? entry);
	return own.failure.kind === 'cancelled' ? own : success({ ...entry, note: own.failure.message });
}
