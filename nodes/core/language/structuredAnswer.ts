/** The value of an answer that had to be JSON. */
import { success, type Outcome } from '../failure/outcome';
import type { Json } from '../json/json';
import { replyInTurns } from '../json/reply';
import type { GiveWay } from '../turns';
import type { AnswerFormat } from './expected';
import { badAnswer } from './badAnswer';
import { departureFrom } from './departure';
import { splitThoughts, type Thoughtful } from './thoughts';

/** What a model wrote, as far as its JSON may stand in it. */
interface Written {
	text: string;
	reasoning: string;
	refusal: string;
	finishReason: string | null;
}

export interface Structured {
	value: Json;
	/** The text that the value was read from. */
	text: string;
	reasoning: string;
	/** What the user should know of how it was found. */
	note?: string;
}

/** The text inside a fence of three backticks, as models like to wrap their JSON; the text itself where there is none. */
function withoutFence(text: string): string {
	const trimmed = text.trim();
	const begin = trimmed.indexOf('\n');
	const isFenced = trimmed.endsWith('```') && /^```(?:json)?\s*$/.test(trimmed.slice(0, begin === -1 ? 0 : begin));
	return isFenced ? trimmed.slice(begin + 1, -3) : text;
}

/** Where the JSON of an answer may stand, the likeliest place first. */
function placesIn({ text, reasoning }: Written, thoughtful: Thoughtful | undefined): Array<Omit<Structured, 'value'>> {
	if (text.trim() === '' && reasoning !== '') {
		const note =
			'The answer stood in the reasoning: the reasoning parser of the deployment takes all of it for thoughts, as it does where the model does not think';
		return [{ text: reasoning, reasoning: '', note }];
	}
	const whole = { text, reasoning };
	if (!thoughtful?.hasEnded) return [whole];
	const thoughts = [reasoning, thoughtful.reasoning].filter(Boolean).join('\n');
	const { note } = thoughtful;
	return [whole, { text: thoughtful.text, reasoning: thoughts, ...(note !== undefined && { note }) }];
}

/** Whether a value that was cut at its end is whole all the same: of a number or a word nobody can tell. */
function isWhole(value: Json): boolean {
	return typeof value === 'object' && value !== null;
}

/** Reads the value. Fails where there is none, and where it is not what the format asks for. */
export async function readStructured(
	written: Written,
	format: Exclude<AnswerFormat, { type: 'text' }>,
	giveWay: GiveWay,
): Promise<Outcome<Structured>> {
	const { text, refusal, finishReason } = written;
	if (refusal !== '') {
		return badAnswer('The model refused to answer', refusal, 'Ask for something else, or in other words.');
	}
	const thoughtful = splitThoughts(text);
	for (const place of placesIn(written, thoughtful)) {
		const { json: value } = await replyInTurns(withoutFence(place.text), giveWay);
		if (value === undefined || (finishReason === 'length' && !isWhole(value))) continue;
		const departure = format.type === 'jsonSchema' ? await departureFrom(format.schema, value, giveWay) : undefined;
		if (departure === undefined) return success({ ...place, value });
		return badAnswer(
			`The answer does not follow the JSON schema, as ${departure}`,
			place.text,
			`${NOT_ENFORCED} Say in the prompt what the answer must hold.`,
		);
	}
	if (finishReason === 'length') {
		return badAnswer(
			`The answer was cut off before its JSON was whole (${finishReason})`,
			text,
			"Raise 'Maximum Number of Tokens' in the options, or ask for less.",
		);
	}
	if (thoughtful?.note !== undefined) {
		return badAnswer('The answer is thoughts without JSON', text, `${thoughtful.note}.`);
	}
	return badAnswer(
		'The answer is not JSON',
		text,
		`${NOT_ENFORCED} Say in the prompt that the answer must be JSON alone.`,
	);
}

const NOT_ENFORCED = "The server may not know 'response_format', as vLLM does.";
