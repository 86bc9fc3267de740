/** The nodes in n8n's real engine against real vLLM behind a real gateway, in the versions of today and of Hopsworks 5.2. */
import { endServers, INSTALL_PATIENCE } from './servers.cts';
import { canReason, startVllm, type Vllm } from './vllm.cts';
import { chatTests } from './vllmChat.cts';
import { chatModelTests } from './vllmChatModel.cts';
import { classifyTests } from './vllmClassify.cts';
import { embedTests } from './vllmEmbed.cts';
import { VLLM_VERSIONS } from './vllmPackage.cts';
import { reasoningTests } from './vllmReasoning.cts';
import { rerankTests } from './vllmRerank.cts';

describe.each(VLLM_VERSIONS)('vLLM %s', (version) => {
	let started: Vllm;
	const vllm = (): Vllm => started;
	beforeAll(async () => {
		started = await startVllm(version);
	}, INSTALL_PATIENCE);
	afterAll(endServers, INSTALL_PATIENCE);

	chatTests(version, vllm);
	classifyTests(version, vllm);
	embedTests(version, vllm);
	rerankTests(version, vllm);
	chatModelTests(version, vllm);
	if (canReason(version)) reasoningTests(version, vllm);
});
