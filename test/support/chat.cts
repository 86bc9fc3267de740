/** What a language model's server answers, and a run of Chat that asks it. */
import type { INodeParameters, NodeParameterValueType } from 'n8n-workflow';
import { runModel, type RunOptions, type RunResult } from './engine.cts';
import type { Reply, TestServer } from './server.cts';

/** Tokens as a server counts them, and as they come out. */
export const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
export const usage = { promptTokens: 5, completionTokens: 2, totalTokens: 7 };

/** A reply of vLLM with the given message, and `more` beside it. */
export function completion(message: object, finish = 'stop', more: object = {}): Reply {
	return {
		body: {
			id: 'chatcmpl-1',
			object: 'chat.completion',
			model: 'llm',
			choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
			usage: USAGE,
			...more,
		},
	};
}

/** What a user sets of Chat, as the panel holds it: the format of the answer stands in fields of its own. */
export function inPanel(given: Record<string, NodeParameterValueType>): INodeParameters {
	const { responseFormat, jsonSchema, ...options } = given;
	const format: INodeParameters = {};
	if (responseFormat !== undefined) format.responseFormat = responseFormat;
	if (jsonSchema !== undefined) format.jsonSchema = jsonSchema;
	return { ...format, options };
}

/** Runs Chat on a server, asking 'Hello' unless told otherwise; the fields of the items are left out of what comes out. */
export function chatWith(server: TestServer, options: Partial<RunOptions>): Promise<RunResult> {
	const { parameters, credential, ...rest } = options;
	return runModel({
		...rest,
		credential: { servingUrl: server.url, ...credential },
		parameters: {
			operation: 'chat',
			deployment: { __rl: true, mode: 'name', value: 'llm' },
			prompt: 'Hello',
			includeInputFields: false,
			...parameters,
		},
	});
}
