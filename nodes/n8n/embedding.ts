/** Texts to an embedding model: the options that say how, and the protocol. */
import { success } from '../core/failure/outcome';
import type { Panel } from '../core/failure/panel';
import { withSent } from '../core/failure/sentRow';
import { embeddingsBody, readEmbeddings } from '../core/language/embeddings';
import { wireFields, type GivenSetting } from '../core/language/givenSettings';
import { askedOfLanguageModel } from '../core/language/languageMeaning';
import { giveWay } from './cancel';
import { readExtraFields, readModelName } from './languageModel';
import type { ServerOptions } from './languageModelOptions';
import type { Protocol } from './modelCall';
import { choiceOption, unsetNumberOption, type Options, type ValuesOf } from './options';
import type { ResolvedDeployment } from './resolver';
import { limitsAround, type TextCall } from './textCall';

export const embeddingOptions = {
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
};

type EmbeddingOptions = ValuesOf<typeof embeddingOptions>;

/** A row is a text as JSON. Throws `unusable`. */
export function embeddingProtocol(
	panel: Panel,
	options: Options<EmbeddingOptions & ServerOptions>,
	deployment: ResolvedDeployment,
	{ limits, usage }: TextCall,
): Protocol<string, number[]> {
	const given = readSettings(options);
	const request = { model: readModelName(options, deployment), settings: wireFields(given) };
	const dimensions = options.get('dimensions');
	return {
		shared: request,
		asked: askedOfLanguageModel(panel, given),
		...limitsAround(embeddingsBody([], request), limits),
		write: (texts) => embeddingsBody(texts, request),
		async read(reply, { items: texts }) {
			const embeddings = await readEmbeddings(reply, texts.length, giveWay, dimensions);
			if (!embeddings.ok) return embeddings;
			usage.prompt += embeddings.value.promptTokens;
			return success(embeddings.value.vectors);
		},
		explain: (failure, text) => withSent(failure, 'The text was sent as', text),
	};
}

function readSettings(options: Options<EmbeddingOptions & ServerOptions>): GivenSetting[] {
	const { dimensions, encoding } = embeddingOptions;
	const chosen = options.get('encoding');
	const given: GivenSetting[] = [
		{ field: 'dimensions', label: dimensions.field.displayName, value: options.get('dimensions') },
		{ field: 'encoding_format', label: encoding.field.displayName, value: chosen === 'float' ? undefined : chosen },
	];
	return [...given.filter(({ value }) => value !== undefined), ...readExtraFields(options, 'input')];
}
