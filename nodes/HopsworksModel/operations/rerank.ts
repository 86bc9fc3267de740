/** Rerank: every item's text gets its relevance to a query, and its rank among the items of that query. */
import type { INodeProperties } from 'n8n-workflow';
import { RowFailed } from '../../core/failure/outcome';
import { RERANK_PANEL } from '../../core/failure/panel';
import { rerankRoute } from '../../core/hopsworks/route';
import { encode } from '../../core/json/json';
import { ranked } from '../../core/language/reranking';
import { addressOptions, routingOptions } from '../../n8n/deploymentLocator';
import { answerField } from '../../n8n/answerField';
import { asPrompt } from '../../n8n/givenJson';
import { forToolAndNode, includeInputFields, outgoing } from '../../n8n/items';
import { serverOptions } from '../../n8n/languageModelOptions';
import type { Hindsight, ModelCall, Protocol } from '../../n8n/modelCall';
import { runOnModel, type RunStart } from '../../n8n/modelRun';
import type { Operation } from '../../n8n/operation';
import { givenOption, optionsField, outputFieldOption, type Options, type ValuesOf } from '../../n8n/options';
import { previewOptions } from '../../n8n/preview';
import { rerankProtocol } from '../../n8n/reranking';
import { requestSizeOption, sendOptions } from '../../n8n/sendOptions';
import { readTextLimits, textsPerRequestOption } from '../../n8n/textCall';
import { take, unusable } from '../../n8n/unusable';

const queryProperty: INodeProperties = {
	displayName: 'Query',
	name: 'query',
	type: 'string',
	typeOptions: { rows: 2 },
	required: true,
	default: '',
	placeholder: 'e.g. Which customers were charged twice?',
	description:
		'What the texts are compared with, such as a question. It may be another one for each item: items with the same query are ranked together.',
};

const textProperty: INodeProperties = {
	displayName: 'Text',
	name: 'text',
	type: 'string',
	typeOptions: { rows: 4 },
	required: true,
	default: '',
	placeholder: 'e.g. {{ $json.description }}',
	description: 'The text whose relevance to the query you want to know',
};

/** Where the rank of an item goes. */
const RANK = 'rank';

const relevanceField = outputFieldOption({
	displayName: 'Output Field',
	type: 'string',
	default: 'relevance',
	description: "The name of the field that gets the relevance. The rank goes into the field 'rank'.",
});

const optionsInPanel = {
	...addressOptions,
	...sendOptions,
	...previewOptions,
	...serverOptions,
	maxRequestKilobytes: requestSizeOption,
	outputField: {
		...relevanceField,
		read(given: unknown) {
			const name = relevanceField.read(given);
			if (name !== RANK) return name;
			return unusable("'Output Field' is 'rank', which holds the rank", "Give it another name, such as 'relevance'.");
		},
	},
	rowsPerRequest: textsPerRequestOption,
};

/** With the query among them, because only items of one query share a request. */
const rerankOptions = { ...optionsInPanel, query: givenOption(queryProperty) };

type RerankOptions = ValuesOf<typeof rerankOptions>;

/** What is known of an item; its rank only when all relevances are. */
interface Ranked {
	relevance: number;
	rank: number | null;
}

export const rerank: Operation = {
	value: 'rerank',
	name: 'Rerank',
	action: 'Rank texts by relevance with deployed model',
	description: 'Say of every item how relevant its text is to a query, and which rank that makes',
	properties: [
		...forToolAndNode(queryProperty, { default: "={{ $fromAI('query', 'What to look for', 'string') }}" }),
		...forToolAndNode(textProperty, { default: "={{ $fromAI('text', 'The text to rank', 'string') }}" }),
		...includeInputFields,
		optionsField(optionsInPanel, { ...routingOptions, ...sendOptions, ...serverOptions }),
	],
	modelServer: 'VLLM',
	run: async (run) => await runOnModel(run, rerankOptions, setUp, [queryProperty.name]),
};

function readQuery(options: Options<RerankOptions>): string {
	const query = asPrompt(options.get('query'), 'Query');
	return query.trim() === '' ? unusable("'Query' is empty", 'Give every item a query.') : query;
}

/** What is the same for all items of a run. A row is a text as JSON. */
function setUp({ run, options }: RunStart<RerankOptions>): ModelCall<string, Ranked, RerankOptions> {
	const { items, read } = run;
	const keepsInput = read('includeInputFields', 0) === true;
	const answers = answerField(run, options, keepsInput);
	const limits = readTextLimits(options);
	const usage = { prompt: 0, completion: 0 };
	return {
		readRow(item, itemOptions) {
			readQuery(itemOptions);
			answers.read(item, itemOptions);
			const text = asPrompt(read('text', item), 'Text');
			return text.trim() === '' ? unusable("'Text' is empty", 'Give every item a text.') : encode(text);
		},
		route: (itemOptions) => take(rerankRoute(itemOptions.get('apiPrefix'))),
		protocol(itemOptions, deployment): Protocol<string, Ranked> {
			const ranking = rankingByItem();
			const call = { query: readQuery(itemOptions), limits, usage, made: ranking.take };
			const protocol = rerankProtocol(RERANK_PANEL, itemOptions, deployment, call);
			protocol.hindsight = ranking.hindsight;
			return protocol;
		},
		made(item, { relevance, rank }) {
			const made = outgoing(items, item, keepsInput);
			answers.put(item, made.json, relevance);
			answers.putAs(item, made.json, RANK, rank);
			return made;
		},
		usage,
	};
}

/** The relevances of one query as they come in, and its ranks at the end, over all of its requests. */
function rankingByItem() {
	const relevances = new Map<number, number>();
	function* values(): Generator<[number, Ranked]> {
		const inItemOrder = [...relevances].toSorted(([one], [other]) => one - other);
		for (const [place, item] of ranked(inItemOrder).entries()) {
			yield [item, { relevance: relevances.get(item) ?? NaN, rank: place + 1 }];
		}
	}
	return {
		take: (given: Array<number | RowFailed>, { items }: { items: number[] }): Array<Ranked | RowFailed> =>
			given.map((relevance, position) => {
				if (relevance instanceof RowFailed) return relevance;
				const item = items[position];
				if (item !== undefined) relevances.set(item, relevance);
				return { relevance, rank: null };
			}),
		hindsight: (): Hindsight<Ranked> => ({ values: values(), doubtful: [] }),
	};
}
