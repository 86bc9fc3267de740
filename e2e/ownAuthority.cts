/** A row to a cluster whose authority is in the credential alone, in a whole n8n of any version. */
import { credential } from '../tools/credential.cts';
import type { NodeRun, WholeN8n } from '../tools/wholeN8n.cts';
import { chain, node, uses } from '../tools/workflowParts.cts';

const AUTHORITY_RUN = 'authorityOfVersions1';
const AUTHORITY_CREDENTIAL = 'hopsworksAuthority';

export function authorityCredential(url: string, authority: string): object {
	return credential(AUTHORITY_CREDENTIAL, 'Own authority', url, url, authority);
}

/** One row by the credential that names the server's authority; a failure comes out beside it. */
export function authorityWorkflow(): object {
	const parameters = {
		operation: 'predict',
		deployment: { __rl: true, mode: 'name', value: 'fraud' },
		rows: 'json',
		rowJson: '={{ [12.5, 400, 14] }}',
	};
	const more = { ...uses('hopsworksApi', AUTHORITY_CREDENTIAL), onError: 'continueRegularOutput' };
	return {
		id: AUTHORITY_RUN,
		name: 'Authority',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes: [
			node('1', 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
			node('2', 'Hopsworks Model', 'n8n-nodes-hopsworks.hopsworksModel', 1, parameters, more),
		],
		connections: chain('Start', 'Hopsworks Model'),
	};
}

/** What became of the one row that went to a server whose authority is in the credential. */
export async function overOwnAuthority(n8n: WholeN8n): Promise<Record<string, unknown>> {
	const { 'Hopsworks Model': model }: Record<string, NodeRun> = await n8n.execute(AUTHORITY_RUN);
	return model?.items[0]?.json ?? {};
}
