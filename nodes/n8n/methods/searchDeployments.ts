/** The list behind the locator: the project's deployments, as the editor offers them. */
import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import type { DeploymentRecord } from '../../core/hopsworks/deploymentRecord';
import { readConnection } from '../connection';
import { nodeError } from '../errors';
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

/**
 * The project's deployments for the locator's list; those that fit the operation come first, those that cannot be called
 * last. A refused key is an error in the panel, never an empty list.
 */
export async function searchDeployments(this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
	const connection = await readConnection(this);
	const found = await restApi(this, connection, REST_DEFAULTS, { requests: 0, retries: 0 }).deployments();
	if (!found.ok) throw nodeError(this.getNode(), found.failure, 0);
	const operation = this.getCurrentNodeParameter('operation');
	// The chat model has no operations.
	const isForLanguage = ['chat', 'embed', undefined].some((one) => one === operation);
	const rank = ({ isGrpc, modelServer }: DeploymentRecord): number =>
		isGrpc ? 2 : Number(isForLanguage && modelServer !== 'VLLM');
	const wanted = filter.trim().toLowerCase();
	const results = found.value
		.toSorted((one, other) => rank(one) - rank(other))
		.map((record) => ({ name: labelOf(record), value: record.name, description: record.description }))
		.filter(({ name }) => name.toLowerCase().includes(wanted));
	return { results };
}
