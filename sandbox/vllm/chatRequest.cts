/** What is wrong with a chat request, in the order in which vLLM looks at it. */
import { isObject, shown } from '../reply.cts';
import { schemaOf } from '../rules.cts';
import { issuesOfFields } from './fields.cts';
import { issuesOfFormat, refusalOfSchema } from './formats.cts';
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
	const { stream, stream_options: options, response_format: format } = body;
	if (isObject(format) && format.type === 'json_schema' && !isGiven(format.json_schema)) {
		const message = "When response_format type is 'json_schema', the 'json_schema' field must be provided.";
		return badRequest(message, 'response_format');
	}
	if (isGiven(options) && stream !== true) {
		return badRequest('Stream options can only be defined when `stream=True`.', 'stream_options');
	}
	return refusalOfLogprobs(body) ?? refusalOfConstraints(body) ?? refusalOfTools(body);
}

function refusalOfLogprobs({ logprobs, top_logprobs: top }: Fields): Refusal | undefined {
	if (!isGiven(top)) return undefined;
	if (typeof top !== 'number') return badRequest('`top_logprobs` must be an integer.', 'top_logprobs', shown(top));
	if (top < -1) return badRequest('`top_logprobs` must be a positive value or -1.', 'top_logprobs', top);
	const isAlone = top !== 0 && logprobs !== true;
	return isAlone ? badRequest('when using `top_logprobs`, `logprobs` must be set to true.', 'top_logprobs') : undefined;
}

function refusalOfConstraints({ structured_outputs: outputs }: Fields): Refusal | undefined {
	const given = isObject(outputs) ? ['json', 'regex', 'choice'].filter((name) => isGiven(outputs[name])) : [];
	if (given.length < 2) return undefined;
	return badRequest("You can only use one kind of constraints for structured outputs ('json', 'regex' or 'choice').");
}

function refusalOfTools({ tools, tool_choice: choice }: Fields): Refusal | undefined {
	if (Array.isArray(tools) && tools.length === 0) {
		const message = '`tools` must not be an empty array. Either provide at least one tool or omit the field entirely.';
		return badRequest(message, 'tools');
	}
	if (!isGiven(choice) || choice === 'none') return undefined;
	if (!isGiven(tools)) return badRequest('When using `tool_choice`, `tools` must be set.', 'tool_choice');
	if (choice === 'auto' || choice === 'required' || !Array.isArray(tools)) return undefined;
	if (!isObject(choice)) {
		const message = `Invalid value for \`tool_choice\`: ${shown(choice)}! Only named tools, "none", "auto" or "required" are supported.`;
		return badRequest(message, 'tool_choice');
	}
	const name = isObject(choice.function) ? choice.function.name : undefined;
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
