/** The deployments of the project, as a field offers them that takes several. */
import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { nodeError } from '../errors';
import { connectionOfPanel } from '../projectChoice';
import { REST_DEFAULTS, restApi } from '../restApi';

/** By their names, which n8n keeps in the workflow. A refused key is an error in the panel, never an empty list. */
export async function getDeployments(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const connection = await connectionOfPanel(this);
	const found = await restApi(this, connection, REST_DEFAULTS, { requests: 0, retries: 0 }).deployments();
	if (!found.ok) throw nodeError(this.getNode(), found.failure, 0);
	return found.value.map(({ name, description }) => ({ name, value: name, description }));
}
