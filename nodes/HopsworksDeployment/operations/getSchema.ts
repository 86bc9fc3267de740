/** Get Schema: the columns that a deployment reads, with their types. */
import { asOneOf } from '../../hopsworks/parameters';
import { success } from '../../serving/outcome';
import type { Operation } from './operation';
import { readDeploymentOf } from './pick';

export const getSchema: Operation = {
	value: 'getSchema',
	name: 'Get Schema',
	action: 'Get schema of deployment',
	description: 'Get the columns that a deployment reads, with their types (Hopsworks 5.1 and later)',
	properties: [
		{
			displayName: 'Format',
			name: 'format',
			type: 'options',
			options: [
				{ name: 'JSON Schema', value: 'jsonschema', description: 'For tools that check requests and answers' },
				{ name: 'Schema', value: 'schema', description: 'Columns by their role, in the order of a row without names' },
			],
			default: 'schema',
			description: 'How the schema is written',
		},
	],
	async run(task) {
		const format = asOneOf(task.read('format', task.item), ['schema', 'jsonschema']);
		const record = await readDeploymentOf(task);
		if (!record.ok) return record;
		const schema = await task.api.schema(record.value.id, format);
		return schema.ok ? success([{ ...schema.value }]) : schema;
	},
};
