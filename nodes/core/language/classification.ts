/** A classification over the wire: one token, which is a letter, and how likely each letter was. */
import { quoted } from '../failure/excerpt';
import { badReply, success, type Failed, type Outcome } from '../failure/outcome';
import { asRecord, asText, isRecord, type Json, type JsonObject } from '../json/json';
import { Turns, type GiveWay } from '../turns';
import { badAnswer } from './badAnswer';
import { lettersOf, type Category } from './categories';
import { brokenEnd, firstChoice } from './chatAnswer';
import { readContentInTurns } from './content';
import { splitThoughts } from './thoughts';

/** As many as vLLM tells unless its --max-logprobs says otherwise: a letter may be written by two tokens, and each counts. */
const TOLD = 20;

/** What the node itself writes into a request. */
export const CLASSIFICATION_FIELDS = [
	...['messages', 'max_tokens', 'max_completion_tokens', 'logprobs', 'top_logprobs'],
	...['structured_outputs', 'response_format', 'stream'],
];

const TEMPLATE = 'chat_template_kwargs';

/** The settings of a request beside its messages; `others` are those of the user. `asksNotToThink` where the server takes that. */
export function classificationSettings(
	categories: readonly Category[],
	others: Record<string, unknown>,
	asksNotToThink: boolean,
): Record<string, unknown> {
	return {
		temperature: 0,
		...others,
		...(asksNotToThink && { [TEMPLATE]: { enable_thinking: false, ...asRecord(others[TEMPLATE]) } }),
		max_tokens: 1,
		logprobs: true,
		top_logprobs: TOLD,
		structured_outputs: { choice: lettersOf(categories) },
	};
}

export type Classification = {
	category: string;
	confidence: number;
	/** By category; together they are 1. */
	probabilities: Record<string, number>;
};

/** How far from 1 the probabilities of the letters may be together: with a grammar, rounding alone moves them. */
const ROUNDING = 1e-3;
/** How much may be left for letters of which nothing is told: as good as nothing. */
const NOTHING = 1e-6;

/** The probabilities of letters at the first place of an answer, as far as they are told; a letter counts by all of its tokens. */
async function probabilitiesIn(
	logprobs: Json | undefined,
	letters: readonly string[],
	giveWay: GiveWay,
): Promise<Map<string, number> | undefined> {
	const [first] = isRecord(logprobs) && Array.isArray(logprobs.content) ? logprobs.content : [];
	const told = isRecord(first) && Array.isArray(first.top_logprobs) ? first.top_logprobs : [];
	if (told.length === 0) return undefined;
	const found = new Map(letters.map((letter) => [letter, 0]));
	const turns = new Turns(giveWay);
	for (const entry of told) {
		if (turns.isOver()) await turns.next();
		if (!isRecord(entry) || typeof entry.logprob !== 'number') continue;
		const token = asText(entry.token);
		const before = found.get(token);
		if (before !== undefined) found.set(token, before + Math.exp(entry.logprob));
	}
	return found;
}

/** The category of an answer, and the probabilities of all. Fails where the server did not hold the model to the letters. */
export async function readClassification(
	reply: JsonObject,
	categories: readonly Category[],
	giveWay: GiveWay,
): Promise<Outcome<Classification>> {
	const { choice = {}, message = {} } = firstChoice(reply) ?? {};
	const { text, reasoning: thought } = await readContentInTurns(message.content, giveWay);
	const broken = brokenEnd(choice, text);
	if (broken) return broken;
	const refusal = asText(message.refusal);
	if (refusal !== '')
		return badAnswer('The model refused to answer', refusal, 'Ask for something else, or in other words.');
	const reasoning = asText(message.reasoning ?? message.reasoning_content) || thought;
	// A parser that takes all for thoughts takes the letter for one; whether it is the answer, its probability tells.
	const answered = text.trim() || reasoning.trim();
	const letters = lettersOf(categories);
	if (!letters.includes(answered)) return noLetter(text, reasoning);
	const found = await probabilitiesIn(choice.logprobs, letters, giveWay);
	if (!found) return notTold('each category');
	const given = [...found.values()];
	const total = given.reduce((sum, probability) => sum + probability, 0);
	if (!(Math.abs(total - 1) <= ROUNDING)) return notHeld(total);
	const untold = categories[given.indexOf(0)];
	if (untold && Math.abs(total - 1) > NOTHING) return notTold(quoted(untold.name));
	const likely = Math.max(...given);
	const best = found.get(answered) === likely ? answered : letters[given.indexOf(likely)];
	const shares = categories.map(({ name }, index): [string, number] => [name, (given[index] ?? 0) / total]);
	const category = categories[letters.indexOf(best ?? '')]?.name ?? '';
	const probabilities = Object.fromEntries(shares);
	return success({ category, confidence: likely / total, probabilities });
}

const NEEDED =
	"Classify needs a server that holds an answer to a list of choices ('structured_outputs') and tells how likely each was ('logprobs'), as vLLM has done since 0.10.2.";
const THINKS =
	'Classify needs a model that answers at once. It is asked not to think where its chat template knows \'enable_thinking\'; others have a name of their own for it, such as {"chat_template_kwargs": {"thinking": false}} in \'Extra Fields (JSON)\'.';

function noLetter(text: string, reasoning: string): Failed {
	const isThought = reasoning !== '' || splitThoughts(text) !== undefined;
	return isThought
		? badAnswer(
				'The model began to think, where the letter of a category was asked for',
				text || reasoning,
				`${THINKS} ${NEEDED}`,
			)
		: badAnswer('The model did not answer with the letter of a category', text, `${NEEDED} ${THINKS}`);
}

function notTold(what: string): Failed {
	return badReply(`The server did not tell how likely ${what} is`, NEEDED);
}

function notHeld(total: number): Failed {
	const share = Number.isFinite(total) ? String(Number(total.toPrecision(4))) : 'no number';
	return badReply(
		`The probabilities of the categories are ${share} together, and not 1`,
		`${NEEDED} Its logprobs have to be probabilities among the choices: vLLM sends others where its --logprobs-mode says so.`,
	);
}
