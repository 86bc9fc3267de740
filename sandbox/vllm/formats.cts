/** `response_format`: its forms, and the schemas that no grammar can be made of. */
import { isList, isObject } from '../reply.cts';
import { issue, missing, notOneOf, type Issue, type Place } from './issues.cts';
import { badRequest, type Refusal } from './refusal.cts';
import type { Fields, Server } from './server.cts';

const PLACE: Place = ['response_format', 'function-wrap[__log_extra_fields__()]'];
const TEXT_OR_JSON = ['text', 'json_object', 'json_schema'];
const TAG = ['structural_tag'];

function typeIssues(format: Fields, types: string[]): Issue[] {
	const place = [...PLACE, 'type'];
	if (!('type' in format)) return [missing(place, format)];
	return types.includes(String(format.type)) ? [] : [notOneOf(place, types, format.type)];
}

const notAn = (name: string, place: Place, value: unknown): Issue => {
	const says = `Input should be a valid dictionary or instance of ${name}`;
	return issue('model_type', place, says, value, { class_name: name });
};

function jsonIssues(format: Fields): Issue[] {
	const place = [...PLACE, 'json_schema'];
	const { json_schema: given } = format;
	const wrong = typeIssues(format, TEXT_OR_JSON);
	if (wrong.length > 0 || given === undefined || given === null) return wrong;
	if (!isObject(given)) return [notAn('JsonSchemaResponseFormat', place, given)];
	const { schema } = given;
	return [
		...('name' in given ? [] : [missing([...place, 'name'], given)]),
		...(schema === undefined || schema === null || isObject(schema)
			? []
			: [issue('dict_type', [...place, 'schema'], 'Input should be a valid dictionary', schema)]),
	];
}

/** A tag has two forms, of which the second is the older. */
function tagIssues(format: Fields, fields: string[]): Issue[] {
	return [
		...typeIssues(format, TAG),
		...fields.filter((name) => !(name in format)).map((name) => missing([...PLACE, name], format)),
	];
}

export function issuesOfFormat({ response_format: format }: Fields): Issue[] {
	if (format === undefined || format === null) return [];
	if (!isObject(format)) {
		const names = ['ResponseFormat', 'StructuralTagResponseFormat', 'LegacyStructuralTagResponseFormat'];
		return names.map((name) => notAn(name, PLACE, format));
	}
	const found = [jsonIssues(format), tagIssues(format, ['format']), tagIssues(format, ['structures', 'triggers'])];
	return found.some((issues) => issues.length === 0) ? [] : found.flat();
}

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];

/** Keywords that llguidance does not hold an answer to. */
const UNIMPLEMENTED = [
	'contains',
	'dependencies',
	'dependentRequired',
	'dependentSchemas',
	'else',
	'if',
	'maxContains',
	'minContains',
	'not',
	'propertyNames',
	'then',
	'unevaluatedItems',
	'unevaluatedProperties',
	'uniqueItems',
];

/** Keywords whose value is a schema, schemas in a list, or schemas by name. */
const ONE = ['additionalProperties', 'items'];
const LIST = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const NAMED = ['$defs', 'definitions', 'patternProperties', 'properties'];

function below(schema: Fields): unknown[] {
	const listed = LIST.map((name) => schema[name]).filter(isList);
	const named = NAMED.map((name) => schema[name]).filter(isObject);
	return [...ONE.map((name) => schema[name]), ...listed.flat(), ...named.flatMap((schemas) => Object.values(schemas))];
}

const GRAMMARS = {
	llguidance: {
		type: (type: string) => `Grammar error: Invalid type: ${type}`,
		keywords: (names: string[]) =>
			`Grammar error: Unimplemented keys: [${names.map((name) => `"${name}"`).join(', ')}]`,
	},
	xgrammar: {
		type: (type: string) =>
			`Failed to transform json schema into a grammar: [12:00:00] json_schema_converter.cc:4944: Unsupported type "${type}"`,
		keywords: () => 'The provided JSON schema contains features not supported by xgrammar.',
	},
};

/** What the server's grammar cannot do with a schema, in its own words. */
export function refusalOfSchema(server: Server, schema: unknown): Refusal | undefined {
	if (!isObject(schema)) return undefined;
	const says = GRAMMARS[server.grammar];
	const type = [schema.type].flat().find((one) => typeof one === 'string' && !TYPES.includes(one));
	if (typeof type === 'string') return badRequest(says.type(type));
	const keywords = Object.keys(schema)
		.filter((name) => UNIMPLEMENTED.includes(name))
		.toSorted();
	if (keywords.length > 0) return badRequest(says.keywords(keywords));
	for (const inner of below(schema)) {
		const refusal = refusalOfSchema(server, inner);
		if (refusal) return refusal;
	}
	return undefined;
}
