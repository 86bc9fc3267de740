/**
 * The model that LangChain gets, an adapter of the AI node SDK: what it loses on the way to a chat model is given back on
 * the adapter itself (docs/decisions/0034). What is not there, or not as it is known, is left alone.
 */
import { asRecord, isRecord } from '../core/json/json';
import { wholeMessages } from './givenMessages';
import { countStreamedTokens } from './tracing';

type Bind = (tools: unknown, options?: unknown) => unknown;

/** A model that is called with these options. */
function withOptions(model: unknown, options: unknown): unknown {
	if (!isRecord(model) || !isRecord(options) || Object.keys(options).length === 0) return model;
	return typeof model.withConfig === 'function' ? model.withConfig(options) : model;
}

function isStream(given: unknown): given is AsyncIterable<unknown> {
	return isRecord(given) && Symbol.asyncIterator in given;
}

/** A stream whose texts add up to one part of the answer: LangChain joins only parts of one index. */
async function* joinable(chunks: unknown): AsyncGenerator<unknown> {
	for await (const chunk of isStream(chunks) ? chunks : []) {
		const { content } = asRecord(asRecord(chunk).message);
		for (const part of Array.isArray(content) ? content : []) {
			if (isRecord(part) && part.type === 'text') part.index = 0;
		}
		yield chunk;
	}
}

/** The same model, whose whole answers are put together of streamed ones: LangChain reads no others as structured answers. */
function answeringInChunks(model: unknown): unknown {
	if (!isRecord(model) || typeof model.stream !== 'function') return model;
	const { stream } = model;
	const invoke = async (...given: unknown[]): Promise<unknown> => {
		const chunks: unknown = await stream.apply(model, given);
		let whole: unknown;
		for await (const chunk of isStream(chunks) ? chunks : []) {
			whole = isRecord(whole) && typeof whole.concat === 'function' ? whole.concat(chunk) : chunk;
		}
		return whole;
	};
	return Object.create(model, { invoke: { value: invoke } });
}

/**
 * How a model is asked for an answer that follows a schema, in the place of LangChain's one tool, which a model may call or
 * not. LangChain reads the answer as if that tool had been called.
 */
function structuredBind(model: unknown, bind: Bind, { method, strict }: Record<string, unknown>): Bind {
	return (tools) => {
		const [tool] = Array.isArray(tools) ? tools : [];
		const called = asRecord(asRecord(tool).function);
		const { name, description, parameters: given } = called;
		// OpenAI's own form of a function holds the schema.
		const schema = isRecord(given) && isRecord(given.parameters) && !('properties' in given) ? given.parameters : given;
		if (method !== 'functionCalling') {
			const structuredAnswer = { name, schema, isSent: method !== 'jsonMode' };
			return answeringInChunks(withOptions(model, { structuredAnswer }));
		}
		const choice = { type: 'function', function: { name } };
		const forced = { type: 'function', function: { name, description, parameters: schema } };
		return answeringInChunks(bind([forced], { tool_choice: choice, strict: strict ?? true }));
	};
}

export function mendAdapter(model: unknown): void {
	if (!isRecord(model)) return;
	countStreamedTokens(model.callbacks);
	const { _generate: generate, _streamResponseChunks: stream } = model;
	if (typeof generate === 'function') {
		model._generate = (messages: unknown, ...rest: unknown[]): unknown =>
			generate.call(model, wholeMessages(messages), ...rest);
	}
	if (typeof stream === 'function') {
		model._streamResponseChunks = (messages: unknown, ...rest: unknown[]): unknown =>
			joinable(stream.call(model, wholeMessages(messages), ...rest));
	}
	const { bindTools, withStructuredOutput } = model;
	if (typeof bindTools !== 'function') return;
	const bind: Bind = (tools, options) => {
		const bound: unknown = bindTools.call(model, tools);
		mendAdapter(bound);
		return withOptions(bound, options);
	};
	model.bindTools = bind;
	if (typeof withStructuredOutput !== 'function') return;
	model.withStructuredOutput = (schema: unknown, config?: unknown): unknown => {
		const { method, strict, ...rest } = asRecord(config);
		const asking: unknown = Object.create(model, {
			bindTools: { value: structuredBind(model, bind, { method, strict }) },
		});
		return withStructuredOutput.call(asking, schema, rest);
	};
}
