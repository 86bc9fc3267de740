/** The floor plan: who may import whom. The lint configuration is n8n's own, so the rules live here. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { preProcessFile } from 'typescript';

const ROOT = join(__dirname, '..');

const files = ['credentials', 'nodes']
	.flatMap((folder) =>
		readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
	)
	.filter((file) => file.endsWith('.ts'));

/** What a source file imports: packages by name, own files by their path from the root. */
function importsOf(file: string, source = readFileSync(join(ROOT, file), 'utf8')): string[] {
	return preProcessFile(source, true, true).importedFiles.map(({ fileName: target }) =>
		target.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), target)) : target,
	);
}

/** The floors, from the ground up: which files stand on which. */
const floors: Array<{ files: RegExp; mayImport: RegExp }> = [
	{ files: /^nodes\/serving\//, mayImport: /^nodes\/serving\// },
	{ files: /^nodes\/hopsworks\//, mayImport: /^(nodes\/(serving|hopsworks)\/|n8n-workflow$)/ },
	{
		files: /^nodes\/(?<node>[A-Z]\w+)\/operations\//,
		mayImport: /^(nodes\/(serving|hopsworks)\/|nodes\/NODE\/operations\/|n8n-workflow$)/,
	},
	{
		files: /^nodes\/(?<node>[A-Z]\w+)\/\w+\.node\.ts$/,
		mayImport: /^(nodes\/hopsworks\/|nodes\/NODE\/|n8n-workflow$)/,
	},
	// What a sub-node hands to agents and chains.
	{
		files: /^nodes\/(?<node>LmChat\w+)\/\w+\.ts$/,
		mayImport: /^(nodes\/(serving|hopsworks)\/|nodes\/NODE\/|n8n-workflow$|@n8n\/ai-node-sdk$)/,
	},
	// The key goes out as the core reads it, and is taken out of replies as it went out.
	{ files: /^credentials\//, mayImport: /^(nodes\/serving\/|n8n-workflow$)/ },
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
		['nodes/serving/json.ts', "import type { INode } from 'n8n-workflow';"],
		['nodes/serving/json.ts', "import { send } from '../hopsworks/send';"],
		['nodes/serving/json.ts', "const fs = require('node:fs');"],
		['nodes/hopsworks/send.ts', "import { predict } from '../HopsworksModel/operations/predict';"],
		['nodes/HopsworksModel/HopsworksModel.node.ts', "import { parse } from '../serving/json';"],
		['nodes/HopsworksModel/operations/chat.ts', "import { x } from '../../HopsworksDeployment/operations';"],
		['nodes/LmChatHopsworks/LmChatHopsworks.node.ts', "import { supplyModel } from '@n8n/ai-node-sdk';"],
		['nodes/LmChatHopsworks/chatModel.ts', "import { chat } from '../HopsworksModel/operations/chat';"],
		['credentials/HopsworksApi.credentials.ts', "import { x } from '../nodes/hopsworks/send';"],
	];
	for (const [file, source] of violations) expect(forbidden(file, importsOf(file, source))).toHaveLength(1);
	expect(forbidden('nodes/stray.ts', [])).toBeUndefined();
});

test('the package has no run-time dependency', () => {
	const manifest: { dependencies?: object; peerDependencies?: object } = JSON.parse(
		readFileSync(join(ROOT, 'package.json'), 'utf8'),
	);
	expect(manifest.dependencies).toBeUndefined();
	expect(manifest.peerDependencies).toEqual({ '@n8n/ai-node-sdk': '*', 'n8n-workflow': '*' });
});
