/**
 * The schema of a deployment: which columns a row has, and their types (Hopsworks 5.1 and later,
 * documentation 'How To Use A Deployment Schema'; hopsworks-api: `deployment/schema.py`).
 */
import { isRecord, type Json } from '../json/json';

export interface SchemaColumn {
	name: string;
	/** As Hopsworks writes it, such as `double` or `array<int>`; '' where it is not resolved and anything goes. */
	type: string;
	/** Whether null is a value. */
	isNullable: boolean;
	/** Whether a row may leave it out. */
	isOptional: boolean;
	description: string;
}

export interface DeploymentSchema {
	/** In the order of a row without names. */
	columns: SchemaColumn[];
	/** How many rows a request may hold. */
	maxBatchRows: number;
}

const DEFAULT_MAX_BATCH_ROWS = 512;

/** The groups of columns in their order, and whether a row may leave them out. */
const GROUPS = [
	{ name: 'servingKeys', isOptional: false },
	{ name: 'passedFeatures', isOptional: false },
	{ name: 'requestParameters', isOptional: false },
	{ name: 'extraLoggingFeatures', isOptional: true },
] as const;

export function readDeploymentSchema(schema: Record<string, Json>): DeploymentSchema {
	const { maxBatchRows } = schema;
	const columns = GROUPS.flatMap(({ name, isOptional }) => {
		const group = schema[name];
		return Array.isArray(group) ? group.flatMap((field) => readSchemaColumn(field, isOptional)) : [];
	});
	const isUsable = typeof maxBatchRows === 'number' && maxBatchRows >= 1;
	return { columns, maxBatchRows: isUsable ? Math.floor(maxBatchRows) : DEFAULT_MAX_BATCH_ROWS };
}

function readSchemaColumn(field: Json, isOptional: boolean): SchemaColumn[] {
	if (!isRecord(field) || typeof field.name !== 'string') return [];
	const { name, type, nullable, description } = field;
	return [
		{
			name,
			type: typeof type === 'string' ? type.trim().toLowerCase() : '',
			isNullable: nullable === true,
			isOptional,
			description: typeof description === 'string' ? description : '',
		},
	];
}
