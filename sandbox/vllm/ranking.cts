/** Scores of texts for a query, as they come or best first. */
import { embed } from '../embedding.cts';
import { relevance } from '../relevance.cts';
import { json, type Reply } from '../reply.cts';
import { refusalOfModel } from './chatRequest.cts';
import { invalid, missing } from './issues.cts';
import { tooLong } from './length.cts';
import { badRequest, refuse, type Refusal } from './refusal.cts';
import { now, uniqueName, type Fields, type Server } from './server.cts';
import { promptOfText, type Prompt } from './tokens.cts';
import { countsOf } from './usage.cts';

/** A cosine, as of any embedding model. */
function similarity({ dimensions }: Server, query: string, text: string): number {
	const [one, other] = [embed(query, dimensions), embed(text, dimensions)];
	return Math.fround(one.reduce((sum, value, place) => sum + value * (other[place] ?? 0), 0));
}

interface Pairs {
	texts: string[];
	prompts: Prompt[];
	scores: number[];
}

function score(name: string, server: Server, body: Fields, query: unknown, texts: unknown[]): Pairs | Refusal {
	const unknown = refusalOfModel(name, server, body);
	if (unknown) return { ...unknown, message: unknown.message.replace(/ Valid aliases:.*$/, '') };
	if (texts.length === 0) return badRequest('At least one text_pair element must be given');
	const [asked, given] = [String(query), texts.map(String)];
	const isPaired = server.task === 'rank';
	// A model that reads both together has to hold both; one that compares embeddings reads the query once.
	const prompts = isPaired
		? given.map((text) => promptOfText(`${asked} ${text}`, body, server))
		: [asked, ...given].map((text) => promptOfText(text, body, server));
	const refusal = prompts.map((prompt) => tooLong(server, prompt)).find((found) => found !== undefined);
	if (refusal) return refusal;
	const scores = given.map((text) => (isPaired ? relevance(asked, text) : similarity(server, asked, text)));
	return { texts: given, prompts, scores };
}

function tokensIn(prompts: Prompt[]): number {
	return prompts.reduce((sum, { tokens }) => sum + tokens, 0);
}

export function rerank(name: string, server: Server, body: Fields): Reply {
	const lacking = ['query', 'documents'].filter((field) => !(field in body)).map((field) => missing([field], body));
	if (lacking.length > 0) return refuse(server, invalid(server, lacking));
	const scored = score(name, server, body, body.query, [body.documents].flat());
	if ('message' in scored) return refuse(server, scored);
	const { texts, scores, prompts } = scored;
	const { total_tokens: total, prompt_tokens: prompt } = countsOf(tokensIn(prompts), 0);
	const results = scores
		.map((relevance_score, index) => ({ index, document: { text: texts[index], multi_modal: null }, relevance_score }))
		.toSorted((one, other) => other.relevance_score - one.relevance_score);
	const kept = Number(body.top_n ?? 0);
	return json(200, {
		id: uniqueName('score'),
		model: name,
		usage: { prompt_tokens: prompt, total_tokens: total },
		results: kept > 0 ? results.slice(0, kept) : results,
	});
}

/** The names that one query and its texts may have. */
const FORMS: ReadonlyArray<[query: string, texts: string]> = [
	['queries', 'documents'],
	['queries', 'items'],
	['data_1', 'data_2'],
	['text_1', 'text_2'],
];

export function scores(name: string, server: Server, body: Fields): Reply {
	const form = FORMS.find((names) => names.every((field) => field in body));
	if (!form) return refuse(server, invalid(server, [missing(['queries'], body)]));
	const [query, texts] = form.map((field) => [body[field]].flat());
	const scored = score(name, server, body, query?.[0], texts ?? []);
	if ('message' in scored) return refuse(server, scored);
	const usage = countsOf(tokensIn(scored.prompts), 0);
	return json(200, {
		id: uniqueName('score'),
		object: 'list',
		created: now(),
		model: name,
		data: scored.scores.map((value, index) => ({ index, object: 'score', score: value })),
		usage: { ...usage, prompt_tokens_details: null, completion_tokens_details: null },
	});
}
