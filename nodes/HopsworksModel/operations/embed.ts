/** Embed: every item's text becomes a vector, many texts share a request. */
import type { INodeProperties } from 'n8n-workflow';
import { limitsOf } from '../../core/batching/requestSize';
import { success } from '../../core/failure/outcome';
import { EMBED_PANEL } from '../../core/failure/panel';
import { withSent } from '../../core/failure/sentRow';
import { embeddingsRoute } from '../../core/hopsworks/route';
import { encode } from '../../core/json/json';
import { embeddingsBody, readEmbeddings } from '../../core/language/embeddings';
import { wireFields, type GivenSetting } from '../../core/language/givenSettings';
import { askedOfLanguageModel } from '../../core/language/languageMeaning';
import { giveWay } from '../../n8n/cancel';
import { addressOptions, routingOptions } from '../../n8n/deploymentLocator';
import { answerField } from '../../n8n/answerField';
import { asPrompt } from '../../n8n/givenJson';
import { forToolAndNode, includeInputFields, outgoing } from '../../n8n/items';
import { readExtraFields, readModelName } from '../../n8n/languageModel';
import { serverOptions } from '../../n8n/languageModelOptions';
import type { ModelCall } from '../../n8n/modelCall';
import { runOnModel, type RunStart } from '../../n8n/modelRun';
import type { Operation } from '../../n8n/operation';
import {
	choiceOption,
	optionsField,
	outputFieldOption,
	unsetNumberOption,
	type Options,
	type ValuesOf,
} from '../../n8n/options';
import { previewOptions } from '../../n8n/preview';
import { readRequestBytes, requestSizeOption, sendOptions } from '../../n8n/sendOptions';
import { take, unusable } from '../../n8n/unusable';

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

const embedOptions = {
	...addressOptions,
	...sendOptions,
	...previewOptions,
	...serverOptions,
	maxRequestKilobytes: requestSizeOption,
	dimensions: unsetNumberOption({
		displayName: 'Dimensions',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1_000_000, numberPrecision: 0 },
		default: 256,
		description: 'How many numbers each embedding has, for models that can make shorter ones',
	}),
	encoding: choiceOption(
		{
			displayName: 'Encoding',
			type: 'options',
			options: [
				{
					name: 'Base64',
					value: 'base64',
					description: 'Replies of about a third of the size. Every vLLM server supports it.',
				},
				{ name: 'Float', value: 'float', description: 'Plain numbers, which every server supports' },
			],
			default: 'float',
			description: 'How the server sends the numbers. The output is the same.',
		},
		['float', 'base64'],
	),
	outputField: outputFieldOption({
		displayName: 'Output Field',
		type: 'string',
		default: 'embedding',
		description: 'The name of the field that gets the embedding',
	}),
	rowsPerRequest: unsetNumberOption({
		displayName: 'Rows per Request',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 100_000, numberPrecision: 0 },
		default: 100,
		description:
			'How many texts to send in one request at most. If you leave this out, the node finds the number that is fastest, beginning with 100.',
	}),
};

/** Texts of a run's first requests. */
const FIRST_TEXTS = 100;

type EmbedOptions = ValuesOf<typeof embedOptions>;

export const embed: Operation = {
	value: 'embed',
	name: 'Embed',
	action: 'Get embeddings from deployed model',
	description: 'Turn the text of every item into a list of numbers that stands for its meaning',
	properties: [
		...forToolAndNode(textProperty, { default: "={{ $fromAI('text', 'The text to embed', 'string') }}" }),
		...includeInputFields,
		optionsField(embedOptions, { ...routingOptions, ...sendOptions, ...serverOptions }),
	],
	modelServer: 'VLLM',
	run: async (run) => await runOnModel(run, embedOptions, setUp),
};

/** What is the same for all items of a run. A row is a text as JSON. */
function setUp({ run, options }: RunStart<EmbedOptions>): ModelCall<string, number[], EmbedOptions> {
	const { items, read } = run;
	const rows = options.get('rowsPerRequest');
	const concurrency = options.get('concurrency');
	const bytes = readRequestBytes(options);
	const keepsInput = read('includeInputFields', 0) === true;
	const answers = answerField(run, options, keepsInput);
	const usage = { prompt: 0, completion: 0 };
	return {
		readRow(item, itemOptions) {
			answers.read(item, itemOptions);
			const text = asPrompt(read('text', item), 'Text');
			return text.trim() === '' ? unusable("'Text' is empty", 'Give every item a text.') : encode(text);
		},
		route: (itemOptions) => take(embeddingsRoute(itemOptions.get('apiPrefix'))),
		protocol(itemOptions, deployment) {
			const given = readSettings(itemOptions);
			const request = { model: readModelName(itemOptions, deployment), settings: wireFields(given) };
			const dimensions = itemOptions.get('dimensions');
			// What stands around the texts counts too.
			const frame = Buffer.byteLength(embeddingsBody([], request));
			return {
				shared: request,
				asked: askedOfLanguageModel(EMBED_PANEL, given),
				limits: limitsOf(rows, { first: FIRST_TEXTS, most: Infinity, bytes: bytes - frame, concurrency }),
				sizeOf: (text) => Buffer.byteLength(text) + 1,
				write: (texts) => embeddingsBody(texts, request),
				async read(reply, { items: texts }) {
					const embeddings = await readEmbeddings(reply, texts.length, giveWay, dimensions);
					if (!embeddings.ok) return embeddings;
					usage.prompt += embeddings.value.promptTokens;
					return success(embeddings.value.vectors);
				},
				explain: (failure, text) => withSent(failure, 'The text was sent as', text),
			};
		},
		made(item, vector) {
			const embedded = outgoing(items, item, keepsInput);
			answers.put(item, embedded.json, vector);
			return embedded;
		},
		usage,
	};
}

function readSettings(options: Options<EmbedOptions>): GivenSetting[] {
	const { dimensions, encoding } = embedOptions;
	const chosen = options.get('encoding');
	const given: GivenSetting[] = [
		{ field: 'dimensions', label: dimensions.field.displayName, value: options.get('dimensions') },
		{ field: 'encoding_format', label: encoding.field.displayName, value: chosen === 'float' ? undefined : chosen },
	];
	return [...given.filter(({ value }) => value !== undefined), ...readExtraFields(options, 'input')];
}
