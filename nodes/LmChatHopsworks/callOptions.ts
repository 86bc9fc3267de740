/** The options of one call, as LangChain and n8n's AI node SDK hand them over. */
import { asText, isRecord, asRecord } from '../core/json/json';
import { badInput, success, type Outcome } from '../core/failure/outcome';
import type { AnswerFormat } from '../core/language/expected';
import { formatSettings, toolChoice } from '../core/language/chatCompletions';
import { readJsonSchema } from '../core/language/jsonSchema';

export interface CallOptions {
	/** Top-level fields of the request. */
	settings: Record<string, unknown>;
	/** Tools that come with this call alone, in OpenAI's form. */
	tools: Array<Record<string, unknown>>;
	/** Whether the arguments of calls must follow the parameters of their tools. */
	isStrict: boolean;
	/** What the answer must be, where the server is not told all of it. */
	format?: AnswerFormat;
	/** The tool that LangChain takes the whole answer for a call of. */
	answerTool?: string;
	/** Ends the call. */
	signal?: AbortSignal;
}

/** Settings of one call, by their names on the wire. */
const SETTINGS: Record<string, string> = {
	maxTokens: 'max_tokens',
	temperature: 'temperature',
	topP: 'top_p',
	topK: 'top_k',
	presencePenalty: 'presence_penalty',
	frequencyPenalty: 'frequency_penalty',
	seed: 'seed',
	stopSequences: 'stop',
	stop: 'stop',
	response_format: 'response_format',
	parallel_tool_calls: 'parallel_tool_calls',
};

/** LangChain's choice of a tool, or that of another provider, as OpenAI says it. */
function readToolChoice(choice: unknown): unknown {
	// LangChain and Anthropic say 'any' where OpenAI says 'required'.
	if (typeof choice === 'string') return toolChoice(choice === 'any' ? 'required' : choice);
	if (!isRecord(choice) || isRecord(choice.function)) return choice;
	if (typeof choice.name === 'string') return { type: 'function', function: { name: choice.name } };
	return typeof choice.type === 'string' ? readToolChoice(choice.type) : choice;
}

function readSettings(given: Record<string, unknown>): Record<string, unknown> {
	const named = Object.entries(SETTINGS).filter(([name]) => given[name] !== undefined);
	const { tool_choice: choice } = given;
	return {
		...Object.fromEntries(named.map(([name, wire]) => [wire, given[name]])),
		...(choice !== undefined && choice !== null && { tool_choice: readToolChoice(choice) }),
	};
}

function readTools(given: unknown): Outcome<Array<Record<string, unknown>>> {
	const tools: unknown[] = Array.isArray(given) ? given : [];
	const known = tools.filter((tool) => isRecord(tool)).filter((tool) => isRecord(tool.function));
	if (known.length === tools.length) return success(known);
	return badInput("A tool among the options of a call is not in OpenAI's form", "Hand it over with 'bindTools'.");
}

function readSignal(given: unknown): AbortSignal | undefined {
	return given instanceof AbortSignal ? given : undefined;
}

export function readCallOptions(config: object | undefined): Outcome<CallOptions> {
	const given = asRecord(config);
	const tools = readTools(given.tools);
	if (!tools.ok) return tools;
	const options = {
		settings: readSettings(given),
		tools: tools.value,
		isStrict: given.strict === true,
		signal: readSignal(given.signal ?? given.abortSignal),
	};
	const { structuredAnswer } = given;
	if (!isRecord(structuredAnswer)) {
		const { type, json_schema: named } = asRecord(given.response_format);
		const schema = type === 'json_schema' ? readJsonSchema(asRecord(named).schema) : success(undefined);
		return schema.ok ? success(options) : schema;
	}
	const schema = readJsonSchema(structuredAnswer.schema);
	if (!schema.ok) return schema;
	const format: AnswerFormat = { type: 'jsonSchema', schema: schema.value };
	// 'jsonMode' tells the server no more than that the answer is JSON; what comes is held to the schema all the same.
	const sent = formatSettings(structuredAnswer.isSent === false ? { type: 'json' } : format);
	return success({
		...options,
		settings: { ...options.settings, ...sent },
		format,
		answerTool: asText(structuredAnswer.name),
	});
}
