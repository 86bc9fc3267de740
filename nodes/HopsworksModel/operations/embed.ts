/** Embed: every item's text becomes a vector, many texts share a request. */
import type { INodeProperties } from 'n8n-workflow';
import { EMBED_PANEL } from '../../core/failure/panel';
import { embeddingsRoute } from '../../core/hopsworks/route';
import { encode } from '../../core/json/json';
import { addressOptions, routingOptions } from '../../n8n/deploymentLocator';
import { answerField } from '../../n8n/answerField';
import { embeddingOptions, embeddingProtocol } from '../../n8n/embedding';
import { asPrompt } from '../../n8n/givenJson';
import { forToolAndNode, includeInputFields, outgoing } from '../../n8n/items';
import { serverOptions } from '../../n8n/languageModelOptions';
import type { ModelCall } from '../../n8n/modelCall';
import { runOnModel, type RunStart } from '../../n8n/modelRun';
import type { Operation } from '../../n8n/operation';
import { optionsField, outputFieldOption, type ValuesOf } from '../../n8n/options';
import { previewOptions } from '../../n8n/preview';
import { requestSizeOption, sendOptions } from '../../n8n/sendOptions';
import { readTextLimits, textsPerRequestOption } from '../../n8n/textCall';
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
	...embeddingOptions,
	outputField: outputFieldOption({
		displayName: 'Output Field',
		type: 'string',
		default: 'embedding',
		description: 'The name of the field that gets the embedding',
	}),
	rowsPerRequest: textsPerRequestOption,
};

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
	const keepsInput = read('includeInputFields', 0) === true;
	const answers = answerField(run, options, keepsInput);
	const limits = readTextLimits(options);
	const call = { limits, usage: { prompt: 0, completion: 0 } };
	return {
		readRow(item, itemOptions) {
			answers.read(item, itemOptions);
			const text = asPrompt(read('text', item), 'Text');
			return text.trim() === '' ? unusable("'Text' is empty", 'Give every item a text.') : encode(text);
		},
		route: (itemOptions) => take(embeddingsRoute(itemOptions.get('apiPrefix'))),
		protocol: (itemOptions, deployment) => embeddingProtocol(EMBED_PANEL, itemOptions, deployment, call),
		made(item, vector) {
			const embedded = outgoing(items, item, keepsInput);
			answers.put(item, embedded.json, vector);
			return embedded;
		},
		usage: call.usage,
	};
}
