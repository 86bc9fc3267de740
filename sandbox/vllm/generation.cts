/** An answer as it is made: token by token, until the model is done, a stop text comes, or there is no room left. */
import { dumps } from '../python.cts';
import { isObject } from '../reply.cts';
import type { Answer, ToolCall } from '../rules.cts';
import { isBefore, type Fields, type Server } from './server.cts';
import { tokensOf } from './tokens.cts';

/** Where a token goes in the reply; the marks around a call go nowhere. */
type Part = 'reasoning' | 'content' | 'mark' | 'name' | 'arguments';

export interface Token {
	text: string;
	part: Part;
	/** Which call it belongs to, and the function that is called. */
	call?: number;
	name?: string;
}

export interface Generation {
	tokens: Token[];
	calls: ToolCall[];
	/** How the calls came about. */
	choice: 'auto' | 'required' | 'named';
	/** Whether it was cut off for lack of room. */
	isCut: boolean;
	/** The stop text that ended it. */
	stopReason: string | null;
	likelihoods?: Answer['likelihoods'];
}

/** The marks that vLLM's parser `hermes` looks for. */
function tokensOfCall({ name, arguments: given }: ToolCall, call: number): Token[] {
	const part = (text: string, where: Part): Token[] => tokensOf(text).map((one) => ({ text: one, part: where, call }));
	const head = part(`<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": `, 'mark');
	const last = head.pop();
	return [
		...head,
		...(last ? [{ ...last, name, part: 'name' as const }] : []),
		...part(given, 'arguments'),
		...part('}\n</tool_call>', 'mark'),
	];
}

/** Up to the first stop text, or with it where asked. */
function untilStop(
	content: string,
	{ stop, include_stop_str_in_output: isIncluded }: Fields,
): [text: string, stopReason: string | null] {
	const found = [stop]
		.flat()
		.filter((text) => typeof text === 'string')
		.map((text) => ({ text, at: content.indexOf(text) }))
		.filter(({ at }) => at >= 0)
		.toSorted((one, other) => one.at - other.at)[0];
	if (!found) return [content, null];
	return [content.slice(0, found.at + (isIncluded === true ? found.text.length : 0)), found.text];
}

function choiceOf({ tool_choice: choice }: Fields): Generation['choice'] {
	if (isObject(choice)) return 'named';
	return choice === 'required' ? 'required' : 'auto';
}

export function generate(answer: Answer, body: Fields, limit: number): Generation {
	const calls = body.parallel_tool_calls === false ? answer.toolCalls.slice(0, 1) : answer.toolCalls;
	const [content, stopReason] = untilStop(answer.content ?? '', body);
	const tokens: Token[] = [
		...tokensOf(answer.reasoning ?? '').map((text): Token => ({ text, part: 'reasoning' })),
		...tokensOf(content).map((text): Token => ({ text, part: 'content' })),
		...calls.flatMap(tokensOfCall),
	];
	const isCut = tokens.length > limit;
	return {
		tokens: tokens.slice(0, limit),
		calls: calls.slice(0, wholeCalls(tokens, limit)),
		choice: choiceOf(body),
		isCut,
		stopReason: isCut ? null : stopReason,
		likelihoods: answer.likelihoods,
	};
}

/** How many calls the tokens hold to the end. */
function wholeCalls(tokens: Token[], limit: number): number {
	return tokens[limit]?.call ?? Infinity;
}

export function textIn({ tokens }: Generation, ...parts: Part[]): string {
	return tokens
		.filter(({ part }) => parts.includes(part))
		.map(({ text }) => text)
		.join('');
}

/** Chosen by name a call is just an answer; else it is told, unless there was no room for all that was to come. */
export function finishOf(server: Server, generation: Generation, isStream: boolean): string {
	const { calls, choice, isCut, tokens } = generation;
	const plain = isCut ? 'length' : 'stop';
	if (choice === 'named') return plain;
	const isCall = isStream ? tokens.some(({ part }) => part === 'name') : calls.length > 0;
	if (!isCall) return plain;
	const tellsCut = isStream ? !isBefore(server, '0.32') : choice === 'required';
	return isCut && tellsCut ? 'length' : 'tool_calls';
}

/** As a whole reply writes arguments: anew. */
export function rewritten(argumentsText: string): string {
	const value: unknown = JSON.parse(argumentsText);
	return dumps(value);
}
