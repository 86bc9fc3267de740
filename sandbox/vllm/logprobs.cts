/** How likely the sandbox says that its tokens were: made up, and in the form of real ones. */
import { choicesOf } from '../rules.cts';
import type { Fields } from './server.cts';
import { tokensOf } from './tokens.cts';

interface Likely {
	token: string;
	logprob: number;
	bytes: number[];
}

interface Position extends Likely {
	top_logprobs: Likely[];
}

const entry = (token: string, logprob: number): Likely => ({ token, logprob, bytes: [...Buffer.from(token)] });

/** Of the token that was taken. */
const TAKEN = Math.log(0.75);
/** Of those that a grammar does not allow. */
const NEVER = -9999;
const COMMON = [
	'the',
	'a',
	'of',
	'and',
	'to',
	'in',
	'is',
	'it',
	'for',
	'on',
	'as',
	'by',
	'at',
	'or',
	'an',
	'be',
	'we',
	'so',
	'no',
	'if',
];

/** What else could have stood there: of an answer that was chosen from a list, the others of the list. */
function others(token: string, position: number, body: Fields): Likely[] {
	const choices = choicesOf(body);
	const likely = (choices ?? COMMON)
		.map((text) => (choices ? tokensOf(text)[position] : text))
		.filter((text): text is string => text !== undefined && text !== token);
	const distinct = [...new Set(likely)];
	const left = distinct.map((text, place) =>
		entry(text, Math.log(0.25 / (choices ? distinct.length : 2 ** (place + 1)))),
	);
	return choices ? [...left, ...COMMON.map((text) => entry(text, NEVER))] : left;
}

/** Every choice, the taken one first, and tokens that the grammar does not allow. */
function amongChoices(token: string, likelihoods: ReadonlyMap<string, number>): Likely[] {
	const choices = [...likelihoods].map(([text, likely]) => entry(text, Math.log(likely)));
	const sorted = choices.toSorted(
		(one, other) => Number(other.token === token) - Number(one.token === token) || other.logprob - one.logprob,
	);
	return [...sorted, ...COMMON.map((text) => entry(text, NEVER))];
}

/** Null where they were not asked for; `likelihoods` are those of the first token's choices, where the model knows them. */
export function logprobsOf(
	tokens: string[],
	body: Fields,
	likelihoods?: ReadonlyMap<string, number>,
	start = 0,
): { content: Position[] } | null {
	if (body.logprobs !== true) return null;
	const { top_logprobs: top, logprob_token_ids: asked } = body;
	const most = Array.isArray(asked) ? asked.length + 1 : Number(top ?? 0);
	const content = tokens.map((token, index) => {
		const made = entry(token, TAKEN);
		const all = likelihoods?.has(token)
			? amongChoices(token, likelihoods)
			: [made, ...others(token, start + index, body)];
		return { ...(all[0] ?? made), top_logprobs: all.slice(0, most) };
	});
	return { content };
}
