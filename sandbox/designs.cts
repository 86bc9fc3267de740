/** What is deployed in the sandbox: its projects, and a model server for each deployment. */
import { kserve } from './kserve.cts';
import type { Status } from './lifecycle.cts';
import { cardCheck } from './models/cardCheck.cts';
import { fraud } from './models/fraud.cts';
import { tumor } from './models/tumor.cts';
import { isObject, json, type Call, type Reply } from './reply.cts';
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
	/** How many versions of its configuration there are; the last one serves. One unless set. */
	versions?: number;
	failure?: string;
	hasSchema?: boolean;
	answer: (call: Call) => Reply;
}

/** KServe's batcher in front of a server: it reads `instances` only (kserve: `pkg/batcher/handler.go`). */
function batched(server: (call: Call) => Reply): (call: Call) => Reply {
	return (call) => {
		const body: unknown = JSON.parse(call.body || '{}');
		const instances = isObject(body) ? body.instances : undefined;
		if (!Array.isArray(instances) || instances.length === 0) {
			return {
				status: 400,
				headers: { 'content-type': 'text/plain; charset=utf-8' },
				body: 'no instances in the request\n',
			};
		}
		const reply = server({ ...call, body: JSON.stringify({ instances }) });
		const made: unknown = JSON.parse(reply.body);
		if (reply.status !== 200 || !isObject(made)) return json(200, { message: reply.body, predictions: null });
		return json(200, { message: '', batchId: '1f0e9a62-7a4e-11ef-9d4a-0242ac120002', predictions: made.predictions });
	};
}

const refuse = (): Reply => json(404, { detail: 'Not Found' });

export const designs: Design[] = [
	{ id: 11, name: 'fraud', project: own, status: 'Running', modelServer: 'PYTHON', answer: kserve('fraud', fraud) },
	{
		id: 20,
		name: 'cardcheck',
		project: own,
		status: 'Running',
		modelServer: 'PYTHON',
		answer: kserve('cardcheck', cardCheck),
	},
	{
		id: 12,
		name: 'tumor',
		project: own,
		status: 'Running',
		modelServer: 'PYTHON',
		versions: 2,
		answer: kserve('tumor', tumor),
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
		answer: batched(kserve('screening', tumor)),
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
		answer: kserve('returns', fraud),
	},
	{
		id: 18,
		name: 'newcomer',
		project: own,
		status: 'Created',
		modelServer: 'PYTHON',
		answer: kserve('newcomer', fraud),
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
	{ id: 31, name: 'fraud', project: team, status: 'Running', modelServer: 'PYTHON', answer: kserve('fraud', fraud) },
	{ id: 32, name: 'upsell', project: team, status: 'Stopped', modelServer: 'PYTHON', answer: kserve('upsell', fraud) },
	{
		id: 41,
		name: 'secret',
		project: others,
		status: 'Running',
		modelServer: 'PYTHON',
		answer: kserve('secret', fraud),
	},
];
