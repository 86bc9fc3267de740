/** Reranking as vLLM, Jina and Cohere speak it, and vLLM's scores: a query and texts into request text, reply text into relevances. */
import { readErrorReply } from '../failure/errorReply';
import { excerpt, show } from '../failure/excerpt';
import {
	badReply,
	RowFailed,
	success,
	type Blame,
	type Failed,
	type Outcome,
	type RowValues,
} from '../failure/outcome';
import { pluralize } from '../failure/pluralize';
import { encode, isRecord, type Json } from '../json/json';
import type { Reply } from '../json/reply';
import { Turns, type GiveWay } from '../turns';
import { readUsage } from './usage';

export interface RerankRequest {
	model: string;
	/** As JSON. */
	query: string;
	/** Top-level fields of the request. */
	settings: Record<string, unknown>;
}

/** What a server is asked: to rank texts, or only for a score of each. */
export type RerankForm = 'rerank' | 'score';

const NAMES: Record<RerankForm, [query: string, texts: string]> = {
	rerank: ['query', 'documents'],
	score: ['text_1', 'text_2'],
};

/** The request text for texts that are JSON already. */
export function rerankBody(form: RerankForm, texts: string[], { model, query, settings }: RerankRequest): string {
	const [nameOfQuery, nameOfTexts] = NAMES[form];
	const others = encode({ model, ...settings });
	return `${others.slice(0, -1)},"${nameOfQuery}":${query},"${nameOfTexts}":[${texts.join(',')}]}`;
}

const RERANK = /\/rerank$/;
const SCORE = /\/score$/;

/** What an address is asked for. */
export function rerankFormAt(url: string): RerankForm {
	return SCORE.test(url) ? 'score' : 'rerank';
}

/** The address of the scores beside the one of the ranking; the other way round too. */
export function otherRerankUrl(url: string): string {
	return SCORE.test(url) ? url.replace(SCORE, '/rerank') : url.replace(RERANK, '/score');
}

export interface Relevances {
	/** One per text, in the order of the texts. */
	relevances: RowValues<number>;
	promptTokens: number;
}

function noRelevances(message: string, blame?: Blame): Failed {
	return badReply(
		message,
		"Check that the deployment is a reranker or an embedding model, and that the option 'API Path Prefix' fits its server.",
		blame,
	);
}

/** The entries of a ranking or of scores; some servers answer with the bare list. */
function entriesIn(json: Json | undefined): Json[] | undefined {
	const entries = isRecord(json) ? (json.results ?? json.data) : json;
	return Array.isArray(entries) ? entries : undefined;
}

/**
 * The relevances of a reply, which come best first: each has to say by `index` which text it belongs to, and each text has
 * to be there once. Gives way now and then where there are many.
 */
export async function readRelevances(reply: Reply, texts: number, giveWay: GiveWay): Promise<Outcome<Relevances>> {
	const { json } = reply;
	const entries = entriesIn(json);
	if (!entries) {
		const said = readErrorReply(200, reply).text || excerpt(reply.text) || 'The reply was empty';
		const message = `The reply holds no relevances: ${said}`;
		return noRelevances(message, { kind: 'rows', message, named: new Map() });
	}
	if (entries.length !== texts) {
		const counted = `The deployment answered ${pluralize(entries.length, 'relevance')} for ${pluralize(texts, 'text')}`;
		return noRelevances(counted, { kind: 'count' });
	}
	const read = new Map<number, Json>();
	const turns = new Turns(giveWay);
	for (const entry of entries) {
		if (turns.isOver()) await turns.next();
		const index = isRecord(entry) ? entry.index : undefined;
		if (typeof index === 'number') read.set(index, entry);
	}
	const inOrder = Array.from({ length: texts }, (_, index) => read.get(index)).filter((entry) => entry !== undefined);
	if (inOrder.length !== texts) {
		return noRelevances('The reply does not tell which relevance belongs to which text', { kind: 'count' });
	}
	return success({
		relevances: inOrder.map(relevanceIn),
		promptTokens: (isRecord(json) && readUsage(json)?.promptTokens) || 0,
	});
}

/** One text that a model could not compute spoils no other. */
function relevanceIn(entry: Json): number | RowFailed {
	const given = isRecord(entry) ? (entry.relevance_score ?? entry.score) : undefined;
	if (typeof given === 'number' && Number.isFinite(given)) return given;
	const { failure } = badReply(
		`The reply holds a relevance that is no number: ${show(entry)}`,
		"The model did not compute it as it should. Check the text, run the item again, and see the deployment's logs in Hopsworks.",
	);
	return new RowFailed(failure);
}

/** The places of relevances from the highest on, each by its key; of equal ones the first comes first. */
export function ranked<Key>(relevances: Iterable<[Key, number]>): Key[] {
	return [...relevances].toSorted(([, one], [, other]) => other - one).map(([key]) => key);
}
