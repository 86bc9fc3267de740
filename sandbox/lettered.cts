/** Questions that name a category by each letter, as Classify asks them: how likely each letter is, by the words of the content. */
import { HINTS } from './hints.cts';

/** Where the content begins that the question is about. */
const CONTENT = /^Content:$/m;

/** The beginnings of words, so that 'invoice' and 'invoices' are the same. */
function stems(text: string): Set<string> {
	return new Set((text.toLowerCase().match(/[a-z]{4,}/g) ?? []).map((word) => word.slice(0, 5)));
}

/** What a letter stands for. */
function meaningOf(letter: string, question: string): string | undefined {
	const line = question.split('\n').find((one) => one.startsWith(`${letter}: `));
	return line?.slice(letter.length + 2);
}

/** How well a category fits: a point for each word that it shares with the content, and for a word that speaks for it. */
function pointsOf(meaning: string, content: string): number {
	const words = stems(content);
	const [name = ''] = meaning.split(' (');
	const shared = [...stems(meaning)].filter((stem) => words.has(stem)).length;
	return shared + (HINTS[name.toLowerCase()]?.test(content) ? 1 : 0);
}

/** What a point is worth as a logit: one of four categories with one point more than the others has 87 %. */
const LOGIT = 3;

/** The probability of each letter; undefined where the question does not say what each stands for. */
export function likelihoodsOf(letters: string[], question: string): Map<string, number> | undefined {
	const [, content = ''] = question.split(CONTENT);
	const meanings = letters.map((letter) => meaningOf(letter, question));
	const points = meanings.flatMap((meaning) => (meaning === undefined ? [] : [pointsOf(meaning, content)]));
	if (content === '' || points.length < letters.length) return undefined;
	const weights = points.map((point) => Math.exp(LOGIT * point));
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	return new Map(letters.map((letter, index) => [letter, (weights[index] ?? 0) / total]));
}

/** The likeliest, the first of several. */
export function likeliestOf(likelihoods: ReadonlyMap<string, number>): string {
	return [...likelihoods].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}
