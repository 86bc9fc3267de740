/** The ways of scoring that are compared: the node in n8n's engine, the engine alone, and the least code that could do it. */
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node.ts';
import { runModel, type RunOptions } from '../test/support/engine.cts';

export const COLUMNS = ['amount', 'age', 'distance', 'hour'];
export const ROWS_PER_REQUEST = 500;
export const CONCURRENCY = 4;

export interface Scored {
	/** Milliseconds that the scoring alone took. */
	milliseconds: number;
	items: INodeExecutionData[];
}

/** The node, timed as n8n times a node. */
export async function byNode(
	items: INodeExecutionData[],
	url: string,
	options: Partial<RunOptions> = {},
	rowsPerRequest = ROWS_PER_REQUEST,
): Promise<Scored> {
	const { success, error, executionTime } = await runModel({
		items,
		credential: { servingUrl: url },
		parameters: {
			operation: 'predict',
			deployment: { __rl: true, mode: 'url', value: url },
			columns: COLUMNS.join(),
			options: { rowsPerRequest, concurrency: CONCURRENCY },
		},
		...options,
	});
	if (error) throw error;
	return { milliseconds: executionTime, items: success };
}

/** The same node with nothing to do but to put the same items out: what n8n itself takes. */
class Idle extends HopsworksModel {
	override async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const scored = this.getInputData().map(({ json }, item) => ({
			json: { ...json, prediction: item },
			pairedItem: { item },
		}));
		return [scored];
	}
}

export async function byIdleNode(items: INodeExecutionData[], url: string): Promise<Scored> {
	return await byNode(items, url, { node: new Idle() });
}

const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

async function post(url: string, body: string): Promise<string> {
	return await new Promise((resolve, reject) => {
		const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
		const call = request(url, { method: 'POST', agent, headers }, (response) => resolve(text(response)));
		call.on('error', reject);
		call.end(body);
	});
}

/** A bare script: the same batches over a keep-alive pool, the same items out. It checks nothing and survives nothing. */
export async function byScript(items: INodeExecutionData[], url: string): Promise<Scored> {
	const began = performance.now();
	const scored: INodeExecutionData[] = new Array(items.length);
	let next = 0;
	const worker = async (): Promise<void> => {
		while (next < items.length) {
			const start = next;
			next += ROWS_PER_REQUEST;
			const batch = items.slice(start, next);
			const inputs = batch.map(({ json }) => COLUMNS.map((column) => json[column]));
			const { predictions }: { predictions: number[] } = JSON.parse(await post(url, JSON.stringify({ inputs })));
			batch.forEach(({ json }, row) => {
				const made: IDataObject = { ...json, prediction: predictions[row] };
				scored[start + row] = { json: made, pairedItem: { item: start + row } };
			});
		}
	};
	await Promise.all(Array.from({ length: CONCURRENCY }, worker));
	return { milliseconds: performance.now() - began, items: scored };
}
