/** What an operation is: a record, so that adding one is one file and one word in the list. */
import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { ParameterReader } from '../../hopsworks/parameters';
import type { RestApi } from '../../hopsworks/restApi';
import type { DeploymentRecord } from '../../serving/deploymentRecord';
import type { Outcome } from '../../serving/outcome';

/** What an operation works with, for one item. */
export interface Task {
	context: IExecuteFunctions;
	api: RestApi;
	read: ParameterReader;
	item: number;
}

export interface Operation {
	/** Stored in workflows: never renamed. */
	value: string;
	name: string;
	/** What an AI agent reads as the tool's purpose. */
	action: string;
	description: string;
	properties: INodeProperties[];
	/** What one item becomes, as the fields of one outgoing item or more. Throws what `attempt` turns into a failure. */
	run(task: Task): Promise<Outcome<IDataObject[]>>;
}

/** A deployment as an outgoing item. */
export function shown(record: DeploymentRecord, isSimple: boolean): IDataObject {
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
