/** The embeddings that vector stores get: the two functions that they call, as LangChain names them. */
import { NodeConnectionTypes, type ISupplyDataFunctions } from 'n8n-workflow';
import { EMBEDDINGS_PANEL } from '../core/failure/panel';
import { embeddingsRoute } from '../core/hopsworks/route';
import { asText } from '../core/json/json';
import { addressOptions } from '../n8n/deploymentLocator';
import { embeddingOptions, embeddingProtocol } from '../n8n/embedding';
import { serverOptions } from '../n8n/languageModelOptions';
import { textOption, type Options, type ValuesOf } from '../n8n/options';
import { requestSizeOption, sendOptions } from '../n8n/sendOptions';
import { readSubNode } from '../n8n/subNode';
import { subNodeCalls } from '../n8n/subNodeCalls';
import { textsPerRequestOption } from '../n8n/textCall';
import { take } from '../n8n/unusable';

export const vectorOptions = {
	...addressOptions,
	...sendOptions,
	...serverOptions,
	...embeddingOptions,
	maxRequestKilobytes: requestSizeOption,
	passagePrefix: textOption({
		displayName: 'Prefix of Documents',
		type: 'string',
		default: '',
		placeholder: 'e.g. passage: ',
		description: 'Text to put before each document, as some models want it. E5 models want "passage: ".',
	}),
	queryPrefix: textOption({
		displayName: 'Prefix of Queries',
		type: 'string',
		default: '',
		placeholder: 'e.g. query: ',
		description: 'Text to put before each query, as some models want it. E5 models want "query: ".',
	}),
	rowsPerRequest: textsPerRequestOption,
};

type VectorOptions = ValuesOf<typeof vectorOptions>;

export interface SuppliedEmbeddings {
	/** One vector for each text, in their order. */
	embedDocuments(texts: unknown[]): Promise<number[][]>;
	embedQuery(text: unknown): Promise<number[]>;
}

/** Throws what `attempt` turns into a failure. */
export async function supplyEmbeddings(context: ISupplyDataFunctions, itemIndex: number): Promise<SuppliedEmbeddings> {
	const routeOf = (given: Options<VectorOptions>) => take(embeddingsRoute(given.get('apiPrefix')));
	const subNode = await readSubNode<VectorOptions>(context, itemIndex, vectorOptions, routeOf);
	const { options, deployment } = subNode;
	const answer = subNodeCalls({ context, itemIndex, type: NodeConnectionTypes.AiEmbedding, subNode });
	const prefixes = { document: options.get('passagePrefix'), query: options.get('queryPrefix') };

	async function embed(kind: 'document' | 'query', texts: string[]): Promise<number[][]> {
		return await answer({
			kind,
			texts,
			prefix: prefixes[kind],
			protocolOf: (call) => embeddingProtocol(EMBEDDINGS_PANEL, options, deployment, call),
			shown: ([first]) => ({ dimensions: first?.length ?? 0 }),
		});
	}

	return {
		embedDocuments: async (texts) => await embed('document', texts.map(asText)),
		async embedQuery(text) {
			const [vector = []] = await embed('query', [asText(text)]);
			return vector;
		},
	};
}
