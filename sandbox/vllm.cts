/** vLLM for one deployment: its routes, which follow from its model (vllm: `entrypoints/openai`). */
import { empty, json, type Call, type Reply } from './reply.cts';
import { Chats } from './vllm/chat.cts';
import { completions } from './vllm/completions.cts';
import { embeddings } from './vllm/embeddings.cts';
import { decide, models, tokenize } from './vllm/information.cts';
import { rerank, scores } from './vllm/ranking.cts';
import { refuse } from './vllm/refusal.cts';
import { readRequest } from './vllm/request.cts';
import { DEFAULTS, isBefore, type Fields, type Server } from './vllm/server.cts';

type Route = { method: 'GET'; answer: () => Reply } | { method: 'POST'; answer: (body: Fields) => Reply };

function routesOf(name: string, server: Server): Record<string, Route> {
	const chats = new Chats(name, server);
	const ok = empty(200);
	const forChat: Record<string, Route> = {
		'/v1/chat/completions': { method: 'POST', answer: (body) => chats.answer(body) },
		'/v1/chat/completions/batch': { method: 'POST', answer: (body) => chats.answerAll(body) },
		'/v1/completions': { method: 'POST', answer: (body) => completions(name, server, body) },
	};
	const ranking: Route = { method: 'POST', answer: (body) => rerank(name, server, body) };
	const scoring: Route = { method: 'POST', answer: (body) => scores(name, server, body) };
	const forRanking: Record<string, Route> = {
		'/rerank': ranking,
		'/v1/rerank': ranking,
		'/v2/rerank': ranking,
		'/score': scoring,
		'/v1/score': scoring,
	};
	const forEmbeddings: Record<string, Route> = {
		'/v1/embeddings': { method: 'POST', answer: (body) => embeddings(name, server, body) },
		...forRanking,
	};
	const routes = { chat: forChat, embed: forEmbeddings, rank: forRanking };
	return {
		'/health': { method: 'GET', answer: () => ok },
		'/ping': { method: 'GET', answer: () => ok },
		'/load': { method: 'GET', answer: () => json(200, { server_load: 0 }) },
		'/version': { method: 'GET', answer: () => json(200, { version: server.version }) },
		'/v1/models': { method: 'GET', answer: () => models(name, server) },
		'/tokenize': { method: 'POST', answer: (body) => tokenize(server, body) },
		...(!isBefore(server, '0.32') && { '/v1/systemone': { method: 'POST', answer: (body) => decide(server, body) } }),
		...routes[server.task],
	};
}

/** The server of the deployment `name`. */
export function vllm(name: string, given: Partial<Server> = {}): (call: Call) => Reply {
	const server = { ...DEFAULTS, ...given };
	const routes = routesOf(name, server);
	return (call) => {
		const { method, path, headers } = call;
		const bare = path.replace(/\/$/, '');
		if (bare !== path && routes[bare]) return empty(307, { location: `http://${headers.host ?? ''}${bare}` });
		const route = routes[path];
		if (!route) return json(404, { detail: 'Not Found' });
		if (method !== route.method) {
			const reply = json(405, { detail: 'Method Not Allowed' });
			return { ...reply, headers: { ...reply.headers, allow: route.method } };
		}
		if (route.method === 'GET') return route.answer();
		const read = readRequest(server, call);
		return 'refusal' in read ? refuse(server, read.refusal) : route.answer(read.fields);
	};
}
