/** The options of language models: one table for Chat and the Hopsworks Chat Model, one for every operation on such a model. */
import { EXTRA_FIELDS } from '../core/language/givenSettings';
import { booleanOption, choiceOption, givenOption, textOption, unsetNumberOption, type ValuesOf } from './options';

/** Each goes out under its own name in snake case, as OpenAI's API spells it: `maxTokens` as `max_tokens`. */
const numberOptions = {
	frequencyPenalty: unsetNumberOption({
		displayName: 'Frequency Penalty',
		type: 'number',
		typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
		default: 0,
		description: 'Above 0, a word becomes less likely each time it is used',
	}),
	maxTokens: unsetNumberOption({
		displayName: 'Maximum Number of Tokens',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 10_000_000, numberPrecision: 0 },
		default: 512,
		description: 'The longest answer that the model may write, in tokens of about four letters each',
	}),
	presencePenalty: unsetNumberOption({
		displayName: 'Presence Penalty',
		type: 'number',
		typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
		default: 0,
		description: 'Above 0, a word that was used once becomes less likely',
	}),
	seed: unsetNumberOption({
		displayName: 'Seed',
		type: 'number',
		typeOptions: { minValue: Number.MIN_SAFE_INTEGER, maxValue: Number.MAX_SAFE_INTEGER, numberPrecision: 0 },
		default: 0,
		description:
			'With the same seed and the same prompt, the model gives the same answer, as far as the server supports it',
	}),
	temperature: unsetNumberOption({
		displayName: 'Temperature',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
		default: 0.7,
		description: 'How freely the model chooses its words: 0 gives nearly the same answer every time',
	}),
	topP: unsetNumberOption({
		displayName: 'Top P',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		default: 1,
		description: 'The share of likely words that the model chooses from. Change this or the temperature, not both.',
	}),
};

export const NUMBER_NAMES = [
	'frequencyPenalty',
	'maxTokens',
	'presencePenalty',
	'seed',
	'temperature',
	'topP',
] as const;

const SCHEMA_EXAMPLE = `{
  "type": "object",
  "properties": {
    "team": { "enum": ["billing", "technical", "sales"] }
  },
  "required": ["team"]
}`;

/** For every operation on a language model: its name, the path before the operation's own part, and further fields. */
export const serverOptions = {
	apiPrefix: textOption({
		displayName: 'API Path Prefix',
		type: 'string',
		default: '/v1',
		description:
			"The beginning of the path, before the operation's own part such as /chat/completions. KServe's own language model server uses /openai/v1.",
	}),
	extraFields: givenOption({
		displayName: EXTRA_FIELDS,
		type: 'json',
		default: '{}',
		description: 'Additional fields to send in the request, such as {"top_k": 20}',
	}),
	model: textOption({
		displayName: 'Model',
		type: 'string',
		default: '',
		description: "The model's name in the request, if it differs from the deployment's name",
	}),
};

/** What an answer must be: fields of Chat, and options of the Hopsworks Chat Model, whose agent or chain mostly says it. */
export const formatOptions = {
	responseFormat: choiceOption(
		{
			displayName: 'Response Format',
			type: 'options',
			options: [
				{ name: 'JSON', value: 'json', description: 'Any JSON. Say in the prompt what it must contain.' },
				{ name: 'JSON Schema', value: 'jsonSchema', description: 'JSON that follows a schema that you write' },
				{ name: 'Text', value: 'text', description: 'Whatever the model writes' },
			],
			default: 'text',
			description: 'The form that the answer must have. An item whose answer has another form fails.',
			builderHint: {
				propertyHint:
					'Use jsonSchema where nodes after this one read fields of the answer: they stand in the field answer of each item.',
			},
		},
		['text', 'json', 'jsonSchema'],
	),
	jsonSchema: givenOption({
		displayName: 'JSON Schema',
		type: 'json',
		typeOptions: { rows: 8 },
		default: SCHEMA_EXAMPLE,
		description: 'The fields that the answer must have, with their types and the values that they may take',
		displayOptions: { show: { responseFormat: ['jsonSchema'] } },
	}),
};

/** For operations that send files of an item along. */
export const imageOptions = {
	imageFields: textOption({
		displayName: 'Images',
		type: 'string',
		default: '',
		placeholder: 'e.g. data, photo',
		description: 'The binary fields of the item that hold images for the model, separated by commas',
	}),
};

export const chatModelOptions = {
	...serverOptions,
	...numberOptions,
	stop: givenOption({
		displayName: 'Stop Sequences',
		type: 'string',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Stop Sequence' },
		default: [],
		description: 'Texts at which the model stops writing. They are not part of the answer.',
	}),
	strictTools: booleanOption({
		displayName: 'Strict Tools',
		type: 'boolean',
		default: false,
		description:
			'Whether the server forces the model to follow the parameters of each tool while it writes, as vLLM can. A call that does not follow them fails, whether this is on or off.',
	}),
};

export type ServerOptions = ValuesOf<typeof serverOptions>;
export type FormatOptions = ValuesOf<typeof formatOptions>;
export type ChatModelOptions = ValuesOf<typeof chatModelOptions>;
