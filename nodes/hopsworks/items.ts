/** What all operations share about items: what is kept of them, when a run goes on, and what it says at its end. */
import type { IDataObject, IExecuteFunctions, INode, INodeExecutionData, INodeProperties } from 'n8n-workflow';
import { count, type Failure, type Outcome } from '../serving/outcome';
import type { Tally } from './send';

/** Stands for an item whose request was never made, because the run stops at the first failure. */
export const NOT_SENT: Failure = {
	kind: 'notSent',
	message: 'Not sent, because another item failed first',
	description: "Set 'On Error' to continue, and every item is sent.",
};

/** Whether the run ends at the first failure. n8n shows the setting as 'On Error'. */
export function stopsOnError(context: IExecuteFunctions): boolean {
	return !context.continueOnFail();
}

/** Whether a run may begin another request after this outcome. */
export function mayGoOn(outcome: Outcome<unknown>, stops: boolean): boolean {
	return outcome.ok || (!stops && outcome.failure.kind !== 'cancelled');
}

/** An AI agent's tool is the same node under a type that ends so; its items carry the agent's own data. */
export function isTool({ type }: INode): boolean {
	return type.endsWith('Tool');
}

const keepInput: INodeProperties = {
	displayName: 'Include Input Fields',
	name: 'includeInputFields',
	type: 'boolean',
	noDataExpression: true,
	default: true,
	description: 'Whether to keep the fields of the incoming item beside the answer',
};

export const simplifyProperty: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	noDataExpression: true,
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** The switch for keeping input fields, off at first. */
export const includeInputFields: INodeProperties[] = [{ ...keepInput, default: false }];

/** The same, on at first; off as a tool, so that the agent's own item stays out of the answer. */
export const includeInputFieldsAtFirst: INodeProperties[] = [
	{ ...keepInput, displayOptions: { hide: { '@tool': [true] } } },
	{ ...keepInput, default: false, displayOptions: { show: { '@tool': [true] } } },
];

/**
 * An outgoing item, linked to the incoming one, with its fields and files where they are kept. What an operation makes is
 * put into its `json`, which is a new object.
 */
export function outgoing(
	items: INodeExecutionData[],
	item: number,
	keepsInput: boolean,
): INodeExecutionData & { json: IDataObject } {
	const pairedItem = { item };
	const incoming = keepsInput ? items[item] : undefined;
	if (!incoming) return { json: {}, pairedItem };
	const json = { ...incoming.json };
	return incoming.binary ? { json, binary: incoming.binary, pairedItem } : { json, pairedItem };
}

/** The item that comes out for one that failed. On the error output n8n itself merges the input row in, if it finds `error` alone. */
export function failedItem(
	node: INode,
	items: INodeExecutionData[],
	item: number,
	{ message: error }: Failure,
): INodeExecutionData {
	const isBare = node.onError === 'continueErrorOutput' || isTool(node);
	return { json: isBare ? { error } : { ...items[item]?.json, error }, pairedItem: { item } };
}

const RETRY_ON_FAIL =
	"'Retry On Fail' is on while 'On Error' continues: n8n then runs the whole node again whenever the first item that comes out has a field 'error'. Turn it off; this node tries again by itself";

/** Whether n8n's own retry may run the node again although it continues: it looks at `error` of the first item only. */
function meetsRetryOnFail(context: IExecuteFunctions, [first]: Array<Outcome<INodeExecutionData>>): boolean {
	const error = first?.ok ? first.value.json.error : true;
	const isTakenForFailure = error !== undefined && error !== null && error !== false;
	return isTakenForFailure && context.getNode().retryOnFail === true && context.continueOnFail();
}

/** What a run tells of itself. */
interface RunReport {
	context: IExecuteFunctions;
	outcomes: Array<Outcome<INodeExecutionData>>;
	tally: Tally;
	/** Sentences without their full stop. */
	notes: Iterable<string>;
}

/** Says in the editor what a run has met; a run without trouble says nothing. */
export function hintAtTrouble({ context, outcomes, tally: { requests, retries }, notes }: RunReport): void {
	const failures = outcomes.filter((outcome) => !outcome.ok).length;
	const remarks = [...notes, ...(meetsRetryOnFail(context, outcomes) ? [RETRY_ON_FAIL] : [])];
	if (retries === 0 && failures === 0 && remarks.length === 0) return;
	const parts = [
		count(outcomes.length, 'item'),
		count(requests, 'request'),
		retries > 0 ? `${retries.toLocaleString('en-US')} sent again` : '',
		failures > 0 ? `${failures.toLocaleString('en-US')} failed` : '',
	];
	context.addExecutionHints({
		message: [parts.filter(Boolean).join(', '), ...remarks].join('. '),
		location: 'outputPane',
		type: failures > 0 ? 'warning' : 'info',
	});
}
