/** Whole runs of every operation with hostile replies and hostile settings: every item leaves with its value or its error. */
import fc from 'fast-check';
import {
	NodeConnectionTypes,
	type AINodeConnectionType,
	type IDataObject,
	type INodeParameters,
	type INodeProperties,
	type INodeType,
} from 'n8n-workflow';
import { EmbeddingsHopsworks } from '../../nodes/EmbeddingsHopsworks/EmbeddingsHopsworks.node.ts';
import { HopsworksDeployment } from '../../nodes/HopsworksDeployment/HopsworksDeployment.node.ts';
import { operations as deploymentOperations } from '../../nodes/HopsworksDeployment/operations';
import { operations as modelOperations } from '../../nodes/HopsworksModel/operations';
import { LmChatHopsworks } from '../../nodes/LmChatHopsworks/LmChatHopsworks.node.ts';
import { RerankerHopsworks } from '../../nodes/RerankerHopsworks/RerankerHopsworks.node.ts';
import { useChatModel } from '../support/chatModel.cts';
import { runModel } from '../support/engine.cts';
import { at, recordOf } from '../support/json.cts';
import { quickenWaits } from '../support/polls.cts';
import type { Reply } from '../support/server.cts';
import { sharedServer } from '../support/sharedServer.cts';
import { useSubNode } from '../support/subNode.cts';
import { bodies } from './bodies.cts';

/** Runs in one go; `npm run test:faults` takes more. */
const CASES = Number(process.env.WHOLE_RUNS ?? 400);

quickenWaits();
const server = sharedServer(() => ({}));

/** A list in a list, and so on. */
function deep(levels: number): object {
	let value: unknown[] = [];
	for (let level = 1; level < levels; level++) value = [value];
	return value;
}

/** What nobody should put into a field. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
	fc.constantFrom<unknown>(
		...['', ' ', 'soon', -5, 0, 0.5, 1e308, NaN, null, true, [], {}, '__proto__', 'error', 'constructor'],
		...[{ toString: 1 }, { valueOf: null }, { then: 1 }, deep(3000), [[]], 'x'.repeat(10_000), '\ud800'],
		...['={{ $json.nothing.at.all }}', '={{ $json }}', '={{ (() => { throw new Error("no") })() }}', '={{', '=1'],
		...['[', '[[[', '{"a":1}', '{"anyOf":[{"$ref":"#"}]}', '[{"role":"user","content":{"toString":1}}]', '../..'],
		...["['", '[0]', 'a.b[0]', "['a']['b']", '"', '\\', '%2e%2e', 'a/b?c#d', 'http://127.0.0.1:1/v1/a/b', ';'],
	),
	fc.jsonValue({ maxDepth: 3 }),
);

interface Field {
	name: string;
	isOption: boolean;
}

/** The fields of an operation, its options among them. */
function fieldsOf(properties: INodeProperties[]): Field[] {
	return properties.flatMap(({ name, options = [] }) =>
		name === 'options'
			? options.map((option): Field => ({ name: option.name, isOption: true }))
			: [{ name, isOption: false }],
	);
}

/** Settings that would make a run wait for minutes with a value that is allowed. */
const SLOW = new Set(['maxTries', 'maxRetryWait', 'timeout', 'maxWait', 'waitUntilDone', 'retryTimeouts']);

interface Kind {
	operation: string;
	/** Sensible settings to begin with. */
	settings: INodeParameters[];
	fields: Field[];
	run(parameters: INodeParameters, rows: IDataObject[], credential: IDataObject): Promise<void>;
}

const words = /^[^\r\n]{1,1200}$/;

function expectError(error: unknown): void {
	if (typeof error !== 'string' || !words.test(error)) throw new Error(`no error in words: ${JSON.stringify(error)}`);
	if (error.includes('could not go on')) throw new Error(error);
}

function isPreview({ options }: INodeParameters): boolean {
	return at(options, 'previewOnly') === true;
}

function nodeKind(
	node: typeof HopsworksDeployment | undefined,
	{ value, properties }: { value: string; properties: INodeProperties[] },
	settings: INodeParameters[],
): Kind {
	return {
		operation: value,
		settings,
		fields: fieldsOf(properties),
		async run(parameters, rows, credential) {
			const { status, error, success, failed } = await runModel({
				rows,
				credential,
				parameters,
				...(node && { node: new node() }),
				settings: { onError: 'continueErrorOutput' },
			});
			if (status !== 'success') throw new Error(`the run ended with ${status}: ${String(error?.message)}`);
			const items = [...success, ...failed].map(({ pairedItem }) => Number(at(pairedItem, 'item')));
			const missing = rows.findIndex((_row, item) => !items.includes(item));
			// A list may be empty, and a preview shows one item of all.
			const mayMiss = ['getAll', 'getLogs', 'getVersions'].includes(value) || isPreview(parameters);
			if (mayMiss ? isPreview(parameters) && items.length === 0 : missing !== -1)
				throw new Error(`item ${missing} is lost`);
			for (const { json } of failed) expectError(json.error);
			const untouched = success.find(({ json }) => JSON.stringify(json) === JSON.stringify(rows[0]));
			if (untouched) throw new Error('an item came out as it went in');
		},
	};
}

const chatModel: Kind = {
	operation: '',
	settings: [{}],
	fields: fieldsOf(new LmChatHopsworks().description.properties),
	async run({ deployment, options }, [row], credential) {
		let caught: unknown;
		const { made, error } = await useChatModel(
			async (model) => {
				try {
					if (row?.streams !== true) return { text: (await model.invoke('Hi')).text };
					let text = '';
					for await (const piece of await model.stream('Hi')) text += piece.text;
					return { text };
				} catch (thrown) {
					caught = thrown;
					return { text: '' };
				}
			},
			{ credential, parameters: { options, ...(deployment !== undefined && { deployment }) } },
		);
		const failure = error ?? caught;
		if (failure === undefined && typeof made.text !== 'string') throw new Error('neither a text nor an error');
		if (failure !== undefined) expectError(at(failure, 'message'));
	},
};

/** A sub-node of vector stores, which gives values of three documents, or says what is wrong. */
function storeKind(
	node: () => INodeType,
	type: AINodeConnectionType,
	use: (supplied: unknown) => Promise<unknown>,
): Kind {
	return {
		operation: '',
		settings: [{}],
		fields: fieldsOf(node().description.properties),
		async run({ deployment, options, topN = 3 }, _rows, credential) {
			const { made, error } = await useSubNode({
				...{ node: node(), type, credential, use },
				isSupplied: (value): value is unknown => value !== undefined,
				parameters: { options, topN, ...(deployment !== undefined && { deployment }) },
			});
			if (error) expectError(error.message);
			else if (!Array.isArray(made) || ![1, 2, 3].includes(made.length)) throw new Error('neither values nor an error');
		},
	};
}

const DOCUMENTS = ['a', 'b', 'c'].map((pageContent) => ({ pageContent, metadata: {} }));
const embeddings = storeKind(
	() => new EmbeddingsHopsworks(),
	NodeConnectionTypes.AiEmbedding,
	async (supplied) => await call(supplied, 'embedDocuments', [DOCUMENTS.map(({ pageContent }) => pageContent)]),
);
const reranker = storeKind(
	() => new RerankerHopsworks(),
	NodeConnectionTypes.AiReranker,
	async (supplied) => await call(supplied, 'compressDocuments', [DOCUMENTS, 'Which?']),
);

/** Calls one of the functions that a sub-node supplies. */
async function call(supplied: unknown, name: string, given: unknown[]): Promise<unknown> {
	const method: unknown = at(supplied, name);
	if (typeof method !== 'function') throw new Error(`nothing of the name ${name} is supplied`);
	const made: unknown = await method.apply(supplied, given);
	return made;
}

const predictSettings: INodeParameters[] = [
	{ columns: 'id, deep.a' },
	{ rows: 'allFields' },
	{ rows: 'allFields', options: { rowFormat: 'values' } },
	{ rows: 'allFields', options: { rowFormat: 'columnar' } },
	{ rows: 'json', rowJson: '={{ [$json.id] }}' },
	{ rows: 'body', bodyJson: '={{ ({ instances: [$json.id] }) }}' },
	{ rows: 'schema' },
];
const chatSettings: INodeParameters[] = [
	{ prompt: 'Hi' },
	{ prompt: 'Hi', responseFormat: 'json' },
	{ prompt: 'Hi', responseFormat: 'jsonSchema', jsonSchema: '{"type":"object","properties":{"a":{}}}' },
	{ promptType: 'json', messagesJson: '={{ [{ role: "user", content: $json.id }] }}', simplify: false },
];
const TEXT: INodeParameters = { text: '=text {{ $json.id }}' };
const rerankSettings: INodeParameters[] = [
	{ query: 'Hi', ...TEXT },
	{ query: '=about {{ $json.id }}', ...TEXT, options: { rowsPerRequest: 1 } },
];
const classifySettings: INodeParameters[] = ['=text {{ $json.id }}', 'always the same'].map((text) => ({
	text,
	categories: { values: ['yes', 'no'].map((name) => ({ name, description: '' })) },
}));
const kinds: Kind[] = [
	...modelOperations.map((operation) =>
		nodeKind(
			undefined,
			operation,
			{ predict: predictSettings, chat: chatSettings, classify: classifySettings, rerank: rerankSettings }[
				operation.value
			] ?? [TEXT],
		),
	),
	...deploymentOperations.map((operation) => nodeKind(HopsworksDeployment, operation, [{ waitUntilDone: false }])),
	chatModel,
	embeddings,
	reranker,
];

const replies: fc.Arbitrary<Reply> = fc.oneof(
	{
		weight: 6,
		arbitrary: fc.record({
			status: fc.constantFrom(200, 200, 200, 400, 404, 413, 422, 429, 500, 503, 302, 204),
			body: bodies,
		}),
	},
	{
		weight: 2,
		arbitrary: fc.array(bodies, { maxLength: 4 }).map((events) => ({
			headers: { 'content-type': 'text/event-stream' },
			stream: events.map((data) => `data: ${data.replaceAll(/\r?\n|\r/g, ' ')}\n\n`),
		})),
	},
	{ weight: 1, arbitrary: bodies.map((body) => ({ headers: { 'content-encoding': 'gzip' }, body })) },
	{ weight: 1, arbitrary: fc.constantFrom<Reply>({ reset: true }, { body: '{"predictions":[1]}', cutAfter: 4 }, {}) },
);
/** A deployment and a schema, so that what asks Hopsworks first gets further now and then. */
const record = {
	id: 7,
	name: 'm',
	status: 'Running',
	projectNamespace: 'test',
	modelServer: 'PYTHON',
	modelName: 'scores',
};
const answersOfHopsworks = (path: string): Reply | undefined => {
	if (path.includes('getProjectInfo')) return { body: { projectId: 119, projectName: 'test' } };
	if (path.includes('/serving?')) return { body: record };
	return undefined;
};

const cases = fc.record({
	kind: fc.nat(kinds.length - 1),
	setting: fc.nat(20),
	changes: fc.array(fc.record({ field: fc.nat(60), value: hostile }), { maxLength: 2 }),
	replies: fc.array(replies, { minLength: 1, maxLength: 4 }),
	rows: fc.array(
		fc.record({ id: fc.oneof(fc.nat(), fc.string(), fc.constantFrom(NaN, null)), streams: fc.boolean() }),
		{
			minLength: 1,
			maxLength: 5,
		},
	),
	/** Whether Hopsworks is asked, and whether it answers as it should. */
	asks: fc.constantFrom('gateway', 'gateway', 'Hopsworks', 'a hostile Hopsworks'),
});

test(`${CASES} random runs`, async () => {
	let unhandled = 0;
	const count = (): void => {
		unhandled++;
	};
	process.on('unhandledRejection', count);
	await fc.assert(
		fc.asyncProperty(cases, async ({ kind: index, setting, changes, replies: answers, rows, asks }) => {
			const kind = kinds[index] ?? chatModel;
			server.answer = ({ path }, number) => {
				const known = asks === 'Hopsworks' ? answersOfHopsworks(path) : undefined;
				return known ?? answers[number % answers.length] ?? {};
			};
			server.requests.length = 0;
			const { options: given, ...settings } = { options: {}, ...kind.settings[setting % kind.settings.length] };
			const options = { maxTries: 1, maxRetryWait: 0.01, timeout: 2, concurrency: 2, ...recordOf(given) };
			const parameters: INodeParameters = {
				operation: kind.operation,
				deployment: { __rl: true, mode: 'name', value: 'm' },
				...settings,
				options,
			};
			for (const { field, value } of changes) {
				const chosen = kind.fields[field % kind.fields.length];
				if (!chosen || (SLOW.has(chosen.name) && typeof value !== 'string')) continue;
				Object.assign(chosen.isOption ? options : parameters, { [chosen.name]: value });
			}
			const url = { [asks === 'gateway' ? 'servingUrl' : 'hopsworksUrl']: server.url };
			const items = rows.map(({ id, streams }) => ({ id, streams, deep: { a: 1 } }));
			await kind.run(parameters, items, url).catch((error: unknown) => {
				// n8n itself begins no run with a field that is empty and required.
				if (at(error, 'name') !== 'WorkflowHasIssuesError') throw error;
			});
		}),
		{ numRuns: CASES },
	);
	process.off('unhandledRejection', count);
	expect(unhandled).toBe(0);
}, 3_600_000);
