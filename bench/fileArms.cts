/** The ways of scoring a file from disk to disk in n8n, as whole workflows that it can import. */
import { chain, node, uses } from '../tools/workflowParts.cts';
import { CREDENTIAL, type Node } from './arms.cts';
import { FILE_COLUMNS } from './fileTable.cts';
import { IN_FLIGHT } from './settings.cts';

export interface FileArm {
	name: string;
	/** Who would do it so, for the report. */
	label: string;
	/** Between the file that is read and the one that is written; none where neither is. */
	nodes?: Node[];
}

const START = node('1', 'Start', 'n8n-nodes-base.manualTrigger', 1, {});

function scoring(id: string, url: string, operation: string, rowsPerRequest?: number): Node {
	return node(
		id,
		'Hopsworks Model',
		'n8n-nodes-hopsworks.hopsworksModel',
		1,
		{
			operation,
			deployment: { __rl: true, mode: 'url', value: url },
			columns: FILE_COLUMNS.join(', '),
			options: { concurrency: IN_FLIGHT, ...(rowsPerRequest !== undefined && { rowsPerRequest }) },
		},
		uses('hopsworksApi', CREDENTIAL),
	);
}

/** The arms, asking a model at an address; `rowsPerRequest` is what the bare script is fastest with. */
export function fileArmsAt(url: string, rowsPerRequest: number): FileArm[] {
	return [
		{ name: 'idle', label: 'n8n idle: a workflow of a trigger alone' },
		{
			name: 'ours',
			label: 'Predict File, as it comes',
			nodes: [scoring('3', url, 'predictFile')],
		},
		{
			name: 'tuned',
			label: `Predict File, with the bare script's rows per request`,
			nodes: [scoring('3', url, 'predictFile', rowsPerRequest)],
		},
		{
			name: 'items',
			label: 'Extract From File, Predict, Convert to File',
			nodes: [
				node('3', 'Extract', 'n8n-nodes-base.extractFromFile', 1.1, { operation: 'csv' }),
				scoring('4', url, 'predict', rowsPerRequest),
				node('5', 'Convert', 'n8n-nodes-base.convertToFile', 1.1, { operation: 'csv', options: {} }),
			],
		},
	];
}

/** n8n's ids have sixteen characters. */
export function workflowId(arm: string, rows: number): string {
	return `${arm}${rows}`.padEnd(16, '0');
}

export function fileWorkflow({ name, label, nodes }: FileArm, rows: number, input: string, output: string): object {
	const all = nodes
		? [
				START,
				node('2', 'Read', 'n8n-nodes-base.readWriteFile', 1.1, { fileSelector: input }),
				...nodes,
				node('6', 'Write', 'n8n-nodes-base.readWriteFile', 1.1, { operation: 'write', fileName: output }),
			]
		: [START];
	return {
		id: workflowId(name, rows),
		name: label,
		active: false,
		settings: { executionOrder: 'v1' },
		nodes: all,
		connections: chain(...all.map((one) => one.name)),
	};
}
