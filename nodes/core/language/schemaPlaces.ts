/** Where schemas stand within a schema. */
import { isRecord } from '../json/json';

export type Schema = Record<string, unknown>;

/** A schema within another, and the way to it: `properties.team`. */
export type Place = [path: string, schema: unknown];

/** Keywords with an object of schemas. */
export const NAMED_SCHEMAS = ['properties', '$defs', 'definitions', 'patternProperties', 'dependentSchemas'];
/** Keywords with a list of schemas that speak of the same value. */
export const VARIANTS = ['anyOf', 'oneOf', 'allOf'];
/** Keywords with one schema. */
const SINGLE = [
	...['not', 'additionalProperties', 'contains', 'propertyNames', 'if', 'then', 'else'],
	...['unevaluatedItems', 'unevaluatedProperties'],
];

/** The schemas that a schema holds, with the way from it to each. */
export function schemasIn(schema: Schema): Place[] {
	// The tuples of draft-07: elsewhere 'additionalItems' is no keyword.
	const isTuple = Array.isArray(schema.items);
	const single = [isTuple ? 'additionalItems' : 'items', ...SINGLE]
		.filter((keyword) => schema[keyword] !== undefined)
		.map((keyword): Place => [keyword, schema[keyword]]);
	const holders = [...NAMED_SCHEMAS, ...VARIANTS, 'prefixItems', ...(isTuple ? ['items'] : [])];
	const inside = holders.flatMap((keyword) => {
		const holder = schema[keyword];
		return typeof holder === 'object' && holder !== null
			? Object.entries(holder).map(([key, inner]): Place => [`${keyword}.${key}`, inner])
			: [];
	});
	return [...single, ...inside];
}

export function isSchema(value: unknown): value is Schema | boolean {
	return typeof value === 'boolean' || isRecord(value);
}
