/** Whether the texts of a column are numbers: decided by all rows of a run, so that no column is half one and half the other. */
import { isNumberText } from '../json/json';

interface Column {
	/** Texts that are numbers in JSON's grammar. */
	numbers: number;
	/** Texts that are none. */
	others: number;
	/** Whether one has a zero in front, as ZIP codes and account numbers do. */
	hasCode: boolean;
}

const CODE = /^0\d+$/;

/** What tables hold in the place of a value that is missing; it says nothing of the column. */
const MISSING = new Set([
	'',
	'-',
	'--',
	'?',
	'.',
	'n/a',
	'#n/a',
	'na',
	'<na>',
	'nan',
	'nil',
	'none',
	'null',
	'unknown',
]);
const LONGEST_MISSING = 8;

function isMissing(text: string): boolean {
	return text.length <= LONGEST_MISSING && MISSING.has(text.trim().toLowerCase());
}

/**
 * Sees all texts first and then decides: a column is text where one of them is a code such as 007, or no more of them are
 * numbers than not. Until then every number counts as one, so that what was written has to be written again only where a
 * column turns out to be text.
 */
export class TextColumns {
	private readonly columns = new Map<string, Column>();
	private texts?: ReadonlySet<string>;

	/** Whether a text goes out as the number that it is; `column` is where it stands. */
	readonly isNumber = (column: string, text: string): boolean => {
		const isNumber = isNumberText(text);
		if (!this.texts) this.count(column, text, isNumber);
		return isNumber && !this.texts?.has(column);
	};

	/** Decides, once all texts were seen. Returns whether a column is text that holds numbers. */
	decide(): boolean {
		const texts = [...this.columns].filter(([, { numbers, others, hasCode }]) => hasCode || others >= numbers);
		this.texts = new Set(texts.map(([name]) => name));
		return texts.some(([, { numbers }]) => numbers > 0);
	}

	private count(name: string, text: string, isNumber: boolean): void {
		let column = this.columns.get(name);
		if (!column) this.columns.set(name, (column = { numbers: 0, others: 0, hasCode: false }));
		if (isNumber) {
			column.numbers++;
		} else if (!isMissing(text)) {
			column.others++;
			column.hasCode ||= CODE.test(text);
		}
	}
}
