/** The schema of a deployment: its fields, and what a row has to be (hopsworks: `deployment_schema.py`). */
import { isList, isObject } from '../reply.cts';
import { valueType, type ValueType } from './valueType.cts';

export interface Field {
	name: string;
	/** Null where Hopsworks does not know it; every value goes then. */
	type: string | null;
	nullable: boolean;
	description?: string;
}

/** As the REST API gives it. */
export interface DeploymentSchema {
	schemaVersion: number;
	servingKeys: Field[];
	passedFeatures: Field[];
	requestParameters: Field[];
	extraLoggingFeatures: Field[];
	featureView: { name: string; version: number };
	trainingDatasetVersion: number;
	output: { kind: 'predictions'; columns: Array<{ name: string; type: string }> | null };
	inferred: boolean;
	maxBatchRows: number;
	schemaId: string;
}

export interface RowError {
	row: number | null;
	field: string | null;
	reason: string;
}

/** Those that a row has to have. */
export function requiredOf({ servingKeys, passedFeatures, requestParameters }: DeploymentSchema): Field[] {
	return [...servingKeys, ...passedFeatures, ...requestParameters];
}

/** All of them, in the order in which a row without names has them. */
export function fieldsOf(schema: DeploymentSchema): Field[] {
	return [...requiredOf(schema), ...schema.extraLoggingFeatures];
}

function problemOf(value: unknown, nullable: boolean, type: ValueType | undefined): string | undefined {
	if (value === null) return nullable ? undefined : 'must not be null';
	return type?.problemOf(value);
}

/** Types of JSON in Python's words. */
const PYTHON_TYPES: Record<string, string> = { bigint: 'int', number: 'float', string: 'str', boolean: 'bool' };

const ofAll = (reason: string): RowError[] => [{ row: null, field: null, reason }];

/** Returns everything that is wrong with a request's rows. */
export function rowCheck(schema: DeploymentSchema): (rows: unknown[]) => RowError[] {
	const fields = fieldsOf(schema).map(({ name, nullable, type }) => {
		const known = type === null ? undefined : valueType(type);
		return { name, problemOf: (value: unknown) => problemOf(value, nullable, known) };
	});
	const names = fields.map(({ name }) => name);
	const required = requiredOf(schema).map(({ name }) => name);

	function namedErrors(given: Record<string, unknown>, row: number): RowError[] {
		const missing = required.filter((name) => !Object.hasOwn(given, name)).toSorted();
		const unknown = Object.keys(given).filter((name) => !names.includes(name));
		return [
			...missing.map((field) => ({ row, field, reason: 'missing' })),
			...unknown.map((field) => ({ row, field, reason: 'unknown field' })),
			...fields.flatMap((field) => {
				const reason = Object.hasOwn(given, field.name) ? field.problemOf(given[field.name]) : undefined;
				return reason === undefined ? [] : [{ row, field: field.name, reason }];
			}),
		];
	}

	function listedErrors(given: unknown[], row: number): RowError[] {
		if (given.length !== fields.length) {
			return [{ row, field: null, reason: `expected ${fields.length} values, got ${given.length}` }];
		}
		return fields.flatMap((field, index) => {
			const reason = field.problemOf(given[index]);
			return reason === undefined ? [] : [{ row, field: field.name, reason }];
		});
	}

	return (rows) => {
		if (rows.length === 0) return ofAll('instances must not be empty');
		const named = rows.filter(isObject).length;
		if (named > 0 && named < rows.length) return ofAll('rows must all be objects or all be arrays');
		return rows.flatMap((given, row) => {
			if (isObject(given)) return namedErrors(given, row);
			if (isList(given)) return listedErrors(given, row);
			const reason = `a row must be an object or an array, got ${PYTHON_TYPES[typeof given] ?? 'NoneType'}`;
			return [{ row, field: null, reason }];
		});
	};
}

/** The values of a row that has passed the check, by their names; null where an optional one is left out. */
export function namedRow(schema: DeploymentSchema, row: unknown): Record<string, unknown> {
	const values = fieldsOf(schema).map(({ name }, index): [string, unknown] => {
		const value = isList(row) ? row[index] : isObject(row) && Object.hasOwn(row, name) ? row[name] : undefined;
		return [name, value ?? null];
	});
	return Object.fromEntries(values);
}
