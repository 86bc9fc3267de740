/**
 * Chat beside n8n's own Basic LLM Chain in a whole n8n, on the same prompts and the same server: `npm run bench:n8n`.
 * Ports: --port and the two after it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { credential } from '../e2e/examples.cts';
import { installN8n } from '../e2e/installation.cts';
import { pack } from '../e2e/pack.cts';
import { WholeN8n } from '../e2e/wholeN8n.cts';
import { node, to, uses } from '../e2e/workflow.cts';
import { startServer } from '../test/support/server.cts';
import { ideal, PROMPTS, slowAnswer, WIDTH } from './chat.cts';

const WORKFLOW = 'promptsBesideAll';

const PROMPT = '=prompt {{ $json.prompt }}';

const workflow = {
	id: WORKFLOW,
	name: 'Prompts beside each other',
	active: false,
	settings: { executionOrder: 'v1' },
	nodes: [
		node('1', 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
		node('2', 'List', 'n8n-nodes-base.set', 3.4, {
			assignments: {
				assignments: [
					{ id: 'a', name: 'prompt', type: 'array', value: `={{ Array.from({ length: ${PROMPTS} }, (_, n) => n) }}` },
				],
			},
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
			uses('hopsworksApi', 'hopsworks'),
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
		Start: { main: [[{ node: 'List', type: 'main', index: 0 }]] },
		List: {
			main: [
				[
					{ node: 'Prompts', type: 'main', index: 0 },
					{ node: 'Again', type: 'main', index: 0 },
				],
			],
		},
		Prompts: to('Chat'),
		Again: to('Chain'),
		'OpenAI Chat Model': to('Chain', 'ai_languageModel'),
	},
};

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { port: { type: 'string', default: '5700' } } });
	const port = Number(values.port);
	await installN8n(console.log);
	const folder = mkdtempSync(join(tmpdir(), 'bench-n8n-'));
	const server = await startServer(({ text }) => slowAnswer(text));
	const n8n = new WholeN8n({ userFolder: join(folder, 'user'), port, brokerPorts: [port + 1, port + 2] });
	try {
		await n8n.addPackage(await pack(join(folder, 'package')), 'n8n-nodes-hopsworks');
		await n8n.importAll('credentials', [
			credential('hopsworks', 'hopsworks', server.url),
			{ id: 'openai', name: 'openai', type: 'openAiApi', data: { apiKey: 'none', url: `${server.url}/v1` } },
		]);
		await n8n.importAll('workflow', [workflow]);
		const nodes = await n8n.execute(WORKFLOW);
		console.log(`${PROMPTS} prompts, ${WIDTH} at a time; a schedule without gaps takes ${Math.round(ideal)} ms\n`);
		for (const name of ['Chat', 'Chain']) {
			const { items = [], executionTime = NaN } = nodes[name] ?? {};
			console.log(`${name}: ${executionTime} ms, ${(executionTime / ideal).toFixed(2)} ×, ${items.length} answers`);
		}
	} finally {
		await server.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

void main();
