/** The node and the credential of another checkout, beside this one's in the same process and on the same n8n. */
import { realpathSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import { at } from '../test/support/json.cts';

/** What both must have one copy of: an error of another copy is no instance of this one's class. */
const SHARED = /^(?:n8n-workflow|n8n-core|@n8n\/ai-node-sdk)(?:\/|$)/;

/** Lets the files of a folder find n8n's packages as this file does, whether or not they have their own. */
function shareN8n(folder: string): void {
	const resolve: unknown = Reflect.get(Module, '_resolveFilename');
	if (typeof resolve !== 'function') throw new Error('this Node resolves modules in another way');
	const isInside = (parent: unknown): boolean => {
		const filename = at(parent, 'filename');
		return typeof filename === 'string' && filename.startsWith(folder + sep);
	};
	Reflect.set(Module, '_resolveFilename', (request: string, parent: unknown, ...rest: unknown[]): unknown => {
		if (SHARED.test(request) && isInside(parent)) return require.resolve(request);
		const file: unknown = Reflect.apply(resolve, Module, [request, parent, ...rest]);
		return file;
	});
}

/** An instance of a class that a file exports. */
function made(file: string, name: string): unknown {
	const loaded: unknown = createRequire(__filename)(file);
	const type = at(loaded, name);
	if (typeof type !== 'function') throw new Error(`${file} has no class ${name}`);
	return Reflect.construct(type, []);
}

function isNode(value: unknown): value is INodeType {
	return typeof value === 'object' && value !== null && 'execute' in value && 'description' in value;
}

function isCredentialType(value: unknown): value is ICredentialType {
	return typeof value === 'object' && value !== null && 'authenticate' in value && 'properties' in value;
}

export interface Nodes {
	node: INodeType;
	credentialType: ICredentialType;
}

export function otherNodes(given: string): Nodes {
	const folder = realpathSync(given);
	shareN8n(folder);
	const node = made(join(folder, 'nodes', 'HopsworksModel', 'HopsworksModel.node.ts'), 'HopsworksModel');
	const credentialType = made(join(folder, 'credentials', 'HopsworksApi.credentials.ts'), 'HopsworksApi');
	if (!isNode(node) || !isCredentialType(credentialType)) throw new Error(`${given} has no such node or credential`);
	return { node, credentialType };
}
