/** Get Logs: the last lines that a deployment wrote, one item per instance. */
import type { IDataObject, INodeProperties } from 'n8n-workflow';
import { badInput, success, type Failed, type Outcome } from '../../core/failure/outcome';
import type { InstanceLogs } from '../../core/hopsworks/instanceLogs';
import { lineCount, timedLines, wholeSecond } from '../../core/hopsworks/logLines';
import { readMoment } from '../../n8n/moment';
import type { Operation } from '../../n8n/operation';
import { asOneOf, readNumber } from '../../n8n/options';
import type { ParameterReader } from '../../n8n/parameterReader';
import { onDeployment } from './onHopsworks';

const linesField: INodeProperties = {
	displayName: 'Lines',
	name: 'lines',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 1_000_000, numberPrecision: 0 },
	default: 100,
	description: 'How many lines to get, from the end',
};

const properties: INodeProperties[] = [
	{
		displayName: 'Component',
		name: 'component',
		type: 'options',
		options: [
			{ name: 'Predictor', value: 'predictor', description: 'The model itself' },
			{
				name: 'Transformer',
				value: 'transformer',
				description: 'The code that changes requests before the model and answers after it, if the deployment has any',
			},
		],
		default: 'predictor',
		description: 'The part of the deployment whose logs to get',
	},
	linesField,
	{
		displayName: 'Since',
		name: 'since',
		type: 'dateTime',
		default: '',
		placeholder: 'e.g. {{ $now.minus({ hours: 1 }) }}',
		description:
			"Only lines that were written at this time or later (Hopsworks 5.2 and later). A time without a zone is in the workflow's time zone.",
	},
	{
		displayName: 'Include Timestamps',
		name: 'includeTimestamps',
		type: 'boolean',
		noDataExpression: true,
		default: false,
		description: 'Whether each line begins with the time at which it was written, in UTC (Hopsworks 5.2 and later)',
	},
];

/** Which lines of each instance are wanted. */
interface Wanted {
	lines: number;
	since?: number;
	includesTimes: boolean;
}

function readWanted(read: ParameterReader, item: number, timeZone: string): Wanted {
	const since = readMoment('Since', read('since', item), timeZone);
	const lines = readNumber(linesField, read('lines', item));
	return { lines, includesTimes: read('includeTimestamps', 0) === true, ...(since !== undefined && { since }) };
}

export const getLogs: Operation = {
	value: 'getLogs',
	name: 'Get Logs',
	action: 'Get logs of deployment',
	description: 'Get the last log lines of a deployment, or those since a point in time, one item per instance',
	properties,
	run: async (run) => {
		const timeZone = run.context.getTimezone();
		await onDeployment((read, item) => {
			const component = asOneOf('Component', read('component', item), ['predictor', 'transformer']);
			const wanted = readWanted(read, item, timeZone);
			const { lines, since, includesTimes } = wanted;
			// What was written before is told apart by the times, to the millisecond.
			const query = { component, lines, hasTimes: includesTimes || since !== undefined, since };
			return async ({ id, name, state }, api) => {
				const logs = await api.logs(id, query);
				if (!logs.ok) return logs;
				if (logs.value.length === 0)
					run.notes.add(`No instance of the deployment '${name}' has logs: it is '${state}'`);
				const made: IDataObject[] = [];
				for (const entry of logs.value) {
					const whole = await withLines(entry, async (instance) => await api.logs(id, { ...query, instance }));
					const timed = whole.ok ? inTime(whole.value, wanted, run.notes) : whole;
					if (!timed.ok) return timed;
					made.push({ deployment: name, component, ...timed.value });
				}
				return success(made);
			};
		})(run);
	},
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

/** The lines of an instance from the wanted time on. A release that tells no times has sent its last ones, whenever written. */
function inTime(
	entry: InstanceLogs,
	{ lines, since, includesTimes }: Wanted,
	notes: Set<string>,
): Outcome<InstanceLogs & { mayHaveMore?: true }> {
	if ((since === undefined && !includesTimes) || entry.note !== undefined) return success(entry);
	const content = timedLines(entry.content, since ?? -Infinity, includesTimes);
	if (content === undefined && since !== undefined) return noTimes(entry, since);
	if (content === undefined) notes.add('This Hopsworks puts no times before log lines: that takes release 5.2');
	// As many lines as were asked for may not be all that there are.
	const mayHaveMore = since !== undefined && lineCount(content ?? '') >= lines;
	return success({ ...entry, content: content ?? entry.content, ...(mayHaveMore && { mayHaveMore }) });
}

function noTimes({ instance }: InstanceLogs, since: number): Failed {
	return badInput(
		`Hopsworks does not tell when '${instance}' wrote its log lines, so those since ${wholeSecond(since)} are not known`,
		"Logs by time come with Hopsworks 5.2. Empty 'Since' to get the last lines, whenever they were written.",
	);
}
