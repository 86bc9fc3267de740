/** A deployment as an outgoing item. */
import type { IDataObject } from 'n8n-workflow';
import type { DeploymentRecord } from '../../core/hopsworks/deploymentRecord';

export function recordFields(record: DeploymentRecord, isSimple: boolean): IDataObject {
	if (!isSimple) {
		// n8n takes an item with a field of that name for a failed one.
		const { error, ...raw } = record.raw;
		return error === undefined ? raw : { ...raw, deploymentError: error };
	}
	const { id, name, description, state, reason, modelServer, modelName, modelVersion, namespace, created } = record;
	return {
		id,
		name,
		description,
		status: state,
		reason,
		modelServer,
		modelName,
		modelVersion,
		apiProtocol: record.isGrpc ? 'GRPC' : 'REST',
		namespace,
		created,
	};
}
