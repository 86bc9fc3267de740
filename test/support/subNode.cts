/** A sub-node of a vector store as the store gets it: from n8n's own engine. */
import {
	type AINodeConnectionType,
	type ExecutionError,
	type IDataObject,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
	type IRun,
	type ITaskData,
} from 'n8n-workflow';
import { nodeNamed, runWorkflow } from './engine.cts';
import { read } from './json.cts';

export interface SubNodeOptions<Supplied> {
	/** The sub-node, with the kind of its connection. */
	node: INodeType;
	type: AINodeConnectionType;
	isSupplied: (value: unknown) => value is Supplied;
	/** What is done with what it supplies. */
	use: (supplied: Supplied) => Promise<unknown>;
	parameters?: INodeParameters;
	/** The credential's fields. */
	credential: IDataObject;
	/** Cancels the run after so many milliseconds. */
	cancelAfter?: number;
}

export interface SubNodeRun {
	run: IRun;
	/** What `use` gave, as JSON. */
	made: unknown;
	error?: ExecutionError;
	/** The runs of the sub-node in n8n's log. */
	log: ITaskData[];
	/** What these show. */
	shown: IDataObject[];
}

/** Uses a sub-node in a run of its own. */
export async function useSubNode<Supplied>({
	node,
	type,
	isSupplied,
	use,
	parameters,
	credential,
	cancelAfter,
}: SubNodeOptions<Supplied>): Promise<SubNodeRun> {
	const user: INodeType = {
		description: {
			displayName: 'User',
			name: 'user',
			group: ['trigger'],
			version: 1,
			description: '',
			defaults: { name: 'User' },
			inputs: [{ type, maxConnections: 1 }],
			outputs: ['main'],
			properties: [],
		},
		async execute() {
			const supplied: unknown = await this.getInputConnectionData(type, 0);
			if (!isSupplied(supplied)) throw new Error('that is not what the sub-node supplies');
			const made = await use(supplied);
			return [[{ json: { made: made === undefined ? null : read(JSON.stringify(made)) } }]];
		},
	};
	const run = await runWorkflow({
		credential,
		cancelAfter,
		types: { 'test.user': user, 'test.subNode': node },
		nodes: [
			nodeNamed('User', 'test.user'),
			nodeNamed('Sub-Node', 'test.subNode', {
				parameters: { deployment: { __rl: true, mode: 'name', value: 'model' }, ...parameters },
				credentials: { hopsworksApi: { id: '1', name: 'test' } },
			}),
		],
		connections: { 'Sub-Node': { [type]: [[{ node: 'User', type, index: 0 }]] } },
	});
	const { runData, error } = run.data.resultData;
	const items = (name: string, output: string): INodeExecutionData[] =>
		(runData[name] ?? []).flatMap(({ data }) => data?.[output]?.[0] ?? []);
	return {
		run,
		made: items('User', 'main')[0]?.json.made,
		error,
		log: runData['Sub-Node'] ?? [],
		shown: items('Sub-Node', type).map(({ json }) => json),
	};
}
