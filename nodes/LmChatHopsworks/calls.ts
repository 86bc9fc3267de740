/** The tools of a request, and whether an answer calls them as it had to. */
import { asRecord, isRecord } from '../core/json/json';
import { badReply, success, type Outcome } from '../core/failure/outcome';
import { excerpt } from '../core/failure/excerpt';
import { withWords } from '../core/failure/meaning';
import type { Answer } from '../core/language/chatAnswer';
import { departureFrom } from '../core/language/departure';
import type { GiveWay } from '../core/turns';

export type Tool = Record<string, unknown>;

function definitionOf(tool: Tool): Record<string, unknown> {
	return asRecord(tool.function);
}

/** What holds a model to the parameters of a tool: vLLM 0.32 does so for no other, not even for one that must be called. */
export function strictTool(tool: Tool): Tool {
	return { ...tool, function: { ...definitionOf(tool), strict: true } };
}

/** The name of a tool that must be called, '' where it may be any of them; undefined where none has to. */
function neededTool(choice: unknown): string | undefined {
	if (choice === 'required') return '';
	const { name } = asRecord(asRecord(choice).function);
	return typeof name === 'string' ? name : undefined;
}

/** The answer. Fails where a tool had to be called and was not, or arguments had to follow their tool's parameters and do not. */
export async function heldToTools(
	answer: Answer,
	{ tools, choice, isStrict }: { tools: Tool[]; choice: unknown; isStrict: boolean },
	giveWay: GiveWay,
): Promise<Outcome<Answer>> {
	const { toolCalls = [], finishReason, text } = answer;
	const needed = neededTool(choice);
	if (needed !== undefined && toolCalls.length === 0) {
		const what = needed === '' ? 'a tool' : `the tool '${excerpt(needed)}'`;
		return badReply(
			withWords(`The model did not call ${what}, which it had to`, excerpt(text)),
			finishReason === 'length'
				? "The answer was cut off: raise 'Max Tokens' in the options."
				: "The server may not know 'tool_choice', as vLLM does, or its tool call parser may not fit the model.",
		);
	}
	for (const { name, arguments: given } of isStrict ? toolCalls : []) {
		const parameters = tools.map(definitionOf).find((definition) => definition.name === name)?.parameters;
		const departure = isRecord(parameters) ? await departureFrom(parameters, given, giveWay) : undefined;
		if (departure === undefined) continue;
		return badReply(
			`The model called the tool '${excerpt(name)}' with arguments that do not follow its parameters, as ${departure}`,
			"The server may not know 'strict', as vLLM does. Say in the prompt what the arguments must hold.",
		);
	}
	return success(answer);
}
