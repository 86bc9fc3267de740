/** What is wrong with a chat request, in the order in which vLLM looks at it. */
import { isObject } from '../reply.cts';
import { issuesOfFields } from './fields.cts';
import { issuesOfFormat, refusalOfSchema, schemaOf } from './formats.cts';
import { invalid, type Issue } from './issues.cts';
import { roomFor, tooLong } from './length.cts';
import { issuesOfMessages } from './messages.cts';
import { refusalOfParts } from './parts.cts';
import { badRequest, unknownModel, type Refusal } from './refusal.cts';
import { refusalOfSampling } from './sampling.cts';
import { isBefore, type Fields, type Server } from './server.cts';
import { promptOfChat, type Prompt } from './tokens.cts';

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** Fields that do not go together, before their values are looked at. */
function refusalOfTogether(body: Fields): Refusal | undefined {
	const { stream, stream_options: options, logprobs, top_logprobs: top, response_format: format } = body;
	if (isGiven(options) && stream !== true) {
		return badRequest('Stream options can only be defined when `stream=True`.', 'stream_options');
	}
	if (isGiven(top) && Number(top) !== 0 && logprobs !== true) {
		return badRequest('when using `top_logprobs`, `logprobs` must be set to true.', 'top_logprobs');
	}
	if (isObject(format) && format.type === 'json_schema' && !isGiven(format.json_schema)) {
		const message = "When response_format type is 'json_schema', the 'json_schema' field must be provided.";
		return badRequest(message, 'response_format');
	}
	return refusalOfTools(body);
}

function refusalOfTools({ tools, tool_choice: choice }: Fields): Refusal | undefined {
	if (Array.isArray(tools) && tools.length === 0) {
		const message = '`tools` must not be an empty array. Either provide at least one tool or omit the field entirely.';
		return badRequest(message, 'tools');
	}
	if (!isGiven(choice) || choice === 'none') return undefined;
	if (!Array.isArray(tools)) return badRequest('When using `tool_choice`, `tools` must be set.', 'tool_choice');
	if (!isObject(choice) || !isObject(choice.function)) return undefined;
	const { name } = choice.function;
	const isThere = tools.some((tool) => isObject(tool) && isObject(tool.function) && tool.function.name === name);
	const message = 'The tool specified in `tool_choice` does not match any of the specified `tools`';
	return isThere ? undefined : badRequest(message, 'tool_choice');
}

/** Unknown names are told with those that the server has, as of 0.32. */
export function refusalOfModel(name: string, server: Server, { model }: Fields): Refusal | undefined {
	if (!isGiven(model) || model === name) return undefined;
	return unknownModel(model, isBefore(server, '0.32') ? '' : ` Valid aliases: ${name}.`, 'model');
}

/** How many tokens a request asks for at most. */
export function askedTokens({ max_completion_tokens: today, max_tokens: asked }: Fields): number | undefined {
	const given = today ?? asked;
	return given === undefined || given === null ? undefined : Number(given);
}

/** A conversation that is to be answered, with the most tokens that the answer may have. */
export interface Turn {
	messages: unknown[];
	prompt: Prompt;
	limit: number;
}

export function readTurn(
	name: string,
	server: Server,
	body: Fields,
	messages: unknown[],
): { turn: Turn } | { refusal: Refusal } {
	const prompt = promptOfChat(body, messages, server);
	const asked = askedTokens(body);
	const limit = roomFor(server, prompt, asked);
	const refusal =
		(messages.length === 0
			? badRequest('Cannot apply chat template to an empty conversation. Provide at least one message.')
			: undefined) ??
		refusalOfParts(name, server, messages) ??
		(prompt.text.isWellFormed()
			? undefined
			: badRequest('TextEncodeInput must be Union[TextInputSequence, Tuple[InputSequence, InputSequence]]')) ??
		tooLong(server, prompt, asked) ??
		refusalOfSampling(body, limit) ??
		refusalOfSchema(server, schemaOf(body));
	return refusal ? { refusal } : { turn: { messages, prompt, limit } };
}

function refusalOfIssues(server: Server, issues: Issue[]): Refusal | undefined {
	return issues.length > 0 ? invalid(server, issues) : undefined;
}

/** `body.messages` is one conversation. */
export function readChat(name: string, server: Server, body: Fields): { turn: Turn } | { refusal: Refusal } {
	const refusal =
		refusalOfTogether(body) ??
		refusalOfIssues(server, [...issuesOfMessages(body), ...issuesOfFields(body), ...issuesOfFormat(body)]) ??
		refusalOfModel(name, server, body);
	if (refusal) return { refusal };
	return readTurn(name, server, body, Array.isArray(body.messages) ? body.messages : []);
}
