/** A failure as n8n's own error, to be thrown or shown for one item. */
import { NodeApiError, NodeOperationError, type Functionality, type INode } from 'n8n-workflow';
import type { Failure } from '../core/failure/outcome';
import { withPlace } from '../core/failure/requestPlace';
import type { Run } from './run';

const OWN_SIDE = new Set<Failure['kind']>(['input', 'cancelled', 'notSent', 'node']);

/**
 * `NodeOperationError` for what the user gave, `NodeApiError` for what a server answered, always with the item. As
 * `functionality` a sub-node gives 'configuration-node': n8n then passes its error on as it is.
 */
export function nodeError(
	node: INode,
	failure: Failure,
	itemIndex: number,
	functionality: Functionality = 'regular',
): NodeApiError | NodeOperationError {
	const { message, status } = failure;
	const description = withPlace(failure);
	const error = OWN_SIDE.has(failure.kind)
		? new NodeOperationError(node, message, { description, itemIndex, functionality })
		: new NodeApiError(
				node,
				{ message },
				{
					message,
					description,
					itemIndex,
					functionality,
					httpCode: status === undefined ? undefined : String(status),
				},
			);
	// n8n replaces a message that contains a system error code, even as part of a server's own words.
	error.message = message;
	return error;
}

/** The error that ends a run: the first failure of an item that was sent; `undefined` where all went well. */
export function firstError(run: Run): NodeApiError | NodeOperationError | undefined {
	const { context, outcomes } = run;
	const item = outcomes.findIndex((outcome) => !outcome.ok && outcome.failure.kind !== 'notSent');
	const first = outcomes[item];
	if (!first || first.ok) return undefined;
	return nodeError(context.getNode(), { ...first.failure, request: run.sentRows.placeOf(item, first.failure) }, item);
}
