/** Reading what the user set: once where it is the same for every item, item by item where it is an expression. */
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { excerpt, show } from '../serving/excerpt';
import { excessOf } from '../serving/extent';
import { asText, isRecord, parseGiven } from '../serving/json';
import { failed, success, type Failure, type Outcome } from '../serving/outcome';

export type ParameterReader = (name: string, item: number) => unknown;

function holdsExpression(stored: unknown): boolean {
	if (typeof stored === 'string') return stored.startsWith('=');
	return typeof stored === 'object' && stored !== null && Object.values(stored).some(holdsExpression);
}

/** A reader of node parameters; null for one that the panel does not show. An expression costs about 0.3 ms an item. */
export function parameterReader(context: IExecuteFunctions): ParameterReader {
	const sameForAll = new Map<string, unknown>();
	return (name, item) => {
		if (sameForAll.has(name)) return sameForAll.get(name);
		const value = context.getNodeParameter(name, item, null);
		const stored = context.getNodeParameter(name, item, null, { rawExpressions: true });
		if (!holdsExpression(stored)) sameForAll.set(name, value);
		return value;
	};
}

/** The way out of a reading function for input that cannot be used; `attempt` turns it into a failure. */
class Unusable extends Error {
	constructor(readonly failure: Failure) {
		super(failure.message);
	}
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

/** The failure of a throw that no reading foresaw: the node itself is at fault. */
export function brokenNode(error: unknown): Failure {
	const { message } = isRecord(error) || error instanceof Error ? textsOf(error) : textsOf({});
	return {
		kind: 'node',
		message: `The node could not go on: ${excerpt(message)}`,
		description:
			'This is a fault of the node. Please report it, with the settings of the node and an item that shows it.',
	};
}

/** The failure in what a reading function threw, n8n's expression errors included. */
export function failureIn(error: unknown): Failure {
	if (error instanceof Unusable) return error.failure;
	const { message, description } = isRecord(error) || error instanceof Error ? textsOf(error) : textsOf({});
	return { kind: 'input', message, description };
}

function textsOf(error: object): { message: string; description: string } {
	const text = (name: string): string => {
		const value: unknown = Reflect.get(error, name);
		return typeof value === 'string' ? value : '';
	};
	const message = text('message') || 'A field could not be read';
	return {
		// The words of n8n's own expressions, which walk over a value to its end.
		message: message.includes('call stack') ? 'A value is nested too deep to be read' : message,
		description: text('description') || "Check the expressions in the node's fields.",
	};
}

/**
 * A number option as its field in the panel describes it: its default where nothing is set, within its bounds, and whole
 * where its `numberPrecision` is 0. Fails by the field's label, and names the bounds.
 */
export function readNumber(options: Record<string, unknown>, fields: INodeProperties[], name: string): number {
	const {
		displayName = name,
		default: otherwise,
		typeOptions = {},
	} = fields.find((field) => field.name === name) ?? {};
	const { minValue = -Infinity, maxValue = Infinity, numberPrecision } = typeOptions;
	const isWhole = numberPrecision === 0;
	const value = options[name] ?? '';
	const given = value === '' ? otherwise : value;
	const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
	const fits = typeof number === 'number' && number >= minValue && number <= maxValue;
	if (fits && Number.isFinite(number) && (!isWhole || Number.isInteger(number))) return number;
	const bounds = [minValue, maxValue].map((bound) => bound.toLocaleString('en-US')).join(' to ');
	throw new Unusable({
		kind: 'input',
		message: `'${displayName}' is ${show(value)}`,
		description: `It must be ${isWhole ? 'a whole number' : 'a number'} from ${bounds}.`,
	});
}

export function asRecord(value: unknown): Record<string, unknown> {
	return isRecord(value) ? value : {};
}

/** One of the values that a selector knows, the first where nothing or something else is set. */
export function asOneOf<Value extends string>(value: unknown, known: readonly [Value, ...Value[]]): Value {
	return known.find((one) => one === value) ?? known[0];
}

/** JSON that a user gave as data, by an expression, or as text. Fails by the field's label where it is neither. */
export function asJson(value: unknown, label: string): unknown {
	if (value === undefined || value === null) {
		throw new Unusable({
			kind: 'input',
			message: `'${label}' is empty`,
			description: 'Give it a JSON value.',
		});
	}
	const parsed = typeof value === 'string' ? parseGiven(value) : value;
	const excess = excessOf(parsed);
	if (excess !== undefined) {
		throw new Unusable({
			kind: 'input',
			message: `'${label}' ${excess}`,
			description: 'No model server reads that. Give it less.',
		});
	}
	if (parsed !== undefined) return parsed;
	throw new Unusable({
		kind: 'input',
		message: `'${label}' is not valid JSON: ${excerpt(asText(value))}`,
		description: 'Text must be JSON: names and texts in double quotes, no comma after the last value.',
	});
}

/** A JSON object by the same rules; an empty one where nothing is set. */
export function asJsonObject(value: unknown, label: string): Record<string, unknown> {
	if (value === undefined || value === null || value === '') return {};
	const given = asJson(value, label);
	if (isRecord(given)) return given;
	throw new Unusable({
		kind: 'input',
		message: `'${label}' is not a JSON object`,
		description: 'Give it names and values in braces, e.g. {"name": 1}.',
	});
}

/** The 'Options' of an operation, in the order in which n8n lists such fields. */
export function optionsField(options: INodeProperties[]): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: options.toSorted((one, other) => one.displayName.localeCompare(other.displayName)),
	};
}

/** The name of the field that an answer goes to. */
export function readOutputField(options: Record<string, unknown>, otherwise: string): string {
	const name = asText(options.outputField ?? otherwise).trim();
	if (name !== '' && name !== 'error') return name;
	const problem = name === '' ? 'is empty' : "is 'error', which n8n takes for the mark of a failed item";
	throw new Unusable({
		kind: 'input',
		message: `'Output Field' ${problem}`,
		description: `Give it another name, such as '${otherwise}'.`,
	});
}
