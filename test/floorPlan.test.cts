/** The floor plan: who may import whom, and that one name stands for one thing. The lint configuration is n8n's own, so the rules live here. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { createSourceFile, isExportDeclaration, preProcessFile, ScriptTarget, SyntaxKind, type Node } from 'typescript';
import { read, recordOf } from './support/json.cts';

const ROOT = join(__dirname, '..');

const files = ['credentials', 'nodes']
	.flatMap((folder) =>
		readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
	)
	.filter((file) => file.endsWith('.ts'));

function sourceOf(file: string): string {
	return readFileSync(join(ROOT, file), 'utf8');
}

/** What a source file imports: packages by name, own files by their path from the root, without the ending. */
function importsOf(file: string, source = sourceOf(file)): string[] {
	return preProcessFile(source, true, true).importedFiles.map(({ fileName: target }) =>
		target.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), target)).replace(/\.js$/, '') : target,
	);
}

const GROUND = 'core/(json/|turns$)';

/** The floors, from the ground up: which files stand on which. `NODE` is the folder of a node. */
const floors: Array<{ files: RegExp; mayImport: RegExp }> = [
	{ files: /^nodes\/core\/(turns|handover)\.ts$/, mayImport: /^$/ },
	{ files: /^nodes\/core\/json\//, mayImport: new RegExp(`^nodes/${GROUND}`) },
	{ files: /^nodes\/core\/failure\//, mayImport: new RegExp(`^nodes/(${GROUND}|core/failure/)`) },
	{ files: /^nodes\/core\/predict\//, mayImport: new RegExp(`^nodes/(${GROUND}|core/(failure|predict)/)`) },
	{ files: /^nodes\/core\/language\//, mayImport: new RegExp(`^nodes/(${GROUND}|core/(failure|language)/)`) },
	{ files: /^nodes\/core\/hopsworks\//, mayImport: new RegExp(`^nodes/(${GROUND}|core/(failure|hopsworks)/)`) },
	{ files: /^nodes\/core\/table\//, mayImport: new RegExp(`^nodes/(${GROUND}|core/(failure|table)/)`) },
	// Batches of anything that goes anywhere: neither what a row is nor where it is sent.
	{ files: /^nodes\/core\/batching\//, mayImport: /^nodes\/core\/(turns$|(failure|batching)\/)/ },
	{ files: /^nodes\/n8n\/methods\/\w+\.ts$/, mayImport: /^(nodes\/(core|n8n)\/|n8n-workflow$)/ },
	// What the editor calls stands on what runs, never the other way round.
	{ files: /^nodes\/n8n\/\w+\.ts$/, mayImport: /^(nodes\/(core\/|n8n\/\w+$)|n8n-workflow$)/ },
	{
		files: /^nodes\/(?<node>[A-Z]\w+)\/operations\//,
		mayImport: /^(nodes\/(core\/|n8n\/\w+$)|nodes\/NODE\/operations\/|n8n-workflow$)/,
	},
	{
		files: /^nodes\/(?<node>[A-Z]\w+)\/\w+\.node\.ts$/,
		mayImport: /^(nodes\/n8n\/|nodes\/NODE\/|n8n-workflow$)/,
	},
	// What a sub-node hands to vector stores, agents and chains, and what a trigger does at each poll.
	{
		files: /^nodes\/(?<node>(?:Embeddings|Reranker)\w+|\w+Trigger)\/\w+\.ts$/,
		mayImport: /^(nodes\/(core\/|n8n\/\w+$)|nodes\/NODE\/|n8n-workflow$)/,
	},
	{
		files: /^nodes\/(?<node>LmChat\w+)\/\w+\.ts$/,
		mayImport: /^(nodes\/(core\/|n8n\/\w+$)|nodes\/NODE\/|n8n-workflow$|@n8n\/ai-node-sdk$)/,
	},
	// The key goes out as the core reads it, and is taken out of replies as it went out.
	{ files: /^credentials\//, mayImport: /^(nodes\/core\/|n8n-workflow$)/ },
];

/** Imports of a file that its floor does not allow; undefined where the file is on no floor. */
function forbidden(file: string, imports: string[]): string[] | undefined {
	const floor = floors.find((one) => one.files.test(file));
	if (!floor) return undefined;
	const node = floor.files.exec(file)?.groups?.node ?? '';
	const mayImport = new RegExp(floor.mayImport.source.replace('NODE', node));
	return imports.filter((target) => !mayImport.test(target));
}

test.each(files)('%s imports only what its floor stands on', (file) => {
	expect(forbidden(file, importsOf(file))).toEqual([]);
});

test('the rules catch what they forbid', () => {
	const violations: Array<[file: string, source: string]> = [
		['nodes/core/json/json.ts', "import type { INode } from 'n8n-workflow';"],
		['nodes/core/json/json.ts', "import { failed } from '../failure/outcome';"],
		['nodes/core/json/json.ts', "const fs = require('node:fs');"],
		['nodes/core/predict/columns.ts', "import { readDeployment } from '../hopsworks/deploymentRecord';"],
		['nodes/core/table/csvReader.ts', "import { columnList } from '../predict/columnList';"],
		['nodes/core/batching/badRows.ts', "import type { Target } from '../hopsworks/address';"],
		['nodes/core/batching/badRows.ts', "import type { Reply } from '../json/reply';"],
		['nodes/core/hopsworks/route.ts', "import { send } from '../../n8n/send';"],
		['nodes/n8n/send.ts', "import { predict } from '../HopsworksModel/operations/predict';"],
		['nodes/n8n/send.ts', "import { searchDeployments } from './methods/searchDeployments';"],
		['nodes/HopsworksModel/HopsworksModel.node.ts', "import { parse } from '../core/json/json';"],
		['nodes/HopsworksModel/operations/chat.ts', "import { x } from '../../HopsworksDeployment/operations/get';"],
		['nodes/LmChatHopsworks/LmChatHopsworks.node.ts', "import { supplyModel } from '@n8n/ai-node-sdk';"],
		['nodes/LmChatHopsworks/chatModel.ts', "import { chat } from '../HopsworksModel/operations/chat';"],
		['credentials/HopsworksApi.credentials.ts', "import { x } from '../nodes/n8n/send';"],
	];
	for (const [file, source] of violations) {
		const caught = { file, source, forbidden: forbidden(file, importsOf(file, source))?.length };
		expect(caught).toEqual({ file, source, forbidden: 1 });
	}
	expect(forbidden('nodes/stray.ts', [])).toBeUndefined();
});

/** What the longer commands share is in tools; what the tests of the package share with them, in test/support. */
const COMMANDS = ['bench', 'demo', 'e2e', 'peers', 'queue'];
const SHARED = /^(credentials|nodes|sandbox|scripts|tools|test\/support)\//;

/** Own files that a file of a command imports from where it should not. */
function borrowed(file: string, imports: string[]): string[] {
	const [folder = ''] = file.split('/');
	const own = imports.filter((target) => existsSync(join(ROOT, target)));
	return own.filter((target) => !target.startsWith(`${folder}/`) && !SHARED.test(target));
}

test.each(COMMANDS)('%s imports nothing from another command', (folder) => {
	const scripts = readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.cts'));
	expect(scripts.length).toBeGreaterThan(0);
	for (const script of scripts) expect(borrowed(`${folder}/${script}`, importsOf(`${folder}/${script}`))).toEqual([]);
	const violation = "import { table } from '../bench/table.cts';";
	expect(borrowed('queue/main.cts', importsOf('queue/main.cts', violation))).toEqual(['bench/table.cts']);
});

/** The files that lead to one another in a circle, each by what it imports; types count too. */
function circleIn(imports: Map<string, string[]>): string[] {
	const done = new Set<string>();
	const visit = (file: string, way: string[]): string[] => {
		if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
		if (done.has(file)) return [];
		for (const target of imports.get(file) ?? []) {
			const circle = visit(target, [...way, file]);
			if (circle.length > 0) return circle;
		}
		done.add(file);
		return [];
	};
	return [...imports.keys()].map((file) => visit(file, [])).find((circle) => circle.length > 0) ?? [];
}

test('no files import one another in a circle', () => {
	expect(circleIn(new Map(files.map((file) => [file.replace(/\.ts$/, ''), importsOf(file)])))).toEqual([]);
	expect(circleIn(new Map(Object.entries({ a: ['b'], b: ['c'], c: ['b'] })))).toEqual(['b', 'c', 'b']);
});

const DECLARATIONS = new Set([
	SyntaxKind.FunctionDeclaration,
	SyntaxKind.ClassDeclaration,
	SyntaxKind.InterfaceDeclaration,
	SyntaxKind.TypeAliasDeclaration,
	SyntaxKind.VariableStatement,
]);

/** The names of what a file exports. */
function exportsOf(file: string, source = sourceOf(file)): string[] {
	const names: string[] = [];
	createSourceFile(file, source, ScriptTarget.Latest).forEachChild((statement: Node) => {
		if (isExportDeclaration(statement)) throw new Error(`${file} passes on what another file exports`);
		if (!DECLARATIONS.has(statement.kind)) return;
		const [, name] =
			/^export (?:async )?(?:function\*?|class|interface|type|const) (\w+)/.exec(text(statement, source)) ?? [];
		if (name !== undefined) names.push(name);
	});
	return [...new Set(names)];
}

function text({ pos, end }: Node, source: string): string {
	return source.slice(pos, end).replace(/^(?:\s|\/\*[^]*?\*\/|\/\/.*)*/, '');
}

/** Each node's own list of operations, and the fields that follow from it. */
const OF_EACH_NODE = ['operations', 'properties'];

test('one exported name stands for one thing', () => {
	const homes = new Map<string, string[]>();
	for (const file of files) {
		for (const name of exportsOf(file)) homes.set(name, [...(homes.get(name) ?? []), file]);
	}
	expect(homes.size).toBeGreaterThan(100);
	const shared = [...homes].filter(([name, places]) => places.length > 1 && !OF_EACH_NODE.includes(name));
	expect(shared).toEqual([]);
	const source = '/** A. */\nexport async function a() {}\nexport type B = 1;\nconst c = 2;\nexport const d = 3;';
	expect(exportsOf('x.ts', source)).toEqual(['a', 'B', 'd']);
});

test('files are short: no more than 220 lines, and 100 on average', () => {
	const lengths = files.map((file) => ({ file, lines: sourceOf(file).split('\n').length - 1 }));
	expect(lengths.filter(({ lines }) => lines > 220)).toEqual([]);
	const all = lengths.reduce((sum, { lines }) => sum + lines, 0);
	expect(all / files.length).toBeLessThanOrEqual(100);
});

test('the package has no run-time dependency', () => {
	const manifest = recordOf(read(readFileSync(join(ROOT, 'package.json'), 'utf8')));
	expect(manifest.dependencies).toBeUndefined();
	expect(manifest.peerDependencies).toEqual({ '@n8n/ai-node-sdk': '*', 'n8n-workflow': '*' });
});
