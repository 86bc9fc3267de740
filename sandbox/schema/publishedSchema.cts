/** A deployment's schema as others read it: JSON Schema, and OpenAPI (hopsworks: `deployment_schema.py`). */
import { fieldsOf, requiredOf, type DeploymentSchema, type Field } from './deploymentSchema.cts';
import { orNull, valueType, type JsonSchema } from './valueType.cts';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

function schemaOf({ type, nullable, description }: Field): JsonSchema {
	const said = description === undefined ? {} : { description };
	if (type === null) return { 'x-hopsworks-unresolved': true, ...said };
	const { schema } = valueType(type);
	return { ...(nullable ? orNull(schema) : schema), ...said };
}

function listOf(items: JsonSchema[]): JsonSchema {
	return { type: 'array', prefixItems: items, minItems: items.length, maxItems: items.length };
}

function rowsOf(schema: DeploymentSchema): { row_object: JsonSchema; row_array: JsonSchema } {
	const fields = fieldsOf(schema);
	return {
		row_object: {
			type: 'object',
			properties: Object.fromEntries(fields.map((field) => [field.name, schemaOf(field)])),
			required: requiredOf(schema).map(({ name }) => name),
			additionalProperties: false,
		},
		row_array: listOf(fields.map(schemaOf)),
	};
}

/** Rows are all objects or all arrays. */
function requestOf({ maxBatchRows }: DeploymentSchema, ...forms: JsonSchema[]): JsonSchema {
	const instances = { oneOf: forms.map((items) => ({ type: 'array', minItems: 1, maxItems: maxBatchRows, items })) };
	return { type: 'object', required: ['instances'], properties: { instances } };
}

/** A prediction is an object or an array of the output's columns, or the bare value of the only one. */
function predictionOf({ output: { columns } }: DeploymentSchema): JsonSchema {
	if (columns === null || columns.length === 0) return {};
	const values = columns.map(({ name, type }): [string, JsonSchema] => [name, orNull(valueType(type).schema)]);
	const schemas = values.map(([, value]) => value);
	const named = { type: 'object', properties: Object.fromEntries(values) };
	return { anyOf: [named, listOf(schemas), ...(schemas.length === 1 ? schemas : [])] };
}

function responseOf(schema: DeploymentSchema): JsonSchema {
	const predictions = { type: 'array', items: predictionOf(schema) };
	return { type: 'object', required: ['predictions'], properties: { predictions } };
}

export function jsonSchemaOf(schema: DeploymentSchema): { request: JsonSchema; response: JsonSchema } {
	const forms = [{ $ref: '#/$defs/row_object' }, { $ref: '#/$defs/row_array' }];
	return {
		request: { $schema: DRAFT, ...requestOf(schema, ...forms), $defs: rowsOf(schema) },
		response: { $schema: DRAFT, ...responseOf(schema) },
	};
}

const REFUSALS: Record<number, string> = {
	400: 'SCHEMA_VALIDATION or FEATURE_LOOKUP_FAILED: the request does not match the schema or cannot be resolved.',
	404: "ENTITY_NOT_FOUND: at least one row's serving keys match no entity.",
	413: 'BATCH_TOO_LARGE: more rows than the deployment accepts.',
	422: 'TRANSFORMATION_FAILED: a transformation raised.',
	500: 'MODEL_FAILED or CONTRACT_VIOLATION: the model raised, or the pod produced a result that does not match the contract.',
	503: 'FEATURE_STORE_UNAVAILABLE: the online store or the feature store API could not be reached.',
};

const text = { type: 'string' };
const objectOf = (properties: JsonSchema): JsonSchema => ({ type: 'object', properties });
const rowError = objectOf({ row: { type: ['integer', 'null'] }, field: { type: ['string', 'null'] }, reason: text });
const detail = objectOf({
	code: text,
	message: text,
	schema_id: text,
	request_id: text,
	errors: { type: 'array', items: rowError },
});

const contentOf = (name: string): JsonSchema => ({
	content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
});

const key = {
	type: 'apiKey',
	in: 'header',
	name: 'Authorization',
	description: '`ApiKey <key>` with the SERVING scope.',
};

const requestId = {
	name: 'x-request-id',
	in: 'header',
	required: false,
	schema: text,
	description: 'Correlation id stored with every logged row.',
};

/** The OpenAPI document of the deployment `name`. */
export function openApiOf(schema: DeploymentSchema, name: string): JsonSchema {
	const { row_object, row_array } = rowsOf(schema);
	const refusals = Object.entries(REFUSALS).map(([status, description]): [string, JsonSchema] => [
		status,
		{ description, ...contentOf('Error') },
	]);
	const answered = {
		description: 'Predictions, one per request row, in request order.',
		...contentOf('PredictResponse'),
	};
	const post = {
		summary: 'Predict',
		parameters: [requestId],
		requestBody: { required: true, ...contentOf('PredictRequest') },
		responses: { 200: answered, ...Object.fromEntries(refusals) },
	};
	return {
		openapi: '3.1.0',
		info: {
			title: `Hopsworks deployment ${name}`,
			version: schema.schemaId,
			description: 'Prediction endpoint contract generated from the deployment schema.',
		},
		servers: [],
		components: {
			securitySchemes: { ApiKey: key },
			schemas: {
				PredictRequest: requestOf(schema, row_object, row_array),
				PredictResponse: responseOf(schema),
				Error: objectOf({ detail, error: text }),
			},
		},
		security: [{ ApiKey: [] }],
		paths: { [`/v1/models/${name}:predict`]: { post } },
	};
}
