/**
 * What the Hopsworks REST API says of projects and deployments: strict about what is used, blind to the rest.
 * Any field may be missing, and every release adds some (OpenAPI 4.2.0; hopsworks-api: `predictor.py`, `model_serving_api.py`).
 */
import { isRecord, type Json } from '../json/json';

/** Known states; '' where the record tells none. */
export const STATES = [
	'Creating',
	'Created',
	'Starting',
	'Running',
	'Idle',
	'Updating',
	'Failed',
	'Stopping',
	'Stopped',
] as const;

export type State = (typeof STATES)[number] | '';

/** Unfamiliar states read as ''. Case differs between releases. */
export function stateOf(value: unknown): State {
	const text = typeof value === 'string' ? value.toLowerCase() : '';
	return STATES.find((state) => state.toLowerCase() === text) ?? '';
}

/** States in which a request is answered; the first one to an idle deployment takes longer. */
export function isReady(state: State): boolean {
	return state === 'Running' || state === 'Idle' || state === 'Updating';
}

export interface DeploymentRecord {
	id: number;
	name: string;
	state: State;
	/** The server's words on the state; '' where it has none. */
	reason: string;
	/** `PYTHON`, `TENSORFLOW_SERVING`, `VLLM`; '' where not told. */
	modelServer: string;
	modelName: string;
	modelVersion?: number;
	/** The version of the deployment itself that is active; undefined where that is not told. */
	version?: number;
	description: string;
	/** ISO 8601; older releases may send milliseconds since the epoch. */
	created: string | number;
	/** Whether it answers gRPC and no HTTP. */
	isGrpc: boolean;
	/** Whether the gateway knows it: deployments without KServe are reached through Hopsworks only. */
	isBehindGateway: boolean;
	/** Whether a batcher stands in front, which reads `instances` only. */
	hasBatcher: boolean;
	/** Whether a transformer stands in front, a script that reads the whole body first. */
	hasTransformer: boolean;
	/** `script`: an agent, or any other server of the user's own, without a model; `featureView`: feature vectors, without one too. */
	kind: 'model' | 'featureView' | 'script';
	/** Seconds for which a request to it is held while it wakes up. */
	coldStart: number;
	/** What tokens cost, where its tracing was given both prices (5.2); in a currency that Hopsworks does not tell. */
	prices?: { input: number; output: number };
	/** When it was last started or changed, in milliseconds since the epoch; undefined where that is not told. */
	deployed?: number;
	/** The Kubernetes namespace; '' before 4.2. */
	namespace: string;
	/** All that was sent, but for environment variables: they may hold secrets. */
	raw: Record<string, Json>;
}

/** The longest that Hopsworks lets a request wait for a deployment that wakes up, and what it does unless told otherwise (5.2). */
const LONGEST_COLD_START = 3600;
const USUAL_COLD_START = 600;

const NEVER_SHOWN = new Set(['predictorEnvVars', 'transformerEnvVars']);

/** All that was sent, but for environment variables: they may hold secrets. */
export function shownOf(sent: Record<string, Json>): Record<string, Json> {
	return Object.fromEntries(Object.entries(sent).filter(([field]) => !NEVER_SHOWN.has(field)));
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

/** Whether a value is a number by which Hopsworks knows something: it becomes a part of an address. */
function isId(value: unknown): value is number {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Whether a value is the number of a version, which count from 1. */
export function isVersion(value: unknown): value is number {
	return isId(value) && value > 0;
}

/** Agents and deployments of feature views name no model, and have a script or variables of Hopsworks' own instead. */
function kindIn({
	modelName,
	modelServer,
	predictor,
	predictorEnvVars,
}: Record<string, Json>): DeploymentRecord['kind'] {
	if (text(modelName) !== '') return 'model';
	const variables = Array.isArray(predictorEnvVars) ? predictorEnvVars.map(text) : [];
	if (variables.some((variable) => variable.startsWith('SERVING_FEATURE_VIEW_NAME='))) return 'featureView';
	return text(modelServer).toUpperCase() === 'PYTHON' || text(predictor) !== '' ? 'script' : 'model';
}

function coldStartIn(scaling: Json | undefined): number {
	const { coldStartTimeoutSeconds: given } = isRecord(scaling) ? scaling : {};
	const isGiven = typeof given === 'number' && given >= 1 && given <= LONGEST_COLD_START;
	return isGiven ? given : USUAL_COLD_START;
}

/** Newer servers write `tracing`, the client reads `tracingConfig` too, and both names of each price (hsml: `deployment_tracing_config.py`). */
function pricesIn({ tracing, tracingConfig }: Record<string, Json>): DeploymentRecord['prices'] {
	const config = isRecord(tracing) ? tracing : isRecord(tracingConfig) ? tracingConfig : {};
	const input = config.otelInputTokenPricePerMillion ?? config.inputTokenPricePerMillionTokens;
	const output = config.otelOutputTokenPricePerMillion ?? config.outputTokenPricePerMillionTokens;
	return isPrice(input) && isPrice(output) ? { input, output } : undefined;
}

function isPrice(value: Json | undefined): value is number {
	return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

/** A time as ISO 8601 or in milliseconds since the epoch. */
function timeIn(value: Json | undefined): number | undefined {
	const time = typeof value === 'string' ? Date.parse(value) : value;
	return typeof time === 'number' && Number.isFinite(time) ? time : undefined;
}

/** A deployment; `undefined` where the value is none. */
export function readDeployment(value: Json | undefined): DeploymentRecord | undefined {
	if (!isRecord(value)) return undefined;
	const { id, name, created, modelVersion, version, condition, batchingConfiguration: batching } = value;
	if (!isId(id) || typeof name !== 'string' || name === '') return undefined;
	return {
		id,
		name,
		state: stateOf(value.status),
		reason: isRecord(condition) ? text(condition.reason) : '',
		modelServer: text(value.modelServer).toUpperCase(),
		modelName: text(value.modelName),
		modelVersion: typeof modelVersion === 'number' ? modelVersion : undefined,
		version: isVersion(version) ? version : undefined,
		description: text(value.description),
		created: typeof created === 'number' ? created : text(created),
		isGrpc: text(value.apiProtocol).toUpperCase() === 'GRPC',
		isBehindGateway: ['', 'KSERVE'].includes(text(value.servingTool).toUpperCase()),
		hasBatcher: isRecord(batching) && batching.batchingEnabled === true,
		hasTransformer: text(value.transformer) !== '',
		kind: kindIn(value),
		coldStart: coldStartIn(value.predictorScalingConfig),
		prices: pricesIn(value),
		deployed: timeIn(value.deployed),
		namespace: text(value.projectNamespace),
		raw: shownOf(value),
	};
}

/** Seconds after a start or a change in which the gateway may not know a deployment yet, with what clocks differ by. */
const FRESH = 120;

/** Whether a deployment has just been started or changed, or is about to be ready. */
export function isFresh({ state, deployed }: DeploymentRecord, now: number): boolean {
	if (state === 'Creating' || state === 'Starting' || state === 'Updating') return true;
	return deployed !== undefined && Math.abs(now - deployed) < FRESH * 1000;
}

/** The entries of a list, bare or as `{count, items}`, or a single object as a list of one; `undefined` for anything else. */
export function entriesOf(value: Json | undefined): Json[] | undefined {
	if (Array.isArray(value)) return value;
	if (!isRecord(value)) return undefined;
	if (Object.hasOwn(value, 'id')) return [value];
	if (!Object.hasOwn(value, 'count')) return undefined;
	return Array.isArray(value.items) ? value.items : [];
}

export interface Project {
	id: number;
	name: string;
	/** '' before 4.2. */
	namespace: string;
}

/** A project as `/project/getProjectInfo/{name}` tells it, or as an entry of `/project` does. */
export function readProject(value: Json | undefined): Project | undefined {
	if (!isRecord(value)) return undefined;
	const inner = isRecord(value.project) ? value.project : value;
	const id = inner.projectId ?? inner.id;
	const name = inner.projectName ?? inner.name;
	if (!isId(id) || typeof name !== 'string') return undefined;
	return { id, name, namespace: text(inner.namespace) };
}
