/** Fields that appear with what they depend on, by n8n's own rule for showing a field. */
import { NodeHelpers, type INode, type INodeParameters, type INodeType } from 'n8n-workflow';
import { EmbeddingsHopsworks } from '../nodes/EmbeddingsHopsworks/EmbeddingsHopsworks.node';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node';
import { LmChatHopsworks } from '../nodes/LmChatHopsworks/LmChatHopsworks.node';
import { RerankerHopsworks } from '../nodes/RerankerHopsworks/RerankerHopsworks.node';

/** The names of the fields that are shown, and of the options that are offered, once each. */
function shown(type: INodeType, parameters: INodeParameters, isTool = false): { fields: string[]; options: string[] } {
	const { description } = type;
	const asTool = isTool ? { ...description, name: `${description.name}Tool` } : description;
	const node: INode = { id: '1', name: 'Model', type: asTool.name, typeVersion: 1, position: [0, 0], parameters };
	const names = (properties: typeof description.properties, path: string): string[] =>
		properties
			.filter((property) => NodeHelpers.displayParameterPath({ parameters }, property, path, node, asTool))
			.map(({ name }) => name);
	const visible = description.properties.filter((property) =>
		NodeHelpers.displayParameterPath({ parameters }, property, 'parameters', node, asTool),
	);
	const offered = visible.find(({ name }) => name === 'options')?.options ?? [];
	const options = offered.filter((option) => 'displayName' in option && 'type' in option);
	return { fields: names(description.properties, 'parameters'), options: names(options, 'parameters.options') };
}

const model = new HopsworksModel();
const PANEL = { deployment: { __rl: true, mode: 'list', value: 'x' }, includeInputFields: true, simplify: true };
const CHAT = { ...PANEL, operation: 'chat', promptType: 'prompt', responseFormat: 'text' };

const chat = (options: INodeParameters = {}, more: INodeParameters = {}) =>
	shown(model, { ...CHAT, ...more, options }).options;

test.each<[string, INodeParameters, string, boolean]>([
	['is not started', {}, 'maxWait', false],
	['fails when it is stopped', { whenStopped: 'fail' }, 'maxWait', false],
	['is started', { whenStopped: 'start' }, 'maxWait', true],
	['may be started, by an expression', { whenStopped: '={{ $json.x }}' }, 'maxWait', true],
	['is found as usual', {}, 'hostHeader', false],
	['is found by path', { routing: 'path' }, 'hostHeader', false],
	['is found by its host name', { routing: 'host' }, 'hostHeader', true],
])('a deployment that %s: %j offers %s: %s', (_name, options, name, isOffered) => {
	for (const operation of ['predict', 'predictFile', 'chat', 'embed', 'rerank']) {
		expect(shown(model, { ...PANEL, operation, options }).options.includes(name)).toBe(isOffered);
	}
	for (const subNode of [new LmChatHopsworks(), new EmbeddingsHopsworks(), new RerankerHopsworks()]) {
		expect(shown(subNode, { options }).options.includes(name)).toBe(isOffered);
	}
});

test('what is said of tools appears with tools', () => {
	expect(chat()).not.toContain('toolChoice');
	expect(chat()).not.toContain('strictTools');
	expect(chat({ tools: '[]' })).toEqual(expect.arrayContaining(['toolChoice', 'strictTools']));
	// A body among the messages may bring its own tools.
	expect(chat({}, { promptType: 'json' })).toContain('strictTools');
	for (const given of [chat({ tools: '[]' }), chat({ tools: '[]' }, { promptType: 'json' })]) {
		expect(given.filter((name) => name === 'strictTools')).toHaveLength(1);
	}
	// In the Hopsworks Chat Model they come from the agent.
	expect(shown(new LmChatHopsworks(), { options: {} }).options).toContain('strictTools');
});

test('the name of the answer’s field appears where it counts', () => {
	expect(chat()).toContain('outputField');
	expect(chat({}, { includeInputFields: false })).not.toContain('outputField');
	expect(chat({}, { simplify: false })).not.toContain('outputField');
});

test('the schema of an answer appears with the format that wants it', () => {
	const fields = (responseFormat: string) => shown(model, { ...CHAT, responseFormat, options: {} }).fields;
	expect(fields('text')).not.toContain('jsonSchema');
	expect(fields('json')).not.toContain('jsonSchema');
	expect(fields('jsonSchema')).toContain('jsonSchema');
	const options = (given: INodeParameters) => shown(new LmChatHopsworks(), { options: given }).options;
	expect(options({})).not.toContain('jsonSchema');
	expect(options({ responseFormat: 'jsonSchema' })).toContain('jsonSchema');
});

test('an agent’s tool does not stream', () => {
	expect(chat()).toContain('enableStreaming');
	expect(shown(model, { ...CHAT, options: {} }, true).options).not.toContain('enableStreaming');
});

test('the fields of Chat come in the order of the question', () => {
	expect(shown(model, { ...CHAT, options: {} }).fields).toEqual([
		'operation',
		'deployment',
		'promptType',
		'prompt',
		'systemPrompt',
		'responseFormat',
		'simplify',
		'includeInputFields',
		'options',
	]);
});
