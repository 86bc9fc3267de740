/** What is too long for a model: every wording in which servers say it, and what to do about each. */
import type { ErrorReply } from '../failure/errorReply';
import type { Meaning } from '../failure/meaning';
import type { Panel } from '../failure/panel';
import { givenAs, settingInWords, type GivenSetting } from './givenSettings';

/** vLLM in its versions, TGI and TEI, KServe, transformers, llama.cpp, OpenAI's code. */
const TOO_LONG =
	/maximum context length|context length is only|max(?:imum)? model len(?:gth)?|too long to fit into the model|context_length_exceeded|must have less than \d+ tokens|exceeds? the (?:available|maximum) context|maximum sequence length|\+ `max_new_tokens` must be/i;

/** The longest that the model takes, in tokens. */
const LIMITS = [
	/context length (?:is )?(?:only )?\(?(\d{1,12})/i,
	/model length(?: of)? \(?(\d{1,12})/i,
	/less than (\d{1,12}) tokens/i,
	/must be <= (\d{1,12})/i,
];

/** More was asked for than the model can ever write. */
const ANSWER_TOO_LONG =
	/^max_(?:completion_)?tokens=\d+ cannot be greater than max_model_len=(?:max_total_tokens=)?(\d{1,12})/;

/** vLLM 0.32, where the prompt fills the context to the last token: what it says that it got is what it made of the setting. */
const NOTHING_LEFT = /^max_(?:completion_)?tokens must be at least 1, got 0\b/;

/** Words by which a shorter answer would not help. */
const PROMPT_ALONE = /even without any output|requested 0 output|contains \d+ characters/;

/** Texts of embeddings and rerankers say so with this status too. */
const STATUSES = new Set([400, 413, 422, 500]);

/** The meaning of a failure by which something is too long for the model. */
export function tooLongMeaning(
	error: ErrorReply,
	panel: Panel,
	settings: readonly GivenSetting[],
): Meaning | undefined {
	const { status, text, name } = error;
	if (!STATUSES.has(status)) return undefined;
	const limit = givenAs(settings, 'max_tokens', 'max_completion_tokens');
	const most = ANSWER_TOO_LONG.exec(text)?.[1];
	if (most !== undefined && panel.asks === 'chat') return answerTooLong(most, limit);
	if (NOTHING_LEFT.test(text)) return Number(limit?.value ?? 1) < 1 ? undefined : tooLong(panel, '', limit);
	if (!TOO_LONG.test(text) && !TOO_LONG.test(name)) return undefined;
	const tokens = LIMITS.map((pattern) => pattern.exec(text)?.[1]).find((found) => found !== undefined);
	const context = tokens === undefined ? '' : ` of ${tokens} tokens`;
	return tooLong(panel, context, PROMPT_ALONE.test(text) ? undefined : limit);
}

/** `limit` is the setting that a shorter answer would take; absent where it would not help. */
function tooLong({ asks, isSubNode }: Panel, context: string, limit: GivenSetting | undefined): Meaning {
	if (asks === 'embeddings' || asks === 'relevance') {
		const fit = asks === 'relevance' ? `The query and each text must together fit` : 'Each text must fit';
		const split = isSubNode ? 'have its text splitter make smaller chunks' : 'split it over several items';
		return {
			message: 'The text is too long for the model',
			description: `${fit} into the model's context${context}. Shorten it, or ${split}. With {"truncate_prompt_tokens": -1} in 'Extra Fields (JSON)' vLLM cuts such texts itself.`,
			blames: 'rows',
		};
	}
	if (asks === 'categories') {
		return {
			message: 'The text is too long for the model',
			description: `The text, the instructions and the categories must fit into the model's context${context} together. Shorten them, or split the text over several items.`,
		};
	}
	const shorten = isSubNode
		? 'Let the agent or chain send less: a shorter prompt, fewer earlier messages and tools, shorter results of tools.'
		: 'Shorten the prompt, or leave out older messages.';
	const lower = limit ? ` Or lower ${settingInWords(limit)}: that many tokens are kept free for the answer.` : '';
	return {
		message: 'The text is too long for the model',
		description: `Prompt and answer must fit into the model's context${context} together. ${shorten}${lower}`,
	};
}

function answerTooLong(most: string, limit: GivenSetting | undefined): Meaning {
	const context = "the model's context, which has to hold the prompt too";
	return {
		message: limit
			? `${settingInWords(limit)} is larger than the model's context`
			: "The request leaves the answer more tokens than the model's context has",
		description: limit
			? `Lower ${settingInWords(limit)} to less than ${most}: that is ${context}.`
			: `Set 'Maximum Number of Tokens' in the options to less than ${most}: that is ${context}.`,
		blames: 'nothing',
	};
}
