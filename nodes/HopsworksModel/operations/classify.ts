/** Classify: every item's text is sorted into a category, with the probability of each. */
import { success, type Outcome } from '../../core/failure/outcome';
import { show } from '../../core/failure/excerpt';
import { withSent } from '../../core/failure/sentRow';
import { asRecord } from '../../core/json/json';
import { questionOf, readCategories, type Category } from '../../core/language/categories';
import { readReply } from '../../core/language/chatAnswer';
import { chatBody, illustrated } from '../../core/language/chatCompletions';
import {
	CLASSIFICATION_FIELDS,
	classificationSettings,
	readClassification,
	type Classification,
} from '../../core/language/classification';
import { askedOfClassifier, refusesTemplateFields } from '../../core/language/classificationMeaning';
import { wireFields } from '../../core/language/givenSettings';
import { readUsage } from '../../core/language/usage';
import { answerField } from '../../n8n/answerField';
import { giveWay } from '../../n8n/cancel';
import { asPrompt } from '../../n8n/givenJson';
import { readFieldNames, withImagesOfItem, type Illustrated } from '../../n8n/images';
import { includeInputFields, outgoing } from '../../n8n/items';
import { readChatRoute, readExtraFields, readModelName } from '../../n8n/languageModel';
import { serverOptions } from '../../n8n/languageModelOptions';
import type { ModelCall, Protocol } from '../../n8n/modelCall';
import { runOnModel, type RunStart } from '../../n8n/modelRun';
import type { Operation } from '../../n8n/operation';
import { optionsField, type Options } from '../../n8n/options';
import { routingOptions } from '../../n8n/deploymentLocator';
import { sendOptions } from '../../n8n/sendOptions';
import { take, unusable } from '../../n8n/unusable';
import { classifyOptions, classifyProperties, type ClassifyOptions } from './classifyFields';

export const classify: Operation = {
	value: 'classify',
	name: 'Classify',
	action: 'Classify text with deployed language model',
	description: 'Sort the text of every item into one of your categories, with the probability of each',
	properties: [
		...classifyProperties,
		...includeInputFields,
		optionsField(classifyOptions, { ...routingOptions, ...sendOptions, ...serverOptions }),
	],
	modelServer: 'VLLM',
	run: async (run) => await runOnModel(run, classifyOptions, setUp),
};

/** A row of Classify, alone in its request. */
interface Content extends Illustrated {
	text: string;
	categories: Category[];
	instructions: string;
	/** The images of the item, once its turn has come. */
	images: string[];
	/** What an answer is called that is less likely than that. */
	fallback?: { below: number; category: string };
}

type ClassifyCall = ModelCall<Content, Classification, ClassifyOptions>;

/** What is the same for all items of a run. */
function setUp({ run, options }: RunStart<ClassifyOptions>): ClassifyCall {
	const { context, items, read } = run;
	const keepsInput = read('includeInputFields', 0) === true;
	const answers = answerField(run, options, keepsInput);
	const usage = { prompt: 0, completion: 0 };
	let last: { given: unknown; categories: Category[] } | undefined;

	/** The same for the same field, as nearly all items have it. */
	function categoriesOf(item: number): Category[] {
		const given = read('categories', item);
		if (last && last.given === given) return last.categories;
		const categories = take(readCategories(asRecord(given).values));
		last = { given, categories };
		return categories;
	}

	return {
		readRow(item, itemOptions) {
			answers.read(item, itemOptions);
			const text = asPrompt(read('text', item), 'Text');
			const imageFields = readFieldNames(itemOptions.get('imageFields'));
			if (text.trim() === '' && imageFields.length === 0) {
				unusable("'Text' is empty", "Give every item a text, or name its images in 'Images' in the options.");
			}
			const instructions = asPrompt(read('instructions', item), 'Instructions');
			const fallback = readFallback(itemOptions);
			return { text, categories: categoriesOf(item), instructions, imageFields, images: [], fallback };
		},
		route: (itemOptions) => readChatRoute(itemOptions, classify.name),
		protocol(itemOptions, deployment) {
			const model = readModelName(itemOptions, deployment);
			const given = readExtraFields(itemOptions, ...CLASSIFICATION_FIELDS);
			const fields = wireFields(given);
			const writer =
				(asksNotToThink: boolean) =>
				(rows: Content[]): string => {
					const { categories = [], instructions = '', text = '', images = [] } = rows[0] ?? {};
					const question = { role: 'user', content: questionOf(categories, instructions, text) };
					const settings = classificationSettings(categories, fields, asksNotToThink);
					return chatBody({ model, messages: [illustrated(question, images)], settings });
				};
			const withoutTemplate = writer(false);
			const protocol: Protocol<Content, Classification> = {
				shared: { model, fields },
				asked: askedOfClassifier(given),
				limits: { rows: 1, bytes: Infinity },
				sizeOf: () => 0,
				write: writer(true),
				async read(text, { rows: [row] }) {
					const reply = readReply(text);
					if (!reply.ok) return reply;
					const { promptTokens, completionTokens } = readUsage(reply.value) ?? {};
					usage.prompt += promptTokens ?? 0;
					usage.completion += completionTokens ?? 0;
					const { categories = [], fallback } = row ?? {};
					return single(withFallback(await readClassification(reply.value, categories, giveWay), fallback));
				},
				async learn(failure) {
					if (refusesTemplateFields(failure)) protocol.write = withoutTemplate;
					return undefined;
				},
				explain: (failure, { text }) => withSent(failure, 'The text was sent as', show(text)),
			};
			return protocol;
		},
		around: (exchange) => withImagesOfItem(context, exchange, (row, images) => success({ ...row, images })),
		made(item, classification) {
			const classified = outgoing(items, item, keepsInput);
			answers.put(item, classified.json, classification);
			return classified;
		},
		usage,
	};
}

function single<Value>(outcome: Outcome<Value>): Outcome<Value[]> {
	return outcome.ok ? success([outcome.value]) : outcome;
}

function readFallback(options: Options<ClassifyOptions>): Content['fallback'] {
	const below = options.get('minConfidence');
	if (below === undefined) return undefined;
	const category = options.get('fallbackCategory').trim();
	if (category !== '') return { below, category };
	return unusable("'Fallback Category' is empty", "Give it a name, or remove 'Minimum Confidence' from the options.");
}

/** Only the category is another one: how likely each was stays to be seen. */
function withFallback(answered: Outcome<Classification>, fallback: Content['fallback']): Outcome<Classification> {
	if (!answered.ok || !fallback || answered.value.confidence >= fallback.below) return answered;
	return success({ ...answered.value, category: fallback.category });
}
