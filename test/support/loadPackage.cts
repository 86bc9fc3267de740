/** Loads a built package as n8n does, and prints as JSON what became of it. Usage: loadPackage.cts <folder> */
import { PackageDirectoryLoader } from 'n8n-core';
import { useChatModel } from './chatModel.cts';

async function main([folder = '']: string[]): Promise<void> {
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
	console.log(JSON.stringify({ nodes, credentials, message: error?.message, description: error?.description }));
}

void main(process.argv.slice(2));
