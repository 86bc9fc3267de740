/** Rows by a deployment's schema: each value as the JSON text that its column's type accepts (Hopsworks 5.1 and later). */
import { excerpt, show } from '../failure/excerpt';
import { badInput, success, type Failed, type Outcome } from '../failure/outcome';
import { encode, isRecord, parseGiven } from '../json/json';
import { fieldsOf } from './columns';
import type { SchemaColumn } from './deploymentSchema';
import { SCALARS } from './schemaScalars';
import { readColumnType, type ColumnType } from './schemaTypes';

/** A value that a type does not accept. */
interface Misfit {
	/** Where it stands inside the cell, such as `element 1 of `; '' where it is the cell itself. */
	place: string;
	/** What is wrong with it: `is "much"`. */
	fault: string;
	type: ColumnType;
}

/** The JSON text of a value. */
type CellWriter = (value: unknown) => string | Misfit;

/** What goes into a message beside other things is cut here, so that there is room for all of them. */
const LONGEST_PART = 100;
const LONGEST_LIST = 300;

function part(text: string): string {
	return excerpt(text, LONGEST_PART);
}

/** What to give, by what is wanted. */
const WANTED: Record<ColumnType['kind'], string> = {
	integer: 'a whole number, at most 64 bits long',
	bigint: 'a whole number, beyond 2^53 as text: n8n rounds such numbers',
	number: 'a number',
	decimal: 'a number, or text such as -12.34 with digits on both sides of the point',
	text: 'text',
	boolean: 'true or false',
	timestamp: 'date and time such as 2026-11-24T02:00:00Z, or whole milliseconds since 1970',
	date: 'a day such as 2026-11-24 without a time of day, or whole days since 1970',
	binary: 'standard base64, filled up with = to a multiple of four characters',
	list: 'a list, as data or as JSON text',
	map: 'an object, as data or as JSON text',
	struct: 'an object with exactly these fields, as data or as JSON text',
	any: 'a value that JSON can carry',
};

/** A date of JavaScript or of n8n as the text that it is in JSON, and anything else that knows its JSON. */
export function asPlain(value: unknown): unknown {
	const isObject = typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
	return isObject && 'toJSON' in value && typeof value.toJSON === 'function' ? value.toJSON() : value;
}

function writerOf(type: ColumnType): CellWriter {
	const write = plainWriterOf(type);
	return (value) => {
		const plain = asPlain(value);
		// A date that is none has no text.
		if (plain === null) return { place: '', fault: 'is not a valid date', type };
		return write(plain) ?? { place: '', fault: `is ${part(show(plain))}`, type };
	};
}

/** `undefined` stands for a misfit of the value itself. */
function plainWriterOf(type: ColumnType): (value: unknown) => string | Misfit | undefined {
	switch (type.kind) {
		case 'list':
			return listWriter(writerOf(type.element));
		case 'map':
			return mapWriter(writerOf(type.value));
		case 'struct':
			return structWriter(type, type.fields);
		default:
			return SCALARS[type.kind];
	}
}

/** What stands inside a list, a map or a struct may always be null. */
function inside(write: CellWriter, value: unknown, place: () => string): string | Misfit {
	if (value === undefined || value === null) return 'null';
	const made = write(value);
	return typeof made === 'string' ? made : { ...made, place: `${made.place}${place()} of ` };
}

function fromJsonText(value: unknown): unknown {
	return typeof value === 'string' ? parseGiven(value) : value;
}

function listWriter(write: CellWriter): (value: unknown) => string | Misfit | undefined {
	return (value) => {
		const list = fromJsonText(value);
		if (!Array.isArray(list)) return undefined;
		const texts: string[] = [];
		for (const [index, element] of list.entries()) {
			const text = inside(write, element, () => `element ${index}`);
			if (typeof text !== 'string') return text;
			texts.push(text);
		}
		return `[${texts.join()}]`;
	};
}

function mapWriter(write: CellWriter): (value: unknown) => string | Misfit | undefined {
	return (value) => {
		const map = fromJsonText(value);
		if (!isRecord(map)) return undefined;
		const texts: string[] = [];
		for (const [key, member] of Object.entries(map)) {
			const text = inside(write, member, () => `the value of '${part(key)}'`);
			if (typeof text !== 'string') return text;
			texts.push(`${encode(key)}:${text}`);
		}
		return `{${texts.join()}}`;
	};
}

function structWriter(
	type: ColumnType,
	fields: Map<string, ColumnType>,
): (value: unknown) => string | Misfit | undefined {
	const members = [...fields].map(([name, field]) => ({ name, key: `${encode(name)}:`, write: writerOf(field) }));
	return (value) => {
		const struct = fromJsonText(value);
		if (!isRecord(struct)) return undefined;
		// JSON leaves out what is undefined.
		const stranger = Object.keys(struct).find((name) => !fields.has(name) && struct[name] !== undefined);
		if (stranger !== undefined) return { place: '', fault: `has a field '${part(stranger)}'`, type };
		const texts: string[] = [];
		for (const { name, key, write } of members) {
			const member = Object.hasOwn(struct, name) ? struct[name] : undefined;
			if (member === undefined) return { place: '', fault: `lacks the field '${part(name)}'`, type };
			const text = inside(write, member, () => `field '${part(name)}'`);
			if (typeof text !== 'string') return text;
			texts.push(key + text);
		}
		return `{${texts.join()}}`;
	};
}

function refused(column: SchemaColumn, { place, fault, type }: Misfit): Failed {
	const wanted = type.text === '' ? 'anything' : `'${part(type.text)}'`;
	const orNull = place !== '' || column.isNullable ? ' or null' : '';
	const message = `${excerpt(place, LONGEST_LIST)} '${part(column.name)}' ${fault}, and the deployment's schema wants ${wanted}${orNull}`;
	const counting = place.includes('element ') ? ' Elements are counted from 0.' : '';
	return badInput(
		message.trimStart().replace(/^[a-z]/, (letter) => letter.toUpperCase()),
		`Give it ${WANTED[type.kind]}, for example with an Edit Fields node before this one.${counting}`,
	);
}

/** Writes the values of a column as JSON text: its type decides what becomes of text. Fails by the column's name. */
export function cellWriter(column: SchemaColumn): (value: unknown) => Outcome<string> {
	const type = readColumnType(column.type);
	const write = writerOf(type);
	// An empty cell of a table is no value, but where '' is one.
	const hasEmptyValue = type.kind === 'text' || type.kind === 'binary' || type.kind === 'any';
	return (value) => {
		const isEmpty = value === null || (value === '' && !hasEmptyValue);
		if (isEmpty && column.isNullable) return success('null');
		const made = isEmpty ? { place: '', fault: 'is empty', type } : write(value);
		return typeof made === 'string' ? success(made) : refused(column, made);
	};
}

function listed(names: string[]): string {
	return `${names.length === 1 ? 'the column' : 'the columns'} ${excerpt(names.map((name) => `'${name}'`).join(', '), LONGEST_LIST)}`;
}

/** The failure of an item that lacks columns which the schema wants. */
export function missingColumns(item: Record<string, unknown>, names: string[]): Failed {
	return badInput(
		`The item lacks ${listed(names)} of the deployment's schema`,
		`${fieldsOf(item)} Capital letters count. Map the columns by hand, or rename the fields before this node.`,
	);
}

export function unknownColumns(names: string[], known: string[]): Failed {
	return badInput(
		`The deployment's schema does not know ${listed(names)}`,
		`It has ${known.join(', ') || 'no columns'}. Refresh the columns in the panel; the deployment may have changed since.`,
	);
}
