/** Every place that sends something: what each says of a credential, '' where all is well. */
import { CredentialTestContext } from 'n8n-core';
import { NodeConnectionTypes, type IDataObject, type INodeParameters } from 'n8n-workflow';
import { EmbeddingsHopsworks } from '../../nodes/EmbeddingsHopsworks/EmbeddingsHopsworks.node';
import { HopsworksDeployment } from '../../nodes/HopsworksDeployment/HopsworksDeployment.node';
import { HopsworksModel } from '../../nodes/HopsworksModel/HopsworksModel.node';
import { RerankerHopsworks } from '../../nodes/RerankerHopsworks/RerankerHopsworks.node';
import { hopsworksApiTest } from '../../nodes/n8n/methods/credentialTest';
import { useChatModel } from './chatModel.cts';
import { API_KEY, panelContext, runModel, type RunOptions } from './engine.cts';
import { at, textOf } from './json.cts';
import { useSubNode } from './subNode.cts';

const named = (value: string) => ({ __rl: true, mode: 'name', value });

/** The words of an error and of those that it was made of. */
function words(error: unknown): string {
	if (error === undefined) return '';
	const [cause, ...own] = ['cause', 'message', 'description'].map((name) => at(error, name));
	return [...own, words(cause)]
		.filter((text) => text !== undefined && text !== '' && text !== null)
		.map(textOf)
		.join('. ');
}

async function run(
	parameters: INodeParameters,
	credential: IDataObject,
	more: Partial<RunOptions> = {},
): Promise<string> {
	const { error, success } = await runModel({
		credential,
		rows: [{ amount: 1, age: 2, hour: 3 }],
		parameters,
		...more,
	});
	return error === undefined && success.length === 0 ? 'nothing came out' : words(error);
}

async function inPanel(
	credential: IDataObject,
	parameters: INodeParameters,
	ask: (context: ReturnType<typeof panelContext>) => Promise<unknown>,
): Promise<string> {
	return await ask(panelContext({ credential, parameters })).then(() => '', words);
}

async function tested(fields: IDataObject): Promise<string> {
	const data = { apiKey: API_KEY, project: 'test', ...fields };
	const { status, message } = await hopsworksApiTest.call(new CredentialTestContext(), {
		id: '1',
		name: 'test',
		type: 'hopsworksApi',
		data: Object.fromEntries(
			Object.entries(data).map(([name, value]) => [name, typeof value === 'boolean' ? value : textOf(value)]),
		),
	});
	return status === 'OK' ? '' : message;
}

const isSupplied = (
	value: unknown,
): value is Record<'embedQuery' | 'compressDocuments', (...given: unknown[]) => Promise<unknown>> =>
	typeof value === 'object' && value !== null;

export const places: Record<string, (credential: IDataObject) => Promise<string>> = {
	Test: tested,
	List: async (credential) =>
		await inPanel(credential, { operation: 'predict' }, async (context) => {
			await new HopsworksModel().methods.listSearch.searchDeployments.call(context);
		}),
	Columns: async (credential) =>
		await inPanel(credential, { deployment: named('cardcheck') }, async (context) => {
			await new HopsworksModel().methods.resourceMapping.getSchemaColumns.call(context);
		}),
	Run: async (credential) =>
		await run({ operation: 'predict', deployment: named('fraud'), columns: 'amount, age, hour' }, credential),
	'Run of Hopsworks Deployment': async (credential) =>
		await run({ operation: 'get', deployment: named('fraud') }, credential, { node: new HopsworksDeployment() }),
	Stream: async (credential) =>
		await run({ operation: 'chat', deployment: named('assistant'), prompt: 'Hi' }, credential, { onChunk: () => {} }),
	'Chat Model': async (credential) => {
		const { error } = await useChatModel(async (model) => await model.invoke('Hi'), { credential });
		return words(error);
	},
	Embeddings: async (credential) => {
		const { error } = await useSubNode({
			node: new EmbeddingsHopsworks(),
			type: NodeConnectionTypes.AiEmbedding,
			isSupplied,
			use: async (embeddings) => await embeddings.embedQuery('Hi'),
			parameters: { deployment: named('embedder') },
			credential,
		});
		return words(error);
	},
	Reranker: async (credential) => {
		const { error } = await useSubNode({
			node: new RerankerHopsworks(),
			type: NodeConnectionTypes.AiReranker,
			isSupplied,
			use: async (reranker) => await reranker.compressDocuments([{ pageContent: 'Hi', metadata: {} }], 'Hi'),
			parameters: { deployment: named('reranker') },
			credential,
		});
		return words(error);
	},
};
