/** What a server of vLLM is started with: its version, its model, and the flags that change what it answers. */
import { createHash, randomBytes } from 'node:crypto';
import { respond, type Answer } from '../rules.cts';

export type Fields = Record<string, unknown>;

export interface Server {
	/** What its model does: it answers, it makes embeddings, or it reads a query and a text together (a cross-encoder). */
	task: 'chat' | 'embed' | 'rank';
	/** Before 0.10.1 errors were flat (PR 22099), and reasoning came as `reasoning_content`. */
	version: string;
	/** How many tokens prompt and answer may have together. */
	contextLength: number;
	/** Whether the model sees images. */
	isMultimodal: boolean;
	/** Whether a parser takes the reasoning out of what the model says (`--reasoning-parser`). */
	isReasoner: boolean;
	/** Whether usage tells what came from the cache (`--enable-prompt-tokens-details`). */
	tellsCached: boolean;
	/** What holds answers to a schema (`--structured-outputs-config`). */
	grammar: 'llguidance' | 'xgrammar';
	/** How many numbers an embedding has. */
	dimensions: number;
	/** The lengths that embeddings may be cut to; any where it is 'any', none where it is absent. */
	matryoshka?: 'any' | number[];
	/** What the model says. */
	model: (body: Fields, messages: unknown[]) => Answer;
}

export const DEFAULTS: Server = {
	task: 'chat',
	version: '0.32.0',
	contextLength: 4096,
	isMultimodal: true,
	isReasoner: true,
	tellsCached: false,
	grammar: 'llguidance',
	dimensions: 64,
	matryoshka: 'any',
	model: respond,
};

const rank = (version: string): number =>
	version.split('.').reduce((sum, part, place) => sum + Number(part) / 1000 ** place, 0);

export function isBefore({ version }: Server, other: string): boolean {
	return rank(version) < rank(other);
}

/** A name that no other reply has. */
export function uniqueName(kind: string): string {
	return `${kind}-${randomBytes(8).toString('hex')}`;
}

/** Tells the version, and one set of flags from another. */
export function fingerprint(name: string, { version }: Server): string {
	return `vllm-${version}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

export function now(): number {
	return Math.floor(Date.now() / 1000);
}
