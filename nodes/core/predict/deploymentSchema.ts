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

interface Group {
	name: string;
	/** Whether a row may leave its columns out. */
	isOptional: boolean;
	/** Whether null is a value where a column does not say so itself. */
	isNullable: boolean;
}

/** The groups of columns in their order. */
const GROUPS: Group[] = [
	{ name: 'servingKeys', isOptional: false, isNullable: false },
	{ name: 'passedFeatures', isOptional: false, isNullable: true },
	{ name: 'requestParameters', isOptional: false, isNullable: true },
	{ name: 'extraLoggingFeatures', isOptional: true, isNullable: true },
];

export function readDeploymentSchema(schema: Record<string, Json>): DeploymentSchema {
	const { maxBatchRows } = schema;
	const columns = GROUPS.flatMap((group) => {
		const fields = schema[group.name];
		return Array.isArray(fields) ? fields.flatMap((field) => readSchemaColumn(field, group)) : [];
	});
	const isUsable = typeof maxBatchRows === 'number' && maxBatchRows >= 1;
	return { columns, maxBatchRows: isUsable ? Math.floor(maxBatchRows) : DEFAULT_MAX_BATCH_ROWS };
}

function readSchemaColumn(field: Json, { isOptional, isNullable }: Group): SchemaColumn[] {
	if (!isRecord(field) || typeof field.name !== 'string') return [];
	const { name, type, nullable = isNullable, description } = field;
	return [
		{
			name,
			type: typeof type === 'string' ? type.trim().toLowerCase() : '',
			isNullable: Boolean(nullable),
			isOptional,
			description: typeof description === 'string' ? description : '',
		},
	];
}
