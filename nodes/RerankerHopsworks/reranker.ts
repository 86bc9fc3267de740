/** The reranker that vector stores get: the function that they call, as LangChain names it. */
import { NodeConnectionTypes, type ISupplyDataFunctions } from 'n8n-workflow';
import { RERANKER_PANEL } from '../core/failure/panel';
import { rerankRoute } from '../core/hopsworks/route';
import { asRecord, asText } from '../core/json/json';
import { ranked } from '../core/language/reranking';
import { addressOptions } from '../n8n/deploymentLocator';
import { serverOptions } from '../n8n/languageModelOptions';
import { readNumber, type Field, type Options, type ValuesOf } from '../n8n/options';
import { rerankProtocol } from '../n8n/reranking';
import { requestSizeOption, sendOptions } from '../n8n/sendOptions';
import { readSubNode } from '../n8n/subNode';
import { subNodeCalls } from '../n8n/subNodeCalls';
import { textsPerRequestOption } from '../n8n/textCall';
import { fromN8n, take, unusable } from '../n8n/unusable';

export const rerankerOptions = {
	...addressOptions,
	...sendOptions,
	...serverOptions,
	maxRequestKilobytes: requestSizeOption,
	rowsPerRequest: textsPerRequestOption,
};

type RerankerOptions = ValuesOf<typeof rerankerOptions>;

export const topNField: Field = {
	displayName: 'Top N',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 10_000, numberPrecision: 0 },
	default: 3,
	description: 'How many documents to keep, the most relevant first',
};

/** A document as LangChain has it. */
interface Document {
	pageContent: string;
	metadata: Record<string, unknown>;
}

export interface Reranker {
	/** The most relevant documents, best first, each with its score in its metadata, where vector stores look for it. */
	compressDocuments(documents: Document[], query: unknown): Promise<Document[]>;
}

/** Throws what `attempt` turns into a failure. */
export async function supplyReranker(context: ISupplyDataFunctions, itemIndex: number): Promise<Reranker> {
	const routeOf = (given: Options<RerankerOptions>) => take(rerankRoute(given.get('apiPrefix')));
	const given = await fromN8n(async () => context.getNodeParameter('topN', itemIndex, topNField.default));
	const topN = readNumber(topNField, given);
	const subNode = await readSubNode<RerankerOptions>(context, itemIndex, rerankerOptions, routeOf);
	const { options, deployment } = subNode;
	const answer = subNodeCalls({ context, itemIndex, type: NodeConnectionTypes.AiReranker, subNode });
	return {
		async compressDocuments(documents, query) {
			if (documents.length === 0) return [];
			const asked = asText(query);
			const relevances = await answer({
				kind: 'document',
				texts: documents.map(({ pageContent }) => asText(pageContent)),
				protocolOf(call) {
					if (asked.trim() === '') unusable('The query is empty', 'Give it a text to compare the documents with.');
					return rerankProtocol(RERANKER_PANEL, options, deployment, { ...call, query: asked, made: (all) => all });
				},
				shown: () => ({ kept: Math.min(topN, documents.length) }),
			});
			return ranked(relevances.map((relevance, place) => [{ place, relevance }, relevance]))
				.slice(0, topN)
				.flatMap(({ place, relevance }) => {
					// Copies: the store's own stay as they are.
					const document = documents[place];
					const metadata = { ...asRecord(document?.metadata), relevanceScore: relevance };
					return document ? [{ ...document, metadata }] : [];
				});
		},
	};
}
