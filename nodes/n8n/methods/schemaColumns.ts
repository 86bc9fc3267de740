/** The columns that the panel offers: those of the chosen deployment's schema. */
import type { FieldType, ILoadOptionsFunctions, ResourceMapperFields } from 'n8n-workflow';
import { readDeploymentSchema, type SchemaColumn } from '../../core/predict/deploymentSchema';
import { readColumnType, type ColumnType } from '../../core/predict/schemaTypes';
import { SCHEMA_MISSING } from '../../core/failure/errorCodes';
import { readLocator } from '../deploymentLocator';
import { nodeError } from '../errors';
import { isTool } from '../items';
import { connectionOfPanel } from '../projectChoice';
import { REST_DEFAULTS, restApi } from '../restApi';
import { agentArguments } from './agentArguments';

/** How the panel lets a value be typed. Integers of 64 bits are text there, since a number would be rounded. */
const FIELD_TYPES: Record<ColumnType['kind'], FieldType> = {
	integer: 'number',
	bigint: 'string',
	number: 'number',
	decimal: 'string',
	text: 'string',
	boolean: 'boolean',
	timestamp: 'string',
	date: 'string',
	binary: 'string',
	list: 'array',
	map: 'object',
	struct: 'object',
	any: 'string',
};

function labelOf({ name, type, isOptional }: SchemaColumn): string {
	const facts = [type, isOptional ? 'optional' : ''].filter(Boolean).join(', ');
	return facts === '' ? name : `${name} (${facts})`;
}

/**
 * No columns and the reason where there is no schema; any other refusal is an error in the panel. As an agent's tool, each
 * column that a row has to have begins as an argument that the agent's model fills in.
 */
export async function getSchemaColumns(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const { mode, value } = readLocator(this.getCurrentNodeParameter('deployment', { extractValue: false }));
	const name = value.trim();
	if (mode === 'url' || name === '' || name.startsWith('=')) {
		return { fields: [], emptyFieldsNotice: 'Pick a deployment from the list, or by its name, to see its columns' };
	}
	const api = restApi(this, await connectionOfPanel(this), REST_DEFAULTS, { requests: 0, retries: 0 });
	const record = await api.deployment(name);
	if (!record.ok) throw nodeError(this.getNode(), record.failure, 0);
	const schema = await api.schema(record.value.id, 'schema');
	if (!schema.ok && schema.failure.errorCode === SCHEMA_MISSING) {
		const notice = isTool(this.getNode())
			? "This deployment has no schema. Set 'Rows From' to 'JSON' and say there what the model fills in."
			: "This deployment has no schema. Set 'Rows From' to 'Selected Columns' and name them yourself.";
		return { fields: [], emptyFieldsNotice: notice };
	}
	if (!schema.ok) throw nodeError(this.getNode(), schema.failure, 0);
	const { columns } = readDeploymentSchema(schema.value);
	const filledIn = isTool(this.getNode()) ? agentArguments(columns) : undefined;
	return {
		fields: columns.map((column) => ({
			id: column.name,
			// n8n names an argument after the label, once somebody changes its description.
			displayName: filledIn ? column.name : labelOf(column),
			...(filledIn && { defaultValue: filledIn.get(column.name) ?? null }),
			type: FIELD_TYPES[readColumnType(column.type).kind],
			required: !column.isOptional,
			defaultMatch: false,
			canBeUsedToMatch: false,
			display: true,
		})),
	};
}
