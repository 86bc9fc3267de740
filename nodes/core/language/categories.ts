/** The categories that a text is sorted into: as the user named them, and as the model is asked, by letters. */
import { quoted } from '../failure/excerpt';
import { badInput, success, type Outcome } from '../failure/outcome';
import { asRecord, asText } from '../json/json';

export interface Category {
	name: string;
	description: string;
}

/** A letter for each, one token in every vocabulary; servers tell the probabilities of no more tokens than that. */
const LETTERS = [...'ABCDEFGHIJKLMNOPQRST'];

const FEWEST = 2;

/** The letters by which a model answers, in the order of the categories. */
export function lettersOf(categories: readonly Category[]): string[] {
	return LETTERS.slice(0, categories.length);
}

/** Each line of a question is one category, whatever breaks a name or a description has. */
function onOneLine(text: string): string {
	return text.trim().replace(/\s+/g, ' ');
}

/** What is left of a name where capitals, spaces and the ways to write a character make no difference. */
function likenessOf(name: string): string {
	return onOneLine(name.normalize('NFKC')).toLowerCase();
}

/** Reads rows of names and descriptions. Fails where they are too few or too many, or where one cannot be told from another. */
export function readCategories(given: unknown): Outcome<Category[]> {
	const rows = Array.isArray(given) ? given : [];
	if (rows.length < FEWEST || rows.length > LETTERS.length) {
		return badInput(
			`'Categories' holds ${rows.length === 0 ? 'none' : rows.length.toLocaleString('en-US')}`,
			`Give it ${FEWEST} to ${LETTERS.length} categories.`,
		);
	}
	const categories: Category[] = [];
	const known = new Map<string, string>();
	for (const [index, row] of rows.entries()) {
		const { name: givenName, description } = asRecord(row);
		const name = asText(givenName).trim();
		const likeness = likenessOf(name);
		const other = known.get(likeness);
		if (name === '') {
			return badInput(
				`Category ${index + 1} of 'Categories' has no name`,
				'Give every category a name, which is a text.',
			);
		}
		if (name === '__proto__') {
			return badInput("A category is named '__proto__', which no item can hold", 'Give it another name.');
		}
		if (other !== undefined) return sameName(other, name);
		known.set(likeness, name);
		categories.push({ name, description: asText(description) });
	}
	return success(categories);
}

function sameName(one: string, other: string): Outcome<never> {
	return badInput(
		one === other
			? `'Categories' holds ${quoted(one)} twice`
			: `'Categories' holds ${quoted(one)} and ${quoted(other)}, which differ in capitals or spaces alone`,
		'Give every category a name of its own, or take one of the two out.',
	);
}

/**
 * What a model is asked of a text. All that is the same for many items stands first and the text last, so that a server which
 * keeps the beginnings of prompts reads it once (docs/decisions/0046).
 */
export function questionOf(categories: readonly Category[], instructions: string, text: string): string {
	const letters = lettersOf(categories);
	const lines = categories.map(({ name, description }, index) => {
		const about = onOneLine(description);
		return `${letters[index]}: ${onOneLine(name)}${about === '' ? '' : ` (${about})`}`;
	});
	return [
		'Sort the content below into one of these categories:',
		lines.join('\n'),
		...(instructions.trim() === '' ? [] : [instructions.trim()]),
		'Answer with the letter of the category that fits best, and with nothing else.',
		`Content:\n${text}`,
	].join('\n\n');
}
