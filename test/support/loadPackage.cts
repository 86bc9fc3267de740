/** Loads built packages as n8n does, and prints as JSON what became of each. Usage: loadPackage.cts <folder> ... */
import { PackageDirectoryLoader } from 'n8n-core';
import { useChatModel } from './chatModel.cts';

async function load(folder: string): Promise<object> {
	const loader = new PackageDirectoryLoader(folder);
	await loader.loadAll();
	const { type } = loader.getNode('lmChatHopsworks');
	if (!('supplyData' in type)) throw new Error('the chat model is no sub-node');
	const { error } = await useChatModel(async (model) => await model.invoke('Hi'), {
		type,
		credential: { servingUrl: 'http://127.0.0.1:9' },
		parameters: { options: { maxTries: 1 } },
	});
	const nodes = Object.keys(loader.nodeTypes);
	const credentials = Object.keys(loader.credentialTypes);
	return { nodes, credentials, message: error?.message, description: error?.description };
}

async function main(folders: string[]): Promise<void> {
	const loaded: object[] = [];
	for (const folder of folders) loaded.push(await load(folder));
	console.log(JSON.stringify(loaded));
}

void main(process.argv.slice(2));
