/** Embed: every item's text becomes a vector, many texts share a request. */
import {
	accumulateTokenUsage,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
} from 'n8n-workflow';
import { giveWay } from '../../hopsworks/cancel';
import { readExtraFields, readModelName, serverOptions } from '../../hopsworks/chatSettings';
import { readConnection } from '../../hopsworks/connection';
import { addressOptions } from '../../hopsworks/deployments';
import { deploymentFinder, type Finder } from '../../hopsworks/discovery';
import { includeInputFieldsAtFirst, outgoing } from '../../hopsworks/items';
import {
	asOneOf,
	asRecord,
	attempt,
	optionsField,
	readNumber,
	readOutputField,
	take,
	type ParameterReader,
} from '../../hopsworks/parameters';
import type { Run } from '../../hopsworks/run';
import { scatter, type Group } from '../../hopsworks/scatter';
import { sender } from '../../hopsworks/send';
import { readRequestBytes, readSendSettings, requestSizeOption, sendOptions } from '../../hopsworks/sendSettings';
import { embeddingsBody, readEmbeddings } from '../../serving/embeddings';
import { asText, encode } from '../../serving/json';
import { badInput, success } from '../../serving/outcome';
import { embeddingsRoute } from '../../serving/route';
import type { Operation } from './operation';

const textProperty: INodeProperties = {
	displayName: 'Text',
	name: 'text',
	type: 'string',
	typeOptions: { rows: 4 },
	required: true,
	default: '',
	placeholder: 'e.g. {{ $json.description }}',
	description: 'The text to embed',
};

const ownOptions: INodeProperties[] = [
	{
		displayName: 'Dimensions',
		name: 'dimensions',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1_000_000, numberPrecision: 0 },
		default: 256,
		description: 'How many numbers an embedding has, for models that can make it shorter',
	},
	{
		displayName: 'Encoding',
		name: 'encoding',
		type: 'options',
		options: [
			{ name: 'Base64', value: 'base64', description: 'A third of the size on the way; every server of vLLM has it' },
			{ name: 'Float', value: 'float', description: 'Numbers, which every server has' },
		],
		default: 'float',
		description: 'How the numbers travel. They come out the same.',
	},
	requestSizeOption,
	{
		displayName: 'Output Field',
		name: 'outputField',
		type: 'string',
		default: 'embedding',
		description: 'The name of the field that gets the embedding',
	},
	{
		displayName: 'Rows per Request',
		name: 'rowsPerRequest',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100_000, numberPrecision: 0 },
		default: 100,
		description: 'How many texts share a request',
	},
];

export const embed: Operation = {
	value: 'embed',
	name: 'Embed',
	action: 'Get embeddings from deployed model',
	description: 'Turn the text of every item into a list of numbers that stands for its meaning',
	properties: [
		{ ...textProperty, displayOptions: { hide: { '@tool': [true] } } },
		{
			...textProperty,
			default: "={{ $fromAI('text', 'The text to embed', 'string') }}",
			displayOptions: { show: { '@tool': [true] } },
		},
		...includeInputFieldsAtFirst,
		optionsField([...addressOptions, ...sendOptions, ...serverOptions, ...ownOptions]),
	],
	run,
};

/** What is the same for all items of a run. */
async function readSetUp(context: IExecuteFunctions, read: ParameterReader) {
	const options = asRecord(read('options', 0));
	return {
		connection: await readConnection(context),
		settings: readSendSettings(options),
		limits: {
			rows: readNumber(options, ownOptions, 'rowsPerRequest'),
			bytes: readRequestBytes(options),
		},
		outputField: readOutputField(options, 'embedding'),
		keepsInput: read('includeInputFields', 0) === true,
	};
}

/** Where an item's text goes, and what goes with it. */
async function readDestination(read: ParameterReader, finder: Finder, item: number) {
	const options = asRecord(read('options', item));
	const route = take(embeddingsRoute(asText(options.apiPrefix ?? '/v1')));
	const found = await finder.find(read('deployment', item), options, route);
	const { target } = found;
	const encoding = asOneOf(options.encoding, ['float', 'base64']);
	const settings = {
		...(options.dimensions !== undefined && { dimensions: readNumber(options, ownOptions, 'dimensions') }),
		...(encoding !== 'float' && { encoding_format: encoding }),
		...readExtraFields(options, 'input'),
	};
	const destination = { target, model: readModelName(options, target), settings };
	return { destination, ready: async () => await finder.ready(found) };
}

function readText(read: ParameterReader, item: number): string {
	const text = asText(read('text', item));
	return text.trim() === '' ? take(badInput("'Text' is empty", 'Give every item a text.')) : encode(text);
}

async function run(run: Run<INodeExecutionData>): Promise<void> {
	const { context, items, read, tally, stops } = run;
	const setUp = await attempt(() => readSetUp(context, read));
	if (!setUp.ok) return run.settleRest(setUp.failure);
	const { connection, settings, limits, outputField, keepsInput } = setUp.value;

	const finder = deploymentFinder(context, connection, settings, run.notes);
	const groups = new Map<string, Group<number[]>>();
	const texts = new Map<number, string>();
	let tokens = 0;

	async function add(item: number): Promise<void> {
		texts.set(item, readText(read, item));
		const { destination, ready } = await readDestination(read, finder, item);
		const key = encode(destination);
		const group = groups.get(key) ?? {
			ready,
			target: destination.target,
			items: [],
			// What stands around the texts counts too.
			limits: { ...limits, bytes: limits.bytes - Buffer.byteLength(embeddingsBody([], destination)) },
			textOf: (one) => texts.get(one) ?? '',
			write: (some) => embeddingsBody(some, destination),
			async read(reply, rows) {
				const embeddings = await readEmbeddings(reply, rows, giveWay);
				if (!embeddings.ok) return embeddings;
				tokens += embeddings.value.promptTokens;
				return success(embeddings.value.vectors);
			},
		};
		groups.set(key, group);
		group.items.push(item);
	}

	if (!(await run.readItems(add))) return;
	await scatter([...groups.values()], {
		send: sender(context, connection, settings, tally),
		concurrency: settings.concurrency,
		stops,
		notes: run.notes,
		settle(item, outcome) {
			if (!outcome.ok) return run.settle(item, outcome);
			const embedded = outgoing(items, item, keepsInput);
			embedded.json[outputField] = outcome.value;
			run.settle(item, success(embedded));
		},
	});
	if (tokens > 0) accumulateTokenUsage?.(context, tokens, 0);
}
