/** The content of a message: text, or a list of parts, of which some are text and some are anything else. */
import { isRecord, type Json } from '../json/json';

export interface Content {
	/** The parts that are text, joined. */
	text: string;
	/** What the model thought, where that stands among the parts (Mistral). */
	reasoning: string;
	/** The parts that are neither, as they came. */
	others: Json[];
}

/** Types of parts whose `text` is text; those without a type count too. */
const TEXT_TYPES = new Set<Json | undefined>(['text', 'output_text', 'input_text', undefined]);
const THOUGHT_TYPES = new Set<Json | undefined>(['thinking', 'reasoning']);

function textOfPart(part: Json): string | undefined {
	if (typeof part === 'string') return part;
	if (!isRecord(part) || !TEXT_TYPES.has(part.type)) return undefined;
	return typeof part.text === 'string' ? part.text : undefined;
}

/** The text of a thought: itself text, or parts of text again. */
function thoughtOfPart(part: Json): string | undefined {
	if (!isRecord(part) || !THOUGHT_TYPES.has(part.type)) return undefined;
	const thought = part.thinking ?? part.reasoning ?? part.text;
	if (typeof thought === 'string') return thought;
	return Array.isArray(thought) ? thought.map((inner) => textOfPart(inner) ?? '').join('') : undefined;
}

export function readContent(content: Json | undefined): Content {
	const read: Content = { text: '', reasoning: '', others: [] };
	for (const part of Array.isArray(content) ? content : [content ?? '']) {
		const text = textOfPart(part);
		const thought = thoughtOfPart(part);
		if (text !== undefined) read.text += text;
		else if (thought !== undefined) read.reasoning += thought;
		else read.others.push(part);
	}
	return read;
}
