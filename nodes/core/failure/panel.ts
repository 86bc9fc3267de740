/** Who asked: what a user has before them when a request fails, so that advice names no field that is not there. */
import type { ErrorReply } from './errorReply';
import type { Meaning } from './meaning';

/** A panel, as far as advice depends on it. */
export interface Panel {
	/**
	 * What is asked: a model of any kind, one that chats, which may sort into categories, one that makes embeddings, one that
	 * ranks, or Hopsworks itself.
	 */
	asks: 'model' | 'chat' | 'categories' | 'embeddings' | 'relevance' | 'hopsworks';
	/** Whether it belongs to a sub-node: it has no 'Operation', and an agent, chain or vector store writes what is sent. */
	isSubNode: boolean;
	/** Whether rows share requests: it has 'Rows per Request' and 'Split Requests Above (kB)'. */
	hasBatches: boolean;
}

export const PREDICT_PANEL: Panel = { asks: 'model', isSubNode: false, hasBatches: true };
export const CHAT_PANEL: Panel = { asks: 'chat', isSubNode: false, hasBatches: false };
export const CLASSIFY_PANEL: Panel = { asks: 'categories', isSubNode: false, hasBatches: false };
export const EMBED_PANEL: Panel = { asks: 'embeddings', isSubNode: false, hasBatches: true };
export const RERANK_PANEL: Panel = { asks: 'relevance', isSubNode: false, hasBatches: true };
export const CHAT_MODEL_PANEL: Panel = { asks: 'chat', isSubNode: true, hasBatches: false };
export const EMBEDDINGS_PANEL: Panel = { asks: 'embeddings', isSubNode: true, hasBatches: true };
export const RERANKER_PANEL: Panel = { asks: 'relevance', isSubNode: true, hasBatches: true };
/** Any that has Hopsworks asked: of its fields, those of the credential alone have to do with it. */
export const REST_PANEL: Panel = { asks: 'hopsworks', isSubNode: false, hasBatches: false };

/** What was asked for, as far as words about its failure need it. */
export interface Asked {
	panel: Panel;
	/** What a failed reply means to whoever asked; `undefined` where it means to them what it means to all. */
	meaningOf?: (error: ErrorReply) => Meaning | undefined;
}

/** Whether it has 'Max Concurrent Requests': how often a chat model is called at a time is for its agent or chain to decide. */
export function hasConcurrency({ isSubNode, hasBatches }: Panel): boolean {
	return !isSubNode || hasBatches;
}

/** What makes a request smaller, to go on a sentence with; each beginning is in the panel. */
export function smallerRequest({ asks, isSubNode, hasBatches }: Panel): string {
	if (hasBatches) return "lower 'Rows per Request' in the options";
	if (asks === 'hopsworks') return 'ask for less';
	if (asks === 'categories') return 'send less: a shorter text, fewer or smaller images';
	return isSubNode
		? 'let the agent or chain send less: fewer messages, shorter results of tools, smaller images'
		: 'send less: a shorter conversation, fewer or smaller images';
}

/** What makes the work of one request shorter, to go on a sentence with. */
export function shorterWork({ asks, hasBatches }: Panel): string {
	if (hasBatches) return "lower 'Rows per Request' in the options";
	if (asks === 'categories') return 'send less: a shorter text, fewer or smaller images';
	return asks === 'chat'
		? "set a lower 'Maximum Number of Tokens' in the options, for a shorter answer"
		: 'ask for less';
}

/** The first letter of a sentence. */
export function capitalized(text: string): string {
	return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
