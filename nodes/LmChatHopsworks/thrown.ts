/** Errors as agents and chains get them. */
import type { INode, NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { Failure } from '../core/failure/outcome';
import { nodeError } from '../n8n/errors';

/** Of an error from a sub-node agents keep and show the message alone, so what to do goes into it. */
export function subNodeError(node: INode, failure: Failure, itemIndex: number): NodeApiError | NodeOperationError {
	const { message, description } = failure;
	// The words of a server may end a sentence by themselves.
	const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
	return nodeError(node, { ...failure, message: `${sentence} ${description}` }, itemIndex);
}
