/** The way out of reading what cannot be used: thrown where it is found, a failure where the item is settled. */
import { excerpt } from '../core/failure/excerpt';
import { badInput, failed, success, type Failure, type Outcome } from '../core/failure/outcome';

class Unusable extends Error {
	constructor(readonly failure: Failure) {
		super(failure.message);
	}
}

/** Ends the reading of what the user gave: what is wrong with it, and what to do next. */
export function unusable(message: string, description: string): never {
	throw new Unusable(badInput(message, description).failure);
}

/** The value of an outcome, inside a function that `attempt` runs. */
export function take<Value>(outcome: Outcome<Value>): Value {
	if (outcome.ok) return outcome.value;
	throw new Unusable(outcome.failure);
}

/** Runs a reading function. What it throws becomes a failure. */
export async function attempt<Value>(read: () => Value | Promise<Value>): Promise<Outcome<Value>> {
	try {
		return success(await read());
	} catch (error) {
		return failed(failureIn(error));
	}
}

/** The failure in what a reading function threw. What no reading foresaw is a fault of the node. */
export function failureIn(error: unknown): Failure {
	return error instanceof Unusable ? error.failure : brokenNode(error);
}

function brokenNode(error: unknown): Failure {
	return {
		kind: 'node',
		message: `The node could not go on: ${excerpt(textsOf(error).message)}`,
		description:
			'This is a fault of the node. Please report it, with the settings of the node and an item that shows it.',
	};
}

/** Calls n8n, which throws where a field, a credential or a file of the user's cannot be read. */
export async function fromN8n<Value>(call: () => Promise<Value>): Promise<Value> {
	try {
		return await call();
	} catch (error) {
		throw thrownByN8n(error);
	}
}

/** What n8n threw, expression errors included, as what the user gave. */
export function thrownByN8n(error: unknown): Error {
	return new Unusable({ kind: 'input', ...textsOf(error) });
}

function textsOf(error: unknown): { message: string; description: string } {
	const text = (name: string): string => {
		const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
		return typeof value === 'string' ? value : '';
	};
	const message = text('message') || 'A field could not be read';
	return {
		// The words of n8n's own expressions, which walk over a value to its end.
		message: message.includes('call stack') ? 'A value is nested too deep to be read' : message,
		description: text('description') || "Check the expressions in the node's fields.",
	};
}
