/** JSON schemas, as far as structured answers need them: whether one can be sent. */
import { show } from '../failure/excerpt';
import { asText, isDeeperThan, isRecord, MOST_LEVELS } from '../json/json';
import { badInput, success, type Outcome } from '../failure/outcome';
import { inOrder, lookUpIn, type LookUp, type Schema } from './schemaReferences';

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
/** Without one of these a schema says nothing; an example that was given instead of a schema has none of them. */
const TELLING = ['type', 'properties', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', '$ref', 'items'];
const NAMED = ['properties', '$defs', 'definitions', 'patternProperties'];
/** What holds schemas of the same value. */
const VARIANTS = ['anyOf', 'oneOf', 'allOf'];
const LISTED = [...VARIANTS, 'prefixItems'];
const SINGLE = ['items', 'not', 'additionalProperties'];

/** A schema within another, and the way to it: `properties.team`. */
type Place = [path: string, schema: unknown];

function within(path: string, name: string): string {
	return path === '' ? name : `${path}.${name}`;
}

function innerSchemas(schema: Schema): Place[] {
	const single = SINGLE.filter((name) => schema[name] !== undefined).map((name): Place => [name, schema[name]]);
	const inside = [...NAMED, ...LISTED].flatMap((name) => {
		const holder = schema[name];
		return typeof holder === 'object' && holder !== null
			? Object.entries(holder).map(([key, inner]): Place => [`${name}.${key}`, inner])
			: [];
	});
	return [...single, ...inside];
}

/** Every schema within a schema once, itself first. Those that only references lead to come last. */
function* placesIn(root: Schema, lookUp: LookUp): Iterable<Place> {
	const seen = new Set<Schema>();
	const ahead: Place[] = [['', root]];
	const referred: Place[] = [];
	for (let place = ahead.pop(); place; place = ahead.pop() ?? referred.pop()) {
		const [path, schema] = place;
		if (!isRecord(schema)) {
			yield place;
			continue;
		}
		if (seen.has(schema)) continue;
		seen.add(schema);
		yield place;
		for (const [name, inner] of innerSchemas(schema).toReversed()) ahead.push([within(path, name), inner]);
		const target = lookUp(schema.$ref);
		if (target) referred.push([asText(schema.$ref).slice(2).replaceAll('/', '.'), target]);
	}
}

/** What is wrong with a schema by itself. Undefined where nothing is. */
function ownProblem([path, schema]: Place, lookUp: LookUp): string | undefined {
	if (typeof schema === 'boolean' && path !== '') return undefined;
	if (!isRecord(schema)) return 'it is not an object';
	const types = [schema.type].flat().filter((type) => type !== undefined);
	const unknownType = types.find((type) => typeof type !== 'string' || !TYPES.includes(type));
	if (unknownType !== undefined) return `its type is ${show(unknownType)}, and there are ${TYPES.join(', ')}`;
	const { enum: choices, required, properties = {}, $ref: reference } = schema;
	if (choices !== undefined && (!Array.isArray(choices) || choices.length === 0))
		return "'enum' is not a list of values";
	if (!isRecord(properties)) return "'properties' is not an object";
	if (required !== undefined) {
		if (!Array.isArray(required)) return "'required' is not a list of names";
		const missing: unknown = required.find((name) => typeof name !== 'string' || !Object.hasOwn(properties, name));
		if (missing !== undefined && Object.hasOwn(schema, 'properties')) {
			return `'required' names ${show(missing)}, which 'properties' does not have`;
		}
	}
	if (reference !== undefined && !lookUp(reference)) return `'$ref' ${show(reference)} leads nowhere`;
	return undefined;
}

/** What is wrong with a schema, and where: 'properties.team: its type is "text", …'. Undefined where nothing is. */
function problemIn(root: Schema): string | undefined {
	const lookUp = lookUpIn(root);
	const paths = new Map<unknown, string>();
	const at = (path: string, problem: string): string => (path === '' ? problem : `${path}: ${problem}`);
	for (const place of placesIn(root, lookUp)) {
		const [path, schema] = place;
		const problem = ownProblem(place, lookUp);
		if (problem !== undefined) return at(path, problem);
		paths.set(schema, path);
	}
	/** The schemas that speak of the same value as this one. */
	const leadsTo = (schema: unknown): unknown[] => {
		if (!isRecord(schema)) return [];
		const variants = VARIANTS.flatMap((name) => (Array.isArray(schema[name]) ? schema[name] : []));
		return [lookUp(schema.$ref), schema.not, ...variants].filter((other) => isRecord(other));
	};
	const { circle } = inOrder([...paths.keys()], leadsTo);
	const turning = circle.find((schema) => isRecord(schema) && schema.$ref !== undefined);
	if (!isRecord(turning)) return undefined;
	return at(paths.get(turning) ?? '', `'$ref' ${show(turning.$ref)} leads in a circle, without going into the answer`);
}

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
	if (isDeeperThan(schema, MOST_LEVELS)) {
		return badInput(`'JSON Schema' is nested more than ${MOST_LEVELS} levels deep`, description);
	}
	const problem = problemIn(schema);
	return problem === undefined ? success(schema) : badInput(`'JSON Schema' cannot be used: ${problem}`, description);
}
