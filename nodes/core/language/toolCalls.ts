/** The tools that a model called: under ids of their own, with arguments that fit. */
import { excerpt } from '../failure/excerpt';
import { badReply, success, type Failed, type Outcome } from '../failure/outcome';
import { asText, encode, isRecord, type Json, type JsonObject } from '../json/json';
import { replyInTurns } from '../json/reply';
import { Turns, type GiveWay } from '../turns';
import type { Expected } from './expected';
import { badAnswer } from './badAnswer';
import { departureFrom } from './departure';
import type { Schema } from './schemaPlaces';

export type ToolCall = { id: string; name: string; arguments: JsonObject };

/** The calls in a message, in every form that they come in; the single call is how OpenAI wrote them before tools. */
function callsIn({ tool_calls: calls, function_call: single }: JsonObject): Json[] {
	const several = Array.isArray(calls) ? calls : [];
	return (several.length === 0 && isRecord(single) ? [{ function: single }] : several).filter((call) => call !== null);
}

/**
 * The calls of a message. Its answer is matched to a call by the id, so one that has none, or the same as another, gets a
 * new one from `newId`. Fails where the arguments are not what the tool takes.
 */
export async function readToolCalls(
	message: JsonObject,
	tools: Expected['tools'],
	newId: () => string,
	giveWay: GiveWay,
): Promise<Outcome<ToolCall[]>> {
	const read: ToolCall[] = [];
	const ids = new Set<string>();
	const turns = new Turns(giveWay);
	for (const call of callsIn(message)) {
		if (turns.isOver()) await turns.next();
		const holder = isRecord(call) ? call : {};
		const called = isRecord(holder.function) ? holder.function : holder;
		const name = asText(called.name).trim();
		if (name === '') {
			return badReply(
				'The model called a tool without naming it',
				"Run it again. If it stays so, the model is not good at calling tools, or its vLLM reads them with another parser than the model's (--tool-call-parser).",
			);
		}
		const given = await readArguments(name, called.arguments, giveWay);
		if (!given.ok) return given;
		const fitting = await fittingArguments(name, given.value, tools.get(name), giveWay);
		if (!fitting.ok) return fitting;
		const own = asText(holder.id).trim();
		const id = own === '' || own === 'null' || ids.has(own) ? newId() : own;
		ids.add(id);
		read.push({ id, name, arguments: fitting.value });
	}
	return success(read);
}

const HOLD =
	"With 'Strict Tools' in the options vLLM holds the model to a tool's parameters while it writes. Another server may not know that: say in the prompt what the arguments must hold.";

/** A value, or the one in its text: some models write their JSON as a text within JSON. */
async function unwrapped(given: Json | undefined, giveWay: GiveWay): Promise<Json | undefined> {
	let value = given;
	for (let level = 0; level < 2 && typeof value === 'string' && value.trim() !== ''; level++) {
		value = (await replyInTurns(value, giveWay)).json;
	}
	return value;
}

/** Models write a call without arguments in many ways. */
function isNone(value: Json | undefined): boolean {
	if (typeof value === 'string') return value.trim() === '';
	return value === null || (Array.isArray(value) && value.length === 0);
}

async function readArguments(name: string, given: Json | undefined, giveWay: GiveWay): Promise<Outcome<JsonObject>> {
	const value = given === undefined ? null : await unwrapped(given, giveWay);
	if (isNone(value)) return success({});
	if (isRecord(value)) return success(value);
	const isCut = value === undefined;
	return badArguments(
		`The model called the tool '${excerpt(name)}' with arguments that are not ${isCut ? 'JSON' : 'an object'}`,
		given,
		isCut
			? "Raise 'Maximum Number of Tokens' if the call was cut off. Otherwise the model is not good at calling tools."
			: HOLD,
	);
}

/**
 * Arguments that fit the tool's parameters. Many models write null for an argument that they leave out; where the tool
 * can do without it and takes no null, it is left out.
 */
async function fittingArguments(
	name: string,
	given: JsonObject,
	schema: Schema | undefined,
	giveWay: GiveWay,
): Promise<Outcome<JsonObject>> {
	const departure = schema && (await departureFrom(schema, given, giveWay));
	if (departure === undefined) return success(given);
	const needed = new Set([schema?.required].flat());
	const told = Object.fromEntries(Object.entries(given).filter(([key, value]) => value !== null || needed.has(key)));
	if (schema && (await departureFrom(schema, told, giveWay)) === undefined) return success(told);
	return badArguments(
		`The model called the tool '${excerpt(name)}' with arguments that do not fit its parameters, as ${departure}`,
		given,
		HOLD,
	);
}

function badArguments(message: string, given: Json | undefined, description: string): Failed {
	return badAnswer(message, typeof given === 'string' ? given : encode(given), description);
}

/** What stands before a call in the text of a model, in the forms that vLLM has parsers for. */
const CALL_MARKS = [
	'<tool_call>',
	'<|tool_call|>',
	'<|tool_call>',
	'<|tool_calls|>',
	'<tool_calls>',
	'[TOOL_CALLS]',
	'<|python_tag|>',
	'<function=',
	'<function_calls>',
	'<functioncall>',
	'<｜tool▁calls▁begin｜>',
	'<|tool_calls_section_begin|>',
	'<|action_start|>',
];

/** How a call without such a mark begins (Llama). */
const BARE_CALL = /^[[{]\s*\{?\s*"(?:name|type|function)"/;
/** Characters of it that name the tool. */
const CALL_HEAD = 300;

/** A call of one of the tools that stands in the text, since the server could not read it; undefined where there is none. */
export function callInText(text: string, finishReason: string | null, tools: string[]): Failed | undefined {
	if (tools.length === 0) return undefined;
	const trimmed = text.trimStart();
	const head = trimmed.slice(0, CALL_HEAD);
	const isBare = BARE_CALL.test(head) && tools.some((tool) => head.includes(`"${tool}"`));
	if (!isBare && !CALL_MARKS.some((mark) => trimmed.includes(mark))) return undefined;
	if (finishReason === 'length') {
		return badAnswer(
			'The model called a tool, and the call was cut off before it was whole',
			trimmed,
			"Raise 'Maximum Number of Tokens' in the options.",
		);
	}
	return badAnswer(
		'The model called a tool in a form that the server did not read',
		trimmed,
		"The deployment's vLLM reads calls with the parser that '--tool-call-parser' names: it has to be the model's.",
	);
}
