/** A deployment as the REST API shows it: with the fields of 4.2 and, beside them, those that 5.2 added (OpenAPI 4.2.0: `ServingView`; hopsworks-api: `predictor.py`, `scaling_config.py`). */
import type { Deployment, Settings } from './deployments.cts';
import { schema } from './schema.cts';

/** The image of language models. */
export const VLLM_TAG = 'v0.28.0';
export const CREATED = '2026-09-01T08:00:00Z';
export const CREATOR = 'Ada Example';
const ENVIRONMENT = { name: 'pandas-inference-pipeline' };

function variablesOf({ hasSchema }: Deployment): string[] {
	const ofSchema = [`SERVING_SCHEMA_ID=${schema.schemaId}`, 'SERVING_SCHEMA_ENFORCER=predictor'];
	return ['SETTING=not to be shown', ...(hasSchema ? ofSchema : [])];
}

/** What belongs to a version of a deployment's configuration. */
export function versionedFields(deployment: Deployment, version: number): Record<string, unknown> {
	const { name, project, modelServer, modelName = name, scalesToZero } = deployment;
	const isLanguageModel = modelServer === 'VLLM';
	return {
		version,
		modelPath: `/Projects/${project.name}/Models/${modelName}`,
		modelName,
		modelVersion: version,
		modelFramework: isLanguageModel ? 'LLM' : 'SKLEARN',
		modelServer,
		predictorResources: {
			requests: { cores: 0.2, memory: 1024, gpus: 0 },
			limits: { cores: 1, memory: 2048, gpus: 0 },
		},
		predictorScalingConfig: {
			scaleMetric: 'CONCURRENCY',
			target: 100,
			minInstances: scalesToZero ? 0 : 1,
			maxInstances: 1,
			panicWindowPercentage: 10,
			stableWindowSeconds: 60,
			panicThresholdPercentage: 200,
			scaleToZeroRetentionSeconds: 0,
		},
		predictorEnvVars: variablesOf(deployment),
		predictorEnvironment: ENVIRONMENT,
		...(isLanguageModel && { vllmVariant: 'VLLM', vllmImageTag: VLLM_TAG }),
	};
}

export function recordOf(deployment: Deployment, { isOld }: Settings): Record<string, unknown> {
	const { id, name, project, fields, lifecycle, scalesToZero, versions = 1 } = deployment;
	const { status, condition } = lifecycle;
	const record: Record<string, unknown> = {
		id,
		name,
		description: `The ${name} model`,
		created: CREATED,
		creator: CREATOR,
		...versionedFields(deployment, versions),
		servingTool: 'KSERVE',
		apiProtocol: 'REST',
		availableInstances: status === 'Running' ? 1 : 0,
		requestedInstances: scalesToZero ? 0 : 1,
		hopsworksInferencePath: `/project/${project.id}/inference/models/${name}`,
		modelServerInferencePath: `/v1/models/${name}`,
		...(lifecycle.isServing && { deployed: '2026-09-01T08:05:00Z', revision: '66180329' }),
		condition,
		status,
		batchingConfiguration: { batchingEnabled: false },
		environmentDTO: ENVIRONMENT,
		projectNamespace: project.namespace,
		// What scales to zero after 90 s does so through Knative.
		knativeMode: Boolean(scalesToZero),
		...fields,
	};
	return isOld ? Object.fromEntries(Object.entries(record).filter(([field]) => !SINCE_PATHS.has(field))) : record;
}

/** Fields that came with path routing, or after it. */
const SINCE_PATHS = new Set([
	'knativeMode',
	'predictorEnvironment',
	'predictorScalingConfig',
	'projectNamespace',
	'tracing',
	'vllmImageTag',
	'vllmVariant',
]);
