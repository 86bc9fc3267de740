/** A failure as n8n's own error, to be thrown or shown for one item. */
import { NodeApiError, NodeOperationError, type Functionality, type INode } from 'n8n-workflow';
import type { Failure, Outcome } from '../core/failure/outcome';

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
	const { message, description, status } = failure;
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
export function firstError(
	node: INode,
	outcomes: Array<Outcome<unknown>>,
): NodeApiError | NodeOperationError | undefined {
	const item = outcomes.findIndex((outcome) => !outcome.ok && outcome.failure.kind !== 'notSent');
	const first = outcomes[item];
	return first && !first.ok ? nodeError(node, first.failure, item) : undefined;
}
