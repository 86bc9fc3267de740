/** The 'Options' of an operation: a table of fields, each with the reading of its value, which other fields may use too. */
import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';
import { show } from '../core/failure/excerpt';
import { asRecord, asText } from '../core/json/json';
import type { ParameterReader } from './parameterReader';
import { unusable } from './unusable';

/** A field as the panel shows it; its name is that of its entry in the table. */
export type Field = Omit<INodeProperties, 'name'>;

interface Option<Value> {
	field: Field;
	/** Where it is shown, if that is in several cases; n8n shows a field only where all of its conditions hold. */
	shownIn?: IDisplayOptions[];
	/** Reads what the user set; undefined where nothing is. Throws what `attempt` turns into a failure. */
	read(given: unknown): Value;
}

export type OptionTable<Values> = { [Name in keyof Values]: Option<Values[Name]> };

/** The values of a table's options. */
export type ValuesOf<Table> = { [Name in keyof Table]: Table[Name] extends Option<infer Value> ? Value : never };

/** What a user set of some options. */
export interface Options<Values> {
	/** The value of one, read when it is asked for: what nobody needs cannot fail. */
	get<Name extends keyof Values>(name: Name): Values[Name];
}

export function readOptions<Values>(table: OptionTable<Values>, given: unknown): Options<Values> {
	const values = asRecord(given);
	return { get: (name) => table[name].read(values[String(name)]) };
}

/**
 * Returns what the user set of some options, for an item; those of `inPanel` are fields of the panel itself. The same object
 * for items that have the same: most do.
 */
export function givenOptions(read: ParameterReader, inPanel: readonly string[]): (item: number) => unknown {
	let last: { parts: unknown[]; given: unknown } | undefined;
	return (item) => {
		const options = read('options', item);
		if (inPanel.length === 0) return options;
		const parts = [options, ...inPanel.map((name) => read(name, item))];
		if (last && parts.every((part, index) => part === last?.parts[index])) return last.given;
		const own = Object.fromEntries(inPanel.map((name, index) => [name, parts[index + 1]]));
		last = { parts, given: { ...asRecord(options), ...own } };
		return last.given;
	};
}

/** The fields of a table, in its order. */
export function fieldsIn(table: Record<string, Option<unknown>>): INodeProperties[] {
	return Object.entries(table).flatMap(([name, { field, shownIn }]) =>
		shownIn ? shownIn.map((displayOptions) => ({ ...field, name, displayOptions })) : [{ ...field, name }],
	);
}

/**
 * The field that holds a table's options, by their labels as n8n lists such fields: first those that say what is asked and
 * what comes out, then those of `last`, which hardly anybody needs: how requests reach the server, and how they are sent.
 */
export function optionsField(
	table: Record<string, Option<unknown>>,
	last: Record<string, unknown> = {},
): INodeProperties {
	const isLast = (name: string): number => Number(Object.hasOwn(last, name));
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: fieldsIn(table).toSorted(
			(one, other) => isLast(one.name) - isLast(other.name) || one.displayName.localeCompare(other.displayName),
		),
	};
}

/** An option that is shown only in certain cases. */
export function shownIn<Value>(option: Option<Value>, ...cases: IDisplayOptions[]): Option<Value> {
	return { ...option, shownIn: cases };
}

export function textOption(field: Field): Option<string> {
	return { field, read: (given) => readText(field, given) };
}

export function booleanOption(field: Field): Option<boolean> {
	return { field, read: (given) => readBoolean(field, given) };
}

/** One of the values that a selector knows; the first where nothing is set. */
export function choiceOption<Value extends string>(field: Field, known: readonly [Value, ...Value[]]): Option<Value> {
	return { field, read: (given) => asOneOf(field.displayName, given, known) };
}

/** A number; its default where nothing is set. */
export function numberOption(field: Field): Option<number> {
	return { field, read: (given) => readNumber(field, given) };
}

/** A number that has to be set to count; its default is what the panel begins with. */
export function unsetNumberOption(field: Field): Option<number | undefined> {
	return { field, read: (given) => ((given ?? '') === '' ? undefined : readNumber(field, given)) };
}

/** Anything else, as it was set. */
export function givenOption(field: Field): Option<unknown> {
	return { field, read: (given) => given };
}

/** Whether nothing is set: also what an expression returns for a field that an item does not have. */
function isUnset(value: unknown): boolean {
	return value === undefined || value === null || value === '';
}

/** One of the values that a selector knows, the first where nothing is set. An expression may return anything else, which fails. */
export function asOneOf<Value extends string>(
	label: string,
	value: unknown,
	known: readonly [Value, ...Value[]],
): Value {
	const choice = isUnset(value) ? known[0] : known.find((one) => one === value);
	if (choice !== undefined) return choice;
	return unusable(`'${label}' is ${show(value)}`, `It must be one of: ${known.join(', ')}.`);
}

function readText({ displayName, default: otherwise }: Field, given: unknown): string {
	if (typeof given !== 'object' || given === null) return asText(given ?? otherwise);
	return unusable(`'${displayName}' is ${show(given)}`, 'It must be a text.');
}

function readBoolean({ displayName, default: otherwise }: Field, given: unknown): boolean {
	const value = isUnset(given) ? otherwise : given;
	if (typeof value === 'boolean') return value;
	const words = asText(value).trim().toLowerCase();
	if (words === 'true' || words === 'false') return words === 'true';
	return unusable(`'${displayName}' is ${show(value)}`, 'It must be true or false.');
}

/**
 * A number as its field in the panel describes it: its default where nothing is set, within its bounds, and whole where
 * its `numberPrecision` is 0. Fails by the field's label, and names the bounds.
 */
export function readNumber({ displayName, default: otherwise, typeOptions = {} }: Field, given: unknown): number {
	const { minValue = -Infinity, maxValue = Infinity, numberPrecision } = typeOptions;
	const isWhole = numberPrecision === 0;
	const value = given ?? '';
	const wanted = value === '' ? otherwise : value;
	const number = typeof wanted === 'string' && wanted.trim() !== '' ? Number(wanted) : wanted;
	const fits = typeof number === 'number' && number >= minValue && number <= maxValue;
	if (fits && Number.isFinite(number) && (!isWhole || Number.isInteger(number))) return number;
	const bounds = [minValue, maxValue].map((bound) => bound.toLocaleString('en-US')).join(' to ');
	return unusable(
		`'${displayName}' is ${show(value)}`,
		`It must be ${isWhole ? 'a whole number' : 'a number'} from ${bounds}.`,
	);
}

/** Names that no answer can have in an item of n8n, and why. */
const NO_FIELD: Record<string, string> = {
	'': 'is empty',
	// Set like any other, it would change the item itself and be seen nowhere.
	['__proto__']: "is '__proto__', which no item can hold",
	error: "is 'error', which n8n takes for the mark of a failed item",
};

/** The name of the field that an answer goes to. */
export function outputFieldOption(field: Field): Option<string> {
	return {
		field,
		read(given) {
			const name = asText(given ?? field.default).trim();
			const problem = Object.hasOwn(NO_FIELD, name) ? NO_FIELD[name] : undefined;
			if (problem === undefined) return name;
			return unusable(`'Output Field' ${problem}`, `Give it another name, such as '${asText(field.default)}'.`);
		},
	};
}
