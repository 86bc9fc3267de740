/** The content of a message: text, or a list of parts, of which some are text and some are anything else. */
import { isRecord, type Json } from '../json/json';
import { Turns, type GiveWay } from '../turns';

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

function partsOf(content: Json | undefined): Json[] {
	return Array.isArray(content) ? content : [content ?? ''];
}

/** The parts of a content that are no text, thoughts too, as they came. */
export function partsBesideText(content: Json | undefined): Json[] {
	return partsOf(content).filter((part) => textOfPart(part) === undefined);
}

export function readContent(content: Json | undefined): Content {
	const read: Content = { text: '', reasoning: '', others: [] };
	for (const part of partsOf(content)) {
		const text = textOfPart(part);
		const thought = thoughtOfPart(part);
		if (text !== undefined) read.text += text;
		else if (thought !== undefined) read.reasoning += thought;
		else read.others.push(part);
	}
	return read;
}

/** Parts that are read at one go. */
const MOST_AT_ONCE = 10_000;

/** The same for a content of any length: where it has many parts, its reading gives way now and then. */
export async function readContentInTurns(content: Json | undefined, giveWay: GiveWay): Promise<Content> {
	if (!Array.isArray(content) || content.length <= MOST_AT_ONCE) return readContent(content);
	const whole: Content = { text: '', reasoning: '', others: [] };
	const turns = new Turns(giveWay);
	for (let at = 0; at < content.length; at += MOST_AT_ONCE) {
		if (turns.isOver()) await turns.next();
		const { text, reasoning, others } = readContent(content.slice(at, at + MOST_AT_ONCE));
		whole.text += text;
		whole.reasoning += reasoning;
		whole.others.push(...others);
	}
	return whole;
}
