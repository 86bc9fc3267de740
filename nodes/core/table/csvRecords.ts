/** Cuts CSV text into its records, and these into their cells. */

/** A record of a CSV file: a line, or several where a quoted cell holds line breaks. */
export interface CsvRow {
	/** What stands in the cells, without the quotes around it. */
	cells: string[];
	/** The record exactly as it stands in the file, without its line end. */
	text: string;
	/** The line of the file in which it begins, from 1. */
	line: number;
	/** Set where text stands behind a closing quote: where the cells end is a guess then, and even where the record does. */
	isMisquoted?: true;
}

/** Of a class: where the first literals live for a while, V8 makes all later ones where garbage is seldom collected. */
class CsvRecord implements CsvRow {
	constructor(
		readonly cells: string[],
		readonly text: string,
		readonly line: number,
		readonly isMisquoted?: true,
	) {}
}

export interface CsvRecords {
	rows: CsvRow[];
	/** Where the record begins whose end is not there yet; the length of the text where there is none. */
	rest: number;
	/** The line of the file in which that is. */
	line: number;
	/** How the first line ends that does. */
	lineEnd?: string;
	/** The line of the quote that is open at the end of the text. */
	openQuote?: number;
}

/** A record in which a quote stands, and what stands behind it. */
interface QuotedRecord {
	cells: string[];
	isMisquoted: boolean;
	/** Where it ends. */
	end: number;
	/** How many line ends stand in its cells. */
	lines: number;
}

// Not exported: compiled, an exported constant is looked up each time, and these are asked for every cell.
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;

/** How many lines end in a text. */
function lineEnds(text: string): number {
	return text.split(/\r\n|\n|\r/).length - 1;
}

/** Reads one text. Line feed, carriage return, and both together end a line, in any mixture. */
class Records {
	private readonly rows: CsvRow[] = [];
	private readonly length: number;
	/** The next of each from the position on that was last asked for; the length of the text for none. */
	private quote = -1;
	private feed = -1;
	private carriageReturn = -1;
	private first: string | undefined;

	constructor(
		private readonly text: string,
		private readonly delimiter: string,
		private readonly isLast: boolean,
		private line: number,
	) {
		this.length = text.length;
	}

	read(): CsvRecords {
		let at = 0;
		while (at < this.length) {
			const end = this.lineEnd(at);
			if (this.quote < at) this.quote = this.next('"', at);
			if (this.quote < end) {
				const record = this.quoted(at);
				if (typeof record === 'number') return { ...this.upTo(at), openQuote: record };
				if (!this.hasEnded(record.end)) break;
				const { cells, isMisquoted } = record;
				const text = this.text.slice(at, record.end);
				this.rows.push(new CsvRecord(cells, text, this.line, isMisquoted || undefined));
				this.line += record.lines;
				at = this.behind(record.end);
			} else {
				if (!this.hasEnded(end)) break;
				if (end > at) {
					const text = this.text.slice(at, end);
					this.rows.push(new CsvRecord(text.split(this.delimiter), text, this.line));
				}
				at = this.behind(end);
			}
			this.line++;
		}
		return this.upTo(at);
	}

	private upTo(at: number): CsvRecords {
		const rest = Math.min(at, this.length);
		return { rows: this.rows, rest, line: this.line, ...(this.first !== undefined && { lineEnd: this.first }) };
	}

	private next(character: string, from: number): number {
		const at = this.text.indexOf(character, from);
		return at === -1 ? this.length : at;
	}

	/** Where the line ends in which a position is. */
	private lineEnd(from: number): number {
		if (this.feed < from) this.feed = this.next('\n', from);
		if (this.carriageReturn < from) this.carriageReturn = this.next('\r', from);
		return Math.min(this.feed, this.carriageReturn);
	}

	/** Whether all of a line end is there: a carriage return may be half of one. */
	private hasEnded(end: number): boolean {
		return this.isLast || end + 1 < this.length || (end < this.length && end === this.feed);
	}

	/** The position behind a line end. */
	private behind(end: number): number {
		const isBoth = end === this.carriageReturn && this.text.charCodeAt(end + 1) === LINE_FEED;
		const behind = end + (isBoth ? 2 : 1);
		if (end < this.length) this.first ??= this.text.slice(end, behind);
		return behind;
	}

	/** Reads the cells of a record from its beginning. Returns the line of the quote that is open, where one is. */
	private quoted(begin: number): QuotedRecord | number {
		const { text, delimiter } = this;
		const cells: string[] = [];
		let isMisquoted = false;
		let lines = 0;
		for (let at = begin; ; ) {
			let cell = '';
			let from = at;
			if (text.charCodeAt(at) === QUOTE) {
				const closing = this.closing(at);
				if (closing === -1) return this.line + lines;
				cell = text.slice(at + 1, closing);
				if (cell.includes('"')) cell = cell.replaceAll('""', '"');
				from = closing + 1;
				if (this.lineEnd(at) < from) lines += lineEnds(text.slice(at, from));
			}
			const code = text.charCodeAt(from);
			if (from < this.length && code !== LINE_FEED && code !== CARRIAGE_RETURN && text[from] === delimiter) {
				cells.push(cell);
				at = from + 1;
				continue;
			}
			const end = this.lineEnd(from);
			const stop = Math.min(end, this.next(delimiter, from));
			const more = text.slice(from, stop);
			if (from === at) cell = more;
			else if (more.trim() !== '') {
				cell += more;
				isMisquoted = true;
			}
			cells.push(cell);
			if (stop === end) return { cells, isMisquoted, end, lines };
			at = stop + 1;
		}
	}

	/** The position of the quote that closes a cell, or the last of the text, which may be the first of two; -1 for none. */
	private closing(opening: number): number {
		let at = this.text.indexOf('"', opening + 1);
		while (at !== -1 && this.text.charCodeAt(at + 1) === QUOTE) at = this.text.indexOf('"', at + 2);
		return at;
	}
}

/** No character of a line is one of its ends. */
const NONE = '\n';

/**
 * Reads the records of a text, blank lines aside, as Python's `csv` and pandas do: a quote opens a cell only as its first
 * character, and stands for itself in the middle of another. Spaces between a closing quote and the delimiter are left out.
 * `delimiter` is one character, or undefined where there is one cell a line. `isLast` tells that nothing follows the text,
 * and `line` in which line of the file it begins.
 */
export function csvRecords(text: string, delimiter: string | undefined, isLast: boolean, line: number): CsvRecords {
	return new Records(text, delimiter ?? NONE, isLast, line).read();
}
