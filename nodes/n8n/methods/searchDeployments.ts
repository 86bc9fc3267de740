/** The list behind the locator: the project's deployments, as the editor offers them. */
import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import type { DeploymentRecord } from '../../core/hopsworks/deploymentRecord';
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

/**
 * A search of the project's deployments for the locator's list; those on the model server that the operation needs come
 * first, those that cannot be called last. A refused key is an error in the panel, never an empty list.
 */
export function deploymentSearch(modelServerFor: (operation: unknown) => string | undefined): Search {
	return async function (filter = '') {
		const connection = await readConnection(this);
		const found = await restApi(this, connection, REST_DEFAULTS, { requests: 0, retries: 0 }).deployments();
		if (!found.ok) throw nodeError(this.getNode(), found.failure, 0);
		const wantedServer = modelServerFor(this.getCurrentNodeParameter('operation'));
		const rank = ({ isGrpc, modelServer }: DeploymentRecord): number =>
			isGrpc ? 2 : Number(wantedServer !== undefined && modelServer !== wantedServer);
		const wanted = filter.trim().toLowerCase();
		const results = found.value
			.toSorted((one, other) => rank(one) - rank(other))
			.map((record) => ({ name: labelOf(record), value: record.name, description: record.description }))
			.filter(({ name }) => name.toLowerCase().includes(wanted));
		return { results };
	};
}

/** The search for a node with operations, some of which need a model server. */
export function deploymentSearchFor(operations: Operations): Search {
	return deploymentSearch((chosen) => operations.find(({ value }) => value === chosen)?.modelServer);
}
