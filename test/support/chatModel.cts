/** The Hopsworks Chat Model as agents and chains get it: from n8n's own engine, as LangChain's model. */
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import {
	NodeConnectionTypes,
	type ExecutionError,
	type IDataObject,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type IRun,
} from 'n8n-workflow';
import { LmChatHopsworks } from '../../nodes/LmChatHopsworks/LmChatHopsworks.node.ts';
import { nodeNamed, runWorkflow } from './engine.cts';
import { read, recordOf } from './json.cts';
import type { Reply, TestServer } from './server.cts';

/** A node that uses its model as a test says. */
function userNode(use: (model: BaseChatModel) => Promise<unknown>): INodeType {
	return {
		description: {
			displayName: 'User',
			name: 'user',
			group: ['trigger'],
			version: 1,
			description: '',
			defaults: { name: 'User' },
			inputs: [{ type: NodeConnectionTypes.AiLanguageModel, maxConnections: 1 }],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		async execute() {
			const model: unknown = await this.getInputConnectionData(NodeConnectionTypes.AiLanguageModel, 0);
			if (!isChatModel(model)) throw new Error('that is no chat model');
			const made = await use(model);
			return [[{ json: { made: made === undefined ? null : read(JSON.stringify(made)) } }]];
		},
	};
}

function isChatModel(value: unknown): value is BaseChatModel {
	return typeof value === 'object' && value !== null && 'invoke' in value && 'stream' in value;
}

export interface ChatModelOptions {
	/** The node, where it is not that of the source. */
	type?: INodeType;
	parameters?: INodeParameters;
	/** The credential's fields. */
	credential: IDataObject;
	/** Cancels the run after so many milliseconds. */
	cancelAfter?: number;
}

export interface ChatModelRun {
	run: IRun;
	/** What `use` gave, as JSON. */
	made: Record<string, unknown>;
	error?: ExecutionError;
	/** What n8n's tracing shows of the model's calls. */
	traced: IDataObject[];
}

const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };

/** The reply of a server that answers with a message. */
export function completion(message: object, finish = 'stop'): Reply {
	const choice = { index: 0, message: { role: 'assistant', ...message }, finish_reason: finish };
	return { body: { id: 'chatcmpl-1', object: 'chat.completion', choices: [choice], usage: USAGE } };
}

/** The sub-node with the model of a server. */
export function toModelAt(servingUrl: string, parameters: INodeParameters = {}): ChatModelOptions {
	return {
		credential: { servingUrl },
		parameters: { deployment: { __rl: true, mode: 'name', value: 'llm' }, ...parameters },
	};
}

/** What a server was sent; what asks for a proxy has no body. */
export function bodiesOf({ requests }: TestServer): Array<Record<string, unknown>> {
	return requests.filter(({ text }) => text !== '').map(({ body }) => recordOf(body));
}

export async function useChatModel(
	use: (model: BaseChatModel) => Promise<unknown>,
	{ type = new LmChatHopsworks(), parameters, credential, cancelAfter }: ChatModelOptions,
): Promise<ChatModelRun> {
	const run = await runWorkflow({
		credential,
		cancelAfter,
		types: { 'test.user': userNode(use), 'test.chatModel': type },
		nodes: [
			nodeNamed('User', 'test.user'),
			nodeNamed('Chat Model', 'test.chatModel', {
				parameters: { deployment: { __rl: true, mode: 'name', value: 'assistant' }, ...parameters },
				credentials: { hopsworksApi: { id: '1', name: 'test' } },
			}),
		],
		connections: {
			'Chat Model': {
				ai_languageModel: [[{ node: 'User', type: NodeConnectionTypes.AiLanguageModel, index: 0 }]],
			},
		},
	});
	const { runData, error } = run.data.resultData;
	const items = (name: string, output: string): INodeExecutionData[] =>
		(runData[name] ?? []).flatMap(({ data }) => data?.[output]?.[0] ?? []);
	return {
		run,
		made: recordOf(items('User', 'main')[0]?.json.made ?? {}),
		error,
		traced: items('Chat Model', 'ai_languageModel').map(({ json }) => json),
	};
}
