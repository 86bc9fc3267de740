/** Get Schema: the columns that a deployment reads, with their types. */
import { success } from '../../core/failure/outcome';
import type { Operation } from '../../n8n/operation';
import { asOneOf } from '../../n8n/options';
import { onDeployment } from './onHopsworks';

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
				{
					name: 'Schema',
					value: 'schema',
					description: 'The columns by their roles, in the order in which a list of values has them',
				},
			],
			default: 'schema',
			description: 'How the schema is written',
		},
	],
	run: onDeployment((read, item) => {
		const format = asOneOf('Format', read('format', item), ['schema', 'jsonschema']);
		return async ({ id }, api) => {
			const schema = await api.schema(id, format);
			return schema.ok ? success([{ ...schema.value }]) : schema;
		};
	}),
};
