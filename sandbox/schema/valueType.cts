/**
 * The types of a schema's fields: what a value has to be, and the JSON Schema of that (hopsworks: `deployment_schema.py`).
 * Integers are bigints here, and floating point numbers are numbers, as Python tells `5` from `5.0`.
 */
import { repr } from '../python.cts';
import { isList, isObject } from '../reply.cts';

export type JsonSchema = Record<string, unknown>;

export interface ValueType {
	/** Why a value is none of the type. */
	problemOf(value: unknown): string | undefined;
	schema: JsonSchema;
}

const INTEGERS = ['tinyint', 'smallint', 'int', 'integer'];
const FLOATS = ['float', 'double'];

// Python's `\d` is a digit of any script, and its `$` passes over a line break at the end.
const INTEGER_TEXT = /^-?\p{Nd}+\n?$/u;
const DECIMAL_TEXT = /^-?\p{Nd}+(?:\.\p{Nd}+)?\n?$/u;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}\n?$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^(\d{4}-\d\d-\d\d)[Tt ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](\d\d):?(\d\d))?$/;
const MINUTES_OF_A_DAY = 24 * 60;

function isDay(text: string): boolean {
	const milliseconds = DAY.test(text) && !text.startsWith('0000') ? Date.parse(text) : NaN;
	return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(text);
}

function isMoment(text: string): boolean {
	const [, day, hours = '0', minutes = '0'] = MOMENT.exec(text) ?? [];
	return day !== undefined && isDay(day) && 60 * Number(hours) + Number(minutes) < MINUTES_OF_A_DAY;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isInteger = (value: unknown): boolean => typeof value === 'bigint';
const isNumber = (value: unknown): boolean => typeof value === 'bigint' || typeof value === 'number';

/** A type of values that are `fitting`, in other words `what`. */
function simple(fitting: (value: unknown) => boolean, what: string, schema: JsonSchema): ValueType {
	return { problemOf: (value) => (fitting(value) ? undefined : `must be ${what}`), schema };
}

/** One whose refusal of true and false names no texts. */
function orText(fitting: (value: unknown) => boolean, what: string, type: string, schema: JsonSchema): ValueType {
	return {
		problemOf(value) {
			if (fitting(value)) return undefined;
			const texts = typeof value === 'boolean' ? '' : ' or a decimal string';
			return `must be ${what}${texts} (${type})`;
		},
		schema,
	};
}

function eitherOf(format: string, integer: string): JsonSchema {
	return {
		oneOf: [
			{ type: 'string', format },
			{ type: 'integer', description: integer },
		],
	};
}

function problemInside(type: ValueType, value: unknown, place: string): string | undefined {
	const problem = value === null ? undefined : type.problemOf(value);
	return problem === undefined ? undefined : `${place} ${problem}`;
}

/** The first problem of any. */
function first<Item>(items: Iterable<Item>, problemOf: (item: Item) => string | undefined): string | undefined {
	for (const item of items) {
		const problem = problemOf(item);
		if (problem !== undefined) return problem;
	}
	return undefined;
}

function arrayOf(written: string, element: ValueType): ValueType {
	return {
		problemOf(value) {
			if (!isList(value)) return `must be an array (${written})`;
			return first(value.entries(), ([index, one]) => problemInside(element, one, `element ${index}`));
		},
		schema: { type: 'array', items: orNull(element.schema) },
	};
}

function mapOf(written: string, member: ValueType): ValueType {
	return {
		problemOf(value) {
			if (!isObject(value)) return `must be an object (${written})`;
			return first(Object.entries(value), ([key, one]) => problemInside(member, one, `value of '${key}'`));
		},
		schema: { type: 'object', additionalProperties: orNull(member.schema) },
	};
}

function structOf(written: string, fields: Array<[name: string, type: ValueType]>): ValueType {
	const names = fields.map(([name]) => name);
	return {
		problemOf(value) {
			if (!isObject(value)) return `must be an object (${written})`;
			const unknown = Object.keys(value).filter((name) => !names.includes(name));
			if (unknown.length > 0) return `has unknown fields ${repr(unknown.toSorted())}`;
			return first(fields, ([name, type]) =>
				Object.hasOwn(value, name) ? problemInside(type, value[name], `field '${name}'`) : `is missing field '${name}'`,
			);
		},
		schema: {
			type: 'object',
			properties: Object.fromEntries(fields.map(([name, { schema }]) => [name, orNull(schema)])),
			required: names,
			additionalProperties: false,
		},
	};
}

/** A list of types cut at its commas, those inside of a type aside. */
function partsOf(list: string): string[] {
	const parts = [''];
	let depth = 0;
	for (const letter of list) {
		if (letter === '<') depth++;
		else if (letter === '>') depth--;
		if (letter === ',' && depth === 0) parts.push('');
		else parts.push(`${parts.pop() ?? ''}${letter}`);
	}
	if (parts.at(-1) === '') parts.pop();
	return parts.map((part) => part.trim());
}

/** What stands between the angle brackets of a type of that name. */
function insideOf(type: string, name: string): string | undefined {
	return type.startsWith(`${name}<`) && type.endsWith('>') ? type.slice(name.length + 1, -1) : undefined;
}

const ANYTHING: ValueType = { problemOf: () => undefined, schema: {} };

function nested(type: string): ValueType {
	const element = insideOf(type, 'array');
	if (element !== undefined) return arrayOf(type, valueType(element.trim()));
	const [, member, ...others] = partsOf(insideOf(type, 'map') ?? '');
	if (member !== undefined && others.length === 0) return mapOf(type, valueType(member));
	const fields = insideOf(type, 'struct');
	if (fields === undefined) return ANYTHING;
	const named = partsOf(fields).flatMap((part): Array<[string, ValueType]> => {
		const [name = '', ...rest] = part.split(':');
		return rest.length === 0 ? [] : [[name.trim(), valueType(rest.join(':').trim())]];
	});
	return structOf(type, named);
}

/** The type as the library knows it, which is written in small letters; anything goes where it knows none. */
export function valueType(type: string): ValueType {
	if (INTEGERS.includes(type)) return simple(isInteger, `an integer (${type})`, { type: 'integer' });
	if (type === 'bigint') {
		const fits = (value: unknown): boolean => isInteger(value) || (isText(value) && INTEGER_TEXT.test(value));
		return orText(fits, 'an integer', type, { type: ['integer', 'string'], pattern: '^-?[0-9]+$' });
	}
	if (FLOATS.includes(type)) return simple(isNumber, `a number (${type})`, { type: 'number' });
	if (type.startsWith('decimal')) {
		const fits = (value: unknown): boolean => isNumber(value) || (isText(value) && DECIMAL_TEXT.test(value));
		return orText(fits, 'a number', 'decimal', { type: ['number', 'string'], pattern: '^-?[0-9]+(\\.[0-9]+)?$' });
	}
	if (/^(?:string$|varchar|char)/.test(type)) return simple(isText, 'a string', { type: 'string' });
	if (type === 'boolean') return simple((value) => typeof value === 'boolean', 'a boolean', { type: 'boolean' });
	if (type === 'timestamp') {
		const fits = (value: unknown): boolean => isInteger(value) || (isText(value) && isMoment(value));
		const what = 'an RFC 3339 string or epoch milliseconds (timestamp)';
		return simple(fits, what, eitherOf('date-time', 'epoch milliseconds'));
	}
	if (type === 'date') {
		const fits = (value: unknown): boolean => isInteger(value) || (isText(value) && isDay(value));
		return simple(fits, 'a YYYY-MM-DD string or days since epoch (date)', eitherOf('date', 'days since epoch'));
	}
	if (type === 'binary') {
		const fits = (value: unknown): boolean => isText(value) && BASE64.test(value) && value.length % 4 === 0;
		return simple(fits, 'a base64 string (binary)', { type: 'string', contentEncoding: 'base64' });
	}
	return nested(type);
}

/** The JSON Schema of the same with null. */
export function orNull(schema: JsonSchema): JsonSchema {
	const { type, oneOf } = schema;
	if (isList(type)) return type.includes('null') ? schema : { ...schema, type: [...type, 'null'] };
	if (type !== undefined) return { ...schema, type: [type, 'null'] };
	return isList(oneOf) ? { ...schema, oneOf: [...oneOf, { type: 'null' }] } : { oneOf: [schema, { type: 'null' }] };
}
