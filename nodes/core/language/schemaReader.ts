/** Schemas as their check needs them: every keyword read once, however many values it is asked about. */
import { asRecord, isRecord } from '../json/json';
import { searchFor, type PatternSearch } from './pattern';
import type { Schema } from './schemaPlaces';
import type { LookUp } from './schemaReferences';
import { ownRules, type Rule } from './schemaRules';

/** A regular expression; without a search where it cannot be looked for in linear time. */
interface Pattern {
	source: string;
	search?: PatternSearch;
}

/** What a schema says of its value, of others schemas for the same value, and of what is inside. */
export interface ReadSchema {
	schema: unknown;
	own: Rule[];
	pattern?: Pattern;
	/** Whether it says more than is checked. */
	saysMore: boolean;
	/** The schemas that all must hold, those of which one must, exactly one, and none. */
	all: unknown[];
	any?: unknown[];
	one?: unknown[];
	none: unknown[];
	required: string[];
	/** What its members are held to, by their names, and all others. */
	named: Record<string, unknown>;
	patterned: Array<Pattern & { inner: unknown }>;
	others: unknown;
	/** What the first elements are held to, and all others: in 2020-12, and in draft-07. */
	sequences: Array<{ first: unknown[]; others: unknown }>;
}

const NOTHING = { own: [], saysMore: false, all: [], none: [], required: [], named: {}, patterned: [], sequences: [] };

/** Keywords that are not checked; one of them may make an answer wrong all the same. */
const UNCHECKED = [
	...['uniqueItems', 'contains', 'if', 'propertyNames', 'unevaluatedItems', 'unevaluatedProperties'],
	...['dependentRequired', 'dependentSchemas', 'dependencies', '$dynamicRef', '$recursiveRef'],
];

/** Whether a schema can say anything of a value, as `true` and what is no schema cannot. */
export function speaks(schema: unknown): boolean {
	return schema === false || isRecord(schema);
}

function patternOf(source: string): Pattern {
	return { source, search: searchFor(source) };
}

function listIn(value: unknown): unknown[] | undefined {
	return Array.isArray(value) && value.length > 0 ? value : undefined;
}

function sequencesIn({ prefixItems, items, additionalItems }: Schema): ReadSchema['sequences'] {
	const isTuple = Array.isArray(items);
	const all = [{ first: listIn(prefixItems) ?? [], others: isTuple ? undefined : items }];
	if (isTuple) all.push({ first: items, others: additionalItems });
	return all.filter(({ first, others }) => first.some(speaks) || speaks(others));
}

function readSchema(schema: Schema, lookUp: LookUp): ReadSchema {
	const target = lookUp(schema);
	const { pattern } = schema;
	return {
		schema,
		own: ownRules(schema),
		...(typeof pattern === 'string' && { pattern: patternOf(pattern) }),
		saysMore:
			(schema.$ref !== undefined && target === undefined) || UNCHECKED.some((keyword) => schema[keyword] !== undefined),
		all: [...(target === undefined ? [] : [target]), ...(listIn(schema.allOf) ?? [])],
		any: listIn(schema.anyOf),
		one: listIn(schema.oneOf),
		none: schema.not === undefined ? [] : [schema.not],
		required: [schema.required].flat().filter((name) => typeof name === 'string'),
		named: asRecord(schema.properties),
		patterned: Object.entries(asRecord(schema.patternProperties)).map(([source, inner]) => ({
			...patternOf(source),
			inner,
		})),
		others: schema.additionalProperties,
		sequences: sequencesIn(schema),
	};
}

/** Reads schemas; each once. */
export function schemaReader(lookUp: LookUp): (schema: unknown) => ReadSchema {
	const known = new Map<unknown, ReadSchema>();
	const never: Rule = () => ({ message: (name) => `${name} should not be there` });
	return (schema) => {
		let read = known.get(schema);
		if (!read) {
			const plain = { ...NOTHING, schema, own: schema === false ? [never] : [], others: undefined };
			read = isRecord(schema) ? readSchema(schema, lookUp) : plain;
			known.set(schema, read);
		}
		return read;
	};
}
