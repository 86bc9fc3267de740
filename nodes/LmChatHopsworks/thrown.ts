/** Errors as agents and chains get them. */
import { NodeOperationError, type INode } from 'n8n-workflow';
import type { Failure } from '../core/failure/outcome';

/**
 * Of an error from a sub-node an agent may show and keep the message alone, so what to do goes into it. Of this class, since an
 * agent wraps any other once more, whose message n8n then replaces for a system error code such as ECONNREFUSED in it.
 */
export function subNodeError(node: INode, { message, description }: Failure, itemIndex: number): NodeOperationError {
	// The words of a server may end a sentence by themselves.
	const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
	const error = new NodeOperationError(node, sentence, { itemIndex });
	error.message = `${sentence} ${description}`;
	return error;
}
