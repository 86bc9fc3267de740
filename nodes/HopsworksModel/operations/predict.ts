/** Predict: every item is a row, many rows share a request, and every item gets its own prediction. */
import type { INodeExecutionData } from 'n8n-workflow';
import { addressOptions } from '../../hopsworks/deployments';
import { includeInputFieldsAtFirst, outgoing } from '../../hopsworks/items';
import { attempt, optionsField } from '../../hopsworks/parameters';
import type { Run } from '../../hopsworks/run';
import { scatter } from '../../hopsworks/scatter';
import { sender } from '../../hopsworks/send';
import { sendOptions } from '../../hopsworks/sendSettings';
import { success } from '../../serving/outcome';
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

async function run(run: Run<INodeExecutionData>): Promise<void> {
	const { items, tally, stops } = run;
	const setUp = await attempt(() => readSetUp(run));
	if (!setUp.ok) return run.settleRest(setUp.failure);
	const { connection, settings, outputField, keepsInput, addsMetadata } = setUp.value;
	const { groups, add } = predictGroups(run.read, setUp.value);
	if (!(await run.readItems(add))) return;

	const metadata = new Map<number, { attempts: number; latency: number; rowsInRequest: number }>();
	await scatter([...groups.values()], {
		send: sender(run.context, connection, settings, tally),
		concurrency: settings.concurrency,
		stops,
		notes: run.notes,
		onSent(sentItems, { tries, latency }) {
			for (const item of addsMetadata ? sentItems : []) {
				const attempts = (metadata.get(item)?.attempts ?? 0) + tries;
				metadata.set(item, { attempts, latency, rowsInRequest: sentItems.length });
			}
		},
		settle(item, outcome) {
			if (!outcome.ok) return run.settle(item, outcome);
			const scored = outgoing(items, item, keepsInput);
			scored.json[outputField] = outcome.value;
			if (addsMetadata) scored.json[`${outputField}Metadata`] = metadata.get(item);
			run.settle(item, success(scored));
		},
	});
}
