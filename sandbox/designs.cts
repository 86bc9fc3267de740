/** What is deployed in the sandbox: its projects, and a model server for each deployment. */
import type { Status } from './lifecycle.cts';
import { cardCheck } from './models/cardCheck.cts';
import { trainedFraud } from './models/fraud.cts';
import type { Model } from './models/model.cts';
import { trainedTumor } from './models/tumor.cts';
import type { Training } from './registry.cts';
import { json, type Call, type Reply } from './reply.cts';
import { schemaServer } from './schema.cts';
import { vllm } from './vllm.cts';

export interface Project {
	id: number;
	name: string;
	namespace: string;
	/** What the keys' user is there; nothing where not a member. */
	role?: 'Data owner' | 'Data scientist';
}

/** The second has a namespace that nothing makes out of its name, the third is somebody else's. */
export const projects = [
	{ id: 119, name: 'test', namespace: 'test', role: 'Data owner' },
	{ id: 121, name: 'team_a', namespace: 'hw-prod-team-a', role: 'Data scientist' },
	{ id: 122, name: 'strangers', namespace: 'strangers' },
] as const satisfies readonly Project[];
const [own, team, others] = projects;

export interface Design {
	id: number;
	name: string;
	project: Project;
	status: Status;
	modelServer: 'PYTHON' | 'VLLM';
	modelName?: string;
	/** Fields of the record that are not as in most deployments. */
	fields?: Record<string, unknown>;
	scalesToZero?: boolean;
	/** How its model was trained, version by version: each has a version of the deployment, and the last one serves. Once unless set. */
	trainings?: Training[];
	failure?: string;
	hasSchema?: boolean;
	/** Behind KServe's server; where there is none it brings a server of its own. */
	model?: Model;
	answer?: (call: Call) => Reply;
}

/** On the 569 rows of examples/data/tumors.csv. */
const TUMOR_TRAININGS: Training[] = [
	{ parameters: { border: 3 }, metrics: { accuracy: 0.8946, f1Score: 0.8352 } },
	{ metrics: { accuracy: 0.9455, f1Score: 0.9246 } },
];

const refuse = (): Reply => json(404, { detail: 'Not Found' });

export const designs: Design[] = [
	{ id: 11, name: 'fraud', project: own, status: 'Running', modelServer: 'PYTHON', model: trainedFraud },
	{
		id: 20,
		name: 'cardcheck',
		project: own,
		status: 'Running',
		modelServer: 'PYTHON',
		model: () => cardCheck,
	},
	{
		id: 12,
		name: 'tumor',
		project: own,
		status: 'Running',
		modelServer: 'PYTHON',
		model: trainedTumor,
		trainings: TUMOR_TRAININGS,
	},
	{
		id: 13,
		name: 'assistant',
		project: own,
		status: 'Running',
		modelServer: 'VLLM',
		fields: {
			tracing: {
				enabled: true,
				otelTracingStorage: 'online',
				otelInputTokenPricePerMillion: 0.15,
				otelOutputTokenPricePerMillion: 0.6,
			},
		},
		answer: vllm('assistant'),
	},
	{
		id: 14,
		name: 'screening',
		project: own,
		status: 'Stopped',
		modelServer: 'PYTHON',
		fields: { batchingConfiguration: { batchingEnabled: true, maxBatchSize: 32, maxLatency: 5000, timeout: 5 } },
		model: trainedTumor,
	},
	{
		id: 15,
		name: 'pricegrpc',
		project: own,
		status: 'Running',
		modelServer: 'PYTHON',
		fields: { apiProtocol: 'GRPC' },
		answer: refuse,
	},
	{
		id: 16,
		name: 'payments',
		project: own,
		status: 'Running',
		modelServer: 'PYTHON',
		hasSchema: true,
		answer: schemaServer('payments'),
	},
	{
		id: 17,
		name: 'returns',
		project: own,
		status: 'Idle',
		modelServer: 'PYTHON',
		scalesToZero: true,
		model: trainedFraud,
	},
	{
		id: 18,
		name: 'newcomer',
		project: own,
		status: 'Created',
		modelServer: 'PYTHON',
		model: trainedFraud,
	},
	{
		id: 19,
		name: 'broken',
		project: own,
		status: 'Failed',
		modelServer: 'PYTHON',
		failure: 'the predictor script raised ModuleNotFoundError: xgboost',
		answer: refuse,
	},
	{
		id: 21,
		name: 'oldassistant',
		project: own,
		status: 'Running',
		modelServer: 'VLLM',
		answer: vllm('oldassistant', { version: '0.10.0' }),
	},
	{
		id: 22,
		name: 'embedder',
		project: own,
		status: 'Running',
		modelServer: 'VLLM',
		answer: vllm('embedder', { task: 'embed' }),
	},
	{
		id: 23,
		name: 'reranker',
		project: own,
		status: 'Running',
		modelServer: 'VLLM',
		answer: vllm('reranker', { task: 'rank' }),
	},
	{ id: 31, name: 'fraud', project: team, status: 'Running', modelServer: 'PYTHON', model: trainedFraud },
	{ id: 32, name: 'upsell', project: team, status: 'Stopped', modelServer: 'PYTHON', model: trainedFraud },
	{
		id: 41,
		name: 'secret',
		project: others,
		status: 'Running',
		modelServer: 'PYTHON',
		model: trainedFraud,
	},
];
