/** The tools that Chat offers a model: their options, and their reading into fields of the request. */
import type { IDisplayOptions } from 'n8n-workflow';
import { asText } from '../../core/json/json';
import { readTools, toolChoice } from '../../core/language/chatCompletions';
import type { GivenSetting } from '../../core/language/givenSettings';
import { asJson } from '../../n8n/givenJson';
import { chatModelOptions } from '../../n8n/languageModelOptions';
import { givenOption, shownIn, type Options, type ValuesOf } from '../../n8n/options';
import { take } from '../../n8n/unusable';

const WITH_TOOLS: IDisplayOptions['show'] = { tools: [{ _cnd: { exists: true } }] };

export const toolOptions = {
	// A whole body among the messages may hold tools too.
	strictTools: shownIn(
		chatModelOptions.strictTools,
		{ show: WITH_TOOLS },
		{ show: { '/promptType': ['json'] }, hide: WITH_TOOLS },
	),
	toolChoice: givenOption({
		displayName: 'Tool Choice',
		type: 'string',
		default: 'auto',
		description: "Whether the model calls a tool: 'auto', 'none', 'required', or the name of the one to call",
		displayOptions: { show: WITH_TOOLS },
	}),
	tools: givenOption({
		displayName: 'Tools (JSON)',
		type: 'json',
		default: '[]',
		description:
			'A list of the tools that the model may call. The node outputs the calls and does not carry them out. An AI Agent with the Hopsworks Chat Model does that.',
	}),
};

function isNone(tools: unknown): boolean {
	return tools === undefined || tools === null || (Array.isArray(tools) && tools.length === 0);
}

/** The fields of a body that a user gave, with tools as they are sent. */
export function toolsRead({ tools, ...fields }: Record<string, unknown>): Record<string, unknown> {
	return isNone(tools) ? fields : { ...fields, tools: take(readTools(tools, "'tools' in 'Messages'")) };
}

export function readToolSettings(options: Options<ValuesOf<typeof toolOptions>>): GivenSetting[] {
	const { displayName: label } = toolOptions.tools.field;
	const { displayName: choiceLabel } = toolOptions.toolChoice.field;
	const set = options.get('tools');
	const isCleared = typeof set === 'string' && set.trim() === '';
	const given = isCleared || isNone(set) ? undefined : asJson(set, label);
	if (isNone(given)) return [];
	const wanted = asText(options.get('toolChoice')).trim();
	return [
		{ field: 'tools', label, value: take(readTools(given, `'${label}'`)) },
		...(wanted === '' ? [] : [{ field: 'tool_choice', label: choiceLabel, value: toolChoice(wanted) }]),
	];
}
