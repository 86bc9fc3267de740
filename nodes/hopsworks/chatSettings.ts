/** The settings of a language model: one table of fields, and their reading into what goes over the wire. */
import type { INodeProperties } from 'n8n-workflow';
import { asJsonObject, asText, readNumber } from './parameters';

/** Each goes out under its own name in snake case, as OpenAI's API spells it: `maxTokens` as `max_tokens`. */
const numberOptions: INodeProperties[] = [
	{
		displayName: 'Frequency Penalty',
		name: 'frequencyPenalty',
		type: 'number',
		typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
		default: 0,
		description: 'Above 0, a word becomes less likely each time it is used',
	},
	{
		displayName: 'Max Tokens',
		name: 'maxTokens',
		type: 'number',
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 512,
		description: 'Longest answer, in tokens of about four letters each',
	},
	{
		displayName: 'Presence Penalty',
		name: 'presencePenalty',
		type: 'number',
		typeOptions: { minValue: -2, maxValue: 2, numberPrecision: 2 },
		default: 0,
		description: 'Above 0, a word that was used once becomes less likely',
	},
	{
		displayName: 'Seed',
		name: 'seed',
		type: 'number',
		typeOptions: { numberPrecision: 0 },
		default: 0,
		description: 'The same seed and the same prompt give the same answer, as far as the server can',
	},
	{
		displayName: 'Temperature',
		name: 'temperature',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
		default: 0.7,
		description: 'How freely the model chooses its words: 0 gives nearly the same answer every time',
	},
	{
		displayName: 'Top P',
		name: 'topP',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
		default: 1,
		description: 'The share of likely words that the model chooses from. Change this or the temperature, not both.',
	},
];

export const modelOptions: INodeProperties[] = [
	...numberOptions,
	{
		displayName: 'API Path Prefix',
		name: 'apiPrefix',
		type: 'string',
		default: '/v1',
		description: "The path before /chat/completions. KServe's own language model server has /openai/v1.",
	},
	{
		displayName: 'Extra Fields (JSON)',
		name: 'extraFields',
		type: 'json',
		default: '{}',
		description: 'Further fields of the request that the server knows, such as {"top_k": 20}',
	},
	{
		displayName: 'Model',
		name: 'model',
		type: 'string',
		default: '',
		description: "The model's name in the request, if it is not the deployment's name",
	},
	{
		displayName: 'Stop Sequences',
		name: 'stop',
		type: 'string',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Stop Sequence' },
		default: [],
		description: 'Texts at which the model stops, without writing them',
	},
];

function snakeCase(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The settings that the user added, under their names on the wire. */
export function readModelSettings(options: Record<string, unknown>): Record<string, unknown> {
	const added = numberOptions.map(({ name }) => name).filter((name) => (options[name] ?? '') !== '');
	const stop = [options.stop].flat().map(asText).filter(Boolean);
	return {
		...Object.fromEntries(added.map((name) => [snakeCase(name), readNumber(options, numberOptions, name)])),
		...(stop.length > 0 && { stop }),
		...asJsonObject(options.extraFields, 'Extra Fields (JSON)'),
	};
}
