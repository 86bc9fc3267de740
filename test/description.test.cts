/** What n8n shows of the package: fields, texts and files that the lint cannot see because they are derived. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
	NodeHelpers,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
} from 'n8n-workflow';
import { HopsworksApi } from '../credentials/HopsworksApi.credentials';
import { EmbeddingsHopsworks } from '../nodes/EmbeddingsHopsworks/EmbeddingsHopsworks.node';
import embeddingsCodex from '../nodes/EmbeddingsHopsworks/EmbeddingsHopsworks.node.json';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node';
import deploymentCodex from '../nodes/HopsworksDeployment/HopsworksDeployment.node.json';
import { operations as deploymentOperations } from '../nodes/HopsworksDeployment/operations';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node';
import { operations } from '../nodes/HopsworksModel/operations';
import modelCodex from '../nodes/HopsworksModel/HopsworksModel.node.json';
import { HopsworksTrigger } from '../nodes/HopsworksTrigger/HopsworksTrigger.node';
import triggerCodex from '../nodes/HopsworksTrigger/HopsworksTrigger.node.json';
import { LmChatHopsworks } from '../nodes/LmChatHopsworks/LmChatHopsworks.node';
import chatModelCodex from '../nodes/LmChatHopsworks/LmChatHopsworks.node.json';
import { RerankerHopsworks } from '../nodes/RerankerHopsworks/RerankerHopsworks.node';
import rerankerCodex from '../nodes/RerankerHopsworks/RerankerHopsworks.node.json';
import { routingOptions } from '../nodes/n8n/deploymentLocator';
import { formatOptions } from '../nodes/n8n/languageModelOptions';
import { sendOptions } from '../nodes/n8n/sendOptions';
import manifest from '../package.json';
import { at, listOf, read, recordOf, textOf } from './support/json.cts';

const ROOT = join(__dirname, '..');
const { description } = new HopsworksModel();
/** In the order of package.json. */
const nodes = [
	{ node: new EmbeddingsHopsworks(), codex: embeddingsCodex },
	{ node: new HopsworksDeployment(), codex: deploymentCodex },
	{ node: new HopsworksModel(), codex: modelCodex },
	{ node: new HopsworksTrigger(), codex: triggerCodex },
	{ node: new LmChatHopsworks(), codex: chatModelCodex },
	{ node: new RerankerHopsworks(), codex: rerankerCodex },
];

function isProperty(
	option: INodePropertyOptions | INodeProperties | INodePropertyCollection,
): option is INodeProperties {
	return 'displayName' in option && 'type' in option;
}

function isChoice(
	option: INodePropertyOptions | INodeProperties | INodePropertyCollection,
): option is INodePropertyOptions {
	return !('displayName' in option);
}

/** Every field of the panel, those inside collections included. */
function fieldsOf(properties: INodeProperties[]): INodeProperties[] {
	return properties.flatMap((property) => [property, ...fieldsOf((property.options ?? []).filter(isProperty))]);
}

const fields = nodes.flatMap(({ node: { description: of } }) => {
	const own = fieldsOf(of.properties);
	const names = new Set(own.map(({ name }) => name));
	return own.map((field) => ({ node: of.name, name: field.name, field, names }));
});

test('the first operation is the default', () => {
	expect(description.properties.find(({ name }) => name === 'operation')?.default).toBe(operations[0].value);
	const [first] = new HopsworksDeployment().description.properties;
	expect(first?.default).toBe(deploymentOperations[0].value);
});

test.each(
	[...operations, ...deploymentOperations].map(({ value, action, description: text, name }) => ({
		value,
		action,
		text,
		name,
	})),
)('operation $value says what it does, in words of its own', ({ action, text, name }) => {
	expect(action).toMatch(/^[A-Z]/);
	expect(action.length).toBeGreaterThan(15);
	expect(text).not.toBe(action);
	expect(text).not.toMatch(/\.$/);
	expect(name).toMatch(/^[A-Z]/);
});

test.each(fields)('$node: field $name is labelled, described and gated by fields that exist', ({ field, names }) => {
	expect(field.displayName).toMatch(/^[A-Z]/);
	const isContainer = field.type === 'collection' || field.type === 'fixedCollection' || field.name === 'operation';
	if (!isContainer) expect(field.description).toBeTruthy();
	const sentences = (field.description ?? '').split(/\. (?=[A-Z])/);
	if (field.description)
		expect([field.description, field.description.endsWith('.')]).toEqual([field.description, sentences.length > 1]);
	const gates = Object.keys({ ...field.displayOptions?.show, ...field.displayOptions?.hide });
	// One in a collection names a field of the panel by a stroke before it.
	for (const gate of gates) expect(gate === '@tool' || names.has(gate.replace(/^\//, ''))).toBe(true);
	if (field.type === 'boolean') expect(field.description).toMatch(/^Whether /);
	if (field.type === 'number') {
		const { minValue = NaN, maxValue = NaN } = field.typeOptions ?? {};
		const value = Number(field.default);
		expect([value >= minValue, value <= maxValue, maxValue <= Number.MAX_SAFE_INTEGER]).toEqual([true, true, true]);
	}
});

const collections = nodes.flatMap(({ node: { description: of } }) =>
	of.properties
		.filter(({ type }) => type === 'collection')
		.map(({ name, displayOptions, options = [] }) => ({
			panel: `${of.displayName}, ${JSON.stringify(displayOptions?.show?.operation ?? [])} ${name}`,
			labels: [...new Set(options.filter(isProperty).map(({ displayName }) => displayName))],
		})),
);

/** How requests find a server, and how they are sent: what hardly anybody has to change. */
const OF_SENDING = new Set(Object.values({ ...routingOptions, ...sendOptions }).map(({ field }) => field.displayName));

test.each(collections)('$panel: options stand by their labels, what hardly anybody needs last', ({ labels }) => {
	const isBefore = (label: string, at: number): boolean => label.localeCompare(labels[at - 1] ?? '') < 0;
	const begins = labels.findIndex((label, at) => at > 0 && isBefore(label, at));
	expect(labels.filter((label, at) => at > 0 && at !== begins && isBefore(label, at))).toEqual([]);
	const first = begins === -1 ? labels : labels.slice(0, begins);
	expect(first.filter((label) => OF_SENDING.has(label))).toEqual([]);
});

/** Labels that everyone who asks language models knows, told apart by one word as in n8n's own nodes. */
const KNOWN_PAIRS = ['Frequency Penalty, Presence Penalty', 'Prefix of Documents, Prefix of Queries'];

/** A label without what is in parentheses, in words. */
const wordsOf = (label: string): string[] => label.replace(/ \(.*\)/, '').split(' ');

/** Whether two labels of several words differ by one of them. */
function areAlike(one: string, other: string): boolean {
	const [words, others] = [wordsOf(one), wordsOf(other)];
	const shared = words.filter((word) => others.includes(word)).length;
	return Math.min(words.length, others.length) > 1 && shared > 0 && Math.max(words.length, others.length) - shared <= 1;
}

test.each(collections)('$panel: no two options are told apart by one word alone', ({ labels }) => {
	expect(areAlike('Max Tries', 'Max Wait (Seconds)')).toBe(true);
	const pairs = labels.flatMap((one, index) =>
		labels
			.slice(index + 1)
			.filter((other) => areAlike(one, other))
			.map((other) => `${one}, ${other}`),
	);
	expect(pairs.filter((pair) => !KNOWN_PAIRS.includes(pair))).toEqual([]);
});

test.each<[string, INodeParameters, INodeParameters, string[]]>([
	['neither a start nor a host name', {}, { whenStopped: 'fail' }, ['hostHeader', 'maxWait']],
	['both', {}, { routing: 'host', whenStopped: 'start' }, []],
	[
		'a whole reply',
		{},
		{ response: 'raw', routing: 'host', whenStopped: 'start' },
		['classNames', 'spread', 'threshold', 'unwrap'],
	],
	['rows of JSON', { rows: 'json' }, { routing: 'host', whenStopped: 'start' }, ['convertText']],
	['rows from a schema', { rows: 'schema' }, { routing: 'host', whenStopped: 'start' }, ['convertText']],
	[
		'whole bodies',
		{ rows: 'body' },
		{ routing: 'host', whenStopped: 'start' },
		['classNames', 'convertText', 'requestField', 'response', 'rowFormat', 'spread', 'threshold', 'unwrap'],
	],
])('with %s, Predict hides the options that mean nothing', (_name, panel, chosen, hidden) => {
	const root = { operation: 'predict', rows: 'columns', ...panel };
	const options = operations[0].properties.find(({ name }) => name === 'options')?.options ?? [];
	const unseen = options
		.filter(isProperty)
		.filter((option) => !NodeHelpers.displayParameter(chosen, option, null, description, root));
	expect(unseen.map(({ name }) => name).toSorted()).toEqual(hidden);
});

test('every choice of a selector has a name and a description', () => {
	const selectors = fields.map(({ field }) => field).filter(({ type, name }) => type === 'options' && name !== 'role');
	for (const { options = [] } of selectors) {
		for (const choice of options.filter(isChoice)) expect(choice.description).toBeTruthy();
	}
});

test('every parameter of the design is there, with its default', () => {
	const defaults = (operation: string) =>
		Object.fromEntries(
			fieldsOf(
				description.properties.filter(({ displayOptions }) => displayOptions?.show?.operation?.includes(operation)),
			)
				.filter(({ displayOptions }) => !displayOptions?.show?.['@tool'])
				.map(({ name, default: value }) => [name, value]),
		);
	expect(defaults('predict')).toMatchObject({
		rows: 'columns',
		columns: '',
		rowFormat: 'auto',
		requestField: 'auto',
		includeInputFields: true,
		rowsPerRequest: 500,
		maxRequestKilobytes: 1024,
		concurrency: 4,
		convertText: true,
		classNames: '',
		previewOnly: false,
		spread: false,
		threshold: 0.5,
		unwrap: true,
		outputField: 'prediction',
		response: 'prediction',
		hostHeader: '',
		namespace: '',
		timeout: 300,
		maxTries: 6,
		maxRetryWait: 60,
		retryTimeouts: false,
		routing: 'auto',
		whenStopped: 'fail',
		maxWait: 600,
	});
	expect(defaults('predictFile')).toMatchObject({
		inputFile: 'data',
		fileFormat: 'auto',
		rows: 'columns',
		columns: '',
		delimiter: 'auto',
		encoding: 'auto',
		failedRows: 'column',
		fileName: '',
		keepColumns: 'all',
		outputField: 'prediction',
		rowsPerRequest: 500,
	});
	expect(defaults('chat')).toMatchObject({
		promptType: 'prompt',
		prompt: '',
		systemPrompt: '',
		simplify: true,
		responseFormat: 'text',
		includeInputFields: true,
		model: '',
		concurrency: 4,
		apiPrefix: '/v1',
		outputField: 'answer',
		timeout: 300,
		maxTries: 6,
	});
	expect(defaults('classify')).toMatchObject({
		text: '',
		instructions: '',
		includeInputFields: true,
		minConfidence: 0.8,
		fallbackCategory: 'unsure',
		imageFields: '',
		outputField: 'classification',
		model: '',
		concurrency: 4,
		apiPrefix: '/v1',
	});
});

/** One sends chunks to the workflow that scores them, the other is called by Hopsworks. */
const WITHOUT_OUR_NODES = ['big-table-send-chunks.json', 'hopsworks-alerts.json'];

test.each(readdirSync(join(ROOT, 'examples')).filter((file) => file.endsWith('.json')))(
	'the example %s uses fields that exist',
	(file) => {
		const workflow = read(readFileSync(join(ROOT, 'examples', file), 'utf8'));
		const own = listOf(at(workflow, 'nodes'))
			.map((node) => ({ type: textOf(at(node, 'type')), parameters: recordOf(at(node, 'parameters')) }))
			.filter(({ type }) => type.startsWith(manifest.name));
		if (!WITHOUT_OUR_NODES.includes(file)) expect(own.length).toBeGreaterThan(0);
		const addedByN8n = ['descriptionType', 'toolDescription', 'pollTimes'];
		for (const { type, parameters } of own) {
			const known = fields.filter(({ node }) => [node, `${node}Tool`].includes(type.replace(`${manifest.name}.`, '')));
			const names = known.map(({ name }) => name);
			for (const name of Object.keys(parameters)) expect([...names, ...addedByN8n]).toContain(name);
		}
	},
);

test('package.json, codex, icons and credential fit together', () => {
	expect(manifest.n8n.nodes).toEqual(
		nodes.map(({ node: { constructor: type } }) => `dist/nodes/${type.name}/${type.name}.node.js`),
	);
	expect(manifest.n8n.credentials).toEqual(['dist/credentials/HopsworksApi.credentials.js']);
	for (const { node, codex } of nodes) {
		expect(codex.node).toBe(`${manifest.name}.${node.description.name}`);
		expect(node.description.credentials).toEqual([
			{ name: new HopsworksApi().name, required: true, testedBy: 'hopsworksApiTest' },
		]);
		expect(node.methods.credentialTest).toHaveProperty('hopsworksApiTest');
		const searched = node.description.properties.flatMap(({ modes }) => modes ?? []);
		for (const { typeOptions } of searched.filter(({ type }) => type === 'list')) {
			expect(node.methods.listSearch).toHaveProperty(typeOptions?.searchListMethod ?? 'none');
		}
		const [light, dark] = ['light', 'dark'].map((theme) => textOf(at(node.description.icon, theme)));
		expect(light).not.toBe(dark);
		for (const icon of [light, dark]) {
			const file = join(ROOT, dirname('nodes/HopsworksModel/x'), String(icon).replace('file:', ''));
			expect([icon, existsSync(file)]).toEqual([icon, true]);
			expect(readFileSync(file, 'utf8')).toContain('<svg');
		}
	}
});

test('the chat model stands among the chat models, and has the options of Chat', () => {
	expect(chatModelCodex.subcategories['Language Models']).toEqual(['Chat Models (Recommended)']);
	const optionsOf = (properties: INodeProperties[]) =>
		(properties.find(({ name }) => name === 'options')?.options ?? []).filter(isProperty).map(({ name }) => name);
	const chat = operations.find(({ value }) => value === 'chat');
	const own = ['concurrency', 'enableStreaming', 'imageFields', 'outputField', 'previewOnly', 'toolChoice', 'tools'];
	// Fields of the panel in Chat.
	const format = Object.keys(formatOptions);
	const offered = optionsOf(new LmChatHopsworks().description.properties);
	expect(offered).toEqual(expect.arrayContaining(format));
	expect(offered.filter((name) => !format.includes(name))).toEqual(
		[...new Set(optionsOf(chat?.properties ?? []))].filter((name) => !own.includes(name)),
	);
	expect((chat?.properties ?? []).map(({ name }) => name)).toEqual(expect.arrayContaining(format));
});

test('labels by which operations name what they read are those of fields', () => {
	// Also those within the rows of a collection.
	const panels = JSON.stringify(nodes.map(({ node }) => node.description.properties));
	const labels = new Set([...panels.matchAll(/"displayName":"([^"]+)"/g)].map(([, label]) => label));
	const sources = ['HopsworksModel/operations', 'HopsworksDeployment/operations', 'HopsworksTrigger'].flatMap(
		(name) => {
			const folder = join(ROOT, 'nodes', name);
			return readdirSync(folder)
				.filter((file) => file.endsWith('.ts'))
				.map((file) => readFileSync(join(folder, file), 'utf8'));
		},
	);
	const named = sources.flatMap((source) => [
		...[...source.matchAll(/\basOneOf\('([^']+)'/g)].map(([, label]) => label),
		...[...source.matchAll(/\bas(?:Prompt|Json|JsonObject|WrittenJson)\(.*, '([^']+)'\)/g)].map(([, label]) => label),
		...[...source.matchAll(/\bunusable\(\s*["`]'([A-Z][^'$]*)'/g)].map(([, label]) => label),
	]);
	expect(named.length).toBeGreaterThan(12);
	expect(named.filter((label) => !labels.has(label))).toEqual([]);
});

test('what a builder of workflows is told names nodes that exist, and no syntax of stored workflows', () => {
	const names = nodes.map(({ node }) => `${manifest.name}.${node.description.name}`);
	for (const { node } of nodes) {
		const { searchHint = '', relatedNodes = [] } = node.description.builderHint ?? {};
		expect(searchHint.length).toBeGreaterThan(100);
		expect(relatedNodes.length).toBeGreaterThan(0);
		for (const { nodeType, relationHint } of relatedNodes) {
			expect(names).toContain(nodeType);
			expect(nodeType).not.toBe(`${manifest.name}.${node.description.name}`);
			expect(relationHint).toBeTruthy();
		}
	}
	const hints = JSON.stringify([
		nodes.map(({ node }) => node.description.builderHint),
		fields.map(({ field }) => field.builderHint),
	]);
	expect(hints.match(/propertyHint/g)?.length).toBeGreaterThan(5);
	expect(hints).not.toMatch(/=\{\{|\bai_[a-z]/);
});
