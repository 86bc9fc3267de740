/** What every server tells of itself, and how it counts tokens. */
import { json, type Reply } from '../reply.cts';
import { refuse } from './refusal.cts';
import { now, uniqueName, type Fields, type Server } from './server.cts';
import { invalid, missing } from './issues.cts';
import { numberOf, promptOfChat, tokensOf } from './tokens.cts';

export function models(name: string, { contextLength }: Server): Reply {
	const created = now();
	const permission = {
		id: uniqueName('modelperm'),
		object: 'model_permission',
		created,
		allow_create_engine: false,
		allow_sampling: true,
		allow_logprobs: true,
		allow_search_indices: false,
		allow_view: true,
		allow_fine_tuning: false,
		organization: '*',
		group: null,
		is_blocking: false,
	};
	const model = { id: name, object: 'model', created, owned_by: 'vllm', root: name, parent: null };
	const data = [{ ...model, max_model_len: contextLength, permission: [permission] }];
	return json(200, { object: 'list', data });
}

/** The exact length of a prompt, which is a text or a conversation. */
export function tokenize(server: Server, body: Fields): Reply {
	const { prompt, messages } = body;
	if (prompt === undefined && !Array.isArray(messages))
		return refuse(server, invalid(server, [missing(['prompt'], body)]));
	const text = Array.isArray(messages) ? promptOfChat(body, messages, server).text : String(prompt);
	const tokens = tokensOf(text).map(numberOf);
	const length = { count: tokens.length, max_model_len: server.contextLength, tokens };
	return json(200, { ...length, token_strs: null });
}

/** Several questions about one state, which few models answer. */
export function decide(server: Server, body: Fields): Reply {
	if (!('state' in body)) return refuse(server, invalid(server, [missing(['state'], body)]));
	const message = 'The model does not support the structured decision API';
	return refuse(server, { status: 501, type: 'NotImplementedError', message });
}
