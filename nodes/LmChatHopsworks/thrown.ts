/** Errors as agents and chains get them. */
import { NodeOperationError, type INode } from 'n8n-workflow';
import type { Failure } from '../core/failure/outcome';
import { withPlace } from '../core/failure/requestPlace';

/**
 * Of an error from a sub-node an agent may show and keep the message alone, so what to do goes into it. Of this class, since an
 * agent wraps any other once more, whose message n8n then replaces for a system error code such as ECONNREFUSED in it.
 */
export function subNodeError(node: INode, failure: Failure, itemIndex: number): NodeOperationError {
	const { message } = failure;
	// The words of a server may end a sentence by themselves.
	const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
	const error = new NodeOperationError(node, sentence, { itemIndex });
	error.message = `${sentence} ${withPlace(failure)}`;
	return error;
}
