/** The list behind the locator: the project's deployments, as the editor offers them. */
import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import type { DeploymentRecord } from '../../core/hopsworks/deploymentRecord';
import { isLanguageModel } from '../../core/hopsworks/fit';
import { readConnection } from '../connection';
import { nodeError } from '../errors';
import type { Operations } from '../operation';
import { REST_DEFAULTS, restApi } from '../restApi';

const SERVERS: Record<string, string> = {
	PYTHON: 'Python',
	TENSORFLOW_SERVING: 'TensorFlow Serving',
	VLLM: 'vLLM',
};

/** An entry of the list: name, state and model server. */
function labelOf({ name, state, modelServer, isGrpc }: DeploymentRecord): string {
	const server = SERVERS[modelServer] ?? modelServer;
	const facts = [state, server, isGrpc ? 'gRPC only, not usable' : ''].filter(Boolean).join(', ');
	return facts === '' ? name : `${name} (${facts})`;
}

type Search = (this: ILoadOptionsFunctions, filter?: string) => Promise<INodeListSearchResult>;

/** Whether an operation calls a deployment. */
type Suits = (record: DeploymentRecord) => boolean;

/**
 * A search of the project's deployments for the locator's list; those that the chosen operation calls come first, those that
 * no operation can call last. A refused key is an error in the panel, never an empty list.
 */
function deploymentSearch(suitsOperation: (operation: unknown) => Suits): Search {
	return async function (filter = '') {
		const connection = await readConnection(this);
		const found = await restApi(this, connection, REST_DEFAULTS, { requests: 0, retries: 0 }).deployments();
		if (!found.ok) throw nodeError(this.getNode(), found.failure, 0);
		const suits = suitsOperation(this.getCurrentNodeParameter('operation'));
		const rank = (record: DeploymentRecord): number => (record.isGrpc ? 2 : Number(!suits(record)));
		const wanted = filter.trim().toLowerCase();
		const results = found.value
			.toSorted((one, other) => rank(one) - rank(other))
			.map((record) => ({ name: labelOf(record), value: record.name, description: record.description }))
			.filter(({ name }) => name.toLowerCase().includes(wanted));
		return { results };
	};
}

/** The search for a node with operations. Where some of them need language models, the others call all but those. */
export function deploymentSearchFor(operations: Operations): Search {
	const isDivided = operations.some(({ modelServer }) => modelServer !== undefined);
	return deploymentSearch((chosen) => {
		const needsLanguage = operations.find(({ value }) => value === chosen)?.modelServer !== undefined;
		return (record) => !isDivided || isLanguageModel(record) === needsLanguage;
	});
}

/** The search for a node that calls language models alone. */
export const searchLanguageModels = deploymentSearch(() => isLanguageModel);
