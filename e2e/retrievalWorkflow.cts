/** A workflow that stores documents, finds some of them again, and ranks all of them. */
import { chain, node, to, uses } from '../tools/workflowParts.cts';

export type Store = 'vectorStoreInMemory' | 'vectorStorePGVector';

const LANGCHAIN = '@n8n/n8n-nodes-langchain';
const deployed = (value: string): object => ({ __rl: true, mode: 'name', value });

/** Where the vectors are, and how each store is told so. */
const PLACES: Record<Store, { version: number; parameters: object; more: object }> = {
	vectorStoreInMemory: {
		version: 1.3,
		parameters: { memoryKey: { __rl: true, mode: 'id', value: 'retrieval' } },
		more: {},
	},
	vectorStorePGVector: {
		version: 1.3,
		parameters: { tableName: 'documents' },
		more: uses('postgres', 'pgvector'),
	},
};

interface Retrieval {
	documents: number;
	/** How many of them the store finds. */
	found: number;
	credentialId: string;
}

export function retrievalWorkflow(id: string, store: Store, { documents, found, credentialId }: Retrieval): object {
	const { version, parameters, more } = PLACES[store];
	const jsCode = `return Array.from({ length: ${documents} }, (_, id) => ({ json: { text: 'document ' + id } }));`;
	const query = 'What is near 400?';
	const storing = (place: string, name: string, own: object) =>
		node(place, name, `${LANGCHAIN}.${store}`, version, { ...parameters, ...own }, more);
	const loader = {
		jsonMode: 'expressionData',
		jsonData: '={{ $json.text }}',
		textSplittingMode: 'simple',
		options: {},
	};
	const model = (place: string, name: string, type: string, own: object) =>
		node(place, name, `n8n-nodes-hopsworks.${type}`, 1, { ...own }, uses('hopsworksApi', credentialId));
	const nodes = [
		node('0', 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
		node('1', 'Documents', 'n8n-nodes-base.code', 2, { jsCode }),
		storing('2', 'Insert', { mode: 'insert' }),
		node('3', 'Once', 'n8n-nodes-base.limit', 1, { maxItems: 1 }),
		storing('4', 'Load', { mode: 'load', prompt: query, topK: found, useReranker: true }),
		node('5', 'Documents Again', 'n8n-nodes-base.code', 2, { jsCode }),
		model('6', 'Rank', 'hopsworksModel', {
			operation: 'rerank',
			deployment: deployed('reranker'),
			query,
			text: '={{ $json.text }}',
			options: { rowsPerRequest: 100 },
		}),
		node('7', 'Document', `${LANGCHAIN}.documentDefaultDataLoader`, 1.1, loader),
		model('8', 'Hopsworks Embeddings', 'embeddingsHopsworks', {
			deployment: deployed('embedder'),
			options: { queryPrefix: 'query: ' },
		}),
		model('9', 'Hopsworks Reranker', 'rerankerHopsworks', { deployment: deployed('reranker'), topN: 20 }),
	];
	const embeds = to('Insert', 'ai_embedding').ai_embedding?.[0] ?? [];
	const loads = to('Load', 'ai_embedding').ai_embedding?.[0] ?? [];
	return {
		id,
		name: 'Retrieval',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes,
		connections: {
			...chain('Start', 'Documents', 'Insert', 'Once', 'Load', 'Documents Again', 'Rank'),
			Document: to('Insert', 'ai_document'),
			'Hopsworks Embeddings': { ai_embedding: [[...embeds, ...loads]] },
			'Hopsworks Reranker': to('Load', 'ai_reranker'),
		},
	};
}
