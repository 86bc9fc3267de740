/** The reply of a chat completion: reply text into an answer, or into the failure that it hides. */
import type { AnswerFormat } from './chatCompletions';
import { readErrorReply } from '../failure/errorReply';
import { excerpt, show } from '../failure/excerpt';
import { asText, isRecord, type Json, type JsonObject } from '../json/json';
import { departureFrom } from './departure';
import { withWords } from '../failure/meaning';
import { badReply, success, type Failed, type Outcome } from '../failure/outcome';
import { replyInTurns, type Reply } from '../json/reply';
import type { GiveWay } from '../turns';

export type ToolCall = { id: Json; name: string; arguments: Json };

export type Usage = {
	/** Null where the server does not count them, as are the other two. */
	promptTokens: number | null;
	completionTokens: number | null;
	totalTokens: number | null;
	/** Of the prompt's tokens, those that the server had in its cache. */
	cachedTokens?: number;
	/** Of the completion's tokens, those that the model thought with. */
	reasoningTokens?: number;
};

/** What a reply holds, under names that read like the rest of n8n; members that are absent on the wire are absent here. */
export type Answer = {
	text: string;
	finishReason: string | null;
	usage?: Usage;
	/** The answer's value, where JSON was asked for. */
	json?: Json;
	reasoning?: string;
	refusal?: string;
	toolCalls?: ToolCall[];
};

function noAnswer(reply: Reply): Failed {
	const isEmpty = reply.json === undefined && reply.text.trim() === '';
	const said = readErrorReply(200, reply).text || excerpt(reply.text) || show(reply.json);
	return badReply(
		isEmpty ? 'The reply was empty' : `The reply is not an answer: ${said}`,
		"Check that the deployment is a language model, and that the option 'API Path Prefix' fits its server.",
	);
}

/** The message that the first choice of a reply holds, and how it ended. */
function firstChoice({ choices }: JsonObject): { message: JsonObject; finishReason: Json | undefined } | undefined {
	const choice = Array.isArray(choices) ? choices[0] : undefined;
	if (!isRecord(choice) || !isRecord(choice.message)) return undefined;
	return { message: choice.message, finishReason: choice.finish_reason };
}

/** The whole reply as JSON. Fails where it is none, says that the server failed, or holds no answer. */
export function readReply(reply: Reply): Outcome<JsonObject> {
	const { json } = reply;
	const isFailure = !isRecord(json) || (json.error ?? false) !== false || json.object === 'error';
	return isFailure || !firstChoice(json) ? noAnswer(reply) : success(json);
}

/** What a reply says that it cost. */
export function readUsage({ usage }: JsonObject): Usage | undefined {
	if (!isRecord(usage)) return undefined;
	const detail = (holder: Json | undefined, name: string): number | undefined => {
		const value = isRecord(holder) ? holder[name] : undefined;
		return typeof value === 'number' ? value : undefined;
	};
	const counted = (name: string): number | null => detail(usage, name) ?? null;
	const cachedTokens = detail(usage.prompt_tokens_details, 'cached_tokens');
	const reasoningTokens = detail(usage.completion_tokens_details, 'reasoning_tokens');
	return {
		promptTokens: counted('prompt_tokens'),
		completionTokens: counted('completion_tokens'),
		totalTokens: counted('total_tokens'),
		...(cachedTokens !== undefined && { cachedTokens }),
		...(reasoningTokens !== undefined && { reasoningTokens }),
	};
}

function isText(value: Json | undefined): value is string {
	return typeof value === 'string' && value !== '';
}

/**
 * The first choice of a reply. Fails where there is none, or where it is not what was asked for. Where it is long, its
 * reading gives way now and then.
 */
export async function readAnswer(reply: JsonObject, format: AnswerFormat, giveWay: GiveWay): Promise<Outcome<Answer>> {
	const choice = firstChoice(reply);
	if (!choice) return noAnswer({ text: '', json: reply });
	const { message, finishReason } = choice;
	const broken = BROKEN_ENDS.get(asText(finishReason));
	if (broken !== undefined) {
		return spoilt(`The answer ended before it was whole (${asText(finishReason)})`, asText(message.content), broken);
	}
	const calls = await readToolCalls(message.tool_calls, giveWay);
	if (!calls.ok) return calls;
	const toolCalls = calls.value;
	// `reasoning` since vLLM 0.11.1, `reasoning_content` before.
	const reasoning = message.reasoning ?? message.reasoning_content;
	const { content, refusal } = message;
	const usage = readUsage(reply);
	const answer: Answer = {
		text: typeof content === 'string' ? content : '',
		finishReason: typeof finishReason === 'string' ? finishReason : null,
		...(usage && { usage }),
		...(isText(reasoning) && { reasoning }),
		...(isText(refusal) && { refusal }),
		...(toolCalls.length > 0 && { toolCalls }),
	};
	// A model that calls a tool answers later.
	if (format.type === 'text' || (toolCalls.length > 0 && answer.text.trim() === '')) return success(answer);
	const json = await readStructured(answer, format, giveWay);
	return json.ok ? success({ ...answer, json: json.value }) : json;
}

async function readToolCalls(calls: Json | undefined, giveWay: GiveWay): Promise<Outcome<ToolCall[]>> {
	const read: ToolCall[] = [];
	for (const call of Array.isArray(calls) ? calls : []) {
		if (!isRecord(call) || !isRecord(call.function)) continue;
		const { name, arguments: given } = call.function;
		const isBlank = typeof given === 'string' && given.trim() === '';
		const parsed = typeof given === 'string' ? (await replyInTurns(given, giveWay)).json : given;
		const value = isBlank ? {} : parsed;
		if (value === undefined) {
			return spoilt(
				`The model called the tool '${excerpt(asText(name))}' with arguments that are not JSON`,
				asText(given),
				"Raise 'Max Tokens' if the call was cut off. Otherwise the model is not good at calling tools.",
			);
		}
		read.push({ id: call.id ?? null, name: asText(name), arguments: value });
	}
	return success(read);
}

function spoilt(message: string, text: string, description: string): Failed {
	return badReply(withWords(message, excerpt(text)), description);
}

/** Finish reasons by which a server says that it did not write the answer to its end, and what to do about each. */
const BROKEN_ENDS = new Map([
	['abort', "The server gave the request up. Run it again; the deployment's logs in Hopsworks may say why."],
	['error', "The server failed while it wrote. Run it again; the deployment's logs in Hopsworks may say why."],
	['content_filter', "The server's content filter held the rest back. Ask for something else, or in other words."],
]);

/** The text inside a fence of three backticks, as models like to wrap their JSON; the text itself where there is none. */
function withoutFence(text: string): string {
	const trimmed = text.trim();
	const begin = trimmed.indexOf('\n');
	const isFenced = trimmed.endsWith('```') && /^```(?:json)?\s*$/.test(trimmed.slice(0, begin === -1 ? 0 : begin));
	return isFenced ? trimmed.slice(begin + 1, -3) : text;
}

/** The value of an answer that had to be JSON. */
async function readStructured(
	{ text, finishReason, refusal }: Answer,
	format: Exclude<AnswerFormat, { type: 'text' }>,
	giveWay: GiveWay,
): Promise<Outcome<Json>> {
	if (refusal !== undefined) {
		return spoilt('The model refused to answer', refusal, 'Ask for something else, or in other words.');
	}
	if (finishReason === 'length') {
		return spoilt(
			`The answer was cut off before its JSON was whole (${finishReason})`,
			text,
			"Raise 'Max Tokens' in the options, or ask for less.",
		);
	}
	const { json: value } = await replyInTurns(withoutFence(text), giveWay);
	if (value === undefined) {
		return spoilt(
			'The answer is not JSON',
			text,
			"The server may not know 'response_format', as vLLM does. Say in the prompt that the answer must be JSON alone.",
		);
	}
	if (format.type === 'json') return success(value);
	const departure = await departureFrom(format.schema, value, giveWay);
	if (departure === undefined) return success(value);
	return spoilt(
		`The answer does not follow the JSON schema, as ${departure}`,
		text,
		"The server may not know 'response_format', as vLLM does. Say in the prompt what the answer must hold.",
	);
}
