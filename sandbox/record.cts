/** A deployment as the REST API shows it: with the fields of 4.2 and, beside them, those that 5.2 added (OpenAPI 4.2.0: `ServingView`; hopsworks-api: `predictor.py`, `scaling_config.py`). */
import type { Deployment, Settings } from './deployments.cts';
import type { Design } from './designs.cts';
import { schema } from './schema.cts';

/** The image of language models. */
export const VLLM_TAG = 'v0.28.0';
export const CREATED = '2026-09-01T08:00:00Z';
export const CREATOR = 'Ada Example';
/** Of a deployment that was not changed since it was made. */
const DEPLOYED = '2026-09-01T08:05:00Z';
const FIRST_REVISION = 66_180_329;
const ENVIRONMENT = { name: 'pandas-inference-pipeline' };

function variablesOf({ hasSchema }: Design): string[] {
	const ofSchema = [`SERVING_SCHEMA_ID=${schema.schemaId}`, 'SERVING_SCHEMA_ENFORCER=predictor'];
	return ['SETTING=not to be shown', ...(hasSchema ? ofSchema : [])];
}

export const frameworkOf = ({ modelServer }: Design): string => (modelServer === 'VLLM' ? 'LLM' : 'SKLEARN');

/** Fields of the record that belong to a version of the configuration: what is saved in them is rolled back too. */
const HELD = new Set([
	'configFile',
	'featureLogging',
	'gitAutoRedeploy',
	'gitBranch',
	'gitProvider',
	'gitUrl',
	'modelFramework',
	'modelName',
	'modelPath',
	'modelServer',
	'modelVersion',
	'predictor',
	'predictorEnvVars',
	'predictorEnvironment',
	'predictorResources',
	'predictorScalingConfig',
	'tracing',
	'transformer',
	'transformerEnvVars',
	'transformerEnvironment',
	'transformerResources',
	'transformerScalingConfig',
	'vllmImageTag',
	'vllmVariant',
]);

/** Those that are saved too, and stay what they are when a version is rolled back. */
const COMMON = new Set(['apiProtocol', 'batchingConfiguration', 'description', 'inferenceLogging', 'knativeMode']);

function only(fields: Record<string, unknown>, names: ReadonlySet<string>): Record<string, unknown> {
	return Object.fromEntries(Object.entries(fields).filter(([name]) => names.has(name)));
}

/** What of a saved record belongs to the version, and what to the deployment. */
export function parted(fields: Record<string, unknown>): {
	held: Record<string, unknown>;
	common: Record<string, unknown>;
} {
	return { held: only(fields, HELD), common: only(fields, COMMON) };
}

/** What a version holds that serves this version of the model, as designed. */
export function heldBy(design: Design, modelVersion: number): Record<string, unknown> {
	const { name, project, modelServer, modelName = name, scalesToZero, fields = {} } = design;
	return {
		modelPath: `/Projects/${project.name}/Models/${modelName}`,
		modelName,
		modelVersion,
		modelFramework: frameworkOf(design),
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
		predictorEnvVars: variablesOf(design),
		predictorEnvironment: ENVIRONMENT,
		...(modelServer === 'VLLM' && { vllmVariant: 'VLLM', vllmImageTag: VLLM_TAG }),
		...only(fields, HELD),
	};
}

export function recordOf(deployment: Deployment, { isOld }: Settings): Record<string, unknown> {
	const { id, name, project, fields, lifecycle, scalesToZero, versions } = deployment;
	const { status, condition } = lifecycle;
	const { number: version, held } = versions.active;
	const record: Record<string, unknown> = {
		id,
		name,
		description: `The ${name} model`,
		created: CREATED,
		creator: CREATOR,
		version,
		servingTool: 'KSERVE',
		apiProtocol: 'REST',
		availableInstances: status === 'Running' ? 1 : 0,
		requestedInstances: scalesToZero ? 0 : 1,
		hopsworksInferencePath: `/project/${project.id}/inference/models/${name}`,
		modelServerInferencePath: `/v1/models/${name}`,
		...(lifecycle.isServing && {
			deployed: new Date(lifecycle.updatedAt ?? DEPLOYED).toISOString(),
			revision: String(FIRST_REVISION + lifecycle.updates),
		}),
		condition,
		status,
		batchingConfiguration: { batchingEnabled: false },
		projectNamespace: project.namespace,
		// What scales to zero after 90 s does so through Knative.
		knativeMode: Boolean(scalesToZero),
		...fields,
		...held,
		environmentDTO: held.predictorEnvironment,
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
