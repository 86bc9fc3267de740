/** A deployment with a schema, which says 1 of a payment above its budget, else 0. */
import type { Call, Reply } from './reply.cts';
import { defaultPredictor } from './schema/defaultPredictor.cts';
import type { DeploymentSchema } from './schema/deploymentSchema.cts';
import { jsonSchemaOf, openApiOf } from './schema/publishedSchema.cts';

/** In the order in which Hopsworks writes it, with the id that it gives to it. */
export const schema: DeploymentSchema = {
	schemaVersion: 1,
	servingKeys: [{ name: 'cc_num', type: 'bigint', nullable: false }],
	passedFeatures: [{ name: 'amount', type: 'double', nullable: true }],
	requestParameters: [
		{ name: 'budget', type: 'double', nullable: true },
		{ name: 'merchant_hint', type: null, nullable: true },
	],
	extraLoggingFeatures: [
		{ name: 'channel', type: 'string', nullable: true, description: 'Where the payment was made' },
	],
	featureView: { name: 'transactions', version: 1 },
	trainingDatasetVersion: 1,
	output: { kind: 'predictions', columns: [{ name: 'is_fraud', type: 'int' }] },
	inferred: true,
	maxBatchRows: 512,
	schemaId: '435fe4559b8e0e0e',
};

export const jsonSchema = jsonSchemaOf(schema);

/** The schema of the deployment `name` in a format of the REST API. */
export function schemaAs(format: string | null, name: string): unknown {
	if (format === 'openapi') return openApiOf(schema, name);
	return format === 'jsonschema' ? jsonSchema : schema;
}

/** The server of the deployment `name`. */
export function schemaServer(name: string): (call: Call) => Reply {
	return defaultPredictor(name, schema, ({ amount, budget }) => (Number(amount) > Number(budget) ? 1 : 0));
}
