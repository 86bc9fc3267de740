/** Predict: every item is a row, many rows share a request, and every item gets its own prediction. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { addressOptions } from '../../hopsworks/deployments';
import { hintAtTrouble, includeInputFieldsAtFirst, NOT_SENT, outgoing, stopsOnError } from '../../hopsworks/items';
import { attempt, attemptNow, optionsField, parameterReader } from '../../hopsworks/parameters';
import { scatter } from '../../hopsworks/scatter';
import { sender, type Tally } from '../../hopsworks/send';
import { sendOptions } from '../../hopsworks/sendSettings';
import { failed, success, type Outcome } from '../../serving/outcome';
import type { Operation } from './operation';
import { predictOptions, readSetUp } from './predictOptions';
import { predictGroups } from './predictGroups';
import { rowProperties } from './rows';

export const predict: Operation = {
	value: 'predict',
	name: 'Predict',
	action: 'Get predictions from deployed model',
	description: 'Send every item to a deployed model and put its prediction beside it',
	properties: [
		...rowProperties,
		{
			displayName: 'Request Field',
			name: 'requestField',
			type: 'options',
			noDataExpression: true,
			options: [
				{
					name: 'Automatic',
					value: 'auto',
					description: "'inputs', or 'instances' where the deployment needs it or asks for it",
				},
				{
					name: 'Inputs',
					value: 'inputs',
					description: 'Most Python and scikit-learn deployments read either',
				},
				{
					name: 'Instances',
					value: 'instances',
					description: 'TensorFlow Serving by rows, deployments with a batcher or a schema',
				},
			],
			default: 'auto',
			description: 'The name under which the rows are sent',
			displayOptions: { hide: { rows: ['body'] } },
		},
		...includeInputFieldsAtFirst,
		optionsField([...addressOptions, ...sendOptions, ...predictOptions]),
	],
	run,
};

async function run(
	context: IExecuteFunctions,
	items: INodeExecutionData[],
): Promise<Array<Outcome<INodeExecutionData>>> {
	const read = parameterReader(context);
	const setUp = await attempt(() => readSetUp(context, items, read));
	if (!setUp.ok) return items.map(() => setUp);
	const { connection, settings, finder, outputField, keepsInput, addsMetadata } = setUp.value;

	const notSent = failed(NOT_SENT);
	const outcomes: Array<Outcome<INodeExecutionData>> = items.map(() => notSent);
	const stops = stopsOnError(context);
	const { groups, add } = predictGroups(read, setUp.value);
	for (const item of items.keys()) {
		const added = attemptNow(() => add(item));
		const outcome = added.ok && added.value ? await attempt(() => added.value) : added;
		if (outcome.ok) continue;
		outcomes[item] = outcome;
		if (stops) return outcomes;
	}

	const tally: Tally = { requests: 0, retries: 0 };
	const metadata = new Map<number, { attempts: number; latency: number; rowsInRequest: number }>();
	const notes = await scatter([...groups.values()], {
		send: sender(context, connection, settings, tally),
		concurrency: settings.concurrency,
		stops,
		onSent(sentItems, { tries, latency }) {
			for (const item of addsMetadata ? sentItems : []) {
				const attempts = (metadata.get(item)?.attempts ?? 0) + tries;
				metadata.set(item, { attempts, latency, rowsInRequest: sentItems.length });
			}
		},
		settle(item, outcome) {
			if (!outcome.ok) {
				outcomes[item] = outcome;
				return;
			}
			const scored = outgoing(items, item, keepsInput);
			scored.json[outputField] = outcome.value;
			if (addsMetadata) scored.json[`${outputField}Metadata`] = metadata.get(item);
			outcomes[item] = success(scored);
		},
	});
	hintAtTrouble(context, outcomes, tally, [...finder.notes, ...notes]);
	return outcomes;
}
