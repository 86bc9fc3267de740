/** The tests of the Hopsworks Chat Model against real vLLM, as LangChain, its agents and chains use it. */
import { AgentExecutor, createToolCallingAgent } from '@langchain/classic/agents';
import type { BaseLanguageModelInput } from '@langchain/core/language_models/base';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { ToolMessage, type AIMessageChunk } from '@langchain/core/messages';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { RunnableLambda } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import type { IDataObject } from 'n8n-workflow';
import { useChatModel, type ChatModelRun } from '../test/support/chatModel.cts';
import { at, numberOf, textOf } from '../test/support/json.cts';
import { choiceDirectly, credentialOf, deploymentNamed, messageOf } from './askVllm.cts';
import { note, peerTest } from './results.cts';
import { CHAT, EMBEDDING, type Vllm } from './vllm.cts';
import { FIND_ORDER, HELLO, SCHEMA_DRAW, TICKET, TOOL_DRAW } from './vllmQuestions.cts';

const GREEDY = { temperature: 0, maxTokens: 12 };

function isAnsweringTool(input: BaseLanguageModelInput): boolean {
	const messages = typeof input === 'object' && 'toChatMessages' in input ? input.toChatMessages() : [];
	return messages.some((message) => ToolMessage.isInstance(message));
}

/** The model with a choice of tool in the first call: a random model calls none of its own accord. */
function callingFirst(model: BaseChatModel, name: string): BaseChatModel {
	const bindTools: NonNullable<BaseChatModel['bindTools']> = (tools) => {
		const [forced, free] = [model.bindTools?.(tools, { tool_choice: name }), model.bindTools?.(tools)];
		return RunnableLambda.from<BaseLanguageModelInput, AIMessageChunk>((input) => {
			const chosen = isAnsweringTool(input) ? free : forced;
			if (!chosen) throw new Error('the model takes no tools');
			return chosen;
		});
	};
	return new Proxy(model, {
		get: (target, name): unknown => (name === 'bindTools' ? bindTools : Reflect.get(target, name)),
	});
}

export function chatModelTests(version: string, vllm: () => Vllm): void {
	const server = `vLLM ${version}`;

	async function use(
		work: (model: BaseChatModel) => Promise<unknown>,
		options: IDataObject,
		deployment = CHAT,
	): Promise<ChatModelRun> {
		return await useChatModel(work, {
			credential: credentialOf(vllm()),
			parameters: { ...deploymentNamed(deployment), options: { timeout: 120, ...options } },
		});
	}

	async function textDirectly(): Promise<string> {
		const { reply } = await choiceDirectly(vllm(), CHAT, HELLO, { temperature: 0, max_tokens: 12 });
		return textOf(at(reply, 'choices', 0, 'message', 'content'));
	}

	peerTest('invoked and streamed, the model answers as the server does', async () => {
		const wanted = await textDirectly();
		const invoked = await use(async (model) => {
			const { text, usage_metadata: usage } = await model.invoke(HELLO);
			return { text, usage };
		}, GREEDY);
		if (invoked.error) throw invoked.error;
		const tokens = (name: string): number => numberOf(at(invoked.made.usage, name));
		expect(tokens('input_tokens') + tokens('output_tokens')).toBe(tokens('total_tokens'));
		const streamed = await use(async (model) => {
			const pieces: string[] = [];
			for await (const { text } of await model.stream(HELLO)) pieces.push(text);
			return { text: pieces.join(''), count: pieces.length };
		}, GREEDY);
		if (streamed.error) throw streamed.error;
		expect(numberOf(streamed.made.count)).toBeGreaterThan(2);
		note(server, 'Hopsworks Chat Model', 2, [invoked, streamed].filter(({ made }) => made.text === wanted).length);
	});

	peerTest('a structured answer follows its schema', async () => {
		const { made, error } = await use(
			async (model) => await model.withStructuredOutput(TICKET, { method: 'jsonSchema' }).invoke(HELLO),
			{ ...SCHEMA_DRAW, maxTokens: 300 },
		);
		if (error) throw error;
		expect(made).toEqual({ team: expect.stringMatching(/^(billing|technical|sales)$/), urgent: expect.any(Boolean) });
	});

	peerTest('LangChain’s agent gets a call, carries it out, and answers with what came of it', async () => {
		const { parameters } = FIND_ORDER.function;
		const orders: unknown[] = [];
		const findOrder = tool(
			async ({ id }: { id: number }) => {
				orders.push(id);
				return `order ${id} was sent`;
			},
			{
				name: 'find_order',
				description: 'Finds an order',
				schema: { ...parameters, required: [...parameters.required] },
			},
		);
		const { made, error } = await use(
			async (model) => {
				const llm = callingFirst(model, 'find_order');
				const prompt = ChatPromptTemplate.fromMessages([
					['human', '{input}'],
					['placeholder', '{agent_scratchpad}'],
				]);
				const tools = [findOrder];
				const agent = createToolCallingAgent({ llm, tools, prompt });
				return await new AgentExecutor({ agent, tools, maxIterations: 3 }).invoke({ input: HELLO });
			},
			{ ...TOOL_DRAW, maxTokens: 200, strictTools: true },
		);
		if (error) throw error;
		expect(orders).toEqual([expect.any(Number)]);
		// A streamed answer, in one part.
		expect(made.output).toEqual([{ type: 'text', text: expect.any(String), index: 0 }]);
		note(server, 'Hopsworks Chat Model, an agent with a tool', 1, Number.isInteger(orders[0]) ? 1 : 0);
	});

	peerTest('too long, unknown and of another kind: the failure says what to do', async () => {
		const message = async (prompt: string, options: IDataObject, deployment?: string): Promise<string> => {
			return messageOf(await use(async (model) => (await model.invoke(prompt)).text, options, deployment));
		};
		expect(await message('hello world '.repeat(900), GREEDY)).toMatch(/too long/i);
		expect(await message(HELLO, { ...GREEDY, model: 'nobody' })).toMatch(/nobody/);
		expect(await message(HELLO, GREEDY, EMBEDDING)).toMatch(/404|embed/i);
	});
}
