/** The tools that Chat offers a model: their options, and their reading into fields of the request. */
import { asText } from '../../core/json/json';
import { readTools, toolChoice } from '../../core/language/chatCompletions';
import type { GivenSetting } from '../../core/language/givenSettings';
import { asJson } from '../../n8n/givenJson';
import { givenOption, type Options, type ValuesOf } from '../../n8n/options';
import { take } from '../../n8n/unusable';

export const toolOptions = {
	toolChoice: givenOption({
		displayName: 'Tool Choice',
		type: 'string',
		default: 'auto',
		description: "Whether the model calls a tool: 'auto', 'none', 'required', or the name of the one to call",
	}),
	tools: givenOption({
		displayName: 'Tools (JSON)',
		type: 'json',
		default: '[]',
		description:
			'Tools that the model may ask for, as a list. Its calls come out as they are; an AI Agent with the Hopsworks Chat Model carries them out.',
	}),
};

/** Checks the tools in the fields of a body that a user gave. */
export function toolsRead(fields: Record<string, unknown>): Record<string, unknown> {
	return fields.tools === undefined ? fields : { ...fields, tools: take(readTools(fields.tools)) };
}

export function readToolSettings(options: Options<ValuesOf<typeof toolOptions>>): GivenSetting[] {
	const set = options.get('tools');
	const isCleared = typeof set === 'string' && set.trim() === '';
	const given = asJson(isCleared ? [] : (set ?? []), 'Tools (JSON)');
	if (Array.isArray(given) && given.length === 0) return [];
	const wanted = asText(options.get('toolChoice')).trim();
	return [
		{ field: 'tools', label: 'Tools (JSON)', value: take(readTools(given)) },
		...(wanted === '' ? [] : [{ field: 'tool_choice', label: 'Tool Choice', value: toolChoice(wanted) }]),
	];
}
