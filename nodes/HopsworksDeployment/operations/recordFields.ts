/** A deployment as an outgoing item. */
import type { IDataObject } from 'n8n-workflow';
import type { DeploymentRecord } from '../../core/hopsworks/deploymentRecord';

/** All that Hopsworks sent of something. */
export function rawFields({ error, ...raw }: DeploymentRecord['raw']): IDataObject {
	// n8n takes an item with a field of that name for a failed one.
	return error === undefined ? raw : { ...raw, deploymentError: error };
}

export function recordFields(record: DeploymentRecord, isSimple: boolean): IDataObject {
	if (!isSimple) return rawFields(record.raw);
	const { id, name, description, state, reason, modelServer, modelName, modelVersion, namespace, created } = record;
	return {
		id,
		name,
		description,
		status: state,
		reason,
		version: record.version,
		modelServer,
		modelName,
		modelVersion,
		apiProtocol: record.isGrpc ? 'GRPC' : 'REST',
		namespace,
		created,
	};
}
