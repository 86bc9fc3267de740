/** Names that look equal: what no eye sees in the name of a field, told in words. */

/** What is written nowhere, or looks like a space. */
const UNSEEN = /[\p{White_Space}\p{Cf}\p{Cc}]/u;
const ALL_UNSEEN = /[\p{White_Space}\p{Cf}\p{Cc}]/gu;
const SPACES = /\p{White_Space}+/gu;
const NO_SPACES = /(?!\p{White_Space})[\p{Cf}\p{Cc}]/gu;

const CHARACTERS: Record<string, string> = {
	' ': 'a space',
	'\t': 'a tab',
	'\n': 'a line break',
	'\r': 'a line break',
	'\u00a0': 'a no-break space',
	'\u00ad': 'a soft hyphen',
	'\u200b': 'a zero width space',
	'\u2060': 'a word joiner',
	'\ufeff': 'a byte order mark',
};
const BYTE_ORDER_MARK = '\ufeff';

function nameOf(character: string): string {
	const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
	return CHARACTERS[character] ?? `the invisible character U+${code}`;
}

/** What of a name no eye sees, and where it stands. */
function odditiesOf(name: string): string[] {
	const characters = Array.from(name);
	const isSeen = (character: string): boolean => !UNSEEN.test(character);
	const first = characters.findIndex(isSeen);
	if (first === -1) return characters.length === 0 ? [] : ['nothing visible in it'];
	const last = characters.findLastIndex(isSeen);
	const inside = characters.slice(first, last + 1).filter((character) => character !== ' ' && !isSeen(character));
	const told = (some: string[], place: string): string[] => some.map((character) => `${nameOf(character)} ${place}`);
	const oddities = [
		...told(characters.slice(0, first), 'before it'),
		...told(inside, 'in it'),
		...(characters.slice(first, last).join('').includes('  ') ? ['two spaces in a row'] : []),
		...told(characters.slice(last + 1), 'behind it'),
	];
	return [...new Set(oddities)];
}

/** A name is named in words no further. */
const LONGEST_NAME = 500;

/** A name as a message shows it, with what no eye sees told behind it. */
export function withOddities(name: string): string {
	const oddities = name.length > LONGEST_NAME ? [] : odditiesOf(name);
	return oddities.length === 0 ? name : `${visible(name)} (with ${oddities.join(' and ')})`;
}

function visible(name: string): string {
	return name.replace(NO_SPACES, '').replace(SPACES, ' ').trim();
}

/** What a name looks like: names that no eye tells apart look the same. */
function looksOf(name: string): string {
	return visible(name).normalize('NFC');
}

export interface LookAlike {
	/** What the item has instead, as the end of a sentence. */
	has: string;
	/** What to do, in whole sentences. */
	description: string;
}

const DRAG =
	"Drag the field into 'Columns' from the input, which takes its name as it is, or rename it before this node.";
const BOM_ADVICE =
	" It comes from a CSV file that begins with such a mark: turn on the option 'Exclude Byte Order Mark (BOM)' in the node that reads the file.";

/** The field of an item that looks like the one of a name, or differs in capital letters alone; undefined where none does. */
export function lookAlike(item: Record<string, unknown>, wanted: string): LookAlike | undefined {
	if (wanted.length > LONGEST_NAME || visible(wanted) === '') return undefined;
	const longest = 4 * wanted.length + 100;
	const fields = Object.keys(item).filter((field) => field !== wanted && field.length <= longest);
	const looks = looksOf(wanted);
	const same = fields.find((field) => looksOf(field) === looks);
	if (same !== undefined) return lookingTheSame(same, wanted);
	const lower = looks.toLowerCase();
	const other = fields.find((field) => looksOf(field).toLowerCase() === lower);
	if (other === undefined) return undefined;
	return {
		has: `the item has '${withOddities(other)}'`,
		description: `Capital letters count. Write the name in 'Columns' as the item has it, or rename the field before this node.`,
	};
}

function lookingTheSame(field: string, wanted: string): LookAlike {
	const [odd, expected] = [odditiesOf(field), odditiesOf(wanted)];
	const more = odd.filter((one) => !expected.includes(one));
	if (more.length > 0) {
		const fromFile = field.startsWith(BYTE_ORDER_MARK) ? BOM_ADVICE : '';
		return { has: `the item has '${visible(field)}' with ${more.join(' and ')}`, description: DRAG + fromFile };
	}
	const less = expected.filter((one) => !odd.includes(one));
	if (less.length > 0) {
		return {
			has: `'Columns' names it with ${less.join(' and ')}, and the item has it without`,
			description: "Type the name in 'Columns' again, or drag the field in from the input.",
		};
	}
	const places = field.replace(ALL_UNSEEN, '') === wanted.replace(ALL_UNSEEN, '');
	return {
		has: `the item has '${visible(field)}', which looks the same and is ${places ? 'spaced' : 'encoded'} otherwise`,
		description: places
			? DRAG
			: `An accent is one character in the one name, and a character of its own in the other. ${DRAG}`,
	};
}
