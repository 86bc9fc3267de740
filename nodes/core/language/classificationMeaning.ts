/** What a refusal means where categories were asked for: the server may lack what their probabilities need. */
import type { ErrorReply } from '../failure/errorReply';
import type { Meaning } from '../failure/meaning';
import { CLASSIFY_PANEL, type Asked } from '../failure/panel';
import { fieldNamed, type GivenSetting } from './givenSettings';
import { askedOfLanguageModel } from './languageMeaning';

/** vLLM, where it may tell the probabilities of fewer tokens. */
const TOO_MANY = /^Requested sample logprobs of \d+, which is greater than max allowed: (\d+)/;

/** Fields that Classify cannot do without. */
const NEEDED_FIELDS = new Set(['logprobs', 'top_logprobs', 'structured_outputs']);
const NEEDED_WORDS = /\blogprobs\b|structured[_ ]outputs?|guided[_ ]decoding/i;

const REFUSED = new Set([400, 415, 422, 501]);

/** What is asked of a language model that sorts into categories; `settings` are those of the user. */
export function askedOfClassifier(settings: readonly GivenSetting[]): Asked {
	const asked = askedOfLanguageModel(CLASSIFY_PANEL, settings);
	return { ...asked, meaningOf: (error) => lackMeaning(error) ?? asked.meaningOf?.(error) };
}

function lackMeaning(error: ErrorReply): Meaning | undefined {
	const { status, text } = error;
	if (!REFUSED.has(status)) return undefined;
	const [, most] = TOO_MANY.exec(text) ?? [];
	if (most !== undefined) {
		return {
			message: 'The server tells the probabilities of too few tokens',
			description: `Classify asks for 20, and the deployment's vLLM arguments allow ${most}: take --max-logprobs out of them in Hopsworks, or raise it.`,
			blames: 'nothing',
		};
	}
	if (!NEEDED_FIELDS.has(fieldNamed(error)) && !NEEDED_WORDS.test(text)) return undefined;
	return {
		message: 'The server cannot hold an answer to categories, or tell their probabilities',
		description:
			"Classify needs 'structured_outputs' with a list of choices, and 'logprobs', as vLLM has had since 0.10.2. The server's words say what it does not take.",
		blames: 'nothing',
	};
}

/** Words of servers that take no fields for a chat template: vLLM with the tokenizers of Mistral. */
const NO_TEMPLATE = /chat_template/;

/** Whether a request failed because of the field that asks the model not to think. */
export function refusesTemplateFields({ status, message }: { status?: number; message: string }): boolean {
	return (status === 400 || status === 422) && NO_TEMPLATE.test(message);
}
