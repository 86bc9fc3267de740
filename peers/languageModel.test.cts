/** Chat and the chat model in n8n's real engine against a real language model: what it answers without n8n. */
import { useChatModel } from '../test/support/chatModel.cts';
import { runModel, type RunOptions, type RunResult } from '../test/support/engine.cts';
import { at, numberOf, read, textOf } from '../test/support/json.cts';
import { PROJECT } from './envoy.cts';
import { LANGUAGE_MODEL, readPeers } from './peers.cts';
import { note, peerTest } from './results.cts';

const { gateway, languageModel } = readPeers();

describe('transformers serve', () => {
	const { url } = gateway;
	const PROMPTS = Array.from({ length: 12 }, (_, index) => ({ index, text: `score invoice ${index}` }));

	/** What the server answers to a prompt without n8n. */
	async function directly(content: string): Promise<string> {
		const reply = await fetch(`${languageModel.url}/v1/chat/completions`, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({
				model: LANGUAGE_MODEL,
				messages: [{ role: 'user', content }],
				temperature: 0,
				max_tokens: 8,
			}),
		});
		return textOf(at(read(await reply.text()), 'choices', 0, 'message', 'content') ?? '');
	}

	function chat(more: Partial<RunOptions> = {}): Promise<RunResult> {
		return runModel({
			rows: PROMPTS,
			...more,
			credential: { servingUrl: url, project: PROJECT },
			parameters: {
				operation: 'chat',
				deployment: { __rl: true, mode: 'name', value: LANGUAGE_MODEL },
				prompt: '={{ $json.text }}',
				options: { temperature: 0, maxTokens: 8 },
			},
		});
	}

	peerTest('every prompt gets the answer that the server gives it, its tokens counted', async () => {
		const { success, error } = await chat();
		if (error) throw error;
		const wanted: string[] = [];
		for (const { text } of PROMPTS) wanted.push(await directly(text));
		const equal = success.filter(({ json }, row) => json.text === wanted[row]).length;
		note('transformers serve behind Envoy', 'Chat', PROMPTS.length, equal);
		for (const { json } of success) {
			const tokens = (name: string): number => numberOf(at(json.usage, name));
			expect(tokens('totalTokens')).toBe(tokens('promptTokens') + tokens('completionTokens'));
			expect(['length', 'stop']).toContain(json.finishReason);
		}
	});

	peerTest('a streamed answer is the same, piece by piece', async () => {
		const pieces: string[] = [];
		const [row] = PROMPTS;
		const { success, error } = await chat({
			rows: row ? [row] : [],
			onChunk: ({ type, content }) => {
				if (type === 'item' && content !== undefined) pieces.push(content);
			},
		});
		if (error) throw error;
		const wanted = await directly(row?.text ?? '');
		expect(pieces.length).toBeGreaterThan(1);
		expect(pieces.join('')).toBe(wanted);
		note('transformers serve behind Envoy', 'Chat, streamed', 1, success[0]?.json.text === wanted ? 1 : 0);
	});

	peerTest('the chat model of agents and chains', async () => {
		const [row] = PROMPTS;
		const { made, error } = await useChatModel((model) => model.invoke(row?.text ?? ''), {
			credential: { servingUrl: url, project: PROJECT },
			parameters: {
				deployment: { __rl: true, mode: 'name', value: LANGUAGE_MODEL },
				options: { temperature: 0, maxTokens: 8 },
			},
		});
		if (error) throw error;
		const wanted = await directly(row?.text ?? '');
		note(
			'transformers serve behind Envoy',
			'Hopsworks Chat Model',
			1,
			JSON.stringify(made).includes(JSON.stringify(wanted)) ? 1 : 0,
		);
	});
});
