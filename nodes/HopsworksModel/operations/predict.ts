/** Predict: every item is a row, many rows share a request, and every item gets its own prediction. */
import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { addressOptions, readTarget } from '../../hopsworks/deployments';
import {
	hintAtTrouble,
	includeInputFieldsAtFirst,
	mayGoOn,
	NOT_SENT,
	outgoing,
	stopsOnError,
} from '../../hopsworks/items';
import {
	asJsonObject,
	asOneOf,
	asRecord,
	attempt,
	optionsField,
	parameterReader,
	readNumber,
	readOutputField,
	take,
	type ParameterReader,
} from '../../hopsworks/parameters';
import { readConnection, readSendSettings, sender, sendOptions, type Send, type Tally } from '../../hopsworks/send';
import { predictRoute, type Target } from '../../serving/address';
import { cutBatches, inWindow, type Batch } from '../../serving/batch';
import { encode, parseReply, type Json } from '../../serving/json';
import { badInput, failed, success, type Failure, type Outcome } from '../../serving/outcome';
import { readPredictions, requestBody, type Body } from '../../serving/predictV1';
import type { Operation } from './operation';
import { rowProperties, rowReader } from './rows';

const ownOptions: INodeProperties[] = [
	{
		displayName: 'Convert Text to Numbers',
		name: 'convertText',
		type: 'boolean',
		default: true,
		description:
			'Whether text such as 12.50 in the fields of an item is sent as a number, as a CSV file holds nothing but text. Text such as 007 or +1 stays text.',
	},
	{
		displayName: 'Extra Fields (JSON)',
		name: 'extraFields',
		type: 'json',
		default: '{}',
		description: 'Further fields of the request, beside the rows, such as {"signature_name": "serving_default"}',
	},
	{
		displayName: 'Max Request Size (kB)',
		name: 'maxRequestKilobytes',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1024,
		description: 'A request ends before it grows beyond this size',
	},
	{
		displayName: 'Output Field',
		name: 'outputField',
		type: 'string',
		default: 'prediction',
		description: 'The name of the field that gets the prediction',
	},
	{
		displayName: 'Response',
		name: 'response',
		type: 'options',
		options: [
			{
				name: 'Prediction',
				value: 'prediction',
				description: 'Each item gets its own prediction',
			},
			{
				name: 'Raw',
				value: 'raw',
				description: 'Each item gets the whole reply; one row per request',
			},
		],
		default: 'prediction',
		description: 'What an item gets of the reply',
	},
	{
		displayName: 'Rows per Request',
		name: 'rowsPerRequest',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 500,
		description: 'How many rows share a request. Set 1 for deployments that read only the first row.',
	},
];

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
					description: "'inputs', or 'instances' once the deployment asks for it",
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
		optionsField([...addressOptions, ...sendOptions, ...ownOptions]),
	],
	run,
};

/** Rows that may share a request: the same target, the same further fields. */
interface Group {
	target: Target;
	body: Body;
	items: number[];
}

/** Groups items by where they go and what goes with them; options that are the same for all are read once. */
function grouping(make: (locator: unknown, options: Record<string, unknown>) => Omit<Group, 'items'>) {
	const groups = new Map<string, Group>();
	let last: { locator: unknown; options: unknown; group: Group } | undefined;
	const groupOf = (locator: unknown, options: unknown): Group => {
		if (last && last.locator === locator && last.options === options) return last.group;
		const { target, body } = make(locator, asRecord(options));
		const key = encode([target.url, target.host ?? '', body.extraFields]);
		const group = groups.get(key) ?? { target, body, items: [] };
		groups.set(key, group);
		last = { locator, options, group };
		return group;
	};
	return { groups, groupOf };
}

/** What is the same for all items of a run. */
async function readSetUp(context: IExecuteFunctions, read: ParameterReader) {
	const options = asRecord(read('options', 0));
	const source = rowReader(context, read);
	const isRaw = source.isBody || options.response === 'raw';
	return {
		connection: await readConnection(context),
		settings: readSendSettings(options),
		source,
		isRaw,
		convertText: source.isPicked && options.convertText !== false,
		limits: {
			rows: isRaw ? 1 : readNumber(options, ownOptions, 'rowsPerRequest'),
			bytes: 1024 * readNumber(options, ownOptions, 'maxRequestKilobytes'),
		},
		requestField: asOneOf(read('requestField', 0), ['auto', 'inputs', 'instances']),
		outputField: readOutputField(options, 'prediction'),
		keepsInput: read('includeInputFields', 0) === true,
	};
}

async function run(
	context: IExecuteFunctions,
	items: INodeExecutionData[],
): Promise<Array<Outcome<INodeExecutionData>>> {
	const read = parameterReader(context);
	const setUp = await attempt(() => readSetUp(context, read));
	if (!setUp.ok) return items.map(() => setUp);
	const { connection, settings, source, isRaw, convertText, limits, requestField, outputField, keepsInput } =
		setUp.value;

	const { groups, groupOf } = grouping((locator, options) => ({
		target: readTarget(locator, options, connection, predictRoute),
		body: {
			requestField: requestField === 'auto' ? 'inputs' : requestField,
			shape: source.shape,
			convertText,
			extraFields: readExtraFields(options, source.isBody),
		},
	}));
	const outcomes: Array<Outcome<INodeExecutionData>> = items.map(() => failed(NOT_SENT));
	const rows: unknown[] = [];
	const stops = stopsOnError(context);
	for (const [index, item] of items.entries()) {
		const outcome = await attempt(() => {
			rows[index] = source.read(item, index);
			groupOf(read('deployment', index), read('options', index)).items.push(index);
		});
		if (outcome.ok) continue;
		outcomes[index] = outcome;
		if (stops) return outcomes;
	}

	const tally: Tally = { requests: 0, retries: 0 };
	const send = sender(context, connection, settings, tally);
	function* jobs(): Generator<{ group: Group; batch: Batch }> {
		for (const group of groups.values()) {
			const textOf = (item: number): string =>
				encode(source.isBody ? { ...asRecord(rows[item]), ...group.body.extraFields } : rows[item], convertText);
			// What stands around the rows counts too, under the longer of the two field names.
			const frame = source.isBody ? '' : requestBody([], [], { ...group.body, requestField: 'instances' });
			const bytes = limits.bytes - Buffer.byteLength(frame);
			for (const batch of cutBatches(group.items, textOf, { ...limits, bytes })) yield { group, batch };
		}
	}
	await inWindow(jobs(), settings.concurrency, async ({ group, batch }) => {
		const batchRows = batch.items.map((item) => rows[item]);
		const write = (body: Body): string =>
			source.isBody ? batch.texts.join() : requestBody(batchRows, batch.texts, body);
		const reply = await ask(send, group, write, requestField === 'auto' && !source.isBody);
		const predictions = readReply(reply, batch.items.length, isRaw);
		batch.items.forEach((item, position) => {
			const kept = keepsInput ? items[item] : undefined;
			outcomes[item] = predictions.ok
				? success(outgoing(kept, { [outputField]: predictions.value[position] }))
				: predictions;
		});
		return mayGoOn(predictions, stops);
	});
	hintAtTrouble(context, outcomes, tally);
	return outcomes;
}

function readExtraFields(options: Record<string, unknown>, isBody: boolean): Record<string, unknown> {
	const fields = asJsonObject(options.extraFields, 'Extra Fields (JSON)');
	const taken = isBody ? undefined : ['inputs', 'instances'].find((name) => name in fields);
	if (taken === undefined) return fields;
	return take(
		badInput(
			`'Extra Fields (JSON)' holds '${taken}', which the rows are sent under`,
			"Remove it there. To write the whole body yourself, set 'Rows From' to 'Whole Request Body'.",
		),
	);
}

/** Sends a request; where a batcher asks for `instances`, sends it again under that name, as all later ones of the group. */
async function ask(
	send: Send,
	group: Group,
	write: (body: Body) => string,
	mayLearn: boolean,
): Promise<Outcome<string>> {
	const { body } = group;
	const reply = await send(group.target, write(body));
	const isAsked = !reply.ok && /no instances in the request/i.test(reply.failure.message);
	if (!isAsked || !mayLearn || body.requestField === 'instances') return reply;
	group.body = { ...body, requestField: 'instances' };
	return await send(group.target, write(group.body));
}

function readReply(reply: Outcome<string>, rows: number, isRaw: boolean): Outcome<Json[]> {
	if (!reply.ok) return failed(sharedBy(reply.failure, rows));
	return isRaw ? success([parseReply(reply.value) ?? reply.value]) : readPredictions(reply.value, rows);
}

const ROW_CAUSED = new Set([400, 413, 422, 500]);

/** A failure that one row may have caused, for all the rows of its request. */
function sharedBy(failure: Failure, rows: number): Failure {
	if (rows === 1 || !ROW_CAUSED.has(failure.status ?? 0)) return failure;
	return {
		...failure,
		description: `${failure.description} One of the ${rows} rows of this request may be the cause: lower 'Rows per Request' to find it.`,
	};
}
