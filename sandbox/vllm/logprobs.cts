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

/** Undefined where they were not asked for. */
export function logprobsOf(tokens: string[], body: Fields, start = 0): { content: Position[] } | null {
	if (body.logprobs !== true) return null;
	const { top_logprobs: top, logprob_token_ids: asked } = body;
	const most = Array.isArray(asked) ? asked.length + 1 : Number(top ?? 0);
	const content = tokens.map((token, index) => {
		const taken = entry(token, TAKEN);
		return { ...taken, top_logprobs: [taken, ...others(token, start + index, body)].slice(0, most) };
	});
	return { content };
}
