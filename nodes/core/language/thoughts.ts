/** The thoughts of a model inside its text, where the server has no reasoning parser that would take them out. */

/** What opens a thought and what closes it: in the templates of models, for which servers have parsers, or as prompts ask for it. */
const MARKS: Array<[opening: string, closing: string, isOfTemplate: boolean]> = [
	['<think>', '</think>', true],
	['[THINK]', '[/THINK]', true],
	['◁think▷', '◁/think▷', true],
	['<thinking>', '</thinking>', false],
	['<thought>', '</thought>', false],
	['<reasoning>', '</reasoning>', false],
];

export interface Thoughtful {
	reasoning: string;
	/** What stands behind the thoughts. */
	text: string;
	/** Whether they end before the text does. */
	hasEnded: boolean;
	/** What to tell whoever deployed the model, where its server should have taken them out. */
	note?: string;
}

/**
 * A text whose beginning is a thought, in two; undefined where it begins with none. Some templates write the opening mark
 * into the prompt, so that the closing one comes alone.
 */
export function splitThoughts(text: string): Thoughtful | undefined {
	const trimmed = text.trimStart();
	for (const [opening, closing, isOfTemplate] of MARKS) {
		const isOpen = trimmed.startsWith(opening);
		const end = trimmed.indexOf(closing);
		if (!isOpen && end === -1) continue;
		const reasoning = trimmed.slice(isOpen ? opening.length : 0, end === -1 ? undefined : end).trim();
		return {
			reasoning,
			text: end === -1 ? '' : trimmed.slice(end + closing.length).trim(),
			hasEnded: end !== -1,
			...(isOfTemplate && { note: NO_REASONING_PARSER }),
		};
	}
	return undefined;
}

const NO_REASONING_PARSER =
	"The model's thoughts stand in its text: the deployment's vLLM has no reasoning parser for it (--reasoning-parser)";
