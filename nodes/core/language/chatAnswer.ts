/** The reply of a chat completion: reply text into an answer, or into the failure that it hides. */
import { readErrorReply } from '../failure/errorReply';
import { excerpt, show } from '../failure/excerpt';
import { badReply, success, type Failed, type Outcome } from '../failure/outcome';
import { asText, isRecord, type Json, type JsonObject } from '../json/json';
import type { Reply } from '../json/reply';
import type { GiveWay } from '../turns';
import type { Expected } from './expected';
import { badAnswer } from './badAnswer';
import { readContentInTurns } from './content';
import { readLogprobs, type TokenLogprob } from './logprobs';
import { readStructured, type Structured } from './structuredAnswer';
import { splitThoughts } from './thoughts';
import { callInText, readToolCalls, type ToolCall } from './toolCalls';
import { readUsage, type TokenPrices, type Usage } from './usage';

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
	/** Parts of the answer that are no text, such as images, as they came. */
	parts?: Json[];
	logprobs?: TokenLogprob[];
};

/** What reading an answer needs besides. */
export interface AnswerReading extends Expected {
	/** An id that no other tool call has. */
	newId: () => string;
	/** Where the reply is long, its reading gives way now and then. */
	giveWay: GiveWay;
	/** Receives what the user should know, a sentence without its full stop. */
	note?: (text: string) => void;
	prices?: TokenPrices;
}

function noAnswer(reply: Reply): Failed {
	const isEmpty = reply.json === undefined && reply.text.trim() === '';
	const said = readErrorReply(200, reply).text || excerpt(reply.text) || show(reply.json);
	return badReply(
		isEmpty ? 'The reply was empty' : `The reply is not an answer: ${said}`,
		"Check that the deployment is a language model, and that the option 'API Path Prefix' fits its server.",
	);
}

/** The choice that counts: the one that streams, which is the first by its number, wherever it stands. */
export function firstChoice({ choices }: JsonObject): { choice: JsonObject; message: JsonObject } | undefined {
	const all = Array.isArray(choices) ? choices : [];
	const choice = all.find((one) => isRecord(one) && one.index === 0) ?? all[0];
	return isRecord(choice) && isRecord(choice.message) ? { choice, message: choice.message } : undefined;
}

/** The whole reply as JSON. Fails where it is none, says that the server failed, or holds no answer. */
export function readReply(reply: Reply): Outcome<JsonObject> {
	const { json } = reply;
	const isFailure = !isRecord(json) || (json.error ?? false) !== false || json.object === 'error';
	return isFailure || !firstChoice(json) ? noAnswer(reply) : success(json);
}

/** The first choice of a reply. Fails where there is none, or where it is not what was asked for. */
export async function readAnswer(reply: JsonObject, reading: AnswerReading): Promise<Outcome<Answer>> {
	const first = firstChoice(reply);
	if (!first) return noAnswer({ text: '', json: reply });
	const { choice, message } = first;
	const finishReason = typeof choice.finish_reason === 'string' ? choice.finish_reason : null;
	const { text, reasoning: thought, others } = await readContentInTurns(message.content, reading.giveWay);
	const broken = brokenEnd(choice, text);
	if (broken) return broken;
	const { newId, giveWay, tools } = reading;
	const calls = await readToolCalls(message, tools, newId, giveWay);
	if (!calls.ok) return calls;
	const toolCalls = calls.value;
	// `reasoning` since vLLM 0.11.1, `reasoning_content` before.
	const reasoning = asText(message.reasoning ?? message.reasoning_content) || thought;
	const refusal = asText(message.refusal);
	const usage = readUsage(reply, reading.prices);
	const logprobs = await readLogprobs(choice.logprobs, giveWay);
	const answerWith = (written: Found): Answer => ({
		text: written.text,
		finishReason,
		...(usage && { usage }),
		...(written.reasoning !== '' && { reasoning: written.reasoning }),
		...(refusal !== '' && { refusal }),
		...(toolCalls.length > 0 && { toolCalls }),
		...(others.length > 0 && { parts: others }),
		...(logprobs && { logprobs }),
		...(written.value !== undefined && { json: written.value }),
	});
	const answer = answerWith({ text, reasoning });
	const unfit = toolCalls.length === 0 ? nothingSaid(answer, reading) : otherTool(answer, reading);
	if (unfit) return unfit;
	const found = await foundIn(answer, reading);
	return found.ok ? success(answerWith(found.value)) : found;
}

/** What a model wrote, with its value where JSON was asked for. */
type Found = Pick<Structured, 'text' | 'reasoning'> & Partial<Structured>;

/** What an answer says, held to its format. */
async function foundIn(answer: Answer, { format, giveWay, note }: AnswerReading): Promise<Outcome<Found>> {
	const { text, reasoning = '', refusal = '', finishReason, toolCalls } = answer;
	if (format.type === 'text') {
		const told = splitThoughts(text)?.note;
		if (told !== undefined) note?.(told);
		return success({ text, reasoning });
	}
	const structured = await readStructured({ text, reasoning, refusal, finishReason }, format, giveWay);
	// A model that calls a tool answers later, whatever it says beside the call.
	if (!structured.ok) return toolCalls ? success({ text, reasoning }) : structured;
	if (structured.value.note !== undefined) note?.(structured.value.note);
	return structured;
}

/** Why an answer that calls no tool says nothing; undefined where it says something, or has nothing to say. */
function nothingSaid(answer: Answer, { tools, format, neededTool }: AnswerReading): Failed | undefined {
	const { text, finishReason, reasoning = '', parts, refusal, logprobs, usage } = answer;
	const inText = callInText(text, finishReason, [...tools.keys()]);
	if (inText) return inText;
	if (refusal !== undefined) return undefined;
	const isBlank = text.trim() === '' && !parts;
	if (neededTool !== undefined && !(isBlank && finishReason === 'length')) return notCalled(neededTool, answer);
	if (!isBlank || logprobs) return undefined;
	if (finishReason === 'tool_calls' || finishReason === 'function_call') {
		return badAnswer(
			`The server says that the model called a tool, and shows no call (${finishReason})`,
			reasoning,
			"Run it again. If it stays so, the deployment's vLLM may read calls with another parser than the model's (--tool-call-parser).",
		);
	}
	if (finishReason === 'length') {
		const hasThought = reasoning !== '' || (usage?.reasoningTokens ?? 0) > 0;
		return badAnswer(
			`The model used up its tokens ${hasThought ? 'for thinking' : 'before it wrote anything'} (${finishReason})`,
			reasoning,
			"Raise 'Maximum Number of Tokens' in the options, or send less: prompt and answer share the model's context. A model that thinks needs more; many think less with {\"chat_template_kwargs\": {\"enable_thinking\": false}} in 'Extra Fields (JSON)'.",
		);
	}
	// Where JSON is asked for, it is looked for among the thoughts.
	if (reasoning === '' || format.type !== 'text') return undefined;
	return badAnswer(
		`The model wrote thoughts and no answer${finishReason === null ? '' : ` (${finishReason})`}`,
		reasoning,
		"Run it again. Where these are no thoughts but the answer, the reasoning parser of the deployment's vLLM takes all of it for thoughts, as it does when thinking is turned off for the model.",
	);
}

/** Why an answer that calls tools is none: it calls others than the one that had to be. */
function otherTool(answer: Answer, { neededTool: needed }: AnswerReading): Failed | undefined {
	const isCalled = answer.toolCalls?.some(({ name }) => name === needed);
	return needed === undefined || needed === '' || isCalled ? undefined : notCalled(needed, answer);
}

/** A tool had to be called and was not. */
function notCalled(tool: string, { text, reasoning = '', finishReason }: Answer): Failed {
	return badAnswer(
		`The model did not call ${tool === '' ? 'a tool' : `the tool '${excerpt(tool)}'`}, which it had to`,
		text || reasoning,
		finishReason === 'length'
			? "The answer was cut off: raise 'Maximum Number of Tokens' in the options."
			: "The server may not know 'tool_choice', as vLLM does, or its tool call parser may not fit the model.",
	);
}

/** Finish reasons by which a server says that it did not write the answer to its end, and what to do about each. */
const BROKEN_ENDS = new Map([
	['abort', "The server gave the request up. Run it again; the deployment's logs in Hopsworks may say why."],
	['error', "The server failed while it wrote. Run it again; the deployment's logs in Hopsworks may say why."],
	['content_filter', "The server's content filter held the rest back. Ask for something else, or in other words."],
]);

/** The failure of an answer that the server did not write to its end; undefined where it did. */
export function brokenEnd({ finish_reason: reason }: JsonObject, text: string): Failed | undefined {
	const advice = BROKEN_ENDS.get(asText(reason));
	if (advice === undefined) return undefined;
	return badAnswer(`The answer ended before it was whole (${asText(reason)})`, text, advice);
}
