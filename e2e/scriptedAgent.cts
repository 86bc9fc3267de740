/** The agent example as a command can run it, and a language model for it whose every word is known. */
import { at, listOf, textOf } from '../test/support/json.cts';
import type { Recorded, Reply } from '../test/support/server.cts';
import { AGENT, type Workflow } from '../tools/examples.cts';
import { chain, node, to, uses } from '../tools/workflowParts.cts';

/** The first tool that an agent offers to a language model. */
export function offeredTool({ body }: Recorded): unknown {
	return at(body, 'tools', 0, 'function');
}

const PAYMENT = { amount: 12.5, age: 400, hour: 14 };

/** What the model of an agent answers: the calls of its first tool that it begins with, or its last words. */
function scripted(request: Recorded, callsAtFirst: number, id?: (call: number) => string): Reply {
	const results = listOf(at(request.body, 'messages') ?? []).filter((message) => at(message, 'role') === 'tool');
	const isDone = results.length > 0;
	const call = (number: number): object => ({
		...(id && { id: id(number) }),
		type: 'function',
		function: { name: at(offeredTool(request), 'name'), arguments: JSON.stringify(PAYMENT) },
	});
	const message = isDone
		? { content: `It said ${results.map((result) => textOf(at(result, 'content'))).join(' and ')}` }
		: { content: null, tool_calls: Array.from({ length: callsAtFirst }, (_, index) => call(index + 1)) };
	return {
		body: {
			id: 'c',
			object: 'chat.completion',
			created: 1,
			model: 'scripted',
			choices: [
				{ index: 0, message: { role: 'assistant', ...message }, finish_reason: isDone ? 'stop' : 'tool_calls' },
			],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		},
	};
}

/** A language model that always calls the first tool it is offered, once, and then repeats what the tool said. */
export function scriptedAgentModel(request: Recorded): Reply {
	return scripted(request, 1, (call) => `call_${call}`);
}

/** One that calls it twice in one turn. */
export function callingTwice(request: Recorded): Reply {
	return scripted(request, 2, (call) => `call_${call}`);
}

/** The same, on a server that gives calls no ids. */
export function callingTwiceWithoutIds(request: Recorded): Reply {
	return scripted(request, 2);
}

/** The agent, the chat model and the tool of the example, behind a trigger that a command can pull. */
export function agentWorkflow(id: string, examples: Workflow[], credentialId: string): object {
	const inExample = (name: string): Workflow['nodes'][number] => {
		const found = examples.find((one) => one.id === AGENT)?.nodes.find((one) => one.name === name);
		if (!found) throw new Error(`the example has no node '${name}'`);
		return found;
	};
	const agent = { promptType: 'define', text: 'Is this fraud?' };
	return {
		id,
		name: 'Agent with tool',
		active: false,
		settings: { executionOrder: 'v1' },
		nodes: [
			node('1', 'Start', 'n8n-nodes-base.manualTrigger', 1, {}),
			node('2', 'AI Agent', '@n8n/n8n-nodes-langchain.agent', 3.1, agent),
			{ ...inExample('Hopsworks Chat Model'), ...uses('hopsworksApi', credentialId) },
			inExample('Check a Payment'),
		],
		connections: {
			...chain('Start', 'AI Agent'),
			'Hopsworks Chat Model': to('AI Agent', 'ai_languageModel'),
			'Check a Payment': to('AI Agent', 'ai_tool'),
		},
	};
}
