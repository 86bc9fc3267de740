/** What is deployed in the sandbox: the project, and a model server for each deployment. */
import { kserve } from './kserve.cts';
import { fraud } from './models/fraud.cts';
import { tumor } from './models/tumor.cts';
import type { Call, Reply } from './reply.cts';
import { vllm } from './vllm.cts';

export const PROJECT = { id: 119, name: 'test', namespace: 'test' };
/** What host names end with. */
export const DOMAIN = 'hopsworks.ai';

export interface Deployment {
	id: number;
	name: string;
	modelServer: 'PYTHON' | 'VLLM';
	answer: (call: Call) => Reply;
}

export const deployments: Deployment[] = [
	{ id: 11, name: 'fraud', modelServer: 'PYTHON', answer: kserve('fraud', fraud) },
	{ id: 12, name: 'tumor', modelServer: 'PYTHON', answer: kserve('tumor', tumor) },
	{ id: 13, name: 'assistant', modelServer: 'VLLM', answer: vllm('assistant') },
	{
		id: 14,
		name: 'oldassistant',
		modelServer: 'VLLM',
		answer: vllm('oldassistant', { task: 'chat', isBefore0101: true }),
	},
	{ id: 15, name: 'embedder', modelServer: 'VLLM', answer: vllm('embedder', { task: 'embed' }) },
];
