/** JSON schemas, as far as structured answers need them: whether one can be sent, and whether an answer follows it. */
import { isRecord } from './json';
import { badInput, success, type Outcome } from './outcome';

export type Schema = Record<string, unknown>;

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
/** Without one of these a schema says nothing; an example that was given instead of a schema has none of them. */
const TELLING = ['type', 'properties', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', '$ref', 'items'];
const NAMED = ['properties', '$defs', 'definitions', 'patternProperties'];
const LISTED = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const SINGLE = ['items', 'not', 'additionalProperties'];

/** What is wrong with a schema, and where: 'properties.team: its type is "text", …'. Undefined where nothing is. */
function problemIn(schema: unknown, root: Schema, path: string): string | undefined {
	const at = (problem: string): string => (path === '' ? problem : `${path}: ${problem}`);
	if (typeof schema === 'boolean' && path !== '') return undefined;
	if (!isRecord(schema)) return at('it is not an object');
	const types = [schema.type].flat().filter((type) => type !== undefined);
	const unknownType = types.find((type) => typeof type !== 'string' || !TYPES.includes(type));
	if (unknownType !== undefined) {
		return at(`its type is ${JSON.stringify(unknownType)}, and there are ${TYPES.join(', ')}`);
	}
	const { enum: choices, required, properties = {}, $ref: reference } = schema;
	if (choices !== undefined && (!Array.isArray(choices) || choices.length === 0))
		return at("'enum' is not a list of values");
	if (!isRecord(properties)) return at("'properties' is not an object");
	if (required !== undefined) {
		if (!Array.isArray(required)) return at("'required' is not a list of names");
		const missing = required.find((name) => typeof name !== 'string' || !(name in properties));
		if (missing !== undefined && 'properties' in schema)
			return at(`'required' names ${JSON.stringify(missing)}, which 'properties' does not have`);
	}
	if (reference !== undefined && (typeof reference !== 'string' || !resolve(reference, root))) {
		return at(`'$ref' ${JSON.stringify(reference)} leads nowhere`);
	}
	for (const [name, inner] of innerSchemas(schema)) {
		const problem = problemIn(inner, root, path === '' ? name : `${path}.${name}`);
		if (problem !== undefined) return problem;
	}
	return undefined;
}

function innerSchemas(schema: Schema): Array<[path: string, inner: unknown]> {
	const single = SINGLE.filter((name) => schema[name] !== undefined).map((name): [string, unknown] => [
		name,
		schema[name],
	]);
	const inside = [...NAMED, ...LISTED].flatMap((name) => {
		const holder = schema[name];
		return typeof holder === 'object' && holder !== null
			? Object.entries(holder).map(([key, inner]): [string, unknown] => [`${name}.${key}`, inner])
			: [];
	});
	return [...single, ...inside];
}

/** The schema that a reference such as `#/$defs/team` names, through further references; undefined where they lead nowhere or in a circle. */
function resolve(reference: string, root: Schema, seen = new Set<string>()): Schema | undefined {
	if (seen.has(reference)) return undefined;
	const found = lookUp(reference, root);
	return typeof found?.$ref === 'string' ? resolve(found.$ref, root, seen.add(reference)) : found;
}

function lookUp(reference: string, root: Schema): Schema | undefined {
	if (!reference.startsWith('#')) return undefined;
	const names = reference
		.split('/')
		.slice(1)
		.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
	const found = names.reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), root);
	return isRecord(found) ? found : undefined;
}

/** A schema that can be sent: the schema itself, or the one inside OpenAI's `{name, schema}`. */
export function readSchema(given: unknown): Outcome<Schema> {
	const isWrapped = isRecord(given) && isRecord(given.schema) && !TELLING.some((name) => name in given);
	const schema = isWrapped ? given.schema : given;
	const advice =
		'Give a schema such as {"type": "object", "properties": {"team": {"enum": ["billing", "sales"]}}, "required": ["team"]}.';
	if (!isRecord(schema)) return badInput("'JSON Schema' is not a JSON object", advice);
	if (!TELLING.some((name) => name in schema)) {
		return badInput("'JSON Schema' says nothing about the answer: it has neither 'type' nor 'properties'", advice);
	}
	const problem = problemIn(schema, schema, '');
	return problem === undefined ? success(schema) : badInput(`'JSON Schema' cannot be used: ${problem}`, advice);
}

function typeOf(value: unknown): string {
	if (value === null) return 'null';
	return Array.isArray(value) ? 'array' : typeof value;
}

function isOfType(value: unknown, type: unknown): boolean {
	if (type === 'integer') return Number.isInteger(value) || isLongInteger(value);
	if (type === 'number') return typeof value === 'number' || isLongInteger(value);
	return typeOf(value) === type;
}

/** Integers beyond 2^53 are read as text, so that no digit is lost. */
function isLongInteger(value: unknown): boolean {
	return typeof value === 'string' && /^-?\d{16,}$/.test(value);
}

const show = (value: unknown): string => JSON.stringify(value);

/**
 * How a value departs from a schema: "'team' is missing". Undefined where it follows. Looks at types, required members,
 * choices, and what is inside; a server that knows `json_schema` holds to the rest by itself.
 */
export function departureFrom(schema: unknown, value: unknown, root: Schema, path = ''): string | undefined {
	if (!isRecord(schema)) return schema === false ? `'${path}' should not be there` : undefined;
	const name = path === '' ? 'it' : `'${path}'`;
	if (typeof schema.$ref === 'string') return departureFrom(resolve(schema.$ref, root), value, root, path);
	const types = [schema.type].flat().filter((type) => type !== undefined);
	if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
		return `${name} is ${typeOf(value)}, not ${types.join(' or ')}`;
	}
	if (Array.isArray(schema.enum) && !schema.enum.some((choice) => show(choice) === show(value))) {
		return `${name} is ${show(value)}, none of ${schema.enum.map(show).join(', ')}`;
	}
	const variants = schema.anyOf ?? schema.oneOf;
	if (Array.isArray(variants)) {
		const departures = variants.map((variant) => departureFrom(variant, value, root, path));
		if (!departures.includes(undefined)) return departures[0];
	}
	if (Array.isArray(value)) {
		return firstOf(value.entries(), ([index, element]) =>
			departureFrom(schema.items, element, root, `${path}[${index}]`),
		);
	}
	if (!isRecord(value)) return undefined;
	const within = (member: string): string => (path === '' ? member : `${path}.${member}`);
	const missing = [schema.required].flat().find((member) => typeof member === 'string' && !(member in value));
	if (typeof missing === 'string') return `'${within(missing)}' is missing`;
	const known: Schema = isRecord(schema.properties) ? schema.properties : {};
	return firstOf(Object.entries(value), ([member, inner]) =>
		departureFrom(member in known ? known[member] : schema.additionalProperties, inner, root, within(member)),
	);
}

function firstOf<Entry>(entries: Iterable<Entry>, find: (entry: Entry) => string | undefined): string | undefined {
	for (const entry of entries) {
		const found = find(entry);
		if (found !== undefined) return found;
	}
	return undefined;
}
