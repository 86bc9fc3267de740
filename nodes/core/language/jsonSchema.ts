/** The JSON schema of a structured answer, as users give it. */
import { isRecord } from '../json/json';
import { badInput, success, type Outcome } from '../failure/outcome';
import type { Schema } from './schemaPlaces';
import { problemInSchema } from './schemaProblem';

/** Without one of these a schema says nothing; an example that was given instead of a schema has none of them. */
const TELLING = [
	...['type', 'enum', 'const', '$ref', '$dynamicRef', 'anyOf', 'oneOf', 'allOf', 'not', 'if'],
	...['properties', 'patternProperties', 'additionalProperties', 'propertyNames', 'required', 'minProperties'],
	...['maxProperties', 'dependentRequired', 'dependentSchemas', 'dependencies', 'unevaluatedProperties'],
	...['items', 'prefixItems', 'contains', 'minItems', 'maxItems', 'uniqueItems', 'unevaluatedItems'],
	...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength', 'pattern'],
];

/** A schema that can be sent: the schema itself, or the one inside OpenAI's `{name, schema}`. */
export function readJsonSchema(given: unknown): Outcome<Schema> {
	const isTelling = (schema: Schema): boolean => TELLING.some((name) => Object.hasOwn(schema, name));
	const schema = isRecord(given) && isRecord(given.schema) && !isTelling(given) ? given.schema : given;
	const description =
		'Give a schema such as {"type": "object", "properties": {"team": {"enum": ["billing", "sales"]}}, "required": ["team"]}.';
	if (!isRecord(schema)) return badInput("'JSON Schema' is not a JSON object", description);
	if (!isTelling(schema)) {
		return badInput("'JSON Schema' says nothing about the answer: it has neither 'type' nor 'properties'", description);
	}
	const problem = problemInSchema(schema);
	return problem === undefined ? success(schema) : badInput(`'JSON Schema' cannot be used: ${problem}`, description);
}
