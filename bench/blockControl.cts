/** What n8n itself blocks for: a node that sends the same requests through n8n's helper and does nothing with the replies. */
import type { IExecuteFunctions, IHttpRequestOptions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { HopsworksModel } from '../nodes/HopsworksModel/HopsworksModel.node.ts';
import { at } from '../test/support/json.cts';
import { IN_FLIGHT } from './settings.cts';

export interface SameRequest {
	path: string;
	/** Absent for a GET. */
	body?: string;
	/** How often it is sent, where not once. */
	times?: number;
	/** Whether the reply is asked for as a stream. */
	isStream?: boolean;
}

function isReadable(value: unknown): value is AsyncIterable<unknown> {
	return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function sendOnce(context: IExecuteFunctions, url: string, { body, isStream }: SameRequest): Promise<void> {
	const request: IHttpRequestOptions = {
		method: body === undefined ? 'GET' : 'POST',
		url,
		...(body !== undefined && { headers: { 'Content-Type': 'application/json' }, body: Buffer.from(body) }),
		encoding: isStream ? 'stream' : 'text',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
	};
	const { helpers } = context;
	const reply: unknown = await helpers.httpRequestWithAuthentication.call(context, 'hopsworksApi', request);
	if (!isStream) return;
	const stream = at(reply, 'body');
	if (!isReadable(stream)) throw new Error('the reply is no stream');
	for await (const _bytes of stream);
}

export function controlNode(url: string, same: SameRequest): INodeType {
	const { description, methods } = new HopsworksModel();
	return {
		description,
		methods,
		async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
			let open = same.times ?? 1;
			const worker = async (): Promise<void> => {
				while (open-- > 0) await sendOnce(this, `${url}${same.path}`, same);
			};
			await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
			return [[]];
		},
	};
}
