/** The parts of a message's content: which there are, and which of them a model takes. */
import { isList, isObject } from '../reply.cts';
import { repr } from '../python.cts';
import { badRequest, type Refusal } from './refusal.cts';
import type { Server } from './server.cts';

/** Each with the field that it wants, by its `type`. */
const KINDS: ReadonlyArray<[form: string, type: string, field: string]> = [
	['ChatCompletionContentPartTextParam', 'text', 'text'],
	['ChatCompletionContentPartImageParam', 'image_url', 'image_url'],
	['ChatCompletionContentPartInputAudioParam', 'input_audio', 'input_audio'],
	['File', 'file', 'file'],
];

const HELP = 'https://errors.pydantic.dev/2.14/v';

/** The words of pydantic itself, as the parts are read later than the body. */
function unknownPart(part: Record<string, unknown>): Refusal {
	const told = (where: string, says: string, type: string, input: unknown, kind: string): string[] => [
		where,
		`  ${says} [type=${type}, input_value=${repr(input)}, input_type=${kind}]`,
		`    For further information visit ${HELP}/${type}`,
	];
	const lines = KINDS.flatMap(([form, type, field]) => [
		...(field in part ? [] : told(`0.${form}.${field}`, 'Field required', 'missing', part, 'dict')),
		...told(`0.${form}.type`, `Input should be '${type}'`, 'literal_error', part.type, 'str'),
	]);
	const count = lines.length / 3;
	return badRequest([`${count} validation errors for ValidatorIterator`, ...lines].join('\n'));
}

/** Types that go beyond OpenAI's own. */
const MORE = ['audio_url', 'video_url', 'image_embeds', 'audio_embeds', 'refusal', 'thinking'];

export function refusalOfParts(name: string, server: Server, messages: unknown[]): Refusal | undefined {
	const contents = messages.map((message) => (isObject(message) ? message.content : undefined));
	const parts = contents.filter(isList).flat().filter(isObject);
	const types = [...KINDS.map(([, type]) => type), ...MORE];
	const strange = parts.find(({ type }) => !types.includes(String(type)));
	if (strange) return unknownPart(strange);
	const isText = parts.every(({ type }) => type === 'text');
	return isText || server.isMultimodal ? undefined : badRequest(`${name} is not a multimodal model`);
}
