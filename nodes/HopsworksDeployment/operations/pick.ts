/** The deployment that an item means. */
import { asRecord, take } from '../../hopsworks/parameters';
import { asText } from '../../serving/json';
import type { DeploymentRecord } from '../../serving/deploymentRecord';
import { badInput, type Outcome } from '../../serving/outcome';
import type { Task } from './operation';

export async function readDeploymentOf({ api, read, item }: Task): Promise<Outcome<DeploymentRecord>> {
	const name = asText(asRecord(read('deployment', item)).value).trim();
	if (name === '') {
		take(badInput("'Deployment' is empty", "Pick a deployment from the list, or choose 'By Name' and enter its name."));
	}
	return await api.deployment(name);
}
