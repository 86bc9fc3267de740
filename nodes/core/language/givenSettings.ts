/** The settings of a request, and which of them a server's words are about. */
import type { ErrorReply } from '../failure/errorReply';
import { excerpt } from '../failure/excerpt';

/** A field of a request, beside its messages or texts. */
export interface GivenSetting {
	/** Its name on the wire. */
	field: string;
	value: unknown;
	/** The option that wrote it; absent where no panel holds it, as an agent or chain set it. */
	label?: string;
}

/** The label of the option for fields that no other option has. */
export const EXTRA_FIELDS = 'Extra Fields (JSON)';

/** Settings as they go over the wire; the last of a name counts. */
export function wireFields(settings: readonly GivenSetting[]): Record<string, unknown> {
	return Object.fromEntries(settings.map(({ field, value }) => [field, value]));
}

const LONGEST_NAME = 80;

/** A setting within a sentence. */
export function settingInWords({ field, label }: GivenSetting): string {
	if (label === EXTRA_FIELDS) return `'${excerpt(field, LONGEST_NAME)}' in '${EXTRA_FIELDS}'`;
	return label === undefined ? `'${excerpt(field, LONGEST_NAME)}' of the agent or chain` : `'${label}'`;
}

/** The setting of a name that went out. */
export function givenAs(settings: readonly GivenSetting[], ...fields: string[]): GivenSetting | undefined {
	return settings.findLast(({ field }) => fields.includes(field));
}

/** The parts of a request that are no settings, as servers name them. */
const CONTENT = new Set([
	...['messages', 'input', 'input_text', 'input_tokens', 'prompt', 'model'],
	...['query', 'documents', 'text_1', 'text_2'],
]);

/** The top-level field that a server names by itself: `stop` for `body.stop`; '' where it names none. */
export function fieldNamed({ param }: ErrorReply): string {
	const [first = '', second = ''] = param.split('.', 2);
	return first === 'body' ? second : first;
}

/** The setting that a failure is about: the one that the server names, else the one in its words. */
export function settingRefused(error: ErrorReply, settings: readonly GivenSetting[]): GivenSetting | undefined {
	const wanted = fieldNamed(error);
	const named = givenAs(settings, wanted);
	if (named || CONTENT.has(wanted)) return named;
	return settings.findLast(({ field }) => isNamedIn(error.text, field));
}

const IN_WORD = /[\w-]/;

/** Whether words name a field: a name that could be a word of any text only where it stands as names do. */
function isNamedIn(text: string, name: string): boolean {
	for (let at = text.indexOf(name); name !== '' && at !== -1; at = text.indexOf(name, at + name.length)) {
		const before = text[at - 1] ?? '';
		const after = text[at + name.length] ?? '';
		if (IN_WORD.test(before) || IN_WORD.test(after)) continue;
		const isQuoted = '`\'"'.includes(before || ' ') && before === after;
		if (name.includes('_') || at === 0 || isQuoted || after === '=') return true;
	}
	return false;
}
