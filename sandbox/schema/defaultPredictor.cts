/**
 * What serves a deployment with a schema: checks the rows, looks their entities up, asks the model, and refuses in the words
 * of Hopsworks (hopsworks: `default_predictor.py`). Even keys are known, odd ones are not; a few are for trouble.
 */
import { randomUUID } from 'node:crypto';
import { isInteger, parse } from 'lossless-json';
import { served } from '../kserve.cts';
import { ModelError, StatusError } from '../models/model.cts';
import { isList, isObject, type Call, type Reply } from '../reply.cts';
import { fieldsOf, namedRow, rowCheck, type DeploymentSchema, type RowError } from './deploymentSchema.cts';

/** Keys for which a transformation raises, the feature store is away, and the model raises. */
const UNTRANSFORMABLE = 13n;
const AWAY = 17n;
const BEYOND_THE_MODEL = 19n;

/** The prediction for a row's values by their names. */
export type RowModel = (row: Record<string, unknown>) => unknown;

/** Larger integers than 64 bits hold are floating point numbers to KServe. */
function readNumber(digits: string): unknown {
	if (!isInteger(digits)) return Number(digits);
	const integer = BigInt(digits);
	return integer === BigInt.asIntN(64, integer) || integer === BigInt.asUintN(64, integer) ? integer : Number(digits);
}

/** The rows of a body that KServe has read: `inputs` win where both are given. */
function rowsIn(body: string): unknown[] {
	const read = parse(body, null, { parseNumber: readNumber, onDuplicateKey: ({ newValue }) => newValue });
	const { instances, inputs } = isObject(read) ? read : {};
	const rows = inputs ?? instances;
	return isList(rows) ? rows : [];
}

interface Refusal {
	status: number;
	code: string;
	message: string;
	schema_id?: string;
	errors?: RowError[];
}

function keyOf(value: unknown): bigint {
	if (typeof value === 'bigint') return value;
	return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : 0n;
}

function lookUp(schema: DeploymentSchema, keys: bigint[]): Refusal | undefined {
	const { name, version } = schema.featureView;
	if (keys.includes(UNTRANSFORMABLE)) {
		const untyped = schema.requestParameters.filter(({ type }) => type === null).map((field) => field.name);
		const doubt = `The request parameters ${untyped.join(', ')} have no recorded type, so the values sent may not be what the transformation expects.`;
		const raised = `A transformation of feature view '${name}' v${version} raised ZeroDivisionError.`;
		const message = untyped.length === 0 ? raised : `${raised} ${doubt}`;
		return { status: 422, code: 'TRANSFORMATION_FAILED', message };
	}
	if (keys.includes(AWAY)) {
		const message = 'The feature store could not be reached (ConnectionError).';
		return { status: 503, code: 'FEATURE_STORE_UNAVAILABLE', message };
	}
	const field = schema.servingKeys.map((servingKey) => servingKey.name).join(', ');
	const errors = keys.flatMap((key, row) =>
		key % 2n === 0n || key === BEYOND_THE_MODEL ? [] : [{ row, field, reason: 'no entity with these serving keys' }],
	);
	if (errors.length === 0) return undefined;
	const message = `No entity found for ${errors.length} of ${keys.length} rows (serving keys: ${field}).`;
	return { status: 404, code: 'ENTITY_NOT_FOUND', message, schema_id: schema.schemaId, errors };
}

function raised({ status, ...said }: Refusal, { headers }: Call): StatusError {
	const given = headers['x-request-id'];
	const requestId = typeof given === 'string' && given !== '' ? given : randomUUID();
	return new StatusError(status, { detail: { ...said, request_id: requestId } });
}

/** The server of the deployment `name`. */
export function defaultPredictor(name: string, schema: DeploymentSchema, model: RowModel): (call: Call) => Reply {
	const check = rowCheck(schema);
	const names = fieldsOf(schema).map((field) => field.name);
	const mismatch = `Prediction request does not match the deployment schema of '${name}'. Expected fields (in order): ${names.join(', ')}`;

	function predict(rows: unknown[]): unknown[] | Refusal {
		const { maxBatchRows, schemaId: schema_id } = schema;
		if (rows.length > maxBatchRows) {
			const message = `The request has ${rows.length} rows; deployment '${name}' accepts at most ${maxBatchRows}.`;
			return { status: 413, code: 'BATCH_TOO_LARGE', message, schema_id };
		}
		const errors = check(rows);
		if (errors.length > 0) return { status: 400, code: 'SCHEMA_VALIDATION', message: mismatch, schema_id, errors };
		const named = rows.map((row) => namedRow(schema, row));
		const keys = named.map((row) => keyOf(row[schema.servingKeys[0]?.name ?? '']));
		const refusal = lookUp(schema, keys);
		if (refusal) return refusal;
		if (keys.includes(BEYOND_THE_MODEL)) {
			return { status: 500, code: 'MODEL_FAILED', message: 'The model raised ValueError.' };
		}
		return named.map(model);
	}

	return (call) =>
		served(name, (given) => {
			if ('bytes' in given) throw new ModelError("a bytes-like object is required, not 'str'", 'TypeError');
			const predictions = predict(rowsIn(call.body));
			if (isList(predictions)) return { predictions };
			throw raised(predictions, call);
		})(call);
}
