/**
 * What the node panel finds, by n8n's own search over the nodes that n8n brings: their names, other words and popularity as
 * n8n 2.41.1 has them. `UPDATE_SEARCH=<node_modules of an n8n> npx jest test/nodeSearch` writes those anew.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reRankSearchResults } from '@n8n/utils/search/re-rank-search-results';
import { sublimeSearch } from '@n8n/utils/search/sublime-search';
import deploymentCodex from '../nodes/HopsworksDeployment/HopsworksDeployment.node.json';
import { HopsworksDeployment } from '../nodes/HopsworksDeployment/HopsworksDeployment.node';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node';
import modelCodex from '../nodes/HopsworksModel/HopsworksModel.node.json';
import { HopsworksTrigger } from '../nodes/HopsworksTrigger/HopsworksTrigger.node';
import triggerCodex from '../nodes/HopsworksTrigger/HopsworksTrigger.node.json';
import { LmChatHopsworks } from '../nodes/LmChatHopsworks/LmChatHopsworks.node';
import chatModelCodex from '../nodes/LmChatHopsworks/LmChatHopsworks.node.json';
import { at, listOf, read, recordOf, textOf } from './support/json.cts';

const FIXTURE = join(__dirname, 'fixtures', 'n8n-nodes.txt');

interface Entry {
	key: string;
	properties: { displayName: string; codex: { alias: string[] } };
}

function entry(key: string, displayName: string, alias: string[]): Entry {
	return { key, properties: { displayName, codex: { alias } } };
}

/** Whether the panel searches a node: those of AI that are parts of others stand in a view of their own. */
function isSearched({ categories, subcategories }: Record<string, unknown>): boolean {
	const isAi = Array.isArray(categories) && categories.includes('AI');
	const ai: unknown = at(subcategories, 'AI');
	return !isAi || (Array.isArray(ai) && ai.includes('Root Nodes'));
}

/** A line for each node that is searched: key, name, points for its popularity, and its other words. */
function linesFrom(modules: string): string[] {
	const assets = join(modules, 'n8n-editor-ui', 'dist', 'assets');
	const points = new Map<string, string>();
	for (const file of readdirSync(assets).filter((name) => name.startsWith('canvas.eventBus'))) {
		const source = readFileSync(join(assets, file), 'utf8');
		for (const [, id = '', popularity] of source.matchAll(/id:`([^`]+)`,popularity:([\d.e-]+)/g)) {
			points.set(id, String(Math.round(1000 * Number(popularity)) / 10));
		}
	}
	const lines = new Map<string, string>();
	for (const name of ['n8n-nodes-base', '@n8n/n8n-nodes-langchain']) {
		const types = listOf(read(readFileSync(join(modules, name, 'dist', 'types', 'nodes.json'), 'utf8')));
		for (const type of types.map(recordOf)) {
			const key = `${name}.${textOf(type.name)}`;
			const codex = recordOf(type.codex ?? {});
			if (type.hidden === true || lines.has(key) || !isSearched(codex)) continue;
			const alias = listOf(codex.alias ?? []).map(textOf);
			lines.set(key, [key, textOf(type.displayName), points.get(key) ?? '0', ...alias].join('\t'));
		}
	}
	return [...lines.values()].toSorted();
}

const { UPDATE_SEARCH: modules } = process.env;
if (modules !== undefined && existsSync(modules)) writeFileSync(FIXTURE, `${linesFrom(modules).join('\n')}\n`);

const given = readFileSync(FIXTURE, 'utf8')
	.trimEnd()
	.split('\n')
	.map((line) => line.split('\t'));
const popularity = Object.fromEntries(given.map(([key = '', , points]) => [key, Number(points)]));
const others = given.map(([key = '', name = '', , ...alias]) => entry(key, name, alias));
const own = [
	entry(deploymentCodex.node, new HopsworksDeployment().description.displayName, deploymentCodex.alias),
	entry(chatModelCodex.node, new LmChatHopsworks().description.displayName, chatModelCodex.alias),
	entry(triggerCodex.node, new HopsworksTrigger().description.displayName, triggerCodex.alias),
	entry(modelCodex.node, new HopsworksModel().description.displayName, modelCodex.alias),
];

/** The names that the panel lists for what was typed, in their order. */
function found(typed: string): string[] {
	const query = typed.toLowerCase().replace('trigger', '').trimEnd();
	const ranked = reRankSearchResults(sublimeSearch(query, [...others, ...own]), { popularity });
	return ranked.map(({ item }) => item.properties.displayName);
}

test('the nodes are those of n8n', () => {
	expect(others.length).toBeGreaterThan(400);
	expect(found('http request')[0]).toBe('HTTP Request');
	expect(found('google sheets')[0]).toBe('Google Sheets');
	expect(isSearched(modelCodex) && isSearched(deploymentCodex)).toBe(true);
});

test.each([
	...['prediction', 'predictions', 'predict', 'classify', 'classification', 'regression', 'forecast'],
	...['machine learning', 'deployed model', 'model serving', 'inference', 'scoring', 'data science', 'feature store'],
	...['kserve', 'KServe', 'vllm', 'embedding', 'embeddings', 'embed', 'scikit', 'scikit-learn', 'sklearn'],
	...['batch prediction', 'batch inference', 'batch scoring', 'score a file', 'score file'],
	...['rerank', 'reranker', 'relevance'],
	...['tensorflow', 'pytorch', 'xgboost', 'hopsworks', 'predic', 'machine', 'tensor'],
])('%j finds Hopsworks Model first', (typed) => {
	expect(found(typed)[0]).toBe('Hopsworks Model');
});

test.each([
	// Its own name says the word, or more points for popularity than a word has.
	['classifier', ['Text Classifier']],
	['score', ['SecurityScorecard']],
	['model', ['Mistral Cloud Chat Model', 'MCP Server Trigger']],
	['llm', ['Ollama Model', 'Ollama Chat Model', 'Ollama']],
])('%j finds it right behind nodes of n8n that no other word of ours can pass', (typed, before) => {
	expect(found(typed).slice(0, before.length + 1)).toEqual([...before, 'Hopsworks Model']);
});

test.each([
	'deployment',
	'start deployment',
	'stop deployment',
	'mlops',
	'deployment logs',
	'rollback',
	'deployment versions',
])('%j finds Hopsworks Deployment first', (typed) => {
	expect(found(typed)[0]).toBe('Hopsworks Deployment');
});

test.each(['model registry', 'new model version', 'deployment failed', 'deployment state', 'hopsworks trigger'])(
	'%j finds Hopsworks Trigger',
	(typed) => {
		expect(found(typed)).toContain('Hopsworks Trigger');
	},
);

test('what finds Hopsworks Model first finds the other nodes of the package too', () => {
	for (const typed of ['kserve', 'vllm', 'model serving', 'machine learning']) {
		expect(found(typed)).toContain('Hopsworks Deployment');
	}
	for (const typed of ['kserve', 'vllm', 'language model']) expect(found(typed)).toContain('Hopsworks Chat Model');
});
