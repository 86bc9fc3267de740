/** What the failed reply of a language model's server means to the operation that asked it. */
import type { ErrorReply } from '../failure/errorReply';
import type { Meaning } from '../failure/meaning';
import { hasConcurrency, type Asked, type Panel } from '../failure/panel';
import { isPathUnknown } from '../failure/statusFailure';
import { PASTED } from '../failure/statusMeaning';
import { fieldNamed, givenAs, settingInWords, type GivenSetting } from './givenSettings';
import { refusedSettingMeaning } from './refusedSetting';
import { tooLongMeaning } from './tooLong';

/** What is asked of a language model, whose failures have meanings of their own. */
export function askedOfLanguageModel(panel: Panel, settings: readonly GivenSetting[]): Asked {
	return { panel, meaningOf: (error) => languageMeaning(error, panel, settings) };
}

function languageMeaning(error: ErrorReply, panel: Panel, settings: readonly GivenSetting[]): Meaning | undefined {
	const { status } = error;
	if (status < 400) return undefined;
	return (
		tooLongMeaning(error, panel, settings) ??
		wordsMeaning(error, panel, settings) ??
		refusedSettingMeaning(error, settings) ??
		plainMeaning(error, panel)
	);
}

/** Words, and what they mean; the first that fit are taken. */
type Words = ReadonlyArray<{
	words: RegExp;
	meaning(panel: Panel, text: string, settings: readonly GivenSetting[]): Meaning | undefined;
}>;

const WORDS: Words = [
	{
		words:
			/(?:does not|doesn't) support (?:the )?(?:chat(?! template)|completion|generat|embed|pooling)|(?:chat|completions?|embeddings?) API is not supported/i,
		meaning: (panel) => otherModel(panel, 'The model does not answer this operation'),
	},
	{
		words:
			/^The model [`'"][^`'"]{1,400}[`'"] (?:does not exist|(?:is|was) not )|model ['"`][^'"`]{1,400}['"`] (?:was )?not found|^Model with name \S{1,400} does not exist|model_not_found/i,
		meaning: (_panel, text) => unknownModel(text),
	},
	{
		words: /is not a multimodal model|does not support (?:image|vision|audio|video|multimodal)/i,
		meaning: (panel) => ({
			message: 'The model accepts only text',
			description: `${imagesIn(panel)} Take them out, or pick a deployment whose model sees images.`,
		}),
	},
	{
		words: /At most \d{1,9} (?:image|audio|video)|Failed to load image|cannot identify image/i,
		meaning: (panel) => ({
			message: 'The server does not take the images',
			description: `${imagesIn(panel)} The server's words say what is wrong with them: how many it takes is set by the deployment's vLLM arguments, and PNG and JPEG work everywhere.`,
		}),
	},
	{
		words: /requires --(?:enable-auto-tool-choice|tool-call-parser)|--tool-call-parser to be set/,
		meaning: (_panel, _text, settings) => noToolParser(settings),
	},
	{
		words: /engine is currently busy|too many (?:queued )?requests|queue is full/i,
		meaning: (panel) => ({
			message: 'The deployment has as many requests as it can handle',
			description: hasConcurrency(panel)
				? "It takes only so many at a time. Lower 'Max Concurrent Requests', or raise 'Tries Before Giving Up' in the options."
				: "It takes only so many at a time. Raise 'Tries Before Giving Up' in the options, or have fewer agents and chains run at the same time.",
		}),
	},
	{
		words: /EngineCore|engine (?:is dead|process failed)|AsyncEngineDead/i,
		meaning: () => ({
			message: 'The server of the model broke down',
			description:
				"It ends itself after that, and Hopsworks starts it again. The deployment's logs in Hopsworks say more.",
			blames: 'nothing',
		}),
	},
	{
		words: /(?:must provide a|does not define a|no) chat template|chat template is (?:no longer allowed|not)/i,
		meaning: () => ({
			message: 'The model is not made for chats',
			description:
				'It has no chat template: deploy a model that was trained to follow instructions, or give its vLLM arguments a --chat-template in Hopsworks.',
		}),
	},
	{
		words: /roles must alternate|system role (?:is )?not supported/i,
		meaning: () => ({
			message: "The model's chat template does not take the conversation",
			description:
				"The server's words say which roles the model takes, and in which order. Some models take no system message: write instructions into the first message of the user.",
		}),
	},
	{
		words: /decoder prompt cannot be empty|prompt (?:cannot|must not) be empty/i,
		meaning: ({ asks, isSubNode }) =>
			asks !== 'chat'
				? {
						message: 'The text is empty for the model',
						description: isSubNode
							? 'It holds nothing that the model reads as a word. Leave such documents out.'
							: "Give every item a text: 'Text' holds nothing that the model reads as a word.",
						blames: 'rows',
					}
				: { message: 'The prompt is empty for the model', description: 'Give the model something to answer.' },
	},
];

/** Where images come from. */
function imagesIn({ asks, isSubNode }: Panel): string {
	if (asks === 'categories') return "Images stand in 'Images' in the options.";
	if (asks !== 'chat') return "Images or other files stand in 'Extra Fields (JSON)'.";
	return isSubNode
		? 'The agent or chain sent images or other files.'
		: "Images stand in 'Images' in the options, and may stand in the messages.";
}

function wordsMeaning(error: ErrorReply, panel: Panel, settings: readonly GivenSetting[]): Meaning | undefined {
	return WORDS.find(({ words }) => words.test(error.text))?.meaning(panel, error.text, settings);
}

/** What to look for in the list of deployments; the operations that need no language model have other words. */
const FITTING: Partial<Record<Panel['asks'], string>> = {
	chat: 'Pick a deployment whose model can chat: an embedding model, or one that predicts, cannot.',
	embeddings: 'Pick a deployment with an embedding model: one that chats or predicts makes no embeddings.',
	relevance: 'Pick a deployment with a reranker or an embedding model: one that chats or predicts ranks nothing.',
};

/** The deployment answers, but not this operation. */
function otherModel({ asks, isSubNode }: Panel, message: string): Meaning {
	const isOfChats = asks === 'chat' || asks === 'categories';
	const other = isOfChats ? "is an embedding model, set 'Operation' to 'Embed'" : "chats, set 'Operation' to 'Chat'";
	return {
		message,
		description: isSubNode ? (FITTING[asks] ?? '') : `If the deployment ${other}; if it predicts, to 'Predict'.`,
		blames: 'nothing',
	};
}

/** FastAPI knows no such path. */
function noPath(panel: Panel): Meaning {
	const other = otherModel(panel, 'The deployment has no such address');
	return {
		...other,
		description: `Its server was reached, and does not know the path. ${other.description} Otherwise 'API Path Prefix' in the options may be another one than the server's: vLLM has /v1, KServe's own language model server /openai/v1. ${PASTED}`,
	};
}

const ALIASES = 'Valid aliases: ';

function unknownModel(text: string): Meaning {
	const at = text.indexOf(ALIASES);
	const known = at === -1 ? '' : text.slice(at + ALIASES.length).replace(/\.$/, '');
	const usual =
		"Set the option 'Model' to the name that the server has given the model: the deployment's name, unless its vLLM arguments say otherwise (--served-model-name).";
	return {
		message: 'The server does not know the model',
		description: known === '' ? usual : `Set the option 'Model' to ${known.includes(',') ? 'one of ' : ''}${known}.`,
		blames: 'nothing',
	};
}

function noToolParser(settings: readonly GivenSetting[]): Meaning {
	const tools = givenAs(settings, 'tools');
	const remove = tools?.label === undefined ? '' : ` Or remove ${settingInWords(tools)}.`;
	return {
		message: 'The deployment is not set up for tools',
		description: `Add --enable-auto-tool-choice and --tool-call-parser, with the parser for this model, to the deployment's vLLM arguments in Hopsworks.${remove}`,
		blames: 'nothing',
	};
}

/** Whether a reply is about the conversation or the texts. */
function isOfContent(error: ErrorReply): boolean {
	return ['messages', 'input', 'query', 'documents', 'text_1', 'text_2'].includes(fieldNamed(error));
}

/** What the models are called. */
const KINDS: Partial<Record<Panel['asks'], string>> = { embeddings: 'embedding', relevance: 'reranking' };

/** Statuses that mean to everyone what they say. */
const TOLD_BY_STATUS = new Set([401, 403, 404, 405, 408, 413, 429]);

/** What remains: a refusal, a failure, or a path that is not there. */
function plainMeaning(error: ErrorReply, panel: Panel): Meaning | undefined {
	const { status, text } = error;
	const { asks, isSubNode } = panel;
	const kind = KINDS[asks] ?? 'language';
	if (isPathUnknown(error)) return noPath(panel);
	if (status === 501) return otherModel(panel, 'The server does not know this operation');
	if (status === 500) {
		return {
			message: `The ${kind} model failed`,
			description: "The deployment's logs in Hopsworks say more.",
		};
	}
	if (status > 500 || TOLD_BY_STATUS.has(status)) return undefined;
	const content = asks === 'chat' ? 'conversation' : 'texts';
	const written = isSubNode && asks === 'chat' ? 'what the agent or chain sends' : `the ${content}`;
	const check = isOfContent(error) ? written : `${written} and the options, 'Extra Fields (JSON)' too`;
	return {
		message: `The ${kind} model refused the ${isOfContent(error) ? content : 'request'}`,
		description:
			text === ''
				? `It does not say why. Check ${check}. The deployment's logs in Hopsworks may say more.`
				: `The server's words say what it does not take. Check ${check}.`,
	};
}
