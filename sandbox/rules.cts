/** What the sandbox's language model says. The answers come from rules, not from a language model, and say so. */
import { HINTS } from './hints.cts';
import { likelihoodsOf, likeliestOf } from './lettered.cts';
import { relevance } from './relevance.cts';
import { isObject, shown } from './reply.cts';

type Fields = Record<string, unknown>;

export interface ToolCall {
	name: string;
	/** JSON text, as on the wire. */
	arguments: string;
}

export interface Answer {
	content: string | null;
	reasoning?: string;
	toolCalls: ToolCall[];
	/** How likely each choice was, where the model knows. */
	likelihoods?: ReadonlyMap<string, number>;
}

/** The text of a message; a list of parts is its text parts. */
export function textOf(message: unknown): string {
	if (!isObject(message)) return '';
	const { content } = message;
	if (typeof content === 'string') return content;
	return Array.isArray(content) ? content.map((part) => (isObject(part) ? shown(part.text ?? '') : '')).join(' ') : '';
}

export const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);

function chooseFrom(choices: string[], question: string): string | undefined {
	return choices.find((choice) => HINTS[choice.toLowerCase()]?.test(question)) ?? choices.at(-1);
}

function choose(question: string): string | undefined {
	const choices = /one of:?\s*([\w ,-]+)/i
		.exec(question)?.[1]
		?.split(',')
		.map((choice) => choice.trim());
	return choices && chooseFrom(choices, question.replace(/one of:?[^.\n]*/i, ''));
}

function calculate(question: string): string | undefined {
	const sum = /(-?\d+(?:\.\d+)?)\s*([-+*/])\s*(-?\d+(?:\.\d+)?)/.exec(question);
	if (!sum) return undefined;
	const [left, right] = [Number(sum[1]), Number(sum[3])];
	const results: Record<string, number> = {
		'+': left + right,
		'-': left - right,
		'*': left * right,
		'/': left / right,
	};
	return String(results[sum[2] ?? '+']);
}

function answerTo(question: string): string {
	const known = choose(question) ?? calculate(question);
	if (known !== undefined) return known;
	const asked = words(question).slice(0, 12).join(' ');
	return `This is the sandbox, which answers from rules and not from a language model. You asked: ${asked}`;
}

/** What a question is to be answered from, as chains over documents write it. */
function contextOf(messages: unknown[]): string | undefined {
	const told = messages.filter((message) => isObject(message) && message.role === 'system').map(textOf);
	return /\bContext:\s*(.+)$/s.exec(told.join('\n'))?.[1];
}

/** The sentence of a context that has most to do with a question. */
function answerFrom(context: string, question: string): string {
	const sentences = context.split(/(?<=[.!?])\s+|\n+/).filter((sentence) => sentence.trim() !== '');
	const [best] = sentences
		.map((sentence) => ({ sentence, score: relevance(question, sentence) }))
		.toSorted((one, other) => other.score - one.score);
	if (!best || best.score <= relevance(question, '')) return 'Your documents do not say.';
	return `Your documents say: ${best.sentence.trim()}`;
}

/** A value that follows a JSON schema, filled with the numbers and texts of a question in their order. */
function fill(schema: unknown, question: string, root: unknown = schema, numbers = numbersOf(question)): unknown {
	if (!isObject(schema)) return null;
	if (typeof schema.$ref === 'string') return fill(resolve(root, schema.$ref), question, root, numbers);
	if ('const' in schema) return schema.const;
	if (Array.isArray(schema.enum)) return chooseFrom(schema.enum.map(String), question);
	const [variant] = [schema.anyOf, schema.oneOf].flat();
	if (variant !== undefined) return fill(variant, question, root, numbers);
	switch ([schema.type].flat()[0]) {
		case 'number':
			return Number(numbers.shift() ?? calculate(question) ?? 0);
		case 'integer':
			return Math.trunc(Number(numbers.shift() ?? 0));
		case 'boolean':
			return !/\b(not|no)\b/i.test(question);
		case 'null':
			return null;
		case 'array':
			return [fill(schema.items, question, root, numbers)];
		case 'string': {
			// A long number is a name rather than a quantity: of a card, an order, a customer.
			const long = numbers.findIndex((number) => number.length > 8);
			return long === -1 ? answerTo(question) : numbers.splice(long, 1)[0];
		}
		default: {
			const members = Object.entries(isObject(schema.properties) ? schema.properties : {});
			return Object.fromEntries(members.map(([name, member]) => [name, fill(member, question, root, numbers)]));
		}
	}
}

function numbersOf(question: string): string[] {
	return question.match(/-?\d+(?:\.\d+)?/g) ?? [];
}

/** What `#/$defs/…` points at. */
function resolve(root: unknown, reference: string): unknown {
	return reference
		.split('/')
		.slice(1)
		.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), root);
}

interface Tool {
	name: string;
	description: string;
	parameters: unknown;
}

function readTools({ tools }: Fields): Tool[] {
	return (Array.isArray(tools) ? tools : [])
		.map((tool) => (isObject(tool) && isObject(tool.function) ? tool.function : {}))
		.map(({ name, description, parameters }) => ({
			name: String(name),
			description: shown(description ?? ''),
			parameters,
		}));
}

function isAbout({ name, description }: Tool, question: string): boolean {
	const asked = new Set(question.toLowerCase().match(/[a-z]{4,}/g));
	const shares = (text: string): number =>
		new Set(
			text
				.toLowerCase()
				.match(/[a-z]{4,}/g)
				?.filter((word) => asked.has(word)),
		).size;
	return shares(name.replace(/[_-]/g, ' ')) > 0 || shares(description) > 1;
}

/** The tools to call: those that the question is about, or as `tool_choice` says. */
function choosesTools(body: Fields, question: string): Tool[] {
	const tools = readTools(body);
	const { tool_choice: choice = 'auto' } = body;
	if (choice === 'none') return [];
	if (isObject(choice) && isObject(choice.function)) {
		const { name } = choice.function;
		return tools.filter((tool) => tool.name === name);
	}
	const fitting = tools.filter((tool) => isAbout(tool, question));
	return choice === 'required' && fitting.length === 0 ? tools.slice(0, 1) : fitting;
}

/** The schema that an answer is held to; undefined where there is none. */
export function schemaOf({ response_format: format, structured_outputs: outputs }: Fields): unknown {
	if (isObject(format) && isObject(format.json_schema)) return format.json_schema.schema;
	return isObject(outputs) && isObject(outputs.json) ? outputs.json : undefined;
}

/** What an answer looks like that has to be JSON and no more. */
const ANY_OBJECT = { type: 'object', properties: { answer: { type: 'string' } } };

/** The answers to choose from; undefined where there are none. */
export function choicesOf({ structured_outputs: outputs }: Fields): string[] | undefined {
	return isObject(outputs) && Array.isArray(outputs.choice) ? outputs.choice.map(String) : undefined;
}

/** Images of a message: media type and size in bytes of each data URL. */
function seen(message: unknown): string[] {
	const parts = isObject(message) && Array.isArray(message.content) ? message.content : [];
	return parts.flatMap((part) => {
		const url = isObject(part) && isObject(part.image_url) ? String(part.image_url.url) : '';
		const [, type, data] = /^data:([\w/+.-]+);base64,(.*)$/s.exec(url) ?? [];
		return type === undefined || data === undefined ? [] : [`${type} of ${Buffer.from(data, 'base64').length} bytes`];
	});
}

function thinks(body: Fields): boolean {
	const { chat_template_kwargs: template, reasoning_effort: effort } = body;
	return (effort !== undefined && effort !== 'none') || (isObject(template) && template.enable_thinking === true);
}

/** The answer to the last message of a conversation. */
export function respond(body: Fields, messages: unknown[]): Answer {
	const last = messages.at(-1);
	const asked = messages.findLast((message) => isObject(message) && message.role === 'user');
	const question = textOf(asked);
	const { response_format: format } = body;
	const schema = schemaOf(body) ?? (isObject(format) && format.type === 'json_object' ? ANY_OBJECT : undefined);
	const reasoning = thinks(body) ? `The question has ${words(question).length} words.` : undefined;
	if (isObject(last) && last.role === 'tool') {
		const results = messages
			.slice(messages.lastIndexOf(asked) + 1)
			.filter((message) => isObject(message) && message.role === 'tool');
		return { content: `The tool says: ${results.map(textOf).join(' and ')}`, reasoning, toolCalls: [] };
	}
	const choices = choicesOf(body);
	const likelihoods = choices && likelihoodsOf(choices, question);
	if (likelihoods) return { content: likeliestOf(likelihoods), reasoning, toolCalls: [], likelihoods };
	if (choices) return { content: chooseFrom(choices, question) ?? null, reasoning, toolCalls: [] };
	const tools = choosesTools(body, question);
	if (tools.length > 0) {
		const toolCalls = tools.map(({ name, parameters }) => ({
			name,
			arguments: JSON.stringify(fill(parameters, question)),
		}));
		return { content: null, reasoning, toolCalls };
	}
	if (schema !== undefined) return { content: JSON.stringify(fill(schema, question)), reasoning, toolCalls: [] };
	const images = seen(asked);
	if (images.length > 0) return { content: `I was sent ${images.join(' and ')}.`, reasoning, toolCalls: [] };
	const context = contextOf(messages);
	const content = context === undefined ? answerTo(question) : answerFrom(context, question);
	return { content, reasoning, toolCalls: [] };
}
