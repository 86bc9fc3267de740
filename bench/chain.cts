/** Chat beside n8n's own Basic LLM Chain in a whole n8n, on the same prompts and the same server. */
import { startServer } from '../test/support/server.cts';
import { credential } from '../tools/credential.cts';
import type { WholeN8n } from '../tools/wholeN8n.cts';
import { chain, node, to, uses } from '../tools/workflowParts.cts';
import { PROMPTS, slowAnswer, WIDTH } from './chat.cts';

const WORKFLOW = 'promptsBesideAll';
const PROMPT = '=prompt {{ $json.prompt }}';

const NUMBERS = `={{ Array.from({ length: ${PROMPTS} }, (_, n) => n) }}`;

const workflow = {
	id: WORKFLOW,
	name: 'Prompts beside each other',
	active: false,
	settings: { executionOrder: 'v1' },
	nodes: [
		node('1', 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
		node('2', 'List', 'n8n-nodes-base.set', 3.4, {
			assignments: { assignments: [{ id: 'a', name: 'prompt', type: 'array', value: NUMBERS }] },
		}),
		node('3', 'Prompts', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'prompt' }),
		node(
			'4',
			'Chat',
			'n8n-nodes-hopsworks.hopsworksModel',
			1,
			{
				operation: 'chat',
				deployment: { __rl: true, mode: 'name', value: 'llm' },
				prompt: PROMPT,
				options: { concurrency: WIDTH },
			},
			uses('hopsworksApi', 'llm'),
		),
		node('5', 'Again', 'n8n-nodes-base.splitOut', 1, { fieldToSplitOut: 'prompt' }),
		node('6', 'Chain', '@n8n/n8n-nodes-langchain.chainLlm', 1.9, {
			promptType: 'define',
			text: PROMPT,
			batching: { batchSize: WIDTH, delayBetweenBatches: 0 },
		}),
		node(
			'7',
			'OpenAI Chat Model',
			'@n8n/n8n-nodes-langchain.lmChatOpenAi',
			1.2,
			{ model: { __rl: true, mode: 'id', value: 'llm' } },
			uses('openAiApi', 'openai'),
		),
	],
	connections: {
		...chain('Start', 'List', 'Prompts', 'Chat'),
		List: { main: [['Prompts', 'Again'].map((name) => ({ node: name, type: 'main', index: 0 }))] },
		...chain('Again', 'Chain'),
		'OpenAI Chat Model': to('Chain', 'ai_languageModel'),
	},
};

/** Milliseconds that each takes for all prompts. */
export async function chatBesideChain(n8n: WholeN8n): Promise<{ chat: number; chain: number }> {
	const server = await startServer(({ text }) => slowAnswer(text));
	try {
		await n8n.importAll('credentials', [
			credential('llm', 'llm', server.url),
			{ id: 'openai', name: 'openai', type: 'openAiApi', data: { apiKey: 'none', url: `${server.url}/v1` } },
		]);
		await n8n.importAll('workflow', [workflow]);
		const { Chat: chat, Chain: others } = await n8n.execute(WORKFLOW);
		for (const made of [chat, others]) {
			const answered = made?.items.length ?? 0;
			if (answered !== PROMPTS) throw new Error(`${answered} of ${PROMPTS} prompts were answered`);
		}
		return { chat: chat?.executionTime ?? NaN, chain: others?.executionTime ?? NaN };
	} finally {
		await server.close();
	}
}
