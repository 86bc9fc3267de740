/** The request of the first item, shown in the editor instead of being sent (docs/decisions/0040). */
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { buildBatches, type Batch } from '../core/batching/batchBuilder';
import type { Group, ReadyGroup } from '../core/batching/scatter';
import { failed, success, type Failure, type Outcome } from '../core/failure/outcome';
import { jsonWithout, keyRemover } from '../core/hopsworks/apiKey';
import { parseExactly } from '../core/json/json';
import { turnsOfRun } from './cancel';
import type { Connection } from './connection';
import { isTool } from './items';
import { booleanOption, type Options, type ValuesOf } from './options';
import type { Run } from './run';
import type { Send } from './send';
import { headersOf } from './sendOnce';
import { unusable } from './unusable';

export const previewOptions = {
	previewOnly: booleanOption({
		displayName: 'Preview Only',
		type: 'boolean',
		noDataExpression: true,
		default: false,
		description:
			'Whether to show the first request instead of sending anything to the deployment. Use it to try things out in the editor: in a workflow that runs by itself, the node fails.',
	}),
};

export type PreviewOptions = ValuesOf<typeof previewOptions>;

export interface Preview {
	/** Keeps the first request in the place of sending it. */
	keep: Send;
	/** The request of the first row that has one, as the editor shows it; undefined where no row has. Rows without go to `fail`. */
	requestOf<Row, Value>(
		group: ReadyGroup<Row, Value> | undefined,
		connection: Connection,
		fail: (item: number, failure: Failure) => void,
	): Promise<{ item: number; request: Outcome<IDataObject> } | undefined>;
	/** Settles every item: one shows its request, and nothing comes out for those behind it. */
	settle<Row, Value>(run: Run, groups: Array<Group<Row, Value>>, connection: Connection): Promise<void>;
}

/** A request that was not sent. */
interface Kept {
	url: string;
	headers: Record<string, string>;
	text: string;
}

/** In the place of an id that is made when a request is sent. */
const ANY_ID = '(a new one for each request)';

export const NOTHING_SENT = "'Preview Only' is on: nothing was sent to the deployment";

const NOT_SENT: Failure = { kind: 'notSent', message: 'Not sent, as this is a preview', description: '' };

/** What a run does that only shows its request; undefined for any other. Throws `unusable`. */
export function preview(context: IExecuteFunctions, options: Options<PreviewOptions>): Preview | undefined {
	if (!options.get('previewOnly')) return undefined;
	if (isTool(context.getNode())) {
		unusable("'Preview Only' is on, and an agent cannot use a request that is not sent", 'Turn it off in the options.');
	}
	if (context.getMode() !== 'manual') {
		unusable(
			"'Preview Only' is on, so nothing was sent",
			'It is for the editor, and this workflow was not started there. Turn it off in the options.',
		);
	}
	let kept: Kept | undefined;
	return {
		async keep({ url, host }, _asked, write, { onPiece } = {}) {
			const headers = headersOf({ host, requestId: ANY_ID, hasBody: true, streams: onPiece !== undefined });
			kept ??= { url, headers, text: write() };
			return { outcome: failed(NOT_SENT), tries: 0, latency: 0 };
		},
		async requestOf(group, { apiKey }, fail) {
			const batch = group && (await firstBatch(group, fail));
			const { items: [item] = [], rows: [row] = [], items = [] } = batch ?? {};
			if (!group || item === undefined || row === undefined) return undefined;
			const sent = await group.exchange({ items: [item], rows: [row] });
			const request = kept && { ...shown(kept, apiKey), rowsInRequest: items.length };
			// What its row lacks, such as an image, was not to be had.
			return { item, request: request ? success(request) : failed(sent.ok ? NOT_SENT : sent.failure) };
		},
		async settle(run, [group], connection) {
			const fail = (item: number, failure: Failure): void => run.settle(item, failed(failure));
			const { item, request } = (await this.requestOf(group, connection, fail)) ?? {};
			if (item !== undefined && request) run.settle(item, request.ok ? shownItem(item, request.value) : request);
			run.notes.add(NOTHING_SENT);
			if (run.items.length === 0) run.notes.add('There is no input item, and so no request to show');
			run.dropRest();
		},
	};
}

/** The first rows that share a request. Those that cannot be fetched go to `fail`. */
async function firstBatch<Row, Value>(
	group: ReadyGroup<Row, Value>,
	fail: (item: number, failure: Failure) => void,
): Promise<Batch<Row> | undefined> {
	for await (const batch of buildBatches(group.items, group.rowOf, group, fail, turnsOfRun())) return batch;
	return undefined;
}

/** What comes out for an item whose request is shown. */
export function shownItem(item: number, request: IDataObject): Outcome<INodeExecutionData> {
	return success({ json: { request }, pairedItem: { item } });
}

/** A request as the editor shows it: without the key, and with its body to look into as well as letter for letter. */
function shown({ url, headers, text }: Kept, apiKey: string) {
	const remove = keyRemover(apiKey);
	const cleaned = Object.entries(headers).map(([name, value]) => [name, remove(value)]);
	return {
		method: 'POST',
		url: remove(url),
		headers: { Authorization: 'ApiKey (hidden)', ...Object.fromEntries(cleaned) },
		body: jsonWithout(parseExactly(text) ?? text, remove),
		bodyText: remove(text),
	};
}
