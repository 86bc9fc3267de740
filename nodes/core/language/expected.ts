/** What a request asks for, which its answer is held to. */
import { asRecord, encode, isRecord, parseGiven } from '../json/json';
import { readJsonSchema } from './jsonSchema';
import type { Schema } from './schemaPlaces';
import { problemInSchema } from './schemaProblem';

/** What an answer must be: free text, any JSON, or JSON that follows a schema. */
export type AnswerFormat = { type: 'text' } | { type: 'json' } | { type: 'jsonSchema'; schema: Schema };

export interface Expected {
	format: AnswerFormat;
	/** The schemas of the parameters of the tools that may be called, by name; undefined for a tool that takes anything. */
	tools: ReadonlyMap<string, Schema | undefined>;
	/** The tool that has to be called, '' where it may be any of them; undefined where none has to. */
	neededTool?: string;
}

/** Reads the fields of a request, whoever wrote them: the panel, or a user who knows the wire. */
export function expectedOf(fields: Record<string, unknown>): Expected {
	const { response_format, structured_outputs, tools, tool_choice } = fields;
	return {
		format: formatIn(plain(response_format), plain(structured_outputs)),
		tools: toolsIn(plain(tools)),
		neededTool: neededToolIn(tool_choice),
	};
}

function neededToolIn(choice: unknown): string | undefined {
	if (choice === 'required') return '';
	const { name } = asRecord(asRecord(choice).function);
	return typeof name === 'string' ? name : undefined;
}

/** The same value, with the numbers that a user wrote as numbers. */
function plain(value: unknown): unknown {
	return value === undefined ? undefined : parseGiven(encode(value));
}

function formatIn(responseFormat: unknown, structuredOutputs: unknown): AnswerFormat {
	const { type, json_schema } = isRecord(responseFormat) ? responseFormat : {};
	const given =
		type === 'json_schema' && isRecord(json_schema)
			? json_schema.schema
			: isRecord(structuredOutputs) && structuredOutputs.json;
	const schema = isRecord(given) ? readJsonSchema(given) : undefined;
	if (schema?.ok) return { type: 'jsonSchema', schema: schema.value };
	return schema || type === 'json_object' || type === 'json_schema' ? { type: 'json' } : { type: 'text' };
}

function toolsIn(tools: unknown): Map<string, Schema | undefined> {
	const known = new Map<string, Schema | undefined>();
	for (const tool of Array.isArray(tools) ? tools : []) {
		const definition: unknown = isRecord(tool) ? tool.function : undefined;
		if (!isRecord(definition) || typeof definition.name !== 'string') continue;
		const { name, parameters } = definition;
		const isKnown = isRecord(parameters) && problemInSchema(parameters) === undefined;
		known.set(name, isKnown ? parameters : undefined);
	}
	return known;
}
